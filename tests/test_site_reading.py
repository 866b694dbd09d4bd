"""Reading and finding on the built site, in a real browser with every server blocked: search, definitions, downloads."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from browser import browser, page_watch
from bs4 import BeautifulSoup
from migrationbook import paths

SITE = paths.BUILD / "html"
CHAPTERS = sorted((SITE / "chapters").glob("*.html"))


@pytest.fixture(scope="module")
def chromium():
    if not CHAPTERS:
        pytest.fail("there is no site in _build/html: run make book first")
    with browser() as running:
        yield running


@pytest.fixture(params=[390, 1280])
def window(chromium, request):
    """An empty page of a narrow and a wide window; at the end nothing must have gone wrong on it."""
    with page_watch(chromium, request.param, "light") as (context, troubles):
        yield context.new_page()
        assert not troubles


def look_for(page, words: str) -> None:
    page.goto((SITE / "search.html").as_uri())
    page.get_by_label("Words to look for").fill(words)
    page.keyboard.press("Enter")


def first(page, kind: str):
    """The first result of a kind."""
    return page.locator(f".search-results .{kind} li").first


def index() -> dict[str, list[dict[str, str]]]:
    script = (SITE / "_static" / "search-index.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("window.bookSearch = ").rstrip(";\n"))["entries"]


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> set[str]:
    """The places on a page that a link can lead to."""
    return {tag["id"] for tag in soup(path).find_all(id=True)}


def test_a_figure_is_found_by_its_title_with_its_number(window):
    figure = next(entry for entry in index()["figure"] if "enforcement" in entry["address"])
    look_for(window, f'"{figure["title"]}"')
    link = first(window, "figure").locator("a")
    assert link.inner_text() == f"{figure['label']}. {figure['title']}" and link.get_attribute("href") == figure["address"]
    link.click()
    assert window.url.endswith(figure["address"])
    number = window.locator(f"#{figure['address'].partition('#')[2]} .figure-number")
    assert number.text_content() == figure["label"]


def test_a_claim_is_found_by_its_id_with_its_verdict(window):
    ledger = {claim["id"]: claim for claim in json.loads((SITE / "claims.json").read_text(encoding="utf-8"))}
    look_for(window, "e1")
    result = first(window, "claim")
    assert result.locator("a").inner_text().startswith("E1 ") and result.locator(".verdict").inner_text() == "Supported"
    assert ledger["E1"]["verdict"] == "supported"
    assert window.locator(".search-results .claim li").count() == 1  # and none of E10 to E19
    result.locator("a").click()
    assert window.url.endswith("chapters/scoreboard.html#E1")
    window.locator("#E1").wait_for()


def test_a_claim_is_found_by_its_words(window):
    claim = json.loads((SITE / "claims.json").read_text(encoding="utf-8"))[5]
    look_for(window, claim["claim"][:60])
    assert first(window, "claim").locator("a").get_attribute("href") == claim["scoreboard"]


@pytest.mark.parametrize("words", ["deportacion", "DEPORTACIÓN"])
def test_a_spanish_term_is_found_with_and_without_accents(window, words):
    look_for(window, words)
    term = first(window, "term")
    assert term.locator("a").inner_text() == "deportation"
    assert term.locator("[lang=es]").inner_text() == "deportación" and term.locator(".about mark").inner_text() == "deportación"
    term.locator("a").click()
    assert "chapters/glossary.html#term-deportation" in window.url


def test_a_phrase_is_found_in_its_section_with_an_excerpt(window):
    passage = next(entry for entry in index()["passage"] if entry["address"].startswith("chapters/security.html#where"))
    phrase = " ".join(passage["text"].split()[20:26])
    look_for(window, f'"{phrase}"')
    result = first(window, "passage")
    assert result.locator("a").get_attribute("href") == passage["address"]
    assert phrase.lower() in result.locator(".excerpt mark").inner_text().lower()
    assert passage["page"] in result.locator(".about").inner_text()


def test_a_search_is_told_kept_in_the_address_and_answers_without_a_result(window):
    look_for(window, "court backlog")
    told = window.get_by_role("status")
    assert re.fullmatch(r"“court backlog”: .*Passages \d+", told.inner_text())
    assert window.url.endswith("search.html?q=court%20backlog")
    window.reload()
    assert window.get_by_label("Words to look for").input_value() == "court backlog" and "Passages" in told.inner_text()
    window.keyboard.press("Tab")
    look_for(window, "zzyzx")
    assert told.inner_text().startswith("Nothing found for “zzyzx”") and not window.locator(".search-results li").count()
    look_for(window, "<img src=x onerror=alert(1)>")
    assert not window.locator(".search-results img").count()


def test_results_are_reached_by_keyboard_and_do_not_scroll_sideways(window):
    look_for(window, "asylum")
    assert window.locator(".search-results .claim li:visible").count() == 4
    window.locator(".search-results .claim button").focus()
    window.keyboard.press("Enter")
    assert window.locator(".search-results .claim li:visible").count() > 4
    assert window.evaluate("document.activeElement.matches('.claim li:nth-child(5) a')")
    assert window.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_box_of_every_page_leads_to_the_search(chromium):
    with page_watch(chromium, 1280, "light") as (context, troubles):
        page = context.new_page()
        page.goto((SITE / "chapters" / "asylum.html").as_uri())
        page.keyboard.press("Control+k")
        page.locator("#pst-search-dialog input").fill("rezago")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=rezago*")
        assert first(page, "term").locator("a").inner_text() == "backlog"
        assert not troubles


def test_everything_in_the_index_leads_somewhere():
    found = index()
    for entries in found.values():
        assert entries
        for entry in entries:
            page, _, anchor = entry["address"].partition("#")
            assert not anchor or anchor in anchors(SITE / page), entry["address"]
    assert len(found["claim"]) == len(json.loads((SITE / "claims.json").read_text(encoding="utf-8")))
    assert len(found["figure"]) == sum(len(soup(page).select("figure.chart")) for page in CHAPTERS)


def test_other_pages_do_not_load_the_search():
    for page in CHAPTERS:
        assert not re.search(r"searchtools|searchindex|search-index|language_data", page.read_text(encoding="utf-8")), page.name


def test_a_definition_is_shown_to_pointer_and_keyboard_and_goes_with_escape(window):
    window.goto((SITE / "chapters" / "enforcement.html").as_uri())
    term = window.locator("a.glossed").first
    tip = window.get_by_role("tooltip")
    term.hover()
    tip.wait_for()
    assert term.get_attribute("data-means") in tip.inner_text()
    tip.hover()  # it stays under the pointer
    window.wait_for_timeout(500)
    assert tip.is_visible()
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= window.viewport_size["width"]
    window.keyboard.press("Escape")
    assert not tip.is_visible()
    window.mouse.move(0, 0)
    term.focus()
    assert tip.is_visible() and term.get_attribute("aria-describedby") == tip.get_attribute("id")
    window.keyboard.press("Escape")
    assert not tip.is_visible() and term.evaluate("term => term === document.activeElement")
    term.evaluate("term => term.blur()")
    term.focus()
    assert tip.is_visible()
    window.keyboard.press("Tab")
    window.wait_for_timeout(300)
    assert not tip.is_visible() or window.evaluate("document.activeElement.matches('a.glossed')")
    term.click()
    assert "glossary.html#term-" in window.url


def test_a_finger_sees_the_definition_first_and_follows_the_link_then(chromium):
    with page_watch(chromium, 390, "light", has_touch=True, is_mobile=True) as (context, troubles):
        page = context.new_page()
        page.goto((SITE / "chapters" / "enforcement.html").as_uri())
        term, tip = page.locator("a.glossed").first, page.get_by_role("tooltip")
        term.tap()
        assert tip.is_visible() and "enforcement.html" in page.url
        tip.tap()
        assert tip.is_visible()
        page.locator("article h1").tap()
        assert not tip.is_visible()
        term.tap()
        assert tip.is_visible() and "enforcement.html" in page.url
        term.tap()
        page.wait_for_url("**/glossary.html#term-*")
        assert not troubles


def test_terms_are_linked_once_a_section_and_only_in_prose():
    for page in CHAPTERS:
        article = soup(page).select_one("article.bd-article")
        for section in article.select("section > section") if article else []:
            if section.parent.parent.name == "section":
                continue
            terms = [link["data-term"] for link in section.select("a.glossed")]
            assert len(terms) == len(set(terms)), f"{page.name}: {section.get('id')}: {terms}"
        for link in article.select("a.glossed") if article else []:
            assert not link.find_parent(["h1", "h2", "h3", "a", "code", "pre", "figure", "table"]), f"{page.name}: {link}"
            assert link["href"].removeprefix("glossary.html#") in anchors(SITE / "chapters" / "glossary.html")


def test_a_chapter_gives_its_notebook(window):
    window.goto((SITE / "chapters" / "security.html").as_uri())
    link = window.get_by_role("link", name="Download this chapter as a notebook")
    target = (SITE / "chapters" / link.get_attribute("href")).resolve()
    assert target.name == "security.ipynb"
    assert json.loads(target.read_text(encoding="utf-8"))["cells"][0]["source"]
    with window.expect_download() as started:
        link.click()
    assert json.loads(Path(started.value.path()).read_text(encoding="utf-8"))["nbformat"] == 4


def test_every_page_is_described_and_a_chapter_by_its_answer():
    for path in [*CHAPTERS, *SITE.glob("chapters/data/*.html"), SITE / "search.html", SITE / "404.html"]:
        page = soup(path)
        told = [tag["content"] for tag in page.find_all("meta", attrs={"name": "description"})]
        assert len(told) == 1 and len(told[0]) > 30, path.name
        assert page.find("meta", property="og:description")["content"] == told[0]
        assert path.name == "404.html" or (path.parent / page.find("link", rel="icon")["href"]).is_file()
        answer = page.select_one("p.reading-time + p")
        if answer:
            assert told[0] == " ".join(unescape(answer.get_text()).split()), path.name


def test_spanish_is_told_as_spanish():
    page = soup(SITE / "chapters" / "glossary.html")
    spanish = {tag.get_text() for tag in page.select("[lang=es]")}
    assert {"asilo político", "presentación", "rescate", "deportación"} <= spanish


@pytest.mark.parametrize("name", ["404.html", "search.html"])
def test_the_pages_beside_the_chapters_work(window, name):
    if name == "404.html" and (SITE / "sitemap.xml").exists():
        # built with an address: a server shows it at any depth, so that what it loads has addresses from the root
        page = soup(SITE / name)
        base = page.html["data-content_root"]
        loads = [tag[key].partition("?")[0] for tag, key in [
            *((tag, "src") for tag in page.find_all("script", src=True)),
            *((tag, "href") for tag in page.find_all("link", rel="stylesheet"))]]
        assert base.startswith("/") and loads
        assert all(one.startswith(base) and (SITE / one.removeprefix(base)).is_file() for one in loads), loads
        return
    window.goto((SITE / name).as_uri())
    assert window.locator("article h1").count() == 1
    assert window.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if name == "404.html":
        window.get_by_label("Words to look for").fill("vintage")
        window.keyboard.press("Enter")
        window.wait_for_url("**/search.html?q=vintage")
        assert first(window, "term").locator("a").inner_text() == "vintage"


def test_chapters_lead_to_the_one_before_and_the_one_after(window):
    window.goto((SITE / "chapters" / "enforcement.html").as_uri())
    assert window.locator("a.left-prev").get_attribute("href") == "agreement.html"
    assert window.locator("a.right-next").get_attribute("href") == "asylum.html"
    for link in soup(SITE / "chapters" / "enforcement.html").select("article a.headerlink"):
        assert link["href"].removeprefix("#") in anchors(SITE / "chapters" / "enforcement.html")
