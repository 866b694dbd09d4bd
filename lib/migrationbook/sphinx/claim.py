"""Judged claims on a page; all of them in a table, and in claims.json and claims.csv beside the pages."""

from __future__ import annotations

import csv
import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from migrationbook.claims import register
from migrationbook.claims.scoreboard import counts
from migrationbook.data import load
from migrationbook.prose import MINUS, SPACE
from migrationbook.sphinx import catalogue
from migrationbook.sphinx.badge import pill
from migrationbook.sphinx.collect import anchor, collect
from migrationbook.sphinx.markup import link, relative
from migrationbook.words import word

MIME = "application/vnd.migrationbook.claims+json"
COLUMNS = ("id", "theme", "type", "claim", "verdict", "confidence", "because", "estimates", "interval_of",
           "interval_low", "interval_high", "known_then", "known_now", "later_outcome", "page")


class claims(nodes.General, nodes.Element):
    """The claims one cell judged."""


class ledger(nodes.General, nodes.Element):
    """The table of all judged claims."""


class claim(nodes.General, nodes.Element):
    """One judged claim; ``content`` is the judgement."""


class ClaimsRenderer:
    """MyST-NB plugin: the claims MIME type → a `claims` node."""

    mime_priority_overrides = [(builder, MIME, 1) for builder in ("html", "dirhtml")]

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type != MIME:
            return None
        group = claims()
        group += [anchor(renderer.renderer.document, claim(content=judged), f"claim-{judged['id']}") for judged in data.content]
        return [group]


def number(value: float | None, unit: str = "") -> str:
    """A number for reading with its unit: probabilities to two digits, per cent to one, counts whole."""
    if value is None:
        return word("site.unknown")
    if unit == "probability":
        return f"{value:.2f}"
    if unit == "percent":
        return f"{value:,.1f}".replace("-", MINUS) + SPACE + "%"
    text = f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}"
    return (text.replace("-", MINUS) + SPACE + unit).rstrip()


def words(value: object) -> str:
    """Text for a page; no line breaks between a number and its sign of per cent."""
    return escape(str(value)).replace(" %", f"{SPACE}%")


def html(judged: dict, tables: dict[str, str] | None = None) -> str:
    """One judgement as a card whose anchor is ``claim-<id>``. tables: address of each table in the catalogue."""
    name = escape(judged["id"])
    verdict = judged["verdict"]
    confidence = judged.get("confidence")
    head = (
        f'<a class="claim-id" href="#claim-{name}">{name}</a> '
        + pill(verdict, word("verdict." + verdict))
        + (f' <span class="confidence">{escape(word("confidence." + confidence))}</span>' if confidence else "")
    )
    return (
        f'<article class="claim" id="claim-{name}">\n<p class="claim-head">{head}</p>\n'
        f'<p class="claim-text">{words(judged["claim"])}</p>\n{_line("because", judged.get("because"))}'
        f"{_interval(judged)}{_more(judged, tables or {})}</article>\n"
    )


def _line(kind: str, text: object, label: str = "") -> str:
    if not text:
        return ""
    before = f"<b>{escape(label)}</b> " if label else ""
    return f'<p class="{kind}">{before}{words(text)}</p>\n'


def _interval(judged: dict) -> str:
    if not judged.get("interval"):
        return ""
    low, high = judged["interval"]
    return _line("interval", f"{number(low)} {word('site.to')} {number(high)}", f"{judged['interval_of']}:")


def _more(judged: dict, tables: dict[str, str]) -> str:
    first = judged.get("first_reading")
    body = (
        _list("estimates", _estimates(judged["id"], judged["estimates"]) if judged.get("estimates") else [])
        + "".join(_line("fact", judged.get(key), word(f"site.{key}"))
                  for key in ("rule", "known_then", "known_now", "later_outcome"))
        + _line("fact", first and word(f"verdict.{first}"), word("site.first_reading"))
        + _list("evidence", [_evidence(entry) for entry in judged.get("evidence") or []])
        + _tables(judged.get("tables") or [], tables)
    )
    return f"<details><summary>{escape(word('site.more'))}</summary>\n{body}</details>\n" if body else ""


def _tables(names: list[str], tables: dict[str, str]) -> str:
    return f'<p class="fact"><b>{escape(word("site.tables"))}</b> {catalogue.links(names, tables)}</p>\n' if names else ""


def _list(kind: str, items: list[str]) -> str:
    entries = "".join(f"<li>{item}</li>\n" for item in items)
    return f'<ul class="{kind}">\n{entries}</ul>\n' if entries else ""


def _estimates(claim_id: str, given: dict[str, float | None]) -> list[str]:
    """The estimates in the order, the words and the units of the register."""
    known = register.estimates(claim_id)
    named = [(row.meaning, row.estimate, row.unit) for row in known.itertuples() if row.estimate in given]
    named += [(name.replace("_", " "), name, "") for name in given if name not in set(known["estimate"])]
    return [f"{escape(meaning)} (<code>{escape(name)}</code>): <b>{escape(number(given[name], unit))}</b>"
            for meaning, name, unit in named]


def _evidence(entry: dict) -> str:
    named = link(entry.get("publisher") or "", entry.get("url"))
    stance = entry.get("stance") and word(f"stance.{entry['stance']}")
    told = [entry.get("date"), stance, entry.get("later") and word("site.later")]
    about = ", ".join(escape(str(one)) for one in told if one)
    return f"{named}{f' ({about})' if about else ''}: {words(entry.get('statement') or '')}"


class LedgerDirective(SphinxDirective):
    """``{claim-ledger}``: every claim judged anywhere in the book, in a table that leads to each."""

    def run(self) -> list[nodes.Node]:
        return [ledger()]


def ledger_html(all_claims: list[dict], page: str) -> str:
    """How often each verdict was reached, then a row a claim. page: address of the page the table stands on."""
    found = counts(all_claims)
    badges = " ".join(pill(verdict, f"{word('verdict.' + verdict)}: {number}") for verdict, number in found.items() if number)
    caption = word("claims.caption").format(judged=len(all_claims), all=len(load("claims")))
    head = "".join(f"<th scope=\"col\">{escape(word(f'claims.{column}'))}</th>" for column in ("id", "claim", "verdict"))
    rows = "\n".join(
        f'<tr><td><a href="{escape(relative(page, judged["page"]))}">{escape(judged["id"])}</a></td>'
        f'<td>{escape(judged["claim"])}</td><td>{pill(judged["verdict"], word("verdict." + judged["verdict"]))}</td></tr>'
        for judged in all_claims
    )
    return (f'<p class="ledger-counts">{badges}</p>\n<table class="data ledger"><caption>{escape(caption)}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n")


def visit_ledger(self, node: ledger) -> None:
    self.body.append(ledger_html(harvested(self.builder.app), self.builder.get_target_uri(self.builder.current_docname)))
    raise nodes.SkipNode


def _group(opening: str):
    return lambda self, node: self.body.append(opening)


def visit_claim(self, node: claim) -> None:
    self.body.append(html(node["content"], catalogue.addresses(self.builder)))
    raise nodes.SkipNode


def harvested(app: Sphinx) -> list[dict]:
    """Every judgement of the book with the ``page`` (address and anchor) that shows it, ordered by claim."""
    found = [
        judged | {"page": f"{app.builder.get_target_uri(docname)}#claim-{judged['id']}"}
        for docname, contents in getattr(app.env, "book_claims", {}).items() for judged in contents
    ]
    return sorted(found, key=lambda judged: [(part.isdigit(), int(part) if part.isdigit() else 0, part)
                                             for part in re.findall(r"\d+|\D+", judged["id"])])


def write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    all_claims = harvested(app)
    if not all_claims:
        return
    text = json.dumps(all_claims, ensure_ascii=False, indent=1) + "\n"
    (Path(app.outdir) / "claims.json").write_text(text, encoding="utf-8")
    with (Path(app.outdir) / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for judged in all_claims:
            low, high = judged.get("interval") or (None, None)
            estimates = "; ".join(f"{name}={value}" for name, value in (judged.get("estimates") or {}).items())
            writer.writerow(judged | {"estimates": estimates, "interval_low": low, "interval_high": high})


def setup(app: Sphinx) -> None:
    """Register judged claims."""
    app.add_node(ledger, html=(visit_ledger, None))
    app.add_directive("claim-ledger", LedgerDirective)
    app.add_node(claims, html=(_group('<div class="claims">\n'), _group("</div>\n")))
    app.add_node(claim, html=(visit_claim, None))
    collect(app, "book_claims", claim, lambda judged: judged["id"],
            "claim {key} is judged on {first} and again on {second}; a claim has one verdict")
    app.connect("build-finished", write)
