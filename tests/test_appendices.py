"""First page and appendices: reading time, glossary, corrections, citation lines, the list of chapters."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pandas as pd
import pytest
from docutils import nodes
from migrationbook import data, paths
from migrationbook.claims import editions
from migrationbook.claims.register import SCALE
from migrationbook.data.corrections import declared
from migrationbook.errors import BookError
from migrationbook.sphinx import citation, glossary, reading
from migrationbook.sphinx import editions as edition_pages
from migrationbook.sphinx.claim import MIME as CLAIMS
from migrationbook.sphinx.claim import claims
from sphinx_exercise.nodes import exercise_node

HOSTILE = "<script>alert(1)</script> & \"'"
JUDGED = [{"id": "E4", "claim": "It fell", "verdict": "supported", "page": "chapters/one.html#claim-E4"},
          {"id": "E5", "claim": "More", "verdict": "overstated", "page": "chapters/one.html#claim-E5"},
          {"id": "A1", "claim": "Worries", "verdict": "mixed", "page": "chapters/two.html#claim-A1"}]


def paragraph(words: int) -> nodes.paragraph:
    return nodes.paragraph(text=" ".join(["word"] * words))


def test_only_prose_that_is_seen_is_counted():
    exercises = nodes.section("", nodes.title(text="Exercises"), exercise_node("", paragraph(50)), paragraph(9))
    seen = nodes.section("", nodes.title(text="Any"), paragraph(100), nodes.bullet_list("", nodes.list_item("", paragraph(20))))
    folded = nodes.admonition("", paragraph(70), classes=["dropdown"])
    code = nodes.literal_block(text="x = 1")
    table = nodes.raw("", '<figure class="table"><p>many words</p></figure>', format="html")
    judged = claims("", paragraph(40))
    whole = nodes.section("", nodes.title(text="A chapter"), paragraph(10), code, judged, folded, table, seen, exercises)
    assert reading.prose(whole) == 130
    assert reading.figures(whole) == 1
    assert reading.prose(paragraph(0)) == 0 and reading.prose(nodes.paragraph(text="1 + 1 – 2 −")) == 3


@pytest.mark.parametrize(("words", "figures", "minutes"), [(0, 0, 1), (230, 0, 1), (2300, 0, 10), (2300, 10, 12), (2530, 0, 11)])
def test_minutes(words, figures, minutes):
    assert reading.minutes(words, figures) == minutes


def test_a_chapter_tells_its_reading_time_and_a_page_that_is_no_chapter_does_not(build_book):
    book = build_book(text=" ".join(["word"] * 690))
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")
    told = r'</h1>\s*<p class="reading-time">About 3 minutes to read · <a class="notebook" [^>]*download>[^<]*</a></p>\s*<p>word'
    assert re.search(told, page)
    assert "reading-time" not in (book.html / "index.html").read_text(encoding="utf-8")


def test_the_first_page_lists_chapters_and_counts_verdicts(build_book):
    judged = {CLAIMS: [{key: one[key] for key in ("id", "claim", "verdict")} for one in JUDGED]}
    counted = "{verdicts}`all` judged, {verdicts}`mixed overstated` doubtful, {verdicts}`unverifiable` open."
    book = build_book(judged, text=f"{counted}\n\n```{{chapter-list}}\n```")
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")
    assert "3 judged, 2 doubtful, 0 open." in re.sub(r"<[^>]+>", "", page)
    shown = page[page.index('<ol class="chapter-list">'):page.index("</ol>", page.index('<ol class="chapter-list">'))]
    assert "<b>A chapter</b>" in shown and "1 min, 3 claims judged" in shown


def test_a_verdict_that_is_not_on_the_scale_fails_the_build(build_book):
    book = build_book(text="{verdicts}`true`")
    assert book.status != 0 and "no verdict 'true'; there are: all, supported" in book.log


# Glossary

def test_the_glossary_is_in_order_and_complete():
    terms = glossary.terms()
    named = [entry["term"].casefold() for entry in terms]
    assert named == sorted(named) and len(set(named)) == len(named)
    text = " ".join(entry["means"] for entry in terms)
    led_to = {(inner or plain).strip() for plain, inner in re.findall(r"{term}`([^`<]+)(?:<([^>]+)>)?`", text)}
    assert led_to and {name.casefold() for name in led_to} <= set(named)
    for wanted in ("apprehension", "encounter", "detention", "return", "refugee", "mpp", "title 42", "vintage", "placebo"):
        assert wanted in named


@pytest.mark.parametrize(("text", "told"), [
    ('[[term]]\nterm = "a"\nmeans = "b"\n', "entry 'a' has means, term; it takes term, es and means, and may have linked"),
    ('[[term]]\nterm = "a"\nes = ""\nmeans = ""\n', "entry 'a' has"),
    ('[[term]]\nterm = "A"\nes = ""\nmeans = "b"\n[[term]]\nterm = "a"\nes = ""\nmeans = "b"\n', "'a' is there twice"),
    ("[[term", "expected entries"),
])
def test_a_damaged_glossary_is_one_line(tmp_path, text, told):
    file = tmp_path / "glossary.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=re.escape(told)) as error:
        glossary.terms(file)
    assert "\n" not in str(error.value)


def test_terms_have_anchors_languages_and_a_way_back_from_spanish(build_book):
    book = build_book(text="An {term}`apprehension` is an event.\n\n```{book-glossary}\n```")
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")
    assert 'href="#term-apprehension"' in page and page.count('id="term-apprehension"') == 1
    assert '<span lang="es">retorno asistido</span>' in page
    listed = page[page.index('<table class="data spanish-index"'):]
    rows = re.findall(r'<span lang="es">(.+?)</span></td><td><a href="#(.+?)">', listed)
    assert [name for name, _ in rows] == sorted((name for name, _ in rows), key=glossary._order)
    assert len(rows) == sum(len(entry["es"].split(";")) for entry in glossary.terms() if entry["es"])
    assert all(page.count(f'id="{anchor}"') == 1 for _, anchor in rows)


# Corrections

def test_changed_verdicts_are_those_that_differ_from_the_recorded_edition():
    edition, dated = editions.latest()
    assert (edition, dated) == ("0.1.0", date(2026, 11, 24))
    found = editions.changes(JUDGED)
    assert [(one.claim, one.before, one.now) for one in found] == [("E4", "mixed", "supported")]
    assert found[0].why and found[0].day == date(2026, 11, 24)
    assert editions.first_judged(JUDGED) == ["A1"]
    assert editions.changes([{"id": "E5", "verdict": "overstated"}]) == []


def test_every_change_of_the_book_has_its_reason():
    """In the judgements committed with the chapters: no change without a reason, no reason without a change."""
    from migrationbook.claims.scoreboard import collect
    from migrationbook.press.chapters import chapters

    judged = collect(chapters())
    changed = editions.changes(judged)
    assert [one.claim for one in changed if not (one.why and one.day)] == []
    edition, _ = editions.latest()
    explained = data.load("claim_editions").query("edition == @edition and why != ''")["claim"]
    assert set(explained) == {one.claim for one in changed}
    assert {one["verdict"] for one in judged} <= set(SCALE)


def test_the_page_of_changes_says_why_and_leads_to_the_claim(monkeypatch):
    html = edition_pages.changed_html(JUDGED, "chapters/corrections.html", brief=False)
    assert 'href="one.html#claim-E4"' in html and "Mixed → Supported" in html and "24 November 2026" in html
    brief = edition_pages.changed_html(JUDGED, "index.html", brief=True)
    assert "One verdict has changed." in brief and "One claim is judged" not in brief and "<table" not in brief
    rows = data.load("claim_editions")
    monkeypatch.setattr(editions, "load", lambda name: rows.assign(why=HOSTILE))
    assert "<script>" not in edition_pages.changed_html(JUDGED, "index.html", brief=False)
    monkeypatch.setattr(editions, "load", lambda name: rows.assign(why="", changed=pd.NaT))
    assert "No reason has been recorded yet." in edition_pages.changed_html(JUDGED, "index.html", brief=False)
    assert "No verdict has changed." in edition_pages.changed_html(JUDGED[1:], "index.html", brief=False)


def test_every_declared_correction_is_on_the_page(monkeypatch):
    html = edition_pages.corrections_html({"missing_migrants": "data/security.html#table-missing_migrants"})
    told = unescape(re.sub(r"<[^>]+>", "", html))
    rows = data.load("corrections").to_dict("records")
    assert len(rows) == sum(len(declared(table)) for table in data.load("corrections")["table"].unique())
    for row in rows:
        assert row["key"] in told and row["reason"] in told, row
        assert row["column"] == "*" or f"{row['was'] or 'nothing'} → {row['is'] or 'nothing'}" in told, row
    assert '<a href="data/security.html#table-missing_migrants">' in html
    hostile = data.load("corrections").head(1).assign(reason=HOSTILE, was=HOSTILE, source="javascript:alert(1)")
    monkeypatch.setattr(edition_pages, "load", lambda name: hostile)
    assert "<script>" not in edition_pages.corrections_html({}) and "javascript:" not in edition_pages.corrections_html({})


# Citation

def test_the_book_is_cited_as_citation_cff_names_it():
    about = citation.edition()
    text = (paths.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert about["title"] in text and about["version"] in text and about["date"].isoformat() in text
    line = citation.plain(about, "A chapter")
    assert line.index("“A chapter”, in") < line.index(about["title"]) < line.index(f"edition {about['version']}")


def test_bibtex_is_whole_and_escaped():
    about = {"title": "5 % & more", "authors": "We and You", "version": "1.0.0", "date": date(2026, 1, 2), "url": ""}
    entry = citation.bibtex(about, "key", "Part #1")
    assert entry.startswith("@incollection{key,") and entry.endswith("\n}")
    assert r"booktitle = {5 \% \& more}," in entry and r"title = {Part \#1}," in entry and "url" not in entry
    assert entry.count("{") == entry.count("}")


@pytest.mark.parametrize(("text", "told"), [
    ("title: A\nauthors: [{name: B}]\nversion: 1\n", "it has no date-released"),
    ("title: A\nauthors: [{name: B}]\nversion: 1\ndate-released: soon\n", "date-released is 'soon'; write it as YYYY-MM-DD"),
    ("title: [", "it cannot be read"),
    ("", "it has no title, authors, version, date-released"),
])
def test_a_damaged_citation_file_is_one_line(tmp_path, text, told):
    file = tmp_path / "CITATION.cff"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=re.escape(told)) as error:
        citation.edition(file)
    assert "\n" not in str(error.value)


def test_titles_in_citation_lines_cannot_break_out():
    about = citation.edition() | {"title": HOSTILE}
    html = citation.html(about, {"one": HOSTILE}, HOSTILE)
    assert "<script>" not in html and html.count("<details>") == 2
