"""The search page: terms, figures and claims as kinds of their own, then passages, from an index that needs no server.

Sphinx's index knows which page holds a word and fetches whole pages for excerpts, which browsers refuse for files. This one holds
the text of every section, so that an excerpt and the right anchor are at hand; it is loaded on the search page only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from migrationbook.sphinx import glossary
from migrationbook.sphinx.chart import chart, script_json
from migrationbook.sphinx.claim import claims
from migrationbook.sphinx.claim_files import harvested
from migrationbook.sphinx.front import chapters
from migrationbook.sphinx.reading import reading_time
from migrationbook.words import word

INDEX = "search-index.js"
PASSAGES = "passages.json"  # beside what Sphinx keeps of the pages
REPLACED = "_static/searchtools.js"  # of Sphinx
TAG = re.compile(r"<[^>]*>")
# Kinds of their own, code, and what is said elsewhere.
SILENT = (chart, claims, addnodes.glossary, glossary.spanish_index, reading_time, nodes.literal_block, nodes.comment)
WORDS = ("some", "none", "all", "hint", "spanish", "in", "term", "figure", "claim", "passage")


def told(node: nodes.Node) -> str:
    """The words under a node, without its sections and headings."""
    if isinstance(node, (*SILENT, nodes.section, nodes.title)):
        return ""
    if isinstance(node, nodes.raw):
        return unescape(TAG.sub(" ", node.astext())) if "html" in node.get("format", "") else ""
    if isinstance(node, nodes.Text):
        return node.astext()
    return ("" if isinstance(node, nodes.TextElement) else " ").join(map(told, node.children))


def passages(doctree: nodes.document, address: str) -> Iterator[dict[str, str]]:
    """Every section of a page with its title, text and address; the first is the page itself."""
    page = None
    for section in doctree.findall(nodes.section):
        heading = section.next_node(nodes.title)
        if heading is None:
            continue
        title = heading.astext()
        place = f"{address}#{section['ids'][0]}" if page and section["ids"] else address
        page = page or title
        text = " ".join(" ".join(map(told, section.children)).split())
        yield {"title": title, "text": text, "address": place, "page": "" if title == page else page}


def figures(app: Sphinx) -> Iterator[dict[str, str]]:
    """Every figure with its number."""
    env = app.env
    for docname, specs in _in_order(env, getattr(env, "book_charts", {})):
        numbers = env.toc_fignumbers.get(docname, {}).get("figure", {})
        for about in (spec["usermeta"]["figure"] for spec in specs):
            number = ".".join(map(str, numbers.get(about["name"], ())))
            yield {"label": app.config.numfig_format["figure"] % number if number else "", "title": about["title"],
                   "text": " ".join(filter(None, [about["subtitle"] + ".", about["note"], about["alt"]])),
                   "address": f"{app.builder.get_target_uri(docname)}#{about['name']}", "page": env.titles[docname].astext()}


def judged_claims(app: Sphinx) -> Iterator[dict[str, str]]:
    """Every claim with its verdict, found also by its evidence; leads to the scoreboard if the book has one."""
    for one in harvested(app):
        evidence = [f"{entry.get('publisher') or ''}: {entry.get('statement') or ''}" for entry in one.get("evidence") or []]
        parts = [one.get("because"), one.get("known_then"), one.get("known_now"), one.get("later_outcome"), *evidence]
        yield {"label": one["id"], "title": one["claim"], "text": " ".join(filter(None, parts)),
               "address": one["scoreboard"] or one["page"], "page": word(f"theme.{one['theme']}") if one.get("theme") else "",
               "verdict": one["verdict"], "word": word(f"verdict.{one['verdict']}")}


def terms(app: Sphinx) -> Iterator[dict[str, str]]:
    """Every term of the glossary, found also by its Spanish names; nothing in a book without one."""
    places = glossary.places(app.env)
    for entry in glossary.terms():
        if entry["term"] in places:
            docname, anchor = places[entry["term"]]
            yield {"title": entry["term"], "text": glossary.plain(entry["means"]), "es": entry["es"],
                   "address": f"{app.builder.get_target_uri(docname)}#{anchor}", "page": app.env.titles[docname].astext()}


def _in_order(env: BuildEnvironment, by_page: dict[str, list]) -> list[tuple[str, list]]:
    """Pages with what was kept of each: chapters in the order of the book, then the others."""
    first = chapters(env)
    return sorted(by_page.items(), key=lambda item: (first.index(item[0]) if item[0] in first else len(first), item[0]))


def setup(app: Sphinx) -> None:
    """Register the search page and its index."""
    found: dict[str, list[dict[str, str]]] = {}

    def begin(app: Sphinx) -> None:
        # Sphinx's own index, which stems every word, is not wanted.
        for step in ("load_indexer", "index_page", "dump_search_index"):
            setattr(app.builder, step, lambda *_: None)
        if known(app).exists():  # pages that are not written again
            found.update(json.loads(known(app).read_text(encoding="utf-8")))

    def known(app: Sphinx) -> Path:
        return Path(app.doctreedir) / PASSAGES

    def page(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
        if doctree is not None:
            found[pagename] = list(passages(doctree, app.builder.get_target_uri(pagename)))
        if pagename == "search":
            for script in ("language_data.js", INDEX, "search.js"):
                app.add_js_file(script, loading_method="defer")

    def write(app: Sphinx, error: Exception | None) -> None:
        if error is not None or app.builder.name != "html":
            return
        known(app).write_text(json.dumps(found), encoding="utf-8")
        everything = {"term": list(terms(app)), "figure": list(figures(app)), "claim": list(judged_claims(app)),
                      "passage": [one for _, sections in _in_order(app.env, found) for one in sections]}
        book = {"words": {name: word(f"search.{name}") for name in WORDS}, "entries": everything}
        folder = Path(app.outdir)
        (folder / "_static" / INDEX).write_text(f"window.bookSearch = {script_json(book)};\n", encoding="utf-8")
        (folder / REPLACED).unlink(missing_ok=True)

    app.connect("builder-inited", begin)
    app.connect("html-page-context", page)
    app.connect("build-finished", write, priority=995)  # its words must not be taken for those of styles that pages use
