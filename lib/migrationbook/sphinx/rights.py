"""`{data-rights}`: what may be done with the tables and how to credit them, licence by licence."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from migrationbook import paths
from migrationbook.data.rights import by_kind, credit, publishers, terms
from migrationbook.errors import BookError
from migrationbook.sphinx import collect
from migrationbook.sphinx.catalogue import addresses, links
from migrationbook.sphinx.markup import link, linked, rows_table
from migrationbook.words import word


class data_rights(nodes.General, nodes.Element):
    """The tables under one kind of licence; ``content`` is the kind."""


class RightsDirective(SphinxDirective):
    """``{data-rights}``: a section for each kind of licence in the package, with the anchor ``rights-<kind>``."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        try:
            return [self._section(kind) for kind in by_kind()]
        except BookError as error:
            raise self.severe(str(error)) from None

    def _section(self, kind: str) -> nodes.section:
        section = nodes.section("", nodes.title(text=word(f"rights.{kind}.name")),
                                nodes.paragraph(text=word(f"rights.{kind}.means")))
        section += data_rights(content=kind)
        return collect.anchor(self.state.document, section, f"rights-{kind}")


def html(kind: str, tables: dict[str, str]) -> str:
    """How to credit tables under a kind of licence, by an example, and which tables these are, by publisher and terms."""
    held = by_kind()[kind]
    groups: dict[tuple[str, str], list[str]] = {}
    for entry, licence in held:
        told = link(terms(licence), licence.get("path"))
        groups.setdefault(("; ".join(publishers(entry)), told), []).append(entry["name"])
    example, licence = held[0]
    head = [escape(word(f"rights.{key}")) for key in ("publisher", "terms", "tables")]
    rows = [[escape(publisher), told, links(names, tables)] for (publisher, told), names in groups.items()]
    return (f'<p class="credit"><b>{escape(word("rights.example"))}</b> {linked(credit(example, licence))}</p>\n'
            + rows_table(word(f"rights.{kind}.name"), head, rows, "data rights"))


def visit_rights(self, node: data_rights) -> None:
    self.body.append(html(node["content"], addresses(self.builder)))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the page of rights."""
    app.add_node(data_rights, html=(visit_rights, None))
    app.add_directive("data-rights", RightsDirective)
    collect.collect(app, "book_rights", data_rights, lambda kind: kind,
                    "the rights of kind '{key}' are told on {first} and again on {second}; one page is enough")
