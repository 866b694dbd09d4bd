"""Figures on a page: a drawing that needs no script, its words, its source and its rows, and a live chart when near."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from migrationbook.charts.figure import MIME
from migrationbook.charts.theme import config
from migrationbook.errors import BookError
from migrationbook.sphinx import actions, catalogue, drawing, poster
from migrationbook.sphinx.collect import anchor, collect
from migrationbook.sphinx.markup import on_paper
from migrationbook.words import word

logger = logging.getLogger(__name__)
FOLDER = "_charts"
NARROW_PAGE = 560  # px: below this the narrow drawing is shown


class chart(nodes.General, nodes.Element):
    """A figure; ``content`` is its Vega-Lite specification."""


class ChartRenderer:
    """MyST-NB plugin: the chart MIME type → a `chart` node."""

    mime_priority_overrides = [(builder, MIME, 1) for builder in ("html", "dirhtml", "epub")]

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type != MIME:
            return None
        about = data.content.get("usermeta", {}).get("figure")
        if not about:
            logger.warning("a chart without a frame: wrap it in migrationbook.charts.figure(...)",
                           location=(renderer.renderer.sphinx_env.docname, data.line))
            return []
        plain = json.loads(json.dumps(data.content))  # not nbformat's nodes, which Sphinx would unpickle item by item
        return [anchor(renderer.renderer.document, chart(content=plain), about["name"])]


def script_json(value: object) -> str:
    """JSON that no text in it can break out of a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def html(spec: dict, number: str, chapter: str, code: str, folder: Path, base: str, tables: dict[str, str]) -> str:
    """Write the drawings and rows of ``spec`` into ``folder`` and return the figure that refers to them by ``base``.

    number: what the page calls it, such as "Figure 3". chapter: the page's title. code: address of the code that made it.
    tables: address of each table in the catalogue, if there is one.
    """
    about = spec["usermeta"]["figure"]
    name, bare = about["name"], drawing.without_frame(spec)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = "".join(_picture(bare, name, mode, about["alt"], folder, base) for mode in ("light", "dark"))
    facts = [
        f"{word('chart.source')}: {escape(about['source'])}.",
        f"{word('chart.licence')}: {escape(about['licence'])}.",
        *([f"{word('chart.tables')}: {catalogue.links(about['tables'], tables)}."] if tables else []),
    ]
    controls = [param for param in bare.get("params", []) if "bind" in param]
    # An image hides what is in it from a screen reader, a group does not: its controls stay reachable.
    role = "group" if controls else "img"
    note = f'<p class="figure-note">{escape(about["note"])}</p>\n' if about["note"] else ""
    content = script_json(bare | {"usermeta": {"tables": actions.described(bare, about)}})
    return f"""<figure class="chart" id="{escape(name)}">
<figcaption><p class="figure-number">{escape(number)}</p>
<p class="figure-title">{escape(about["title"])}</p>
<p class="figure-subtitle">{escape(about["subtitle"])}</p></figcaption>
<div class="drawing">{pictures}{_room(controls)}<div class="live" role="{role}" aria-label="{escape(about["alt"])}"></div></div>
{note}<p class="figure-facts">{" ".join(facts)}</p>
{actions.html(bare, about, number, chapter, code, folder, base)}\
<script type="application/json" class="chart-spec">{content}</script>
</figure>
"""


def on_paper_html(spec: dict, number: str, folder: Path, base: str, tables: dict[str, str]) -> str:
    """The figure for an e-reader or for print: its light drawing, its words and its source. Arguments as of `html`."""
    about = spec["usermeta"]["figure"]
    bare = drawing.without_frame(spec)
    folder.mkdir(parents=True, exist_ok=True)
    controls = any("bind" in param for param in bare.get("params", []))
    notes = filter(None, [about["note"], word("paper.controls") if controls else ""])
    facts = [f"{word('chart.source')}: {escape(about['source'])}.", f"{word('chart.licence')}: {escape(about['licence'])}."]
    facts += [f"{word('chart.tables')}: {catalogue.links(about['tables'], tables)}."] if tables else []
    return f"""<figure class="chart" id="{escape(about["name"])}">
<figcaption><p class="figure-number">{escape(number)}</p>
<p class="figure-title">{escape(about["title"])}</p>
<p class="figure-subtitle">{escape(about["subtitle"])}</p></figcaption>
{_picture(bare, about["name"], "light", about["alt"], folder, base)}
{"".join(f'<p class="figure-note">{escape(note)}</p>' for note in notes)}
<p class="figure-facts">{" ".join(facts)}</p>
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
        f'srcset="{base}/{name}-narrow-{mode}.svg" {drawn["narrow"]}/>'
        f'<img src="{base}/{name}-wide-{mode}.svg" {drawn["wide"]} alt="{escape(alt)}" loading="lazy"/></picture>'
    )


def _room(controls: list[dict]) -> str:
    """Room for the controls of a live chart, in the form Vega will give them, so that nothing moves when they come."""
    kept = ""
    for param in controls:
        bind = param["bind"]
        longest = max(map(str, bind.get("labels") or bind.get("options") or [""]), key=len)
        field = (f'<input type="range" disabled><span>{escape(str(param.get("value", "")))}</span>' if bind["input"] == "range"
                 else f"<select disabled><option>{escape(longest)}</option></select>")
        label = f'<span class="vega-bind-name">{escape(str(bind.get("name", param["name"])))}</span>'
        kept += f'<div class="vega-bind"><label>{label}{field}</label></div>'
    return f'<div class="vega-bindings room" aria-hidden="true">{kept}</div>' if kept else ""


def find_code(app: Sphinx, doctree: nodes.document) -> None:
    """Give the code that made a figure an anchor, NAME-code, and the figure the address of it."""
    for shown in doctree.findall(chart):
        cell: nodes.Element | None = shown.parent
        while cell is not None and cell.get("nb_element") != "cell_code":
            cell = cell.parent
        parts = [part for part in cell.children if isinstance(part, nodes.Element)] if cell else []
        code = next((part for part in parts if part.get("nb_element") == "cell_code_source"), None)
        if code is not None:
            name = f"{shown['content']['usermeta']['figure']['name']}-code"
            code["ids"].append(name)
            shown["code"] = f"#{name}"


def numbered(env: BuildEnvironment, docname: str, name: str) -> str:
    """What a page calls its figure, such as "Figure 3"; nothing if figures are not numbered."""
    counted = ".".join(map(str, env.toc_fignumbers.get(docname, {}).get("figure", {}).get(name, ())))
    return env.config.numfig_format["figure"] % counted if counted else ""


def visit(self, node: chart) -> None:
    builder = self.builder
    page = builder.get_target_uri(builder.current_docname)
    spec = node["content"]
    name = spec["usermeta"]["figure"]["name"]
    number = numbered(builder.env, builder.current_docname, name)
    chapter = builder.env.titles[builder.current_docname].astext()
    code = node.get("code") or relative_uri(page, f"_sources/{builder.current_docname}.ipynb")  # the page may hide it
    folder, base, tables = Path(builder.outdir) / FOLDER, relative_uri(page, FOLDER), catalogue.addresses(builder)
    try:
        self.body.append(on_paper_html(spec, number, folder, base, tables) if on_paper(builder)
                         else html(spec, number, chapter, code, folder, base, tables))
    except BookError as error:
        logger.warning(f"figure '{name}': {error}", location=builder.current_docname)
    raise nodes.SkipNode


def draw_ahead(app: Sphinx) -> None:
    """Begin with the drawings at the end of the book, to meet the process that writes pages half way."""
    _beside(app, drawing.ahead, Path(app.srcdir))


def make_pictures_ahead(app: Sphinx, builder: Builder) -> None:
    """The same for the pictures to publish, whose words are known once all pages have been read."""
    _beside(app, _make_pictures, app.env)


def _make_pictures(env: BuildEnvironment) -> None:
    drawing.library()
    for docname, specs in sorted(getattr(env, "book_charts", {}).items(), reverse=True):
        for spec in reversed(specs):
            about = spec["usermeta"]["figure"]
            with suppress(BookError):  # the page that shows it says so
                poster.png(actions.picture(drawing.without_frame(spec), about, numbered(env, docname, about["name"]),
                                           env.titles[docname].astext()))


def _beside(app: Sphinx, work: Callable[..., None], *arguments: object) -> None:
    """Let another processor work while this one reads and writes pages; what it has made is kept for whoever asks next.

    A fork is safe here: the library that draws only hangs in the fork of a process that has drawn.
    """
    if app.builder.name == "html" and hasattr(os, "fork") and (os.cpu_count() or 1) > 1:
        helper = multiprocessing.get_context("fork").Process(target=_yielding, args=(work, *arguments), daemon=True)
        helper.start()
        app.connect("build-finished", lambda app, error: helper.terminate())


def _yielding(work: Callable[..., None], *arguments: object) -> None:
    os.nice(10)  # whoever writes pages goes first
    work(*arguments)


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    if doctree is not None and next(doctree.findall(chart), None) is not None:
        app.add_js_file("charts.js", loading_method="defer")
        app.add_js_file("figures.js", loading_method="defer")


def write_library(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html" and not on_paper(app.builder) and getattr(app.env, "book_charts", None):
        colours = {mode: config(mode) for mode in ("light", "dark")}
        script = f"window.bookChartConfig = {script_json(colours)};\n{drawing.library()}"
        (Path(app.outdir) / "_static" / "vega.js").write_text(script, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register figures."""
    # Sphinx numbers it among all figures, so that {numref} and {ref} know it.
    app.add_enumerable_node(chart, "figure", lambda node: node["content"]["usermeta"]["figure"]["title"],  # type: ignore[index]
                            html=(visit, None))  # type: ignore[arg-type]  # nothing to close: Sphinx takes None
    app.connect("builder-inited", draw_ahead)
    app.connect("write-started", make_pictures_ahead)
    collect(app, "book_charts", chart, lambda spec: spec["usermeta"]["figure"]["name"],
            "figure '{key}' is on {first} and on {second}; give each its own name")
    app.connect("doctree-read", find_code)
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_library)
