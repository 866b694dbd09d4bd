"""How long a chapter takes to read: computed from the prose a reader sees, shown under the title."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise import nodes as exercise

from migrationbook.sphinx.chart import chart
from migrationbook.sphinx.claim import claims
from migrationbook.sphinx.collect import collect
from migrationbook.sphinx.notebook import notebook_link
from migrationbook.words import word

WORDS_A_MINUTE = 230
SECONDS_A_FIGURE = 12  # a chart, a table of the chapter, the strip of key figures
EXERCISES = (exercise.exercise_node, exercise.exercise_enumerable_node, exercise.solution_node)
# judged claims are looked up rather than read: how many there are is told beside the minutes
SILENT = (nodes.title, nodes.literal_block, nodes.raw, nodes.comment, claims, *EXERCISES)
FOLDED = {"dropdown", "toggle"}
SHOWN = re.compile(r'<figure class="table"|<ul class="key-figures"')


class reading_time(nodes.paragraph):
    """The line under a chapter's title; ``content`` is its page, words, figures and minutes."""


def prose(node: nodes.Node) -> int:
    """The words under a node that are read at sight: without headings, code, outputs, judged claims, folded parts, exercises."""
    if isinstance(node, nodes.Text):
        return sum(any(map(str.isalnum, word)) for word in node.astext().split())
    folded = isinstance(node, nodes.Element) and FOLDED & set(node.get("classes", []))
    if folded or isinstance(node, SILENT) or _has_exercises(node):
        return 0
    return sum(prose(inner) for inner in node.children)


def figures(node: nodes.Node) -> int:
    """Charts, tables and strips of key figures under a node, those of exercises left out."""
    if isinstance(node, chart) or (isinstance(node, nodes.raw) and SHOWN.search(node.astext())):
        return 1
    if isinstance(node, EXERCISES) or _has_exercises(node):
        return 0
    return sum(figures(inner) for inner in node.children)


def minutes(words: int, shown: int) -> int:
    """Whole minutes for so many words and figures, at least one."""
    return max(1, round(words / WORDS_A_MINUTE + shown * SECONDS_A_FIGURE / 60))


def _has_exercises(node: nodes.Node) -> bool:
    """Whether it is the section of a chapter that holds its exercises."""
    return isinstance(node, nodes.section) and any(
        isinstance(inner, EXERCISES) for child in node.children if not isinstance(child, nodes.section)
        for inner in child.findall())


def tell(app: Sphinx, doctree: nodes.document) -> None:
    """Put the reading time under the title of a chapter: a notebook that is not the first page."""
    docname = app.env.docname
    if docname == app.config.root_doc or not app.env.doc2path(docname).endswith(".ipynb"):
        return
    title = next(doctree.findall(nodes.title), None)
    if title is None:
        return
    words, drawn = prose(doctree), figures(doctree)
    content = {"page": docname, "words": words, "figures": drawn, "minutes": minutes(words, drawn)}
    told = word("reading.one" if content["minutes"] == 1 else "reading.time").format(minutes=content["minutes"])
    line = reading_time("", told, notebook_link(), classes=["reading-time"], content=content)
    title.parent.insert(title.parent.index(title) + 1, line)


def setup(app: Sphinx) -> None:
    """Register the line; it is kept per page as ``env.book_reading`` for the list of chapters."""
    app.add_node(reading_time)
    app.connect("doctree-read", tell)
    collect(app, "book_reading", reading_time, lambda content: content["page"], "{key} has two reading times")
