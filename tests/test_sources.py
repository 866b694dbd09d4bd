"""Readers of the publishers' files, on small raw folders made here: what they return and what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook import paths, sources
from migrationbook.data import build, check, load, totals
from migrationbook.errors import BookError
from migrationbook.sources import dated_events, mexico, upstream, us_border, us_released, us_statistics
from migrationbook.sources.countries import ISO3
from migrationbook.sources.reading import Raw, gathered, months, numbers, periods, recode

DARIEN = {2010: 559, 2011: 283, 2012: 1777, 2013: 3051, 2014: 6175, 2015: 29289, 2016: 30055, 2017: 6780}
DARIEN |= {2018: 9222, 2019: 22102}


def _write(raw: Path, file: str, *lines: str) -> None:
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def darien(tmp_path: Path) -> Path:
    """A raw folder with the Darién file: the published totals of each year, split in two nationalities."""
    raw = tmp_path / "raw"
    rows = [f"{year}-01-01,year,VEN,{total - 3}" for year, total in DARIEN.items()]
    rows += [f"{year}-01-01,year,CUB,3" for year in DARIEN]
    rows += ["2020-01-01,month,CUB,5"]
    _write(raw, upstream.DARIEN_FILE, "date,period,nationality_iso3,value", *rows)
    return raw


def _missed(name: str, table: pd.DataFrame) -> list[str]:
    """The published totals of a described table that the one built here does not meet."""
    return totals.missed(build.described()[name], table)


def test_a_builder_returns_the_tidy_table_that_meets_its_published_totals(darien: Path) -> None:
    table = upstream.darien_transits_annual(Raw(darien, "darien_transits_annual"))
    assert list(table.columns) == ["year", "nationality", "transits"]
    assert len(table) == 20
    assert table["transits"].dtype == "int64"
    checks = totals.evaluated(build.described()["darien_transits_annual"], table)
    of_2016 = next(check for check in checks if check["label"] == "crossings, 2016")
    assert (of_2016["expected"], of_2016["found"], of_2016["tolerance"]) == (30055, 30055, 0)
    assert "SNM Panama" in of_2016["source"]
    assert len(checks) == len(DARIEN)


def test_a_published_total_that_is_missed_stops_the_build(small_package: Path, darien: Path) -> None:
    path = darien / upstream.DARIEN_FILE
    path.write_text(path.read_text().replace("VEN,30052", "VEN,30053"))
    with pytest.raises(BookError) as refusal:
        build.build(darien)
    told = str(refusal.value)
    where = "enforcement/darien_transits_annual.csv: crossings, 2016: "
    for part in (where, "expected 30,055", "tolerance 0", "SNM Panama", "found 30,056", "nothing was written"):
        assert part in told
    assert not (small_package / "datapackage.json").exists()


def test_a_published_total_is_held_to_again_by_every_check(small_package: Path, darien: Path) -> None:
    """Somebody changes two figures of a built table, and its hash and control sums: no schema could know."""
    build.build(darien)
    path, descriptor = small_package / "enforcement/darien_transits_annual.csv", small_package / "datapackage.json"
    path.write_text(path.read_text().replace("2016,VEN,30052", "2016,VEN,30062"))
    package = json.loads(descriptor.read_text())
    entry = next(entry for entry in package["resources"] if entry["name"] == "darien_transits_annual")
    entry |= build.describe(entry["name"], {key: entry[key] for key in build.described()[entry["name"]]}, path.read_bytes(), [])
    descriptor.write_text(json.dumps(package))
    told = "enforcement/darien_transits_annual.csv: crossings, 2016: expected 30,055 (tolerance 0; "
    (problem,) = check(["darien_transits_annual"])
    assert problem.startswith(told) and problem.endswith("found 30,065")


def test_a_missing_file_a_missing_column_and_a_file_that_is_no_table(darien: Path) -> None:
    raw = Raw(darien, "border_deaths")
    with pytest.raises(BookError, match=f"{us_statistics.DEATHS_FILE}: not in the folder {darien}; .* --raw"):
        us_statistics.border_deaths(raw)
    _write(darien, us_statistics.DEATHS_FILE, "sector,fiscal_year,died", "laredo,2019,78")
    with pytest.raises(
        BookError, match="row 1: expected a column 'deaths', found: sector, fiscal_year, died"
    ):
        us_statistics.border_deaths(raw)
    (darien / us_statistics.DEATHS_FILE).write_bytes(b"")
    with pytest.raises(BookError, match=f"{us_statistics.DEATHS_FILE}: expected a CSV file in UTF-8"):
        us_statistics.border_deaths(raw)
    (darien / us_statistics.DEATHS_FILE).write_bytes(
        "sector,fiscal_year,deaths\nDarién,2019,1\n".encode("latin-1")
    )
    with pytest.raises(BookError, match="expected a CSV file in UTF-8, found: 'utf-8'"):
        us_statistics.border_deaths(raw)


def test_a_figure_that_cannot_be_read_is_named_by_its_own_row(darien: Path) -> None:
    """The row is the file's own, although the reader had left other rows out before."""
    path = darien / upstream.DARIEN_FILE
    lines = path.read_text().splitlines()
    lines[-1] = "2020-01-01,month,CUB,5.5"
    path.write_text("\n".join(lines) + "\n")
    told = f"{upstream.DARIEN_FILE}, row {len(lines)}, column 'value': expected a whole number, found '5.5'"
    with pytest.raises(BookError, match=re.escape(told)):
        upstream.darien_transits_monthly(Raw(darien, "darien_transits_monthly"))


@pytest.mark.parametrize("cell", ["", " 5", "1,000", "-3", "1e3", "5.0", "inf", "NA", "٣"])
def test_only_plain_whole_numbers_are_counts(cell: str) -> None:
    with pytest.raises(BookError, match="row 3, column 'value': expected a whole number, found"):
        numbers(pd.DataFrame({"value": ["1", cell]}, dtype="str"), "value")


@pytest.mark.parametrize("cell", ["", "2019-06-02", "2019-13-01", "June 2019", "2019-6-1x"])
def test_only_first_days_are_months(cell: str) -> None:
    with pytest.raises(BookError, match=r"row 2, column 'date': expected the first day of a month"):
        months(pd.DataFrame({"date": [cell]}, dtype="str"))


def test_a_label_nobody_knows_is_refused() -> None:
    frame = pd.DataFrame({"kind": ["a", "b"]}, dtype="str")
    with pytest.raises(BookError, match="row 3, column 'kind': expected one of 'a', 'c', found 'b'"):
        recode(frame, "kind", {"a": "A", "c": "C"})


@pytest.mark.parametrize(
    ("cell", "start", "end", "precision"),
    [
        ("2019", "2019-01-01", "2019-12-31", "year"),
        ("2020-02", "2020-02-01", "2020-02-29", "month"),
        ("2019-06-24", "2019-06-24", "2019-06-24", "day"),
        ("2018-12/2019-06-24", "2018-12-01", "2019-06-24", "period"),
        ("2000-12/2006-11", "2000-12-01", "2006-11-30", "period"),
    ],
)
def test_periods(cell: str, start: str, end: str, precision: str) -> None:
    row = periods(pd.DataFrame({"date": [cell]}, dtype="str")).iloc[0]
    assert (row["start"], row["end"]) == (pd.Timestamp(start), pd.Timestamp(end))
    assert row["date_precision"] == precision


@pytest.mark.parametrize("cell", ["", "19", "2019-13", "2019-02-30", "2019/", "June 2019", "2019-6"])
def test_a_period_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(BookError, match="row 2, column 'date': expected"):
        periods(pd.DataFrame({"date": [cell]}, dtype="str"))


@given(st.dates(min_value=pd.Timestamp("1990-01-01").date(), max_value=pd.Timestamp("2040-12-31").date()))
def test_a_fiscal_year_runs_from_october_to_september(day: object) -> None:
    date = pd.Timestamp(day)
    year = us_border.fiscal_year(pd.Series([date])).iloc[0]
    assert pd.Timestamp(year - 1, 10, 1) <= date < pd.Timestamp(year, 10, 1)


def test_a_tolerance_is_kept_to_the_event_and_nothing_is_no_figure() -> None:
    raw = Raw(Path(), "t")
    raw.expect_total("near", 106, 100, "somebody", tolerance=6)
    with pytest.raises(BookError, match=r"far: expected 100 \(tolerance 6; somebody\), found 107"):
        raw.expect_total("far", 107, 100, "somebody", tolerance=6)
    with pytest.raises(BookError, match="none: expected 0"):
        raw.expect_total("none", float("nan"), 0, "somebody", tolerance=6)
    assert [check["label"] for check in raw.checks] == ["near"]


def _sector_file(raw: Path, **cells: int) -> None:
    sectors = [sector for group in us_border.BORDERS.values() for sector in group]
    row = dict.fromkeys(sectors, 1) | {"southwest_border": 9, "nationwide_total": 21} | cells
    _write(
        raw,
        us_border.SECTOR_FILE,
        ",".join(["date", *row]),
        ",".join(["1999-10-01", *map(str, row.values())]),
    )


def test_sectors_must_sum_to_the_printed_totals(tmp_path: Path) -> None:
    _sector_file(tmp_path, tucson=2)
    told = "row 2, column 'southwest_border': expected 10 (the sum of its sectors), found '9'"
    with pytest.raises(BookError, match=re.escape(told)):
        us_border.apprehensions_by_sector(Raw(tmp_path, "apprehensions_by_sector"))
    _sector_file(tmp_path)  # the sums are right now, so the published total of the year speaks
    table = us_border.apprehensions_by_sector(Raw(tmp_path, "apprehensions_by_sector"))
    told = _missed("apprehensions_by_sector", table)[0]
    assert re.fullmatch(r"southwest border, fiscal year 2000: expected 1,643,679 \(.*\), found 9", told)


def test_annual_sectors_must_sum_to_the_printed_total(tmp_path: Path) -> None:
    rows = ["southwest border,2019,300", "laredo,2019,78", "rio grande valley,2019,69", "tucson,2019,152"]
    _write(tmp_path, us_statistics.DEATHS_FILE, "sector,fiscal_year,deaths", *rows)
    with pytest.raises(BookError, match=r"fiscal year 2019: expected 300 \(printed total\), found 299"):
        us_statistics.border_deaths(Raw(tmp_path, "border_deaths"))


COMPILED = "date,component,authority,encounter_type,demographic,citizenship_iso3,value"
CURRENT = (
    "Fiscal Year,Month Grouping,Month (abbv),Component,Demographic,Citizenship Grouping,Title of Authority,"
    "Encounter Type,Encounter Count"
)


def _two_files(raw: Path, settled: int, recent: int) -> None:
    """The two encounter files, equal but for ``settled`` in June 2024 and ``recent`` in October 2024.

    Both begin in June 2024; the first ends in May 2025, the second a month later.
    """
    patrol, kind = "U.S. Border Patrol", "Title 8,Apprehensions,Single Adults"
    months = pd.date_range("2024-06-01", "2025-06-01", freq="MS")
    rows = [f"{date:%Y-%m-%d},{patrol},{kind},MEX,100" for date in months[:-1]]
    _write(raw, us_border.COMPONENT_FILE, COMPILED, *rows)
    more = {"2024-06": settled, "2024-10": recent}
    lines = [
        f"{date.year + (date.month >= 10)},FYTD,{date:%b},{patrol},Single Adults,Mexico,Title 8,Apprehensions,"
        f"{100 + more.get(f'{date:%Y-%m}', 0)}"
        for date in months
    ]
    _write(raw, us_border.CURRENT_FILE, CURRENT, *lines)


def test_encounters_are_carried_on_only_if_the_two_files_agree(tmp_path: Path) -> None:
    _two_files(tmp_path, settled=1, recent=0)
    with pytest.raises(BookError, match="fiscal 2022 to 2024: expected 0 .* found 1;"):
        us_border.cbp_encounters(Raw(tmp_path, "cbp_encounters"))
    _two_files(tmp_path, settled=0, recent=7)
    with pytest.raises(BookError, match=r"fiscal 2025: expected 0 \(tolerance 6.* found 7;"):
        us_border.cbp_encounters(Raw(tmp_path, "cbp_encounters"))
    _two_files(tmp_path, settled=0, recent=6)
    raw = Raw(tmp_path, "cbp_encounters")
    table = us_border.cbp_encounters(raw)
    assert [check["found"] for check in raw.checks] == [0, 6]
    assert len(table) == 13 and table["date"].max() == pd.Timestamp("2025-06-01")  # a month that only the second file has
    assert "both components, fiscal year 2018" in _missed("cbp_encounters", table)[0]  # these files hold no such year


def test_a_month_that_the_compilation_lacks_is_a_gap(tmp_path: Path) -> None:
    _two_files(tmp_path, settled=0, recent=0)
    path = tmp_path / us_border.COMPONENT_FILE
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "2024-10" not in line) + "\n")
    with pytest.raises(BookError, match="fiscal 2025: expected 0 .* found 100;"):
        us_border.cbp_encounters(Raw(tmp_path, "cbp_encounters"))


def test_country_codes_are_alpha_3_and_given_once() -> None:
    assert len(set(ISO3.values())) == len(ISO3) == 126
    assert all(re.fullmatch("[A-Z]{3}", code) for code in ISO3.values())
    assert (ISO3["El Salvador"], ISO3["Burma"], ISO3["Unknown"]) == ("SLV", "MMR", "OOO")


def test_rows_the_audit_refused_keep_their_mark(tmp_path: Path) -> None:
    head = "date,series,value,unit,publisher,url,quality,note"
    row = "2019-02,returned_first_reported,5047,persons/events,INM,https://a.b,{},Audit 2026-11-23: a reason"
    _write(tmp_path, mexico.REPORTED_FILE, head, row.format('"unconfirmed, do not use for a headline"'))
    table = gathered(Raw(tmp_path, "mexico_first_reported"), mexico.REPORTED_FILE, "events")
    assert list(table["status"]) == ["unconfirmed, do not use for a headline"]
    assert list(table["note"]) == ["a reason"]
    _write(tmp_path, mexico.REPORTED_FILE, head, row.format("rumour"))
    with pytest.raises(BookError, match="row 2, column 'quality': expected one of .* found 'rumour'"):
        mexico.mexico_first_reported(Raw(tmp_path, "mexico_first_reported"))


def test_fiscal_year_rows_are_dated_by_their_first_day(tmp_path: Path) -> None:
    head = "date,series,value,unit,publisher,url,quality,note,vintage"
    row = "FY2018,ofo_swb_inadmissibles_fiscal_year_total,124511,persons/events,CBP,https://a.b,official,,2019-06"
    _write(tmp_path, us_released.FY2017_FILE, head, row)
    table = us_released.cbp_fiscal_year_2017(Raw(tmp_path, "cbp_fiscal_year_2017"))
    assert (table["date"].iloc[0], table["period"].iloc[0]) == (pd.Timestamp("2017-10-01"), "fiscal_year")
    assert "months of fiscal 2017, ports of entry all: expected 111,275" in _missed("cbp_fiscal_year_2017", table)[0]
    _write(tmp_path, us_released.FY2017_FILE, head, row.replace("FY2018", "FY18"))
    with pytest.raises(
        BookError, match="row 2, column 'date': expected the first day of a month .* found 'FY18'"
    ):
        us_released.cbp_fiscal_year_2017(Raw(tmp_path, "cbp_fiscal_year_2017"))


def test_events_need_all_their_rows(tmp_path: Path) -> None:
    head = "date,event,kind,jurisdiction,url,date_basis,date_checked,note"
    row = "2019-06-07,US-Mexico Joint Declaration,bilateral,USA-MEX,https://a.b,signed,yes,"
    _write(tmp_path, dated_events.FILE, head, row)
    alone = dated_events.events(Raw(tmp_path, "events"))
    assert re.fullmatch(r"events: expected 71 \(.*\), found 1", _missed("events", alone)[0])
    others = [f"2019-07,Event {number},court,USA,https://a.b,occurred,month only," for number in range(70)]
    _write(tmp_path, dated_events.FILE, head, row, *others)
    table = dated_events.events(Raw(tmp_path, "events"))
    assert set(table["date_precision"]) == {"day", "month"}
    assert set(table["date_checked"]) == {"yes", "month_only"}
    assert len(table) == 71
    assert _missed("events", table)[0].startswith("rows for the Joint Declaration of 7 June 2019: expected 1")  # no full title


def test_every_described_table_has_a_builder_or_is_written_by_hand() -> None:
    tables = build.described()
    assert {name for name, entry in tables.items() if not entry.get("authored")} == set(sources.BUILDERS)
    for name, entry in tables.items():
        assert entry["schema"]["primaryKey"], name
        for licence in entry["licenses"]:
            assert re.fullmatch(r"not verified|\d{4}-\d{2}-\d{2}", licence["checked"]), name


@pytest.fixture
def small_package(darien: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and a catalogue of three tables: two built, one written by hand."""
    tables = build.described()
    annual = tables["darien_transits_annual"] | {"minimum_rows": 20}
    fields = [
        {"name": "id", "type": "string", "constraints": {"required": True}},
        {"name": "weight", "type": "integer", "constraints": {"minimum": 0}},
    ]
    notes = {key: value for key, value in annual.items() if key != "totals"} | {
        "path": "notes/notes.csv",
        "authored": True,
        "minimum_rows": 1,
        "schema": {"fields": fields, "primaryKey": ["id"]},
    }
    catalogue = {"darien_transits_annual": annual, "countries": tables["countries"], "notes": notes}
    monkeypatch.setattr(build, "described", lambda: catalogue)
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    _write(tmp_path / "data", "notes/notes.csv", "id,weight", "b,2", "a,")
    return tmp_path / "data"


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_build_writes_sorted_plain_tables_and_says_what_they_are(small_package: Path, darien: Path) -> None:
    build.build(darien)
    lines = (small_package / "enforcement/darien_transits_annual.csv").read_bytes().decode().split("\n")
    assert lines[:3] == ["year,nationality,transits", "2010,CUB,3", "2010,VEN,556"]
    assert lines[-1] == ""
    assert check() == []
    table = load("darien_transits_annual")
    assert table.query("year == 2016")["transits"].sum() == 30055
    notes = load("notes")
    assert list(notes["id"]) == ["b", "a"]  # written by hand: kept as written
    assert notes["weight"].dtype == "Int64" and notes["weight"].isna().sum() == 1
    assert build._kept_entries()["darien_transits_annual"]["coverage"] == ["2010", "2019"]


def test_a_second_build_changes_no_byte(small_package: Path, darien: Path) -> None:
    build.build(darien)
    before = _content(small_package)
    build.build(darien)
    assert _content(small_package) == before


def test_a_build_of_some_leaves_the_others_alone(small_package: Path, darien: Path) -> None:
    build.build(darien)
    before = build._kept_entries()["darien_transits_annual"]
    _write(small_package, "notes/notes.csv", "id,weight", "c,1")
    (darien / upstream.DARIEN_FILE).unlink()
    build.build(darien, ["notes"])
    assert build._kept_entries()["darien_transits_annual"] == before
    assert list(load("notes")["id"]) == ["c"]
    assert check() == []


def test_a_build_that_fails_writes_nothing(small_package: Path, darien: Path) -> None:
    build.build(darien)
    before = _content(small_package)
    path = darien / upstream.DARIEN_FILE
    sound = path.read_text()
    path.write_text(
        sound.replace("2016-01-01,year,CUB,3", "2016-01-01,year,cub,3")
    )  # right total, wrong code
    told = r"row \d+, column 'nationality': expected pattern \[A-Z\]\{3\}, found 'cub'; nothing was written"
    with pytest.raises(BookError, match=told):
        build.build(darien)
    assert _content(small_package) == before
    path.write_text(
        sound.replace("2016-01-01,year,CUB,3", "2016-01-01,year,VEN,3")
    )  # right total, a key twice
    with pytest.raises(BookError, match="expected a key of its own, found 2016, VEN.*nothing was written"):
        build.build(darien)
    path.write_text(sound.replace("CUB", "CUX"))  # right total, a code no country has
    with pytest.raises(BookError, match="CUX.*nothing was written"):
        build.build(darien)
    path.write_text(sound.replace("CUB,3", "CUB,4"))
    with pytest.raises(BookError, match="crossings, 2010: expected 559"):
        build.build(darien)
    assert _content(small_package) == before


def test_a_table_with_too_few_rows_is_not_written(small_package: Path, darien: Path) -> None:
    build.described()["darien_transits_annual"]["minimum_rows"] = 21
    with pytest.raises(BookError, match="expected at least 21 rows, found 20; nothing was written"):
        build.build(darien)
    assert set(_content(small_package)) == {"notes/notes.csv"}


def test_a_table_written_by_hand_that_breaks_its_schema(small_package: Path, darien: Path) -> None:
    path = small_package / "notes/notes.csv"
    path.write_text("id,weight\nb,-2\n")
    with pytest.raises(
        BookError, match="notes/notes.csv: row 2, column 'weight': expected minimum 0, found '-2'"
    ):
        build.build(darien)
    path.write_text("id,weight\nb,2,3\n")
    with pytest.raises(BookError, match="notes/notes.csv, row 2: expected 2 cells, found 3"):
        build.build(darien)
    path.write_text("")
    with pytest.raises(
        BookError, match="notes/notes.csv: expected a CSV file in UTF-8, found: an empty file"
    ):
        build.build(darien)
    path.unlink()
    with pytest.raises(BookError, match="notes/notes.csv: the file is missing; it is written by hand"):
        build.build(darien)


def test_a_file_that_may_not_be_written_is_one_line(
    small_package: Path, darien: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", refuse)
    told = "darien_transits_annual.csv: expected a file that may be replaced, found: Operation not permitted"
    with pytest.raises(BookError, match=told):
        build.build(darien)


def test_an_unknown_table_cannot_be_built(small_package: Path, darien: Path) -> None:
    with pytest.raises(BookError, match="no table 'note'; the tables are: darien_transits_annual, countries, notes"):
        build.build(darien, ["note"])
