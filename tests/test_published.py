"""What a site with an address has besides: map, feed, preview pictures, canonical links, a page for what is not there."""

from __future__ import annotations

import json
import re
import struct
from html import unescape
from xml.etree import ElementTree

import pytest
from browser import browser, page_watch
from bs4 import BeautifulSoup
from migrationbook.sphinx import glossed, preview, published, search

ATOM, MAP = "{http://www.w3.org/2005/Atom}", "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "https://example.org/book/"
HOSTILE = '</script><script>x</script> "quoted" & <b>bold</b>'
HISTORY = ("# Change log\n\n## Unreleased\n\n- Not yet.\n\n"
           "## 1.1.0 (2027-02-01)\n\nMore & <better>.\n\n- `one`\n  line\n- two\n\n## 1.0.0 (2026-01-31)\n\nFirst.\n")


@pytest.fixture
def with_address(build_book, monkeypatch):
    def build(*outputs, **text):
        monkeypatch.setenv("SITE_URL", SITE.rstrip("/"))
        book = build_book(*outputs, **text)
        assert book.status == 0, book.log
        return book.html
    return build


def head(page) -> dict[str, str]:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return {tag.get("property") or tag.get("name"): tag["content"] for tag in soup.head.find_all("meta") if tag.get("content")}


def test_a_site_with_an_address_has_map_feed_pictures_and_canonical_links(with_address):
    html = with_address(text=f"It fell by 5 % {HOSTILE}, and *rose* again.\n\nMore.")
    addresses = [loc.text for loc in ElementTree.parse(html / "sitemap.xml").iter(f"{MAP}loc")]
    assert addresses == [f"{SITE}chapters/index.html", f"{SITE}chapters/one.html"]
    assert f"Sitemap: {SITE}sitemap.xml" in (html / "robots.txt").read_text(encoding="utf-8")
    feed = ElementTree.parse(html / "feed.xml").getroot()
    assert feed.tag == f"{ATOM}feed" and feed.findtext(f"{ATOM}entry/{ATOM}title").startswith("Edition ")
    page = (html / "chapters" / "one.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{SITE}chapters/one.html"' in page and 'href="../feed.xml"' in page
    about = head(html / "chapters" / "one.html")
    assert about["description"] == about["og:description"]
    assert about["og:url"] == f"{SITE}chapters/one.html" and about["og:title"] == "A chapter"
    assert about["og:image"] == f"{SITE}_preview/one.png"
    assert head(html / "chapters" / "index.html")["og:image"] == f"{SITE}_preview/index.png"
    for name in ("one", "index"):
        content = (html / "_preview" / f"{name}.png").read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", content[16:24]) == (1200, 630)
        assert 5_000 < len(content) < 150_000
    assert "<script>x" not in page.partition("<body")[0]


def test_the_page_for_missing_addresses_works_at_any_depth(with_address):
    page = (with_address() / "404.html").read_text(encoding="utf-8")
    local = re.findall(r'(?:href|src|action)="(?!https?:|#)([^"]*)"', page)
    assert len(local) > 10 and all(address.startswith("/book/") for address in local), local
    assert 'data-content_root="/book/"' in page and head_robots(page) == "noindex"


def head_robots(page: str) -> str:
    return BeautifulSoup(page, "html.parser").find("meta", attrs={"name": "robots"})["content"]


def test_without_an_address_what_needs_one_is_left_out(build_book, monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    book = build_book()
    assert book.status == 0, book.log
    assert not [name for name in ("sitemap.xml", "feed.xml", "robots.txt", "_preview") if (book.html / name).exists()]
    about = head(book.html / "chapters" / "one.html")
    assert about["description"] == "A sentence." and "og:image" not in about and "og:url" not in about
    assert "canonical" not in (book.html / "chapters" / "one.html").read_text(encoding="utf-8")


def test_what_is_no_address_is_refused(build_book, monkeypatch):
    monkeypatch.setenv("SITE_URL", "example.org")
    book = build_book()
    assert book.status != 0 and "'example.org'; expected an address such as" in book.log


def test_the_feed_has_every_dated_edition_the_newest_first():
    feed = ElementTree.fromstring(published.feed(SITE, f"{SITE}chapters/index.html", HISTORY))
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Edition 1.1.0", "Edition 1.0.0"]
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == ["2027-02-01T00:00:00Z", "2026-01-31T00:00:00Z"]
    assert feed.findtext(f"{ATOM}updated") == "2027-02-01T00:00:00Z"
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    content = entries[0].findtext(f"{ATOM}content")
    assert "<p>More &amp; &lt;better&gt;.</p>" in content and "<code>one</code>\nline" in content and "Unreleased" not in content
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}


def test_a_card_holds_a_long_answer_and_shows_markup_as_it_is():
    card = preview.svg("A title & <more>", "word " * 400, "The book")
    drawn = ElementTree.fromstring(card)
    lines = [line for line in drawn if line.tag.endswith("text")]
    assert all(0 < float(line.get("y")) < preview.HEIGHT for line in lines)
    assert max(len(line.text) * int(line.get("font-size")) * preview.WIDE[int(line.get("font-weight"))]
               for line in lines) <= preview.WIDTH - 2 * preview.EDGE
    assert lines[-2].text.endswith("…") and lines[0].text == "A title & <more>"


@pytest.mark.parametrize(("text", "told"), [
    ("Apprehensions and an apprehension.", [("Apprehensions", "apprehension"), " and an apprehension."]),
    ("An asylum application, asylum.",
     ["An ", ("asylum application", "asylum application"), ", ", ("asylum", "asylum (US)"), "."]),
    ("In return, a non-detention of inm.", ["In return, a non-detention of inm."]),
    ("", []),
])
def test_terms_in_a_text(text, told):
    assert [piece if isinstance(piece, str) else (piece[0], piece[1]["term"]) for piece in glossed.split(text, set())] == told


def test_the_index_holds_hostile_text_as_text_and_leads_to_sections(build_book):
    book = build_book(text=f"Answer.\n\n## A section\n\nWords {HOSTILE} end.\n\n```python\nhidden = 1\n```\n")
    assert book.status == 0, book.log
    script = (book.html / "_static" / search.INDEX).read_text(encoding="utf-8")
    assert "</script" not in script
    found = json.loads(script.removeprefix("window.bookSearch = ").rstrip(";\n"))["entries"]["passage"]
    section = next(entry for entry in found if entry["title"] == "A section")
    assert section["address"] == "chapters/one.html#a-section" and section["page"] == "A chapter"
    assert "bold" in unescape(section["text"]) and "hidden" not in section["text"]
    assert not (book.html / "searchindex.js").exists()
    with browser() as running, page_watch(running, 390, "dark") as (context, troubles):
        page = context.new_page()
        page.goto((book.html / "search.html").as_uri() + "?q=words")
        assert page.locator(".passage a").first.inner_text() == "A section"
        assert page.locator(".passage b, .passage script").count() == 0
        assert not troubles
