"""The Sphinx extension on a throw-away book."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest
from browser import browser, page_watch, scroll_through
from migrationbook import data
from migrationbook.charts import figure, key_figures
from migrationbook.sphinx.claim import MIME as CLAIMS
from migrationbook.sphinx.claim import number

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\"'&"
ROWS = pd.DataFrame({
    "date": pd.date_range("2019-05-01", periods=3, freq="MS"), "people": [144278, 104311.5, None],
    "who": ["all", HOSTILE, "comma, \"quote\""],
})


@pytest.fixture
def drawn(monkeypatch):
    """A figure whose every text is hostile."""
    entry = {"sources": [{"title": f"Publisher {HOSTILE}"}], "licenses": [{"title": "CC BY 4.0"}],
             "vintage": f"of {HOSTILE}"}
    monkeypatch.setattr(data, "resource", lambda name: entry)
    chart = alt.Chart(ROWS).mark_point().encode(x="date:T", y="people:Q", color="who:N", tooltip=["who:N"])
    return figure(chart, "a-figure", f"Fall {HOSTILE}", f"People {HOSTILE}", f"It falls {HOSTILE}", ["one"],
                  note=f"Note {HOSTILE}")._repr_mimebundle_()


def judged(name: str = "E6", **changes) -> dict:
    """A judgement as a chapter displays it."""
    return {
        "id": name, "theme": "enforcement", "type": "quantitative", "claim": f"It fell {HOSTILE}",
        "verdict": "overstated", "confidence": "medium", "rule": "fall <= -30", "because": f"it fell less {HOSTILE}",
        "estimates": {"fall_percent": -28.59, "people": 144278, "rank": None}, "interval": [-32.1, -25.0],
        "interval_of": "June against May, per cent",
        "evidence": [
            {"publisher": "CBP", "url": "https://www.cbp.gov/a?b=1&c=2", "statement": HOSTILE, "stance": "supports"},
            {"publisher": "Elsewhere", "url": "javascript:alert(1)", "statement": "no", "stance": "contradicts"},
        ],
        "tables": ["cbp_monthly"], "known_then": "−28 %", "known_now": "−28.6 %", "later_outcome": "it rose",
        "first_reading": "",
    } | changes


def claims(*entries: dict) -> dict:
    return {CLAIMS: list(entries), "text/plain": "claims"}


def test_a_book_with_hostile_texts_builds_and_only_shows_them(build_book, drawn):
    strip = key_figures([("29 %", HOSTILE, "")])._repr_mimebundle_()
    book = build_book(strip, drawn, claims(judged("E10"), judged("E6")),
                      text="See [the figure](#a-figure), {ref}`it again <a-figure>` and [E6](#claim-E6). $5 and $6.")
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")

    assert "<img src=x" not in page and "<script>document.title" not in page
    assert 'href="javascript:' not in page
    assert 'id="a-figure"' in page and 'id="claim-E6"' in page and 'href="#a-figure"' in page
    assert page.count('href="#claim-E6"') == 2  # the text's link and the claim's own
    assert ">Overstated</span>" in page and "−28.59" in page and "144,278" in page
    assert 'href="https://www.cbp.gov/a?b=1&amp;c=2"' in page

    # nothing is loaded from another server, and nothing the pages do not use
    assert not re.findall(r"<(?:script|link|img|source|iframe)[^>]*(?:src|href|srcset)=\"(?:https?:)?//", page)
    assert "thebe" not in page and "mathjax" not in page.lower() and "fontawesome.js" not in page

    # the rows drawn, exactly
    rows = list(csv.reader(io.StringIO((book.html / "_charts" / "a-figure.csv").read_text(encoding="utf-8"))))
    assert rows == [["who", "date", "people"], ["all", "2019-05-01", "144278"], [HOSTILE, "2019-06-01", "104311.5"],
                    ["comma, \"quote\"", "2019-07-01", ""]]
    assert 'href="../_charts/a-figure.csv"' in page

    # drawings have their size before they load, and the words a reader who sees none of them needs
    images = re.findall(r"<(?:img|source)[^>]*a-figure[^>]*>", page)
    assert len(images) == 4 and all(re.search(r'width="\d+" height="\d+"', image) for image in images)
    assert all(f"It falls {HOSTILE}" in unescape(image) for image in images if image.startswith("<img"))
    drawings = {path.stem: path.read_text(encoding="utf-8") for path in (book.html / "_charts").glob("*.svg")}
    forms = {f"a-figure-{form}-{mode}" for form in ("wide", "narrow") for mode in ("light", "dark")}
    assert set(drawings) == forms | {"a-figure"}
    assert all(drawing.startswith("<svg") for drawing in drawings.values())

    # the picture to publish says everything, and only says it
    picture = ElementTree.fromstring(drawings["a-figure"])
    assert "script" not in {element.tag.rpartition("}")[2] for element in picture.iter()}
    told = "".join(picture.itertext()).replace(" ", "")
    assert all(f"{start}{HOSTILE}".replace(" ", "") in told for start in ("Fall", "People", "It falls", "Note", "Publisher"))
    assert (book.html / "_charts" / "a-figure.png").read_bytes().startswith(b"\x89PNG")
    assert f"“Figure 1. Fall {HOSTILE}”, in “A chapter”, in" in unescape(page)

    # the ledger
    ledger = json.loads((book.html / "claims.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in ledger] == ["E6", "E10"]
    assert ledger[0]["page"] == "chapters/one.html#claim-E6"
    assert {key: ledger[0][key] for key in judged()} == judged()
    table = list(csv.DictReader((book.html / "claims.csv").open(encoding="utf-8")))
    assert table[0]["verdict"] == "overstated" and table[0]["interval_low"] == "-32.1"

    _lives_in_a_browser(book.html / "chapters" / "one.html")


def _lives_in_a_browser(page_file):
    with browser() as running:
        with page_watch(running, 390, "light") as (context, troubles):
            page = context.new_page()
            page.goto(page_file.as_uri())
            scroll_through(page)
            page.locator("details.table summary").click()
            assert page.locator("details.table tbody tr:nth-child(2) > th").text_content() == HOSTILE
            assert "broken" not in page.title() and not page.locator("figure img[src=x]").count()
            assert page.locator(".live svg .mark-symbol path").count() >= 2
            before = page.locator(".live svg text").first.get_attribute("fill")
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            page.wait_for_function(
                f"document.querySelector('.live svg text')?.getAttribute('fill') !== {json.dumps(before)}"
                " && document.querySelectorAll('.stage').length === 1")
            page.emulate_media(media="print")
            assert page.locator("picture.static.light").is_visible() and not page.locator(".live").is_visible()
            assert not troubles
        with page_watch(running, 390, "light", java_script_enabled=False) as (context, troubles):
            page = context.new_page()
            page.goto(page_file.as_uri())
            assert page.locator("picture.static.light img").is_visible()
            assert not page.locator("picture.static.dark img").is_visible()
            assert not troubles
        with page_watch(running, 1280, "dark") as (context, _):
            page = context.new_page()
            page.route("**/vega.js*", lambda route: route.abort())  # the library does not come
            page.goto(page_file.as_uri())
            page.locator("figure.chart").scroll_into_view_if_needed()
            page.wait_for_timeout(300)
            assert page.locator("picture.static.dark img").is_visible()
            assert page.locator("picture.static.dark img").evaluate("image => image.naturalWidth") > 0


def test_a_claim_judged_twice_fails_the_build(build_book):
    book = build_book(claims(judged("E1")), claims(judged("E2"), judged("E1")))
    assert book.status != 0
    assert "claim E1 is judged on chapters/one and again on chapters/one" in book.log


def test_two_figures_of_one_name_fail_the_build(build_book, drawn):
    book = build_book(drawn, drawn)
    assert book.status != 0
    assert "figure 'a-figure' is on chapters/one and on chapters/one" in book.log


def test_a_formula_fails_the_build(build_book):
    book = build_book(text="{math}`x^2`")
    assert book.status != 0
    assert "no renderer for formulas" in book.log


@pytest.mark.parametrize("value, told", [
    (None, "not known"), (144278, "144,278"), (-28.59, "−28.59"), (-1234.4, "−1,234"), (0.0123456, "0.01235"),
    (3.0, "3"),
])
def test_numbers_are_written_for_readers(value, told):
    assert number(value) == told
