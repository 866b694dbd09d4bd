"""Judged claims as cards in the chapter that judges them. What they rest on is on the scoreboard, if the book has one."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx

from migrationbook import data
from migrationbook.claims import register
from migrationbook.prose import MINUS, SPACE
from migrationbook.sphinx import catalogue, robustness
from migrationbook.sphinx.badge import home, pill
from migrationbook.sphinx.collect import anchor, collect
from migrationbook.sphinx.markup import link, listed
from migrationbook.words import word

MIME = "application/vnd.migrationbook.claims+json"


class claims(nodes.General, nodes.Element):
    """The claims one cell judged."""


class claim(nodes.General, nodes.Element):
    """One judged claim; ``content`` is the judgement. Its text is there for the search, the visitor writes the page."""


class ClaimsRenderer:
    """MyST-NB plugin: the claims MIME type → a `claims` node."""

    mime_priority_overrides = [(builder, MIME, 1) for builder in ("html", "dirhtml", "epub")]

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type != MIME:
            return None
        group = claims()
        for judged in data.content:
            searched = nodes.Text(f"{judged['id']} {judged['claim']} {judged.get('because') or ''}")
            group += anchor(renderer.renderer.document, claim("", searched, content=judged), f"claim-{judged['id']}")
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


def line(kind: str, text: object, label: str = "") -> str:
    """A paragraph of class ``kind``, nothing without a text."""
    if not text:
        return ""
    before = f"<b>{escape(label)}</b> " if label else ""
    return f'<p class="{kind}">{before}{words(text)}</p>\n'


def html(judged: dict, tables: dict[str, str] | None = None, board: str | None = None) -> str:
    """One judgement as a card whose anchor is ``claim-<id>``.

    tables: address of each table in the catalogue. board: address of the scoreboard; without one the card tells it all.
    """
    name = escape(judged["id"])
    more = (folded(details(judged, tables or {})) if board is None
            else f'<p class="fact"><a href="{escape(board)}#{name}">{escape(word("scoreboard.more"))}</a></p>\n')
    return f'<article class="claim" id="claim-{name}">\n{head(judged, f"#claim-{name}")}{summary(judged)}{more}</article>\n'


def head(judged: dict, address: str, about: str = "") -> str:
    """Id (linked), verdict and how sure; ``about`` follows."""
    sure = judged.get("confidence")
    return (f'<p class="claim-head"><a class="claim-id" href="{escape(address)}">{escape(judged["id"])}</a> '
            + pill(judged["verdict"], word(f"verdict.{judged['verdict']}"))
            + (f' <span class="confidence">{escape(word(f"confidence.{sure}"))}</span>' if sure else "") + f"{about}</p>\n")


def summary(judged: dict) -> str:
    """What the article says, why the verdict is what it is, the interval, and whether the verdict survives."""
    told = f'<p class="claim-text">{words(judged["claim"])}</p>\n{line("because", judged.get("because"))}'
    if judged.get("interval"):
        low, high = judged["interval"]
        told += line("interval", f"{number(low)} {word('site.to')}{SPACE}{number(high)}", f"{judged['interval_of']}:")
    return told + robustness.strip(judged)


def folded(body: str) -> str:
    """What a claim rests on, to be opened."""
    return f"<details><summary>{escape(word('site.more'))}</summary>\n{body}</details>\n" if body else ""


def details(judged: dict, tables: dict[str, str]) -> str:
    """Estimates and rule, what was known then beside what is known now, first reading and tables."""
    first = judged.get("first_reading")
    found = judged.get("evidence") or []
    then = (line("fact", judged.get("known_then"))
            + listed([_evidence(entry) for entry in found if not entry.get("later")], "evidence"))
    now = (line("fact", judged.get("known_now"))
           + listed([_evidence(entry) for entry in found if entry.get("later")], "evidence")
           + line("fact", judged.get("later_outcome"), word("site.later_outcome")))
    beside = "".join(f'<div><p class="label">{escape(word(f"site.{key}"))}</p>\n{told}</div>\n'
                     for key, told in (("known_then", then), ("known_now", now)) if told)
    used = [_table(name, tables) for name in judged.get("tables") or []]
    return (
        listed(_estimates(judged["id"], judged["estimates"]) if judged.get("estimates") else [], "estimates")
        + line("fact", judged.get("rule"), word("site.rule"))
        + (f'<div class="then-now">\n{beside}</div>\n' if beside else "")
        + line("fact", first and word(f"verdict.{first}"), word("site.first_reading"))
        + (f'<p class="fact"><b>{escape(word("site.tables"))}</b> {"; ".join(used)}</p>\n' if used else "")
    )


def _table(name: str, tables: dict[str, str]) -> str:
    """A table, linked to the catalogue, and its publishers, linked to their pages."""
    sources = {source.get("publisher") or source["title"]: source.get("path") for source in _sources(name)}
    who = ", ".join(link(publisher, path) for publisher, path in sources.items())
    return catalogue.links([name], tables) + (f" ({who})" if who else "")


def _sources(name: str) -> list[dict]:
    return next((entry["sources"] for entry in data.package()["resources"] if entry["name"] == name), [])


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
    about = ", ".join(escape(str(one)) for one in (entry.get("date"), stance) if one)
    return f"{named}{f' ({about})' if about else ''}: {words(entry.get('statement') or '')}"


def _group(opening: str):
    return lambda self, node: self.body.append(opening)


def visit_claim(self, node: claim) -> None:
    self.body.append(html(node["content"], catalogue.addresses(self.builder), home(self.builder)))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register judged claims."""
    app.add_node(claims, html=(_group('<div class="claims">\n'), _group("</div>\n")))
    app.add_node(claim, html=(visit_claim, None))
    collect(app, "book_claims", claim, lambda judged: judged["id"],
            "claim {key} is judged on {first} and again on {second}; a claim has one verdict")
