"""The data catalogue and the page of rights: complete, linked, and nothing in a table can break out of the page."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path

import pandas as pd
import pytest
from migrationbook import data, paths
from migrationbook.charts import figure
from migrationbook.data.build import as_csv, describe
from migrationbook.data.rights import credit, kind_of, terms
from migrationbook.sphinx import catalogue
from migrationbook.sphinx.claim import MIME as CLAIMS
from migrationbook.sphinx.markup import link, linked

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\"'&"
PAGE = """See [the table](#table-people_counted).

```{data-overview}
```

## One

```{data-catalogue} enforcement
```

## Two

```{data-catalogue} reference
```

## Rights

```{data-rights}
```
"""


def described(name: str, path: str, fields: list[dict], rows: pd.DataFrame, **more) -> tuple[dict, bytes]:
    metadata = {
        "path": path, "title": f"Title of {name} {HOSTILE}", "description": f"Description {HOSTILE}",
        "sources": [{"title": f"Agency {HOSTILE}", "path": "https://example.org/a?b=1&c=2", "obtained_from": HOSTILE},
                    {"title": "Elsewhere", "path": "javascript:alert(1)"}],
        "licenses": [{"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://example.org/by", "checked": "2026-11-20"},
                     {"name": "of-its-own", "title": f"Terms {HOSTILE}", "checked": "not verified"}],
        "vintage": f"of {HOSTILE}", "caveats": [f"Beware {HOSTILE}"],
        "schema": {"fields": fields, "primaryKey": [fields[0]["name"]]} | more,
    }
    checks = [{"label": f"total {HOSTILE}", "expected": 1234567, "found": -0.5, "tolerance": 0, "source": "https://example.org/t."}]
    content = as_csv(rows, metadata)
    return describe(name, metadata, content, checks), content


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two tables whose every text is hostile, in place of the book's."""
    figures, lines = described("people_counted", "enforcement/people_counted.csv", [
        {"name": "date", "type": "date", "title": "Month", "constraints": {"required": True}},
        {"name": "country", "type": "string", "description": HOSTILE, "constraints": {"pattern": "[A-Z]{3}<"}},
        {"name": "people", "type": "integer", "unit": f"people {HOSTILE}",
         "constraints": {"required": True, "minimum": -5, "maximum": 2000000}},
        {"name": "kind", "type": "string", "constraints": {"required": True, "enum": [*"abcdefghij", HOSTILE]}},
    ], pd.DataFrame({"date": pd.to_datetime(["2019-05-01", "2019-06-01"]), "country": ["MEX", ""], "people": [1, 2],
                     "kind": [HOSTILE, "=1+1"]}),
        foreignKeys=[{"fields": ["country"], "reference": {"resource": "countries", "fields": ["iso3"]}}])
    countries, names = described("countries", "reference/countries.csv", [
        {"name": "iso3", "type": "string", "constraints": {"required": True, "unique": True}}], pd.DataFrame({"iso3": ["MEX"]}))
    folder = tmp_path / "package"
    for entry, content in ((figures, lines), (countries, names)):
        (folder / entry["path"]).parent.mkdir(parents=True)
        (folder / entry["path"]).write_bytes(content)
    descriptor = {"name": "fake", "title": f"Package {HOSTILE}", "resources": [figures, countries],
                  "left_out": [{"name": f"Prices {HOSTILE}", "publisher": "Fund", "why": f"forbidden {HOSTILE}"}]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    monkeypatch.setenv("MIGRATIONBOOK_DATA", str(folder))  # for the builder, a process of its own
    monkeypatch.setattr(paths, "DATA", folder)
    return folder


def test_a_hostile_package_is_only_shown_and_leads_where_it_should(build_book, package):
    import altair as alt

    drawn = figure(alt.Chart(pd.DataFrame({"x": [1], "y": [2]})).mark_point().encode(x="x:Q", y="y:Q"), "a-figure", "It falls",
                   "People", "It falls", ["people_counted"])._repr_mimebundle_()
    judged = {CLAIMS: [{"id": "E6", "claim": "It fell", "verdict": "mixed", "tables": ["people_counted", "elsewhere"]}]}
    book = build_book(drawn, judged, text=PAGE)
    assert book.status == 0, book.log
    page = (book.html / "chapters" / "one.html").read_text(encoding="utf-8")

    assert "<img src=x" not in page and "<script>document.title" not in page and 'href="javascript:' not in page
    assert page.count('id="table-people_counted"') == 1 and page.count('id="table-countries"') == 1

    section = page[page.index('id="table-people_counted"'):page.index('id="two"')]
    for link_to in ("#a-figure", "#claim-E6", "#table-countries", "#rights-cc-by-4-0", "#rights-other",
                    "https://example.org/a?b=1&c=2", "https://example.org/by", "https://example.org/t",
                    "../_data/enforcement/people_counted.csv"):
        assert f'href="{escape(link_to)}"' in section, link_to
    told = unescape(re.sub(r"<[^>]+>", "", section))
    for text in (HOSTILE, "1,234,567", "−0.5", "−5 to 2,000,000", "may be empty", "and 3 more", "2019-05-01 to 2019-06-01",
                 "terms read on 2026-11-20", "terms not verified by us", data.resource("people_counted")["hash"]):
        assert text in told, text
    wide = re.findall(r'<div class="scrolling"[^>]*>', section)
    assert len(wide) == 2 and all('tabindex="0"' in box and 'aria-label="' in box for box in wide)  # for the keyboard
    assert (book.html / "_data" / "enforcement" / "people_counted.csv").read_bytes() == \
        (package / "enforcement" / "people_counted.csv").read_bytes()

    # from claim and figure to the catalogue; a table the package does not have stays a word
    claim = page[page.index('<article class="claim"'):page.index("</article>")]
    assert '<a href="#table-people_counted">people_counted</a> (' in claim and "; elsewhere</p>" in claim
    shown = page[page.index('<figure class="chart"'):page.index("</figure>")]
    assert '<a href="#table-people_counted">people_counted</a>' in shown

    overview = page[page.index('<table class="data overview">'):page.index('id="one"')]
    assert re.findall(r'<td><a href="#table-(\w+)">', overview) == ["people_counted", "countries"]
    assert "Prices" in overview and "forbidden" in overview

    index = (book.html / "_static" / "search-index.js").read_text(encoding="utf-8")
    assert "beware" in index.lower()  # the words of the catalogue are found by the search


def test_a_theme_without_a_table_says_so(build_book, package):
    book = build_book(text="```{data-catalogue} opinion\n```")
    assert book.status == 0, book.log
    assert "no table of the theme “opinion” yet" in (book.html / "chapters" / "one.html").read_text(encoding="utf-8")


def test_a_table_without_a_page_fails_the_build(build_book, package):
    book = build_book(text="```{data-overview}\n```\n\n```{data-catalogue} enforcement\n```")
    assert book.status != 0
    assert "table 'countries' is on no page of the catalogue; give its theme a page" in book.log


def test_a_table_described_twice_fails_the_build(build_book, package):
    book = build_book(text="```{data-catalogue} reference\n```\n\n## Again\n\n```{data-catalogue} reference\n```")
    assert book.status != 0
    assert "table 'countries' is described on chapters/one and again on chapters/one" in book.log


def test_an_altered_table_fails_the_build(build_book, package):
    path = package / "reference" / "countries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("MEX", "USA"), encoding="utf-8")
    book = build_book(text="```{data-catalogue} reference\n```")
    assert book.status != 0
    assert "reference/countries.csv: row 2, column 'iso3'" in book.log


def test_a_book_without_a_package_fails_with_the_way_out(build_book, tmp_path, monkeypatch):
    monkeypatch.setenv("MIGRATIONBOOK_DATA", str(tmp_path / "nowhere"))
    book = build_book(text="```{data-catalogue} enforcement\n```")
    assert book.status != 0
    assert "no data package there; check MIGRATIONBOOK_DATA" in book.log


def pages() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (paths.CHAPTERS / "data").glob("*.md")}


def test_every_table_of_the_package_has_exactly_one_page():
    themes = [theme for text in pages().values() for theme in re.findall(r"^```\{data-catalogue\} (\w+)$", text, re.MULTILINE)]
    assert len(themes) == len(set(themes))
    assert {data.theme(entry) for entry in data.package()["resources"]} <= set(themes)
    toc = (paths.ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert all(f"chapters/data/{name.removesuffix('.md')}\n" in toc for name in pages())


def test_the_catalogue_of_the_real_package_is_complete(build_book):
    without_titles = [text.partition("\n")[2] for text in pages().values()]
    book = build_book(text=re.sub(r"\]\(\w+\.md\)", "](one.ipynb)", "\n\n".join(without_titles)))
    assert book.status == 0, book.log
    page = unescape((book.html / "chapters" / "one.html").read_text(encoding="utf-8"))
    resources = data.package()["resources"]
    assert sorted(re.findall(r'<section id="table-(\w+)">', page)) == sorted(data.names())
    shown = re.findall(r'<table class="data columns"', page)
    assert len(shown) == len(resources)
    rights = "".join(re.findall(r'<table class="data rights".*?</table>', page, re.DOTALL))
    for entry in resources:
        assert f'href="#table-{entry["name"]}">{entry["name"]}</a>' in rights, entry["name"]
        assert entry["hash"].replace("_", "_<wbr/>") in page
        for licence in entry["licenses"]:
            assert terms(licence) in rights
            assert f'id="rights-{kind_of(licence)}"' in page
    for item in data.package()["left_out"]:
        assert item["name"] in page and item["why"] in page


def test_a_licence_of_ours_is_not_credited_to_the_publisher():
    """Whoever gives CC BY says it in the entry: without `holder` the credit line says that the publisher gave it."""
    for entry in data.package()["resources"]:
        for licence in entry["licenses"]:
            ours = re.search(r"\bour\b", licence["title"]) is not None
            assert not ours or licence.get("holder"), f"{entry['name']}: '{licence['title']}' is ours; name its holder"
            line = credit(entry, licence)
            assert line.startswith(licence["holder"]) if licence.get("holder") else data.package()["title"] in line


@pytest.mark.parametrize(("licence", "kind"), [
    ({"name": "CC-BY-4.0"}, "cc-by-4-0"), ({"name": "CC-BY-4.0", "holder": "us"}, "ours"), ({"name": "beerware"}, "other"),
    ({"name": "Libre-Uso-MX"}, "libre-uso-mx"), ({"name": "us-government-work"}, "us-government-work"),
    ({"name": "publisher"}, "other"),  # a word of the section that explains no licence
])
def test_each_licence_has_words(licence, kind):
    assert kind_of(licence) == kind


@pytest.mark.parametrize(("theme", "path"), [
    ("enforcement", "enforcement/a.csv"), ("claims", "claims/a.csv"), ("events", "events.csv"), ("asylum", "asylum/b/a.csv")])
def test_the_theme_of_a_table_is_its_folder(theme, path):
    assert data.theme({"path": path}) == theme


@pytest.mark.parametrize(("value", "told"), [
    (0, "0"), (2019, "2019"), (-0.125, "−0.125"), (977509, "977,509"), (12345.678, "12,345.678"), ("A", "A"), (None, "None")])
def test_figures_are_told_exactly(value, told):
    assert catalogue.exact(value) == told


def test_only_web_addresses_become_links():
    assert link("<b>", "https://a.org/x?y=1&z") == '<a href="https://a.org/x?y=1&amp;z">&lt;b&gt;</a>'
    assert link("b", "javascript:alert(1)") == link("b", None) == link("b", 'https://a.org/"onclick="') == "b"
    assert linked("see https://a.org/x, or <i>") == 'see <a href="https://a.org/x">https://a.org/x</a>, or &lt;i&gt;'
