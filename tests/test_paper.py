"""The book as a PDF and for e-readers, on a throw-away book of one figure and two claims."""

from __future__ import annotations

import posixpath
import zipfile
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest
from migrationbook import data
from migrationbook.charts import figure, key_figures
from migrationbook.errors import BookError
from migrationbook.press import chromium, paper
from migrationbook.sphinx import citation
from migrationbook.sphinx.claim import MIME as CLAIMS
from migrationbook.sphinx.ebook import COVER
from pypdf import PdfReader

XHTML = "{http://www.w3.org/1999/xhtml}"
DC = "{http://purl.org/dc/elements/1.1/}"
HOSTILE = "</p><script>alert(1)</script> & \"'"
TEXT = f"""See [the figure](#a-figure), [E6](#claim-E6), <a href="../claims.json">a file of the site</a> and https://example.org/a.

## A second heading

{HOSTILE.replace("<", "&lt;")}

```{{admonition}} Open me
:class: dropdown
What was folded.
```
"""


@pytest.fixture
def ebook(build_book, monkeypatch):
    """The pages of a small e-book, and the e-book, in one folder."""
    entry = {"sources": [{"title": "A publisher"}], "licenses": [{"title": "CC BY 4.0"}], "vintage": "of today"}
    monkeypatch.setattr(data, "resource", lambda name: entry)
    rows = pd.DataFrame({"date": pd.date_range("2019-05-01", periods=3, freq="MS"), "people": [3, 2, 1]})
    chart = alt.Chart(rows).mark_line().encode(x="date:T", y="people:Q")
    drawn = figure(chart, "a-figure", "It falls by a third", "People", f"It falls {HOSTILE}", ["one"])._repr_mimebundle_()
    judged = [{"id": name, "theme": "enforcement", "type": "quantitative", "claim": f"It fell {HOSTILE}", "verdict": "overstated",
               "confidence": "medium", "rule": "fall <= -30", "because": "less", "estimates": {"fall_percent": -28.6},
               "interval": [-32.1, -25.0], "interval_of": "June against May", "tables": ["cbp_monthly"], "first_reading": "",
               "evidence": [{"publisher": "CBP", "url": "https://www.cbp.gov/a?b=1&c=2", "statement": HOSTILE}]}
              for name in ("E6", "E10")]
    strip = key_figures([("29 %", HOSTILE, "of people")])._repr_mimebundle_()
    book = build_book(strip, drawn, {CLAIMS: judged, "text/plain": "claims"}, text=TEXT, builder="epub")
    assert book.status == 0, book.log
    return book.html


def test_the_ebook_is_whole_and_valid(ebook):
    with zipfile.ZipFile(ebook / "book.epub") as book:
        first = book.infolist()[0]
        assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
        assert book.read("mimetype").strip() == b"application/epub+zip"
        package = ElementTree.fromstring(book.read("content.opf"))
        files = {unquote(item.get("href")): item for item in package.iter(f"{paper.OPF}item")}
        held = set(book.namelist())
        assert set(files) <= held
        assert held - set(files) == {"mimetype", "META-INF/container.xml", "content.opf"}
        pages = {name: ElementTree.fromstring(book.read(name)) for name in files if name.endswith(".xhtml")}
        drawings = [ElementTree.fromstring(book.read(name)) for name in files if name.endswith(".svg")]
        assert book.read(COVER).startswith(b"\x89PNG")
    assert files[COVER].get("properties") == "cover-image"
    assert len(drawings) == 2 and not any("script" in element.tag for drawing in drawings for element in drawing.iter())

    about = citation.edition()
    told = {name: package.find(f".//{DC}{name}").text for name in ("title", "creator", "language", "identifier")}
    assert told["title"] == about["title"] and told["creator"] == about["authors"] and told["language"] == "en"
    assert told["identifier"].startswith(("urn:uuid:", "https://"))

    anchors = {name: {element.get("id") for element in page.iter()} for name, page in pages.items()}
    links = 0
    for name, page in pages.items():
        assert not list(page.iter(f"{XHTML}script")) and page.tag == f"{XHTML}html"
        assert name == "nav.xhtml" or page.get("lang") == "en"
        for image in page.iter(f"{XHTML}img"):
            assert image.get("alt") and posixpath.normpath(posixpath.join(posixpath.dirname(name), image.get("src"))) in files
        for link in page.iter(f"{XHTML}a"):
            parts = urlsplit(link.get("href") or "")
            if parts.scheme in ("http", "https"):
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
            assert target in pages and (not parts.fragment or parts.fragment in anchors[target]), link.get("href")
            links += 1
    assert links >= 5


def test_on_paper_code_is_gone_and_what_is_folded_is_open(ebook):
    page = (ebook / "chapters" / "one.xhtml").read_text(encoding="utf-8")
    assert "show()" not in page and "chapters/one.ipynb" in page
    assert "What was folded." in page and "It falls by a third" in page and "Overstated" in page
    assert page.count("<details") == page.count('<details open="open"') > 0
    assert "claims.json" not in page and "a file of the site" in page
    assert "<input" not in page and not list(ebook.rglob("*.csv")) and not (ebook / "claims.json").exists()


def test_the_pdf_has_text_outline_links_and_page_numbers(ebook, tmp_path):
    made = tmp_path / "book.pdf"
    with chromium.browser() as running:
        paper.print_pdf(ebook, made, running)
    pdf = PdfReader(made)
    assert pdf.metadata.title == citation.edition()["title"] and pdf.metadata.author == citation.edition()["authors"]
    assert pdf.trailer["/Root"]["/Lang"] == "en" and "/StructTreeRoot" in pdf.trailer["/Root"]
    width, height = pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height
    assert abs(width - 595) < 2 and abs(height - 842) < 2

    texts = [" ".join(page.extract_text().split()) for page in pdf.pages]
    chapter = next(number for number, text in enumerate(texts, 1) if "It falls by a third" in text)
    whole = " ".join(texts)
    assert "Did it work" in texts[0] and "Figure 1" in whole and "Overstated" in whole
    assert "www.cbp.gov/a?b=1&c=2" in whole.replace(" ", "")  # the address of a source, for whoever reads on paper
    assert texts[chapter - 1].endswith(str(chapter)) or str(chapter) in texts[chapter - 1]

    contents = next(text for text in texts if text.count("A second heading") and text.count("A chapter"))
    start = next(number for number, text in enumerate(texts, 1) if number > 2 and "A chapter" in text)
    assert f"A chapter {start}" in contents

    def titles(entries):
        return [title for entry in entries for title in (titles(entry) if isinstance(entry, list) else [entry.title])]

    assert {"A book", "A chapter", "A second heading"} <= set(titles(pdf.outline))
    targets = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    assert any("/Dest" in one or "/D" in one.get("/A", {}) for one in targets)
    assert "https://www.cbp.gov/a?b=1&c=2" in [one["/A"].get("/URI") for one in targets if "/A" in one]


def test_a_browser_that_does_not_start_is_one_line_with_the_cure(monkeypatch, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(broken))
    with pytest.raises(BookError, match="does not start.*CHROMIUM") as error, chromium.browser():
        pass
    assert "\n" not in str(error.value)


def test_no_browser_at_all_is_one_line_with_the_cure(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "_run", lambda *command: False)
    with pytest.raises(BookError, match="no Chromium.*install"):
        chromium.find(str(tmp_path / "none"))
