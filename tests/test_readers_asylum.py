"""UNHCR's files in the three layouts a person gets them in, whole and damaged."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import resource
from migrationbook.errors import BookError
from migrationbook.sources.readers import READERS, unhcr

HEADINGS = "Year,Country of origin,Country of origin (ISO),Country of asylum,Country of asylum (ISO),"
# each table: headings of the archive, and rows of it; Guinea and Germany are of no interest
ARCHIVE = {
    "unhcr_applications": [
        HEADINGS + "Authority,Application type,Stage of procedure,Cases / Persons,applied",
        "2024,Honduras,HND,Mexico,MEX,G,N,FI,P,27889",
        "2025,Honduras,HND,Mexico,MEX,G,N,FI,P,20000",
        "2025,Unknown,UNK,United States of America,USA,G,N,IN,C,282594",
        "2025,Guinea,GIN,Germany,GER,G,N,FI,P,12",
    ],
    "unhcr_decisions": [
        HEADINGS + "Authority,Stage of procedure,Cases / Persons,Recognized decisions,Complementary protection,"
        "Rejected decisions,Otherwise closed,Total decisions",
        "2024,Honduras,HND,Mexico,MEX,G,FI,P,100,20,30,50,200",
        "2025,Honduras,HND,Mexico,MEX,G,FI,P,100,20,30,50,205",
        "2025,Guinea,GIN,Germany,DEU,G,FI,P,1,0,0,0,1",
    ],
    "unhcr_stocks": [
        HEADINGS + "Refugees under UNHCR's mandate,Asylum-seekers,Returned refugees,IDPs of concern to UNHCR,Returned IDPss,"
        "Stateless persons,Others of concern,Other people in need of international protection,Host Community",
        "2024,Honduras,HND,Germany,DEU,10,25,0,0,0,0,0,-,0",
        "2025,Venezuela,VEN,Mexico,MEX,5000,4000,0,0,0,0,0,64160,0",
        "2025,Haiti,HTI,Mexico,MEX,0,0,0,0,0,0,0,-,0",
        "2025,Guinea,GIN,Mexico,MEX,5,5,0,0,0,0,0,-,0",
    ],
}
WANTED = {
    "unhcr_applications": [
        [2024, "HND", "MEX", "government", "new", "first_instance", "persons", 27889],
        [2025, "HND", "MEX", "government", "new", "first_instance", "persons", 20000],
        [2025, "UNK", "USA", "government", "new", "uscis", "cases", 282594],
    ],
    "unhcr_decisions": [
        [2024, "HND", "MEX", "government", "first_instance", "persons", 100, 20, 30, 50, 0, 200],
        [2025, "HND", "MEX", "government", "first_instance", "persons", 100, 20, 30, 50, 5, 205],
    ],
    "unhcr_stocks": [[2024, "HND", "DEU", 10, 25, None, 0], [2025, "VEN", "MEX", 5000, 4000, 64160, 0]],
}
FIELDS = {"unhcr_applications": unhcr.APPLICATIONS, "unhcr_decisions": unhcr.DECISIONS, "unhcr_stocks": unhcr.STOCKS}
PAGE = b"<!DOCTYPE html>\n<html><title>Just a moment...</title></html>"


def _csv(folder: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def _zip(folder: Path, lines: list[str]) -> Path:
    path = folder / "query_data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("asylum.csv", "\n".join(lines) + "\n")
        archive.writestr("footnotes.csv", "Footnote,Year\nGovernment estimate,2025\n")
    return path


def _items(name: str) -> list[dict]:
    """The rows as the API gives them: its own names, numbers partly as texts, and fields we do not use."""
    header, *rows = [line.split(",") for line in ARCHIVE[name]]
    items = []
    for row in rows:
        of = dict(zip(header, row, strict=True))
        item = {field: of[heading] for field, heading in FIELDS[name].items()}
        item["year"] = int(item["year"])
        items.append({"coo_id": 1, "coo_name": of["Country of origin"], **item, "coa": "MEX"})
    return items


def _json(folder: Path, items: object, pages: int = 1) -> Path:
    path = folder / "answer.json"
    answer = {"page": 1, "short-url": "", "maxPages": pages, "total": [], "items": items}
    path.write_text(json.dumps(answer), encoding="utf-8")
    return path


def _refused(told: str, path: Path, name: str = "unhcr_applications") -> None:
    with pytest.raises(BookError, match=told) as refusal:
        READERS[name](path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", list(ARCHIVE))
@pytest.mark.parametrize("layout", ["archive", "csv", "api", "package", "titled"])
def test_every_layout_gives_the_same_rows_of_interest(name: str, layout: str, tmp_path: Path) -> None:
    lines = ARCHIVE[name]
    if layout == "api":
        path = _json(tmp_path, _items(name))
    elif layout == "package":
        fields = list(FIELDS[name])
        path = _csv(tmp_path, [",".join(fields), *(",".join(str(item[field]) for field in fields) for item in _items(name))])
    elif layout == "titled":
        path = _csv(tmp_path, ["Extracted from the UNHCR Population Statistics", "", *lines])
    else:
        path = {"archive": _zip, "csv": _csv}[layout](tmp_path, lines)
    table = READERS[name](path)
    assert list(table.columns) == [field["name"] for field in resource(name)["schema"]["fields"]]
    assert table.astype(object).where(table.notna(), None).values.tolist() == WANTED[name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str, tmp_path: Path) -> None:
    lines = [line.replace("Mexico,", "México,").replace(",", delimiter) for line in ARCHIVE["unhcr_applications"]]
    assert len(unhcr.unhcr_applications(_csv(tmp_path, lines, encoding))) == 3


def test_thousands_may_be_set_apart(tmp_path: Path) -> None:
    lines = [line.replace("27889", '"27,889"') for line in ARCHIVE["unhcr_applications"]]
    assert unhcr.unhcr_applications(_csv(tmp_path, lines))["applications"].iloc[0] == 27889


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    lines = [",".join(reversed(line.split(","))) for line in ARCHIVE["unhcr_applications"]]
    assert unhcr.unhcr_applications(_csv(tmp_path, lines)).values.tolist() == WANTED["unhcr_applications"]


@pytest.mark.parametrize(("was", "becomes", "told"), [
    ("Stage of procedure", "Stage of the procedure", "row 1: expected a column 'Stage of procedure'.*is 'Stage of the "),
    (",27889", ",-27889", "table.csv, row 2, column 'applied': expected a whole number, not negative, found '-27889'"),
    (",27889", ",27889000", "row 2, column 'applied': expected at most 3,000,000, found '27889000'"),
    (",27889", ",27.5", "row 2, column 'applied': expected a whole number"),
    (",27889", ",", "row 2, column 'applied': expected a whole number, not negative, found ''"),
    ("MEX,G,N,FI,P,20000", "MEX,G,N,XX,P,20000", "row 3, column 'Stage of procedure': expected one of 'FI'.* found 'XX'"),
    ("MEX,G,N,FI,P,20000", "MEX,G,N,FI,H,20000", "row 3, column 'Cases / Persons': expected one of 'P', 'C', found 'H'"),
    ("2025,Honduras", "2024,Honduras", "row 3: expected one row for 2024, HND, MEX, G, N, FI, P, found a second"),
    ("2024,Honduras", "2022,Honduras", "expected rows for 2023, found none; years before and after it are there"),
    ("2024,Honduras", "24,Honduras", "row 2, column 'Year': expected a year, found '24'"),
    ("Honduras,HND", "-,-", "row 2, column 'Country of origin .ISO.': expected a country's ISO code .*coo_all=true.* found '-'"),
    ("Mexico,MEX", "Mexico,México", "column 'Country of asylum .ISO.': expected a country's ISO code"),
    ("2025,Guinea,GIN,Germany,GER,G,N,FI,P,12", "2025,Guinea,GIN,Ger", "row 5: expected 10 cells, found 4: .*cut off"),
])
def test_a_damaged_table_is_one_clear_line(was: str, becomes: str, told: str, tmp_path: Path) -> None:
    lines = "\n".join(ARCHIVE["unhcr_applications"]).replace(was, becomes).split("\n")
    _refused(told, _csv(tmp_path, lines))


def test_a_file_of_other_countries_and_another_table(tmp_path: Path) -> None:
    _refused("expected rows for BLZ, CAN.*found none of them", _csv(tmp_path, ARCHIVE["unhcr_applications"][::4]))
    _refused("expected a column 'Application type'", _csv(tmp_path, ARCHIVE["unhcr_decisions"]))
    _refused("item 1: expected a field 'app_type', found: coo_id", _json(tmp_path, _items("unhcr_decisions")))


def test_answers_of_the_api_that_are_not_whole(tmp_path: Path) -> None:
    items = _items("unhcr_applications")
    _refused("found page 1 of 7; ask with a larger limit or download=true", _json(tmp_path, items, pages=7))
    _refused("expected an answer of UNHCR's API with rows under 'items', found none", _json(tmp_path, []))
    _refused("under 'items', found none", _json(tmp_path, "none"))
    items[0]["applied"] = "-5"
    _refused("answer.json, row 1, column 'applied': expected a whole number", _json(tmp_path, items))
    path = _json(tmp_path, items)
    path.write_bytes(path.read_bytes()[:-40])
    _refused("answer.json, row 1: expected complete JSON, found: .*cut off", path)


def test_archives_that_are_not_whole(tmp_path: Path) -> None:
    path = _zip(tmp_path, ARCHIVE["unhcr_applications"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-60])
    _refused("query_data.zip: expected a zip archive, found a damaged one", path)
    path.write_bytes(whole.replace(b"27889", b"27888", 1))
    _refused("query_data.zip: expected a zip archive, found a damaged one .*CRC", path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    _refused("expected one table and its footnotes, found: readme.txt", path)


def test_what_is_no_table_at_all(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(PAGE)
    _refused("expected a CSV file, found a web page", path)
    path.write_bytes(b"")
    _refused("expected a CSV file, found an empty file", path)
    path.write_bytes(ARCHIVE["unhcr_applications"][0].encode())
    _refused("expected rows below the header, found none", path)
    _refused("none.csv: expected a file that can be read, found: No such file", tmp_path / "none.csv")


def test_a_file_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    """200 MB of rows of no interest, as 10 MB (memory that grows with the file would show at this size)."""
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("\n".join(ARCHIVE["unhcr_applications"]) + "\n")
        for _ in range(20):
            file.write("2025,Guinea,GIN,Germany,DEU,G,N,FI,P,12\n" * 12_500)
    tracemalloc.start()
    table = unhcr.unhcr_applications(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table) == 3
    assert path.stat().st_size > 9_000_000
    assert peak < 120_000_000


def test_more_rows_of_interest_than_there_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unhcr, "MOST_ROWS", 2)
    _refused("expected at most 2 rows .*found more", _csv(tmp_path, ARCHIVE["unhcr_applications"]))
    monkeypatch.setattr(unhcr, "LARGEST_JSON", 10)
    _refused("expected at most 10 bytes of JSON, found more; ask for fewer years", _json(tmp_path, []))


@given(outcomes=st.lists(st.integers(0, 500_000), min_size=4, max_size=4), gap=st.integers(0, 400))
def test_outcomes_and_what_is_not_itemised_make_the_total(
    outcomes: list[int], gap: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    row = f"2025,Honduras,HND,Mexico,MEX,G,FI,P,{','.join(map(str, outcomes))},{sum(outcomes) + gap}"
    path = _csv(tmp_path_factory.mktemp("decisions"), [ARCHIVE["unhcr_decisions"][0], row])
    table = unhcr.unhcr_decisions(path)
    assert table[["recognized", "complementary", "rejected", "closed"]].values.tolist() == [outcomes]
    assert table["not_itemised"].tolist() == [gap]


def test_the_readers_are_registered() -> None:
    readers: dict[str, Callable] = {name: READERS[name] for name in ARCHIVE}
    assert [reader.__name__ for reader in readers.values()] == list(ARCHIVE)
    for name in ARCHIVE:
        assert resource(name)["refresh"]["url"].startswith("https://api.unhcr.org/population/v1/")
