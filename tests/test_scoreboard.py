"""Verdicts wherever they are shown: badges in the text, the scoreboard, its miniature and its files."""

from __future__ import annotations

import json
import re
import unicodedata
from html import unescape

import pandas as pd
import pytest
from browser import browser, page_watch
from migrationbook import paths
from migrationbook.claims import scoreboard
from migrationbook.sphinx.scoreboard import entry, filters, miniature
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


BOARD = "```{scoreboard-miniature}\n```\n\n```{scoreboard-scale}\n```\n\n```{scoreboard}\n```\n\nSee [S4](#claim-S4).\n"


@pytest.fixture(scope="module")
def security() -> list[dict]:
    """The judgements of the chapter on public security, which judges the whole theme."""
    return scoreboard.collect([paths.CHAPTERS / "security.ipynb"])


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


def test_a_scoreboard_lists_every_claim_once_and_its_files_agree(build_book, security):
    book = build_book(claims(*security), text=BOARD)
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")
    assert re.findall(r'<article class="claim entry" id="(\w+)"', page) == [f"S{number}" for number in range(1, 9)]
    assert 'href="#S4"' in page and page.count("Rule and evidence on the scoreboard") == 8
    assert page.count("<details><summary>Rule, evidence") == 8  # told once: on the scoreboard, not in the cards
    assert page.count("No chapter of this book judges the claims of this theme.") == 4
    assert [(row["verdict"], row["number"]) for row in _miniature(page, "Public security")] == [
        (verdict, number) for verdict, number in scoreboard.counts(security).items() if number]

    rows = json.loads((book.html / "claims.json").read_text(encoding="utf-8"))
    assert [row["scoreboard"] for row in rows] == [f"chapters/one.html#S{number}" for number in range(1, 9)]
    assert {row["judged_by"] for row in rows} == {"measured", "documentary", "normative"}
    table = pd.read_csv(book.html / "claims.csv", keep_default_na=False)
    assert list(table["id"]) == [row["id"] for row in rows]
    assert list(table["findings_then"] + table["findings_later"]) == [len(row["evidence"]) for row in rows]
    values = pd.read_csv(book.html / "claims_estimates.csv")
    expected = [(row["id"], name, value) for row in rows for name, value in row["estimates"].items()]
    assert list(values[["claim", "estimate", "value"]].itertuples(index=False, name=None)) == expected
    assert values["unit"].notna().all()


def _miniature(page: str, name: str) -> list[dict]:
    row = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page)[1]
    found = re.findall(r'<a href="\?theme=\w+&amp;verdict=([\w-]+)#claims" aria-label="[^"]+">(\d+)</a>', row)
    return [{"verdict": verdict, "number": int(number)} for verdict, number in found]


@pytest.mark.parametrize(("change", "message"), [
    (lambda rows: rows[:-2], "no chapter judges S7, S8"),
    (lambda rows: [*rows, rows[0]], "claim S1 is judged 2 times"),
    (lambda rows: [rows[0] | {"verdict": "not-supported"}, *rows[1:]], "claim S1 is recorded as 'not-supported'"),
    (lambda rows: [rows[0] | {"tables": [], "evidence": []}, *rows[1:]], "claim S1 leads nowhere"),
], ids=["unjudged", "twice", "against its rule", "nowhere"])
def test_a_scoreboard_that_is_not_whole_fails_the_build(build_book, security, change, message):
    book = build_book(claims(*change(security)), text=BOARD)
    assert book.status != 0
    assert f"WARNING: {message}" in book.log


def test_what_a_claim_says_cannot_break_the_scoreboard():
    row = judged(judged_by="measured", type="figure")
    for written in (entry(row, "one.html#claim-E6", {}), miniature([row], ""), filters([row])):
        assert HOSTILE not in written and "<img src=x" not in written and "javascript:" not in written
    assert HOSTILE in unescape(entry(row, "one.html#claim-E6", {}))
    assert 'href="javascript' not in entry(row, "one.html#claim-E6", {})


def plain(text: str) -> str:
    """Small letters without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter))


SHOWN = "[...document.querySelectorAll('article.entry')].filter((one) => one.checkVisibility()).map((one) => one.id).join()"
IS_OPEN = "one => one.open"


@pytest.mark.parametrize("width", [390, 1280])
def test_readers_filter_share_and_open_claims_from_a_file(chromium, build_book, security, width):
    book = build_book(claims(*security), text=BOARD)
    address = (book.html / "chapters" / "one.html").as_uri()
    everything = [row["id"] for row in security]
    mixed = [row["id"] for row in security if row["verdict"] == "mixed"]
    hidden = next(name for name in everything if name not in mixed)
    with page_watch(chromium, width, "light") as (context, troubles):
        page = context.new_page()
        form = page.locator("form.scoreboard-filter")

        def shows(ids: list[str], query: str) -> None:
            """Wait until exactly these claims are shown and the address says so; the list follows typing after a moment."""
            page.wait_for_function(f"ids => {SHOWN} === ids", arg=",".join(ids), timeout=5000)
            page.wait_for_url(address + query, timeout=5000)

        page.goto(f"{address}?verdict=mixed&theme=nonsense")
        shows(mixed, "?verdict=mixed&theme=nonsense")
        assert form.locator("output").inner_text() == f"{len(mixed)} of 8 claims shown"
        form.locator("button").click()
        shows(everything, "")

        # by keyboard: choose a verdict, type words, start again
        form.locator("select[name=verdict]").focus()
        page.keyboard.type("Mixed")
        shows(mixed, "?verdict=mixed")
        form.locator("input").focus()
        page.keyboard.type("ZZZ no such")
        shows([], "?verdict=mixed&words=ZZZ+no+such")
        assert form.locator("output").inner_text().startswith("No claim fits")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        shows(everything, "")

        # one claim opens at its address, also if a filter hides it
        page.goto("about:blank")
        page.goto(f"{address}#S6")
        assert page.locator("#S6 details").evaluate(IS_OPEN) and not page.locator("#S5 details").evaluate(IS_OPEN)
        assert 0 <= page.locator("#S6").bounding_box()["y"] < 300
        form.locator("select[name=verdict]").select_option("mixed")
        shows(mixed, "?verdict=mixed")
        page.evaluate("name => { location.hash = name }", hidden)
        shows(everything, f"?verdict=mixed#{hidden}")
        assert page.locator(f"#{hidden} details").evaluate(IS_OPEN)

        # a number of the miniature filters; words are found without their accents
        page.locator("table.miniature tbody td.mixed a").first.click()
        shows(mixed, "?theme=security&verdict=mixed")
        page.goto(f"{address}?words=Secretaria")
        named = [row["id"] for row in security if "secretaria" in plain(page.locator(f"#{row['id']}").text_content())]
        assert named not in ([], everything)
        shows(named, "?words=Secretaria")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert not troubles


def test_without_javascript_every_claim_is_there_and_no_filter(chromium, build_book, security):
    book = build_book(claims(*security), text=BOARD)
    with page_watch(chromium, 390, "dark", java_script_enabled=False) as (context, troubles):
        page = context.new_page()
        page.goto((book.html / "chapters" / "one.html").as_uri() + "?verdict=mixed")
        assert page.locator("article.entry:visible").count() == 8
        assert not page.locator("form.scoreboard-filter").is_visible()
        page.locator("#S3 summary").click()
        assert page.locator("#S3 .then-now").is_visible()
        assert not troubles
