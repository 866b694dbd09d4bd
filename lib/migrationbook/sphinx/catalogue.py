"""The data catalogue: `{data-overview}` lists every table, `{data-catalogue} THEME` describes those of a theme."""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder as Builder
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from migrationbook import data, paths
from migrationbook.data.rights import credit, kind_of, publishers, terms
from migrationbook.errors import BookError
from migrationbook.prose import MINUS
from migrationbook.sphinx import collect
from migrationbook.sphinx.markup import code, link, linked, listed, on_paper, relative, rows_table, scrolling
from migrationbook.words import word

logger = logging.getLogger(__name__)
FOLDER = "_data"
MANY = 8  # allowed values shown before the rest is folded


class data_table(nodes.General, nodes.Element):
    """One table; ``content`` is its resource. Its text is there for the search, the visitor writes the page."""


class data_overview(nodes.General, nodes.Element):
    """The list of all tables."""


class CatalogueDirective(SphinxDirective):
    """``{data-catalogue} THEME``: a section for each table of the theme, with the anchor ``table-<name>``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        theme = self.arguments[0]
        try:
            entries = [entry for entry in data.package()["resources"] if data.theme(entry) == theme]
            empty = word("catalogue.empty").format(theme=theme)
        except BookError as error:
            raise self.severe(str(error)) from None
        return [self._section(entry) for entry in entries] or [nodes.paragraph(text=empty)]

    def _section(self, entry: dict) -> nodes.section:
        section = nodes.section("", nodes.title(text=entry["title"]))
        fields = entry["schema"]["fields"]
        searched = [entry["name"], entry.get("description", ""), *entry.get("caveats", []),
                    *(f"{field['name']} {field.get('title', '')} {field.get('description', '')}" for field in fields)]
        section += data_table("", nodes.Text(" ".join(searched)), content=entry)
        return collect.anchor(self.state.document, section, anchor_of(entry))


class OverviewDirective(SphinxDirective):
    """``{data-overview}``: every table of the package in one table, and what was left out."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        return [data_overview()]


def anchor_of(entry: dict) -> str:
    return f"table-{entry['name']}"


def addresses(builder: Builder) -> dict[str, str]:
    """Where the catalogue describes each table, seen from the page being written; empty if the book has none."""
    found = collect.addresses(builder, "book_tables", anchor_of)
    return {anchor.removeprefix("table-"): address for anchor, address in found.items()}


def links(names: list[str], tables: dict[str, str]) -> str:
    """Names of tables, linked to the catalogue where it has them."""
    return ", ".join(f'<a href="{escape(tables[name])}">{escape(name)}</a>' if name in tables else escape(name)
                     for name in names)


def uses(builder: Builder, name: str) -> list[str]:
    """The chapters that show table ``name``, each with its figures and claims, linked from the page being written."""
    env, here = builder.env, builder.get_target_uri(builder.current_docname)
    charts, claims = getattr(env, "book_charts", {}), getattr(env, "book_claims", {})
    found = []
    for docname in sorted({*charts, *claims}):
        page = builder.get_target_uri(docname)
        figures = [spec["usermeta"]["figure"] for spec in charts.get(docname, [])]
        numbers = env.toc_fignumbers.get(docname, {}).get("figure", {})
        shown = [(about["name"], builder.config.numfig_format["figure"] % ".".join(map(str, numbers[about["name"]]))
                  if about["name"] in numbers else about["title"]) for about in figures if name in about["tables"]]
        shown += [(f"claim-{judged['id']}", f"{word('claims.id')} {judged['id']}")
                  for judged in claims.get(docname, []) if name in (judged.get("tables") or [])]
        if shown:
            chapter = f'<a href="{escape(relative_uri(here, page))}">{escape(env.titles[docname].astext())}</a>'
            places = ", ".join(f'<a href="{escape(relative(here, f"{page}#{anchor}"))}">{escape(label)}</a>'
                               for anchor, label in shown)
            found.append(f"{chapter}: {places}")
    return found


def html(entry: dict, used: list[str], base: str, tables: dict[str, str], rights: dict[str, str]) -> str:
    """One table described: what it is, its traps, its facts, columns, published totals and first rows.

    used: what `uses` returns. base: folder of the files, "" where there are none (then no first rows and totals).
    tables, rights: addresses of other tables and of licences.
    """
    return "".join([
        '<div class="data-table">\n',
        f'<p class="table-name">{code(entry["name"])}</p>\n',
        f"<p>{escape(entry.get('description', ''))}</p>\n",
        _caveats(entry),
        _facts(entry, used, base, rights),
        _columns(entry, tables),
        *([_checks(entry), _first_rows(entry)] if base else []),
        "</div>\n",
    ])


def _caveats(entry: dict) -> str:
    told = listed([linked(caveat) for caveat in entry.get("caveats") or []])
    return f'<div class="caveats"><p><b>{escape(word("catalogue.caveats"))}</b></p>\n{told}</div>\n' if told else ""


def _facts(entry: dict, used: list[str], base: str, rights: dict[str, str]) -> str:
    sources = [link(source["title"], source.get("path")) +
               (f": {linked(source['obtained_from'])}" if source.get("obtained_from") else "") for source in entry["sources"]]
    licences = [_licence(licence, rights) for licence in entry["licenses"]]
    file = escape(entry["path"])
    size = word("catalogue.size").format(size=f"{entry['bytes'] / 1000:,.1f}")
    facts = {
        "rows": f"{entry['rows']:,}",
        "coverage": escape(coverage(entry)),
        "vintage": escape(str(entry["vintage"])),
        "key": ", ".join(code(name) for name in entry["schema"].get("primaryKey", [])),
        "sources": _several(sources),
        "licences": _several(licences),
        "credit": _several([linked(credit(entry, licence)) for licence in entry["licenses"]]),
        "used": _several(used) or escape(word("catalogue.unused")),
        "file": f'<a href="{base}/{file}" download>{file}</a>, {escape(size)}' if base else "",
        "hash": code(entry["hash"]),
    }
    told = "".join(f"<dt>{escape(word(f'catalogue.{key}'))}</dt><dd>{text}</dd>\n" for key, text in facts.items() if text)
    return f'<dl class="facts">\n{told}</dl>\n'


def _several(items: list[str]) -> str:
    return listed(items) if len(items) > 1 else "".join(items)


def _licence(licence: dict, rights: dict[str, str]) -> str:
    where = rights.get(f"rights-{kind_of(licence)}")
    more = f' (<a href="{escape(where)}">{escape(word("catalogue.rights"))}</a>)' if where else ""
    return link(terms(licence), licence.get("path")) + more


def coverage(entry: dict) -> str:
    """First and last date of a table; nothing if it has no dates."""
    return f" {word('site.to')} ".join(dict.fromkeys(entry.get("coverage") or []))


def _columns(entry: dict, tables: dict[str, str]) -> str:
    schema = entry["schema"]
    rows = []
    for field in schema["fields"]:
        kind = ", ".join(filter(None, [word(f"column.{field['type']}"), field.get("unit", ""),
                                       word("column.key") if field["name"] in schema.get("primaryKey", []) else ""]))
        meaning = ". ".join(filter(None, [field.get("title", "").rstrip("."), field.get("description", "")]))
        rows.append([f'{code(field["name"])} <span class="kind">{escape(kind)}</span>',
                     linked(meaning), _allowed(field) + _leads_to(field, schema, tables)])
    head = [escape(word(f"column.{name}")) for name in ("name", "meaning", "allowed")]
    return rows_table(f"{word('catalogue.columns')}: {entry['name']}", head, rows, "data columns")


def _allowed(field: dict) -> str:
    """What the column accepts, in words; a check refuses anything else."""
    rules = field.get("constraints", {})
    told = []
    if "enum" in rules:
        values = [code(value) for value in rules["enum"]]
        more = word("column.more").format(number=len(values) - MANY)
        rest = f"<details><summary>{escape(more)}</summary>{', '.join(values[MANY:])}</details>"
        told.append(", ".join(values[:MANY]) + (rest if len(values) > MANY else ""))
    limits = [key for key in ("minimum", "maximum") if key in rules]
    if limits:
        words = word(f"column.{'range' if len(limits) == 2 else limits[0]}")
        told.append(escape(words.format(**{key: exact(rules[key]) for key in limits})))
    if "pattern" in rules:
        told.append(f"{escape(word('column.pattern'))} {code(rules['pattern'])}")
    if rules.get("unique"):
        told.append(escape(word("column.unique")))
    if not rules.get("required"):
        told.append(escape(word("column.optional")))
    return "; ".join(told)


def _leads_to(field: dict, schema: dict, tables: dict[str, str]) -> str:
    """The foreign keys the column is part of."""
    told = []
    for key in schema.get("foreignKeys", []):
        if field["name"] in key["fields"]:
            column = key["reference"]["fields"][key["fields"].index(field["name"])]
            # a reference without a table is one to the table itself
            where = links([key["reference"]["resource"]], tables) if key["reference"]["resource"] else word("column.itself")
            told.append(f"<p>{escape(word('column.foreign'))} {code(column)} {word('column.of')} {where}</p>")
    return "".join(told)


def exact(value: object) -> str:
    """A figure with nothing rounded, thousands separated from five digits on (1999 may be a year); a text as it is."""
    if not isinstance(value, (int, float)):
        return str(value)
    return (f"{value:,}" if abs(value) >= 10_000 else str(value)).replace("-", MINUS)


def _checks(entry: dict) -> str:
    label = word("catalogue.checks").format(number=len(entry.get("checks", [])))
    head = [escape(word(f"check.{key}")) for key in ("label", "expected", "found", "tolerance", "source")]
    rows = [[escape(check["label"]), *(exact(check[key]) for key in ("expected", "found", "tolerance")),
             linked(check["source"])] for check in entry.get("checks", [])]
    return _folded(label, scrolling(f"{label}: {entry['name']}", rows_table(label, head, rows, "data checks"))) if rows else ""


def _first_rows(entry: dict) -> str:
    header, rows = data.first_rows(entry["name"])
    label = word("catalogue.first_rows").format(number=len(rows))
    content = rows_table(label, [escape(name) for name in header], [[linked(cell) for cell in row] for row in rows], "data rows")
    return _folded(label, scrolling(f"{label}: {entry['name']}", content))


def _folded(label: str, content: str) -> str:
    return f"<details><summary>{escape(label)}</summary>\n{content}</details>\n"


def overview_html(tables: dict[str, str]) -> str:
    """Every table of the package with rows, coverage and publisher, theme by theme; then the tables left out."""
    package = data.package()
    themes: dict[str, list[dict]] = {}
    for entry in package["resources"]:
        themes.setdefault(data.theme(entry), []).append(entry)
    head = "".join(f'<th scope="col">{escape(word(f"catalogue.{key}"))}</th>' for key in ("table", "rows", "coverage", "sources"))
    body = "".join(
        f'<tbody>\n<tr><th colspan="4" scope="rowgroup">{escape(word(f"theme.{theme}"))}</th></tr>\n'
        + "".join(_overview_row(entry, tables) for entry in entries) + "</tbody>\n"
        for theme, entries in themes.items()
    )
    total = word("catalogue.total").format(tables=len(package["resources"]),
                                           rows=f"{sum(entry['rows'] for entry in package['resources']):,}")
    left = listed([f"<b>{escape(item['name'])}</b> ({escape(item['publisher'])}): {linked(item['why'])}"
                   for item in package.get("left_out", [])])
    return (f'<table class="data overview"><caption>{escape(total)}</caption>\n<thead><tr>{head}</tr></thead>\n{body}</table>\n'
            + (f'<p>{escape(word("catalogue.left_out"))}</p>\n{left}' if left else ""))


def _overview_row(entry: dict, tables: dict[str, str]) -> str:
    cells = [
        f"{links([entry['name']], tables)} <span>{escape(entry['title'])}</span>",
        f"{entry['rows']:,}<span> {word('chart.count')}</span>",
        escape(coverage(entry)),
        escape("; ".join(publishers(entry))),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def visit_table(self, node: data_table) -> None:
    builder, entry = self.builder, node["content"]
    base = "" if on_paper(builder) else relative_uri(builder.get_target_uri(builder.current_docname), FOLDER)
    try:
        if base:
            file = Path(builder.outdir) / FOLDER / entry["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data.published(entry["name"]))
        rights = collect.addresses(builder, "book_rights", lambda kind: f"rights-{kind}")
        self.body.append(html(entry, uses(builder, entry["name"]), base, addresses(builder), rights))
    except BookError as error:
        logger.warning(f"table '{entry['name']}': {error}", location=builder.current_docname)
    raise nodes.SkipNode


def visit_overview(self, node: data_overview) -> None:
    builder, tables = self.builder, addresses(self.builder)
    try:
        for entry in data.package()["resources"]:
            if entry["name"] not in tables:
                logger.warning(f"table '{entry['name']}' is on no page of the catalogue; give its theme a page with "
                               f"{{data-catalogue}} {data.theme(entry)}", location=builder.current_docname)
        self.body.append(overview_html(tables))
    except BookError as error:
        logger.warning(str(error), location=builder.current_docname)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the catalogue."""
    app.add_node(data_table, html=(visit_table, None))
    app.add_node(data_overview, html=(visit_overview, None))
    app.add_directive("data-catalogue", CatalogueDirective)
    app.add_directive("data-overview", OverviewDirective)
    collect.collect(app, "book_tables", data_table, lambda entry: entry["name"],
                    "table '{key}' is described on {first} and again on {second}; a table has one place")
