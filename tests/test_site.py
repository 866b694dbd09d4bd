"""The built site: it asks nothing of any server, its links lead somewhere, and every chart draws in a real browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from browser import browser, page_watch, scroll_through
from migrationbook import paths

SITE = paths.BUILD / "html"
LOADED = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "audio": "src", "video": "src",
          "link": "href", "embed": "src", "object": "data"}
NO_PROSE = ("script", "style", "pre", "code", "svg")
ELSEWHERE = ("http:", "https:", "//")
MEASURE = """() => [...document.querySelectorAll("figure.chart")].map((figure) => {
  const size = (element) => element.getBoundingClientRect();
  const marks = [...figure.querySelectorAll(".live .role-mark :is(path, text, line)")];
  return {
    name: figure.id,
    marks: marks.filter((mark) => size(mark).width + size(mark).height > 0).length,
    off: figure.querySelector(".live svg").viewBox.baseVal.width - figure.clientWidth,  // drawn for this width, not scaled
  };
})"""


@dataclass
class Page(HTMLParser):
    """What a page loads, where its links lead, and the anchors it has."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    leads_to: str = ""  # set on a page that only sends its reader on
    text: list[str] = field(default_factory=list)  # what a reader sees, code and scripts left out
    silent: int = 0  # how many elements are open whose text is not prose

    def __post_init__(self):
        super().__init__()

    def handle_data(self, data):
        if not self.silent:
            self.text.append(data)

    def handle_endtag(self, tag):
        self.silent -= tag in NO_PROSE

    def handle_starttag(self, tag, attributes):
        self.silent += tag in NO_PROSE
        values = {key: value or "" for key, value in attributes}
        if tag in LOADED and values.get(LOADED[tag]):
            (self.links if tag == "link" and values.get("rel") in ("next", "prev", "search", "index", "canonical")
             else self.loads).append(values[LOADED[tag]])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.leads_to = values["content"].partition("url=")[2]
            self.links.append(self.leads_to)
        self.anchors += [values[key] for key in ("id", "name") if values.get(key)]


@cache
def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="session")
def pages() -> list[Path]:
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site in _build/html: run make book first")
    return sorted(path for path in SITE.rglob("*.html") if "_static" not in path.relative_to(SITE).parts)


def test_pages_load_nothing_from_elsewhere(pages):
    found = {f"{page.relative_to(SITE)}: {address}" for page in pages for address in read(page).loads
             if address.startswith(ELSEWHERE)}
    assert not found


def test_styles_load_nothing_from_elsewhere(pages):
    for style in SITE.rglob("*.css"):
        text = style.read_text(encoding="utf-8").replace(" ", "").replace("'", "").replace('"', "")
        assert not any(f"url({start}" in text or f"@import{start}" in text for start in ("http", "//")), style


def test_everything_a_page_refers_to_is_there(pages):
    broken = []
    for page in pages:
        for address in {*read(page).links, *read(page).loads}:
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target, anchor = urldefrag(address)
            path = unquote(urlsplit(target).path)  # a query alone leads to the page itself
            file = (page.parent / path).resolve() if path else page
            if not file.is_file():
                broken.append(f"{page.relative_to(SITE)}: {address} (no such file)")
            elif anchor and file.suffix == ".html" and unquote(anchor) not in read(file).anchors:
                broken.append(f"{page.relative_to(SITE)}: {address} (no such anchor)")
    assert not broken, "\n".join(broken)


def test_ledger_leads_to_the_place_of_each_verdict(pages):
    ledger = json.loads((SITE / "claims.json").read_text(encoding="utf-8"))
    assert ledger
    for claim in ledger:
        file, anchor = urldefrag(claim["page"])
        assert anchor in read(SITE / file).anchors, claim["page"]


def test_anchors_are_unique(pages):
    for page in pages:
        ours = [name for name in read(page).anchors if name.startswith("claim-")]
        assert len(ours) == len(set(ours)), page


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_works_from_a_file_without_a_network(chromium, pages, width, mode):
    for file in (page for page in pages if not read(page).leads_to):
        name = file.relative_to(SITE)
        with page_watch(chromium, width, mode) as (context, troubles):
            page = context.new_page()
            page.goto(file.as_uri())
            page.wait_for_load_state("load")
            scroll_through(page)
            figures = page.evaluate(MEASURE)
            assert all(figure["marks"] for figure in figures), f"{name}: a chart without marks in {figures}"
            assert all(abs(figure["off"]) <= 1 for figure in figures), f"{name}: a chart not as wide as its page in {figures}"
            assert page.evaluate("document.documentElement.dataset.theme") == mode
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} scrolls sideways by {overflow} px at {width} px"
            assert not troubles, f"{name}: {troubles}"


def test_charts_follow_a_window_that_is_turned(chromium, pages):
    """A tablet turned from upright (no sidebar) to sideways (sidebar) and back."""
    file = next(page for page in pages if page.stem == "enforcement")
    with page_watch(chromium, 800, "light") as (context, troubles):
        page = context.new_page()
        page.goto(file.as_uri())
        scroll_through(page)
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(1000)
            assert [abs(figure["off"]) <= 1 for figure in page.evaluate(MEASURE)] == [True] * len(page.evaluate(MEASURE))
        assert not troubles


def test_no_page_shows_markup_instead_of_what_it_means():
    """A glued phrase is text: asterisks, backticks or roles in it would stand on the page as they are."""
    for path in sorted((SITE / "chapters").rglob("*.html")):
        text = "".join(read(path).text)
        of_python = path.parent.name == "api"  # signatures such as say(**phrases)
        for mark in ("{glue", "{cite", "``", *(() if of_python else ("**",))):
            assert mark not in text, f"{path.name}: …{text[max(0, text.find(mark) - 60):text.find(mark) + 60]}…"
