"""Verdicts wherever they are shown: badges in the text, the scoreboard, its miniature and its files."""

from __future__ import annotations

import re
from html import unescape

from test_sphinx import HOSTILE, claims, judged


def test_a_link_to_a_claim_becomes_a_badge_that_says_the_verdict(build_book):
    text = "See [E10](#claim-E10) and [what *it* said](#claim-E6), and [a note](#a-note).\n\n(a-note)=\n## A note\n\nText."
    book = build_book(claims(judged("E10", verdict="mostly-supported"), judged("E6")), text=text)
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")
    badges = re.findall(r'<a class="claim-badge ([^"]+)" href="([^"]+)" title="([^"]+)">(.*?)</a>', page)
    assert [badge[:2] for badge in badges] == [("mostly-supported", "#claim-E10"), ("overstated", "#claim-E6")]
    names = [unescape(re.sub("<[^>]+>", "", badge[3])) for badge in badges]
    assert names == ["E10: Mostly supported", "what it said: Overstated"]
    assert all("<svg" in badge[3] and 'aria-hidden="true"' in badge[3] for badge in badges)
    assert HOSTILE not in page


def test_a_link_to_a_claim_nobody_judged_fails_the_build_with_its_place(build_book):
    book = build_book(claims(judged("E6")), text="See [E6](#claim-E6).\n\nSee [E4](#claim-E4) and [E99](#claim-E99).")
    assert book.status != 0
    assert re.search(r"one\.ipynb:1000\d: WARNING: link to '#claim-E4': no chapter of this book judges claim E4", book.log)
    assert re.search(r"one\.ipynb:1000\d: WARNING: link to '#claim-E99': no claim 'E99' in the register", book.log)
