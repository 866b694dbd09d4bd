"""A chapter as the notebook it is: a link to download it, beside the reading time."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from migrationbook.words import word


class notebook_link(nodes.Inline, nodes.Element):
    """Where the reader gets the notebook of the page; only on the pages of a site."""


def visit(self, node: notebook_link) -> None:
    builder = self.builder
    if builder.name == "html" and builder.config.html_copy_source:
        page = builder.current_docname
        source = f"_sources/{page}.ipynb{builder.config.html_sourcelink_suffix}"
        address = relative_uri(builder.get_target_uri(page), source)
        self.body.append(f' · <a class="notebook" href="{escape(address)}" download>{escape(word("reading.notebook"))}</a>')
    raise nodes.SkipNode


def skip(self, node: notebook_link) -> None:
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the link; other formats leave it out."""
    app.add_node(notebook_link, html=(visit, None), latex=(skip, None), text=(skip, None))
