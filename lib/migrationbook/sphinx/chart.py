"""Figures on a page: a drawing that needs no script, its words, its source and its rows, and a live chart when near."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from migrationbook.charts.figure import MIME
from migrationbook.charts.theme import config
from migrationbook.errors import BookError
from migrationbook.sphinx import catalogue, drawing
from migrationbook.sphinx.collect import anchor, collect
from migrationbook.words import word

logger = logging.getLogger(__name__)
FOLDER = "_charts"
NARROW_PAGE = 560  # px: below this the narrow drawing is shown


class chart(nodes.General, nodes.Element):
    """A figure; ``content`` is its Vega-Lite specification."""


class ChartRenderer:
    """MyST-NB plugin: the chart MIME type → a `chart` node."""

    mime_priority_overrides = [(builder, MIME, 1) for builder in ("html", "dirhtml")]

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type != MIME:
            return None
        about = data.content.get("usermeta", {}).get("figure")
        if not about:
            logger.warning("a chart without a frame: wrap it in migrationbook.charts.figure(...)",
                           location=(renderer.renderer.sphinx_env.docname, data.line))
            return []
        return [anchor(renderer.renderer.document, chart(content=data.content), about["name"])]


def script_json(value: object) -> str:
    """JSON that no text in it can break out of a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def html(spec: dict, number: str, folder: Path, base: str, tables: dict[str, str]) -> str:
    """Write the drawings and rows of ``spec`` into ``folder`` and return the figure that refers to them by ``base``.

    number: what the page calls it, such as "Figure 3". tables: address of each table in the catalogue, if there is one.
    """
    about = spec["usermeta"]["figure"]
    name, bare = about["name"], drawing.without_frame(spec)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = "".join(_picture(bare, name, mode, about["alt"], folder, base) for mode in ("light", "dark"))
    facts = [
        f"{word('chart.source')}: {escape(about['source'])}.",
        f"{word('chart.licence')}: {escape(about['licence'])}.",
        _rows(bare, name, folder, base),
        *([f"{word('chart.tables')}: {catalogue.links(about['tables'], tables)}."] if tables else []),
    ]
    # An image hides what is in it from a screen reader, a group does not: its controls stay reachable.
    role = "group" if any("bind" in param for param in bare.get("params", [])) else "img"
    note = f'<p class="figure-note">{escape(about["note"])}</p>\n' if about["note"] else ""
    return f"""<figure class="chart" id="{escape(name)}">
<figcaption><p class="figure-number">{escape(number)}</p>
<p class="figure-title">{escape(about["title"])}</p>
<p class="figure-subtitle">{escape(about["subtitle"])}</p></figcaption>
<div class="drawing">{pictures}<div class="live" role="{role}" aria-label="{escape(about["alt"])}"></div></div>
{note}<p class="figure-facts">{" ".join(facts)}</p>
<script type="application/json" class="chart-spec">{script_json(bare)}</script>
</figure>
"""


def _picture(spec: dict, name: str, mode: str, alt: str, folder: Path, base: str) -> str:
    drawn = {}
    for form, width in drawing.WIDTHS.items():
        svg, *size = drawing.draw(spec, width, mode)
        (folder / f"{name}-{form}-{mode}.svg").write_text(svg, encoding="utf-8")
        drawn[form] = f'width="{size[0]}" height="{size[1]}"'
    return (
        f'<picture class="static {mode}"><source media="(max-width: {NARROW_PAGE}px)" '
        f'srcset="{base}/{name}-narrow-{mode}.svg" {drawn["narrow"]}>'
        f'<img src="{base}/{name}-wide-{mode}.svg" {drawn["wide"]} alt="{escape(alt)}" loading="lazy"></picture>'
    )


def _rows(spec: dict, name: str, folder: Path, base: str) -> str:
    links = []
    tables = drawing.tables(spec)
    for table, rows in tables.items():
        (folder / f"{table}.csv").write_text(drawing.as_csv(rows), encoding="utf-8")
        label = table.removeprefix(f"{name}-").replace("-", " ")
        named = f"{label}, " if len(tables) > 1 and not label.isdigit() else ""
        links.append(f'<a href="{base}/{table}.csv" download>{escape(named)}{len(rows):,} {word("chart.count")}</a>')
    return f"{word('chart.rows')}: {'; '.join(links)}."


def visit(self, node: chart) -> None:
    builder = self.builder
    page = builder.get_target_uri(builder.current_docname)
    spec = node["content"]
    name = spec["usermeta"]["figure"]["name"]
    counted = ".".join(map(str, builder.fignumbers.get("figure", {}).get(name, ())))
    number = builder.config.numfig_format["figure"] % counted if counted else ""
    try:
        self.body.append(html(spec, number, Path(builder.outdir) / FOLDER, relative_uri(page, FOLDER),
                              catalogue.addresses(builder)))
    except BookError as error:
        logger.warning(f"figure '{name}': {error}", location=builder.current_docname)
    raise nodes.SkipNode


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    if doctree is not None and next(doctree.findall(chart), None) is not None:
        app.add_js_file("charts.js", loading_method="defer")


def write_library(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html" and getattr(app.env, "book_charts", None):
        colours = {mode: config(mode) for mode in ("light", "dark")}
        script = f"window.bookChartConfig = {script_json(colours)};\n{drawing.library()}"
        (Path(app.outdir) / "_static" / "vega.js").write_text(script, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register figures."""
    # Sphinx numbers it among all figures, so that {numref} and {ref} know it.
    app.add_enumerable_node(chart, "figure", lambda node: node["content"]["usermeta"]["figure"]["title"],  # type: ignore[index]
                            html=(visit, None))  # type: ignore[arg-type]  # nothing to close: Sphinx takes None
    collect(app, "book_charts", chart, lambda spec: spec["usermeta"]["figure"]["name"],
            "figure '{key}' is on {first} and on {second}; give each its own name")
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_library)
