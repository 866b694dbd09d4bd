"""Verdicts at a glance: a sign for each, pills, and the badge that every link to a claim in a text becomes.

``[E4](#claim-E4)`` stays an ordinary link in JupyterLab. On a page it shows the verdict, which another chapter may have
reached, and leads to the claim on the scoreboard, or to the claim's card in a book without one.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder as Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from migrationbook.claims import register
from migrationbook.errors import BookError
from migrationbook.sphinx.markup import relative
from migrationbook.words import word

logger = logging.getLogger(__name__)
LINK = "#claim-"
# Drawn in a square of 12: the fuller the disc, the better supported; shapes, so that nobody has to tell colours apart.
RING = '<circle cx="6" cy="6" r="4.75"/>'
SIGNS = {
    "supported": '<circle cx="6" cy="6" r="4.75" class="full"/>',
    "mostly-supported": f'{RING}<path class="full" d="M6 6V1.25A4.75 4.75 0 1 1 1.25 6z"/>',
    "mixed": f'{RING}<path class="full" d="M6 1.25a4.75 4.75 0 0 1 0 9.5z"/>',
    "overstated": '<path d="M6 11V1.5M2 5.5l4-4 4 4"/>',
    "not-supported": '<path d="M2 2l8 8M10 2l-8 8"/>',
    "unverifiable": '<path d="M3.2 4A2.8 2.8 0 1 1 6 6.8v1M6 10v1"/>',
    "normative": '<path d="M6 1l5 5-5 5-5-5z"/>',
}


def sign(verdict: str) -> str:
    """The sign of a verdict; whoever does not see it reads the word beside it."""
    return f'<svg class="sign" viewBox="0 0 12 12" aria-hidden="true">{SIGNS.get(verdict, "")}</svg>'


def pill(verdict: str, text: str) -> str:
    """A verdict as a label: its sign and a text."""
    return f'<span class="verdict {escape(verdict)}">{sign(verdict)}{escape(text)}</span>'


class claim_mention(nodes.Inline, nodes.TextElement):
    """A claim named in a text; ``claim`` is its id, the children are the words of the link."""


class Mentions(SphinxTransform):
    """Turn links to ``#claim-<id>`` into mentions, before MyST looks for an anchor of that name on the same page."""

    default_priority = 870

    def apply(self, **kwargs) -> None:
        for link in list(self.document.findall(nodes.reference)):
            if link.get("id_link") and link["refuri"].startswith(LINK):
                mention = claim_mention("", "", *link.children, claim=link["refuri"].removeprefix(LINK))
                mention.source, mention.line = link.source, link.line
                link.replace_self(mention)


def judged_on(env: BuildEnvironment) -> dict[str, tuple[str, dict]]:
    """Every claim judged in the book: id → page (docname) and judgement."""
    return {judged["id"]: (docname, judged)
            for docname, contents in getattr(env, "book_claims", {}).items() for judged in contents}


def scoreboard_page(env: BuildEnvironment) -> str:
    """The page (docname) that is the scoreboard, "" in a book without one."""
    return next(iter(getattr(env, "book_scoreboard", {})), "")


def home(builder: Builder) -> str | None:
    """Address of the scoreboard seen from the page being written ("" on the scoreboard itself), None in a book without one."""
    page = scoreboard_page(builder.env)
    if not page:
        return None
    return relative(builder.get_target_uri(builder.current_docname), builder.get_target_uri(page)).rstrip("#")


def visit_mention(self, node: claim_mention) -> None:
    builder, claim = self.builder, node["claim"]
    known = judged_on(builder.env)
    if claim not in known:
        logger.warning(_unknown(claim), location=node)
        return
    docname, judged = known[claim]
    verdict, board = word(f"verdict.{judged['verdict']}"), home(builder)
    card = relative(builder.get_target_uri(builder.current_docname), f"{builder.get_target_uri(docname)}{LINK}{claim}")
    address = card if board is None else f"{board}#{claim}"
    self.body.append(f'<a class="claim-badge {escape(judged["verdict"])}" href="{escape(address)}" '
                     f'title="{escape(verdict)}: {escape(judged["claim"])}">{sign(judged["verdict"])}')
    node["verdict"] = verdict


def depart_mention(self, node: claim_mention) -> None:
    if "verdict" in node:
        self.body.append(f'<span class="unseen">: {escape(node["verdict"])}</span></a>')


def _unknown(claim: str) -> str:
    try:
        register.claim(claim)
    except BookError as error:
        return f"link to '{LINK}{claim}': {error}"
    return f"link to '{LINK}{claim}': no chapter of this book judges claim {claim}"


def setup(app: Sphinx) -> None:
    """Register mentions of claims."""
    app.add_node(claim_mention, html=(visit_mention, depart_mention))
    app.add_transform(Mentions)
