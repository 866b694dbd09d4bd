"""What changed: `{changed-verdicts}` (conclusions) and `{data-corrections}` (figures), each from its table."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from migrationbook import paths
from migrationbook.claims.editions import changes, first_judged, latest
from migrationbook.data import load
from migrationbook.data.corrections import WHOLE_ROW
from migrationbook.errors import BookError
from migrationbook.prose import day
from migrationbook.sphinx import catalogue
from migrationbook.sphinx.claim_files import harvested
from migrationbook.sphinx.markup import code, link, linked, relative, rows_table
from migrationbook.words import word


class changed_verdicts(nodes.General, nodes.Element):
    """The claims judged otherwise than in the latest edition. ``brief``: in one sentence."""


class data_corrections(nodes.General, nodes.Element):
    """Declared corrections of publishers' errors."""


class ChangedDirective(SphinxDirective):
    """``{changed-verdicts}``: what this edition concludes otherwise than the last; with ``brief``, in a sentence."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        return [changed_verdicts(brief=self.arguments == ["brief"])]


class CorrectionsDirective(SphinxDirective):
    """``{data-corrections}``: every value that differs from what its publisher, or the compilation read, printed."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        return [data_corrections()]


def changed_html(judged: list[dict], page: str, brief: bool) -> str:
    """The changed verdicts. judged: every judgement with its ``page``; page: address of the page written."""
    edition, dated = latest()
    found, new = changes(judged), first_judged(judged)
    places = {one["id"]: relative(page, one["page"]) for one in judged}
    told = [word("editions.since").format(edition=edition, date=day(dated))]
    told += [_counted("first_judged", len(new))] if new else []
    told += [_counted("changed", len(found)) if found else word("editions.none")]
    if brief:
        names = ", ".join(f'<a href="{escape(places[one.claim])}">{escape(one.claim)}</a>' for one in found)
        return f'<p class="changed">{escape(" ".join(told))}{f" ({names})" if names else ""}</p>\n'
    rows = [[f'<a href="{escape(places[one.claim])}">{escape(one.claim)}</a>',
             f"{escape(word(f'verdict.{one.before}'))} → {escape(word(f'verdict.{one.now}'))}",
             (f"{escape(day(one.day))}. " if one.day else "") + escape(one.why or word("editions.unexplained"))] for one in found]
    head = [escape(word(f"editions.{name}")) for name in ("claim", "verdict", "why")]
    table = rows_table(word("editions.label"), head, rows, "data changes") if rows else ""
    return f'<p class="changed">{escape(" ".join(told))}</p>\n{table}'


def _counted(key: str, number: int) -> str:
    return word(f"editions.{key}_{'one' if number == 1 else 'many'}").format(number=number)


def corrections_html(tables: dict[str, str]) -> str:
    """The declared corrections, table by table, rows with one reason together. tables: addresses in the catalogue."""
    parts = []
    for table, of_table in load("corrections").groupby("table", sort=True):
        rows = []
        for (reason, source), same in of_table.groupby(["reason", "source"], sort=False):
            what = "<br/>".join(dict.fromkeys(_change(row) for row in same.to_dict("records")))
            rows.append([what, f"{linked(reason)}. {link(word('editions.evidence'), source)}"])
        head = [escape(word(f"editions.{name}")) for name in ("value", "why")]
        parts.append(f"<h3>{catalogue.links([table], tables)}</h3>\n" + rows_table(table, head, rows, "data corrections"))
    return "".join(parts)


def _change(row: dict[str, str]) -> str:
    if row["column"] == WHOLE_ROW:
        return f"{code(row['key'])}: {escape(word('editions.left_out'))}"
    was, now = (escape(row[name] or word("editions.nothing")) for name in ("was", "is"))
    return f"{code(row['key'])}, {code(row['column'])}: {was} → {now}"


def visit_changed(self, node: changed_verdicts) -> None:
    page = self.builder.get_target_uri(self.builder.current_docname)
    try:
        self.body.append(changed_html(harvested(self.builder.app), page, node["brief"]))
    except BookError as error:
        catalogue.logger.warning(str(error), location=self.builder.current_docname)
    raise nodes.SkipNode


def visit_corrections(self, node: data_corrections) -> None:
    try:
        self.body.append(corrections_html(catalogue.addresses(self.builder)))
    except BookError as error:
        catalogue.logger.warning(str(error), location=self.builder.current_docname)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the lists of changes."""
    app.add_node(changed_verdicts, html=(visit_changed, None))
    app.add_node(data_corrections, html=(visit_corrections, None))
    app.add_directive("changed-verdicts", ChangedDirective)
    app.add_directive("data-corrections", CorrectionsDirective)
