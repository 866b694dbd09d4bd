"""A chapter as the notebook it is: a link to download it, beside the reading time."""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from migrationbook.sphinx.glossed import glossed
from migrationbook.sphinx.launch import links
from migrationbook.words import word


class notebook_link(nodes.Inline, nodes.Element):
    """Where the reader gets the notebook of the page; only on the pages of a site."""


def visit(self, node: notebook_link) -> None:
    builder = self.builder
    if builder.name == "html" and builder.config.html_copy_source:
        page = builder.current_docname
        address = relative_uri(builder.get_target_uri(page), _source(page))
        self.body.append(f' · <a class="notebook" href="{escape(address)}" download>{escape(word("reading.notebook"))}</a>')
        self.body.append(links(builder.config, page))
    raise nodes.SkipNode


def skip(self, node: notebook_link) -> None:
    raise nodes.SkipNode


def _source(docname: str) -> str:
    """Where Sphinx puts the notebook, from the root of the site."""
    return f"_sources/{docname}.ipynb"


def _needs_it(node: nodes.Node) -> bool:
    return isinstance(node, (notebook_link, glossed))


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Chapters and pages with terms get the script for readers."""
    if app.builder.name == "html" and doctree is not None and any(doctree.findall(_needs_it)):
        app.add_js_file("reading.js", loading_method="defer")


def write_scripts(app: Sphinx, error: Exception | None) -> None:
    """Put every chapter's notebook also into a script: a page that is read from a folder may load that, but no other file."""
    if error is None and app.builder.name == "html" and app.config.html_copy_source:
        for docname in getattr(app.env, "book_reading", {}):
            source = Path(app.outdir) / _source(docname)
            script = f"window.bookNotebook = {source.read_text(encoding='utf-8').strip()};\n"
            source.with_name(f"{source.name}.js").write_text(script, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the link; other formats leave it out."""
    app.add_node(notebook_link, html=(visit, None), latex=(skip, None), text=(skip, None))
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_scripts)
