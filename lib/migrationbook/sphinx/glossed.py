"""Terms in a chapter's text: the first use in each section leads to the glossary, and a script shows the definition at once.

Which words are terms is told by the glossary: a term's ``linked`` forms, or the term and its plural. Headings, links, code,
figures and the answer under the title are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape

from docutils import nodes
from sphinx.application import Sphinx

from migrationbook.sphinx import glossary
from migrationbook.sphinx.markup import relative

ALONE = (nodes.title, nodes.reference, nodes.literal, nodes.raw, nodes.table)


class glossed(nodes.Inline, nodes.TextElement):
    """A term in a text; ``term`` is its entry's name, ``address`` the place in the glossary, its text stays as it is."""


@cache
def entries() -> dict[str, dict[str, str]]:
    """The glossary's entries by term."""
    return {entry["term"]: entry for entry in glossary.terms()}


@cache
def forms() -> dict[str, dict[str, str]]:
    """The words that are linked → their entry."""
    return {form: entry for entry in entries().values() for form in entry.get("linked", [entry["term"], f"{entry['term']}s"])}


@cache
def _pattern() -> re.Pattern:
    """Any form, the longest first; one written small may begin a sentence."""
    written = [re.escape(form) if form != form.lower() else f"[{form[0]}{form[0].upper()}]{re.escape(form[1:])}"
               for form in sorted(forms(), key=len, reverse=True)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(written)})(?![\w-])")


def split(text: str, known: set[str]) -> Iterator[str | tuple[str, dict[str, str]]]:
    """A text in pieces: plain, or a form with its entry where a term that is not yet ``known`` is used; it then is."""
    end = 0
    for found in _pattern().finditer(text):
        form = found.group()
        entry = forms().get(form) or forms()[form[0].lower() + form[1:]]
        if entry["term"] not in known:
            known.add(entry["term"])
            yield from filter(None, [text[end:found.start()]])
            yield form, entry
            end = found.end()
    yield from filter(None, [text[end:]])


def gloss(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark the first use of every term in each section of a chapter, and the terms that a page refers to by ``{term}``."""
    places = glossary.places(app.env)
    if app.builder.format != "html" or not places or docname in {page for page, _ in places.values()}:
        return
    addresses = {term: relative(app.builder.get_target_uri(docname), f"{app.builder.get_target_uri(page)}#{anchor}")
                 for term, (page, anchor) in places.items()}
    by_address = {address: term for term, address in addresses.items()}
    for link in list(doctree.findall(nodes.reference)):
        if link.get("refuri") in by_address:
            link.replace_self(glossed("", link.astext(), term=by_address[link["refuri"]], address=link["refuri"]))
    if docname not in getattr(app.env, "book_reading", {}):
        return
    for part in (section for section in doctree.findall(nodes.section) if isinstance(section.parent.parent, nodes.document)):
        known = {node["term"] for node in part.findall(glossed)}
        for text in list(part.findall(nodes.Text)):
            if _is_prose(text):
                text.parent.replace(text, [
                    nodes.Text(piece) if isinstance(piece, str)
                    else glossed("", piece[0], term=piece[1]["term"], address=addresses[piece[1]["term"]])
                    for piece in split(text.astext(), known)])


def _is_prose(text: nodes.Text) -> bool:
    """Whether a text is part of a paragraph in which nothing forbids a link."""
    inside, node = False, text.parent
    while node is not None:
        if isinstance(node, (*ALONE, glossed)):
            return False
        inside = inside or isinstance(node, nodes.paragraph)
        node = node.parent
    return inside


def visit(self, node: glossed) -> None:
    entry = entries()[node["term"]]
    spanish = f' data-es="{escape(entry["es"])}"' if entry["es"] else ""
    self.body.append(f'<a class="glossed" href="{escape(node["address"])}" data-term="{escape(entry["term"])}" '
                     f'data-means="{escape(glossary.plain(entry["means"]))}"{spanish}>')


def depart(self, node: glossed) -> None:
    self.body.append("</a>")


def setup(app: Sphinx) -> None:
    """Register terms in texts."""
    app.add_node(glossed, html=(visit, depart))
    app.connect("doctree-resolved", gloss)
