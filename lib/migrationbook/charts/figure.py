"""The frame around a chart: what it shows in words, where its figures come from, and bytes that never vary."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import altair as alt

from migrationbook.charts.provenance import provenance
from migrationbook.charts.theme import BACKGROUNDS, config
from migrationbook.errors import BookError

MIME = "application/vnd.vegalite.v6+json"
NAME = re.compile(r"[a-z][a-z0-9-]*")
AUTOMATIC = re.compile(r"\b(param|view)_[0-9a-f]+(?:_\d+)*\b")  # param_1, view_<hash>, view_<hash>_0
LINE = 46  # characters of a title line that fit 340 px
DIGITS = 9  # significant digits of a drawn number: more than any eye, fewer than two processors may differ in


@dataclass(frozen=True)
class Figure:
    """A finished figure; as the last value of a cell it draws itself in JupyterLab and on the site.

    ``spec`` is a complete Vega-Lite specification whose ``usermeta.figure`` holds name, title, subtitle, alt, source,
    licence, note and tables.
    """

    spec: dict

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        about = self.spec["usermeta"]["figure"]
        return {MIME: self.spec, "text/plain": f"{about['title']}\n{about['alt']}"}


def figure(chart: alt.TopLevelMixin, name: str, title: str, subtitle: str, alt: str, tables: list[str],
           note: str = "") -> Figure:
    """Frame ``chart`` as a figure.

    chart: an Altair chart whose data are frames (single, layered, stacked with ``&``, or faceted). It takes the width
        of the page; give it a height (default 320). The name of ``alt.Chart(frame, name="observed")`` becomes the name
        under which the site offers these rows.
    name: the anchor on the page and the stem of its files: lower case, digits, hyphens.
    title: the finding, as a sentence. subtitle: what is measured, and its unit.
    alt: what the chart shows, for readers who do not see it.
    tables: names of the data package's tables behind it; they give the source line (publishers, vintage) and
        the licence.
    note: one sentence on what a reader must know to read it rightly.

    Raises BookError when a text is missing, a table is unknown, or the data are not frames.
    """
    texts = {"name": name, "title": title, "subtitle": subtitle, "alt": alt}
    for field, text in texts.items():
        if not (isinstance(text, str) and text.strip()):
            raise BookError(f"figure '{name}': it has no {field}; give {field}='...'")
    if not NAME.fullmatch(name):
        raise BookError(f"figure '{name}': name it in lower case letters, digits and hyphens")
    spec = _stable(_specification(chart), name)
    _fill_width(spec, name)
    spec["title"] = {"text": textwrap.wrap(title, LINE), "subtitle": textwrap.wrap(subtitle, LINE + 8)}
    spec["background"] = BACKGROUNDS["light"]  # a notebook may have a dark page; a saved drawing has none
    spec["config"] = config("light")
    spec["usermeta"] = {"figure": texts | provenance(f"figure '{name}'", tables) | {"note": note, "tables": list(tables)}}
    return Figure(spec)


def _specification(chart: alt.TopLevelMixin) -> dict:
    with alt.data_transformers.enable("default", consolidate_datasets=True, max_rows=None):
        return chart.to_dict()


def _stable(spec: dict, name: str) -> dict:
    """Rewrite whatever Altair numbers by a counter or names by a hash, so that equal figures are equal bytes."""
    datasets = spec.pop("datasets", {})
    text = json.dumps(spec)
    seen: dict[str, int] = {}
    for found in AUTOMATIC.finditer(text):
        seen.setdefault(found.group(0), len(seen) + 1)
    spec = json.loads(AUTOMATIC.sub(lambda found: f"{found.group(1)}_{seen[found.group(0)]}", text))
    names = _dataset_names(spec, name, set(datasets))
    text = json.dumps(spec)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    result = json.loads(text)
    result["datasets"] = {
        new: [{key: _plain(value) for key, value in row.items()} for row in datasets[old]]
        for old, new in names.items()
    }
    return result


def _dataset_names(spec: dict, name: str, known: set[str]) -> dict[str, str]:
    """What each data set is called, in order of appearance: by ``alt.Chart(frame, name=...)``, else by its number.

    The only one of a figure is called like the figure.

    The charts themselves lose these names: two layers of one name cannot be drawn.
    """
    needed = {view for parameter in spec.get("params", []) for view in parameter.get("views", [])}
    labels: dict[str, str] = {}
    for view, source in _views(spec, None):
        if source is None:
            continue
        if source.get("name") not in known:
            raise BookError(f"figure '{name}': its rows cannot be offered; give the chart a DataFrame")
        given = view.get("name", "")
        if given not in needed:
            view.pop("name", None)
        # Altair adds a counter to a name that it meets twice.
        label = "" if AUTOMATIC.fullmatch(given) else re.sub(r"_\d+$|[^a-z0-9]+", "-", given.lower()).strip("-")
        labels[source["name"]] = labels.get(source["name"]) or label
    if len(labels) == 1:
        return {source: name for source in labels}
    names: dict[str, str] = {}
    for number, (data, label) in enumerate(labels.items(), 1):
        new = f"{name}-{label or number}"
        names[data] = new if new not in names.values() else f"{new}-{number}"
    return names


def _views(spec: dict, inherited: dict | None) -> Iterator[tuple[dict, dict | None]]:
    """A specification and every specification inside it, each with the data it draws."""
    source = spec.get("data", inherited)
    yield spec, source
    for inner in [*spec.get("layer", []), *spec.get("vconcat", []), *([spec["spec"]] if "spec" in spec else [])]:
        yield from _views(inner, source)


def _plain(value: object) -> object:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = float(f"{value:.{DIGITS}g}")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def _fill_width(spec: dict, name: str) -> None:
    """Let the drawing take the width it is given; panels get a width here and the page's width on the site."""
    if "hconcat" in spec or "concat" in spec:
        raise BookError(f"figure '{name}': panels side by side do not fit a phone; stack them with &")
    panels = spec.get("vconcat") or ([spec["spec"]] if "spec" in spec else [])
    for panel in panels:
        panel["width"] = 560
        panel.setdefault("height", 200)
    if not panels:
        faceted = {"row", "column", "facet"} & set(spec.get("encoding", {}))
        if faceted:
            raise BookError(f"figure '{name}': facet with chart.facet(...), not by the encoding '{faceted.pop()}'")
        spec["width"] = "container"
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
        spec.setdefault("height", 320)
