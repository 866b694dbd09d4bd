"""The scoreboard: every claim with its verdict and what it rests on, how many of each, and a check that none is missing.

``{scoreboard}`` stands on one page; a book that has it must judge every claim of its themes, or the build fails.
``{scoreboard-miniature}`` counts verdicts by theme, each number leading to its claims; ``{scoreboard-scale}`` explains them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from migrationbook import paths
from migrationbook.claims import scoreboard as check
from migrationbook.claims.register import SCALE
from migrationbook.data import load
from migrationbook.sphinx import catalogue
from migrationbook.sphinx.badge import home, pill, scoreboard_page, sign
from migrationbook.sphinx.claim import details, folded, head, summary
from migrationbook.sphinx.claim_files import harvested
from migrationbook.sphinx.collect import collect
from migrationbook.sphinx.markup import on_paper, relative
from migrationbook.words import word

logger = logging.getLogger(__name__)
LIST = "claims"  # anchor of the list, where links to a filter lead


class scoreboard(nodes.General, nodes.Element):
    """Where the list of claims begins: the filters."""


class scoreboard_theme(nodes.General, nodes.Element):
    """The claims of one theme; ``content`` is the theme."""


class scoreboard_part(nodes.General, nodes.Element):
    """A part without claims of its own; ``draw`` makes it from all judged claims and the address of the scoreboard."""


class ScoreboardDirective(SphinxDirective):
    """``{scoreboard}``: the filters, then a section for each theme of the register with its claims."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.DATA / "claims" / "claims.csv"))
        return [scoreboard(content="scoreboard"), *(self._section(theme) for theme in themes())]

    def _section(self, theme: str) -> nodes.section:
        title = word(f"theme.{theme}")
        section = nodes.section("", nodes.title(text=title), scoreboard_theme(content=theme), classes=["scoreboard-theme"])
        section["names"].append(nodes.fully_normalize_name(title))
        self.state.document.note_implicit_target(section)
        return section


def part(draw: Callable[[list[dict], str | None], str]) -> type[SphinxDirective]:
    """A directive without arguments that shows what ``draw`` makes."""

    class Part(SphinxDirective):
        def run(self) -> list[nodes.Node]:
            return [scoreboard_part(draw=draw)]

    return Part


def themes() -> list[str]:
    """The themes of the register, in its order."""
    return list(load("claims")["theme"].drop_duplicates())


def scale(all_claims: list[dict], board: str | None) -> str:
    """What each verdict means."""
    entries = "".join(f'<div><dt>{pill(verdict, word(f"verdict.{verdict}"))}</dt>'
                      f'<dd>{escape(word(f"verdict_meaning.{verdict}"))}</dd></div>\n' for verdict in SCALE)
    return f'<dl class="scale">\n{entries}</dl>\n'


def miniature(all_claims: list[dict], board: str | None) -> str:
    """How many claims of each theme got each verdict; every number leads to these claims on the scoreboard."""
    found = Counter((judged["theme"], judged["verdict"]) for judged in all_claims)

    def cell(tag: str, about: str, number: int, **filters: str) -> str:
        if not number or board is None:
            return f'<{tag} class="{filters.get("verdict", "all")}">{number or "·"}</{tag}>'
        query = "&amp;".join(f"{key}={value}" for key, value in filters.items())
        return (f'<{tag} class="{filters.get("verdict", "all")}"><a href="{escape(board)}?{query}#{LIST}" '
                f'aria-label="{escape(about)}: {number}">{number}</a></{tag}>')

    def row(theme: str) -> str:
        name = word(f"theme.{theme}")
        cells = [cell("td", f"{name}, {word(f'verdict.{verdict}')}", found[theme, verdict], theme=theme, verdict=verdict)
                 for verdict in SCALE]
        return (f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}'
                f'{cell("td", name, sum(found[theme, verdict] for verdict in SCALE), theme=theme)}</tr>\n')

    totals = Counter(judged["verdict"] for judged in all_claims)
    top = "".join(f'<th scope="col" class="verdict-name {verdict}">{sign(verdict)}<span>{escape(word(f"verdict.{verdict}"))}'
                  "</span></th>" for verdict in SCALE)
    total = word("scoreboard.total")
    last = "".join(cell("td", word(f"verdict.{verdict}"), totals[verdict], verdict=verdict) for verdict in SCALE)
    caption = word("scoreboard.caption").format(judged=len(all_claims), all=len(load("claims")))
    shown = [theme for theme in themes() if any(found[theme, verdict] for verdict in SCALE)]
    return (f'<table class="miniature"><caption>{escape(caption)}</caption>\n<thead><tr><td></td>{top}'
            f'<th scope="col">{escape(total)}</th></tr></thead>\n<tbody>\n{"".join(map(row, shown))}</tbody>\n'
            f'<tfoot><tr><th scope="row">{escape(total)}</th>{last}<td>{len(all_claims)}</td></tr></tfoot></table>\n')


def filters(all_claims: list[dict]) -> str:
    """The form that narrows the list; without JavaScript it is not shown.

    The words are not called ``q`` as in search pages: at that name in an address Sphinx's own search wakes up, on any page.
    """
    choices = {"theme": themes(), "verdict": SCALE, "type": sorted({judged["type"] for judged in all_claims}),
               "judged_by": sorted({judged["judged_by"] for judged in all_claims if judged["judged_by"]})}
    boxes = "".join(_select(name, values) for name, values in choices.items())
    return (f'<form class="scoreboard-filter" id="{LIST}" role="search" aria-label="{escape(word("scoreboard.filter"))}">\n'
            f'{boxes}<label class="words"><span>{escape(word("scoreboard.words"))}</span>'
            f'<input type="search" name="words" autocomplete="off" spellcheck="false"></label>\n'
            f'<p class="result"><output role="status" data-some="{escape(word("scoreboard.some"))}" '
            f'data-none="{escape(word("scoreboard.none"))}"></output> '
            f'<button type="reset">{escape(word("scoreboard.reset"))}</button></p>\n</form>\n')


def _select(name: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(word(f"{name}.{value}"))}</option>' for value in values)
    return (f'<label><span>{escape(word(f"scoreboard.{name}"))}</span><select name="{name}"><option value="">'
            f'{escape(word("scoreboard.any"))}</option>{options}</select></label>\n')


def entry(judged: dict, card: str, tables: dict[str, str]) -> str:
    """One claim of the scoreboard, with the anchor of its id. card: address of the claim in its chapter."""
    name = escape(judged["id"])
    kinds = [word(f"type.{judged['type']}"), judged["judged_by"] and word(f"judged_by.{judged['judged_by']}")]
    about = f' <span class="kind">{escape(", ".join(filter(None, kinds)))}</span>'
    data = " ".join(f'data-{key.replace("_", "-")}="{escape(judged[key])}"' for key in ("theme", "verdict", "type", "judged_by"))
    chapter = escape(word(f"theme.{judged['theme']}"))
    body = details(judged, tables) + (f'<p class="fact"><b>{escape(word("scoreboard.judged_in"))}</b> '
                                      f'<a href="{escape(card)}">{chapter}</a></p>\n')
    return (f'<article class="claim entry" id="{name}" {data}>\n{head(judged, f"#{name}", about)}{summary(judged)}'
            f"{folded(body)}</article>\n")


def visit_scoreboard(self, node: scoreboard) -> None:
    if not on_paper(self.builder):
        self.body.append(filters(harvested(self.builder.app)))
    raise nodes.SkipNode


def visit_theme(self, node: scoreboard_theme) -> None:
    builder = self.builder
    here, tables = builder.get_target_uri(builder.current_docname), catalogue.addresses(builder)
    rows = [entry(judged, relative(here, judged["page"]), tables) for judged in harvested(builder.app)
            if judged["theme"] == node["content"]]
    self.body.append("".join(rows) or f'<p>{escape(word("scoreboard.no_chapter"))}</p>\n')
    raise nodes.SkipNode


def visit_part(self, node: scoreboard_part) -> None:
    board = None if on_paper(self.builder) else home(self.builder)  # on paper nothing can be filtered
    self.body.append(node["draw"](harvested(self.builder.app), board))
    raise nodes.SkipNode


def check_claims(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn (and so fail the build) of claims that are missing, judged twice, against their rule or on nothing."""
    page = scoreboard_page(env)
    if not page:
        return
    judged = [judged for contents in getattr(env, "book_claims", {}).values() for judged in contents]
    for problem in check.problems(judged, check.expected(env.all_docs, judged)):
        logger.warning(problem, location=page)


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    if doctree is not None and next(doctree.findall(scoreboard), None) is not None:
        app.add_js_file("scoreboard.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the scoreboard."""
    app.add_node(scoreboard, html=(visit_scoreboard, None))
    app.add_node(scoreboard_theme, html=(visit_theme, None))
    app.add_node(scoreboard_part, html=(visit_part, None))
    app.add_directive("scoreboard", ScoreboardDirective)
    app.add_directive("scoreboard-miniature", part(miniature))
    app.add_directive("scoreboard-scale", part(scale))
    collect(app, "book_scoreboard", scoreboard, lambda name: name,
            "the {key} is on {first} and again on {second}; one page is enough")
    app.connect("env-check-consistency", check_claims)
    app.connect("html-page-context", add_script)
