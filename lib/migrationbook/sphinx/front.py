"""The first page: the chapters with their questions, and how many claims got which verdict."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from migrationbook.claims.register import SCALE
from migrationbook.claims.scoreboard import counts
from migrationbook.sphinx.claim_files import harvested
from migrationbook.words import word

logger = logging.getLogger(__name__)


class chapter_list(nodes.General, nodes.Element):
    """Every chapter of the book."""


class verdict_count(nodes.inline):
    """A number that is known when every chapter has been read; ``verdicts`` says of which verdicts."""


class ChapterListDirective(SphinxDirective):
    """``{chapter-list}``: the chapters in the order of the book: question, reading time, claims judged there."""

    def run(self) -> list[nodes.Node]:
        return [chapter_list()]


class VerdictCountRole(SphinxRole):
    """``{verdicts}`supported mostly-supported` ``: how many claims got one of these verdicts; ``all``: how many are judged."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        wanted = self.text.split()
        unknown = [name for name in wanted if name not in (*SCALE, "all")]
        if unknown or not wanted:
            logger.warning(f"no verdict '{' '.join(unknown)}'; there are: all, {', '.join(SCALE)}", location=self.get_location())
            return [], []
        return [verdict_count("", "", verdicts=list(SCALE) if "all" in wanted else wanted)], []


def fill_counts(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the numbers where the page asks for them."""
    asked = list(doctree.findall(verdict_count))
    if asked:
        found = counts(harvested(app))
        for node in asked:
            node += nodes.Text(str(sum(found[verdict] for verdict in node["verdicts"])))


def chapters(env: BuildEnvironment) -> list[str]:
    """The book's chapters (notebooks with a reading time), in its order."""
    known = getattr(env, "book_reading", {})
    return [docname for docname in env.toctree_includes.get(env.config.root_doc, []) if docname in known]


def list_html(env: BuildEnvironment, addresses: dict[str, str]) -> str:
    """The list of chapters. addresses: docname → address seen from the page."""
    items = []
    for docname in chapters(env):
        theme, _, question = env.titles[docname].astext().partition(": ")
        about = word("reading.short").format(minutes=getattr(env, "book_reading", {})[docname][0]["minutes"])
        judged = len(getattr(env, "book_claims", {}).get(docname, []))
        if judged:
            about += f", {word('reading.claims').format(number=judged)}"
        question = question[:1].upper() + question[1:]
        items.append(f'<li><a href="{escape(addresses[docname])}"><b>{escape(theme)}</b>'
                     + (f' <span class="question">{escape(question)}</span>' if question else "")
                     + f'</a> <span class="about">{escape(about)}</span></li>')
    return '<ol class="chapter-list">\n' + "\n".join(items) + "\n</ol>\n"


def visit_list(self, node: chapter_list) -> None:
    builder = self.builder
    here = builder.get_target_uri(builder.current_docname)
    addresses = {docname: relative_uri(here, builder.get_target_uri(docname)) for docname in chapters(builder.env)}
    self.body.append(list_html(builder.env, addresses))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register what the first page shows."""
    app.add_node(chapter_list, html=(visit_list, None))
    app.add_node(verdict_count)
    app.add_directive("chapter-list", ChapterListDirective)
    app.add_role("verdicts", VerdictCountRole())
    app.connect("doctree-resolved", fill_counts)
