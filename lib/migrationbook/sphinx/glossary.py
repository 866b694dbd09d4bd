"""`{book-glossary}`: the book's terms in English and Spanish, made from one file; the role `{term}` leads to them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.domains.std import Glossary
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from migrationbook.errors import BookError
from migrationbook.sphinx.markup import rows_table
from migrationbook.words import word

TERMS = Path(__file__).parents[1] / "glossary.toml"
KEYS = {"term", "es", "means"}
ROLE = re.compile(r"\{(?:term|es)\}`([^`<]+?)\s*(?:<[^`>]*>)?`")


class spanish(nodes.inline):
    """Words in Spanish, told to screen readers as such."""


class spanish_index(nodes.General, nodes.Element):
    """The Spanish terms in their own order; ``content`` holds (Spanish, English, anchor)."""


def terms(path: Path = TERMS) -> list[dict[str, str]]:
    """The entries, by term; ``linked``, if there, are the forms that the text of a chapter links.

    Raises BookError naming the entry that is incomplete, or there twice.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["term"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BookError(f"{path.name}: expected entries [[term]], found: {error}") from None
    for number, entry in enumerate(entries, 1):
        named = entry.get("term") or f"number {number}"
        if set(entry) - {"linked"} != KEYS or not entry["term"] or not entry["means"]:
            raise BookError(f"{path.name}: entry '{named}' has {', '.join(sorted(entry))}; "
                            "it takes term, es and means, and may have linked")
    entries.sort(key=lambda entry: _order(entry["term"]))
    for first, second in zip(entries, entries[1:], strict=False):
        if _order(first["term"]) == _order(second["term"]):
            raise BookError(f"{path.name}: '{second['term']}' is there twice; join the two entries")
    return entries


def _order(text: str) -> str:
    """What a text is sorted by: no case, no accents, no opening quotation mark."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.casefold().lstrip('"“ ')


def plain(means: str) -> str:
    """A meaning without the marks of its links and languages."""
    return ROLE.sub(r"\1", means)


def places(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Page (docname) and anchor of every term on the page that is the glossary; none in a book without one."""
    known = env.domaindata["std"]["objects"]
    return {entry["term"]: known["term", entry["term"]] for entry in terms() if ("term", entry["term"]) in known}


class SpanishRole(SphinxRole):
    """``{es}`words` ``: words in Spanish."""

    def run(self) -> tuple[list[nodes.Node], list]:
        return [spanish("", self.text)], []


class GlossaryDirective(Glossary):
    """``{book-glossary}``: every term with its Spanish names and meaning, then the Spanish names with their terms."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(TERMS))
        try:
            entries = terms()
        except BookError as error:
            raise self.severe(str(error)) from None
        lines = [line for entry in entries for line in (entry["term"], f"    {entry['means']}", "")]
        self.content = StringList(lines, source=str(TERMS))
        found = super().run()
        items = [item for node in found for item in node.findall(nodes.definition_list_item)]
        listed = []
        for entry, item in zip(entries, items, strict=True):
            anchor = next(item.findall(nodes.term))["ids"][0]
            names = [name.strip() for name in entry["es"].split(";") if name.strip()]
            listed += [(name, entry["term"], anchor) for name in names]
            if names:
                line = nodes.paragraph("", f"{word('glossary.spanish')} ", spanish("", "; ".join(names)), classes=["spanish"])
                next(item.findall(nodes.definition)).insert(0, line)
        listed.sort(key=lambda one: _order(one[0]))
        section = nodes.section("", nodes.title(text=word("glossary.index")), spanish_index(content=listed),
                                ids=["spanish-terms"])
        self.state.document.note_implicit_target(section)
        return [*found, section]


def index_html(listed: list[tuple[str, str, str]]) -> str:
    """The Spanish terms as a table that leads to the English ones."""
    rows = [[f'<span lang="es">{escape(name)}</span>', f'<a href="#{escape(anchor)}">{escape(term)}</a>']
            for name, term, anchor in listed]
    head = [escape(word(f"glossary.{language}")) for language in ("in_spanish", "in_english")]
    return rows_table(word("glossary.index"), head, rows, "data spanish-index")


def visit_spanish(self, node: spanish) -> None:
    self.body.append('<span lang="es">')


def depart_spanish(self, node: spanish) -> None:
    self.body.append("</span>")


def visit_index(self, node: spanish_index) -> None:
    self.body.append(index_html(node["content"]))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the glossary."""
    app.add_node(spanish, html=(visit_spanish, depart_spanish))
    app.add_node(spanish_index, html=(visit_index, None))
    app.add_directive("book-glossary", GlossaryDirective)
    app.add_role("es", SpanishRole())
