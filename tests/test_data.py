"""The data package: published totals, types, metadata, and what happens to whoever meets a damaged table."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from migrationbook import paths
from migrationbook.data import check, load, names, package, resource
from migrationbook.data.controls import altered_cells, cell_number, control_sums, figure
from migrationbook.data.package import table_problems
from migrationbook.errors import BookError

COLUMNS = {
    "apprehensions_by_sector": "date fiscal_year border sector apprehensions",
    "khsm_total": "date fiscal_year encounters",
    "khsm_by_citizenship": "date fiscal_year citizenship citizenship_name encounters",
    "khsm_by_family_status": "date fiscal_year family_status encounters",
    "khsm_by_sector": "date fiscal_year sector encounters",
    "cbp_encounters": "date component authority encounter_type demographic citizenship encounters vintage",
    "cbp_monthly": "date component encounters basis",
    "cbp_fiscal_year_2017": "date period component demographic encounters vintage status url note",
    "cbp_vintages_2019": "date series encounters vintage first_published status publisher url note",
    "mexico_detentions": "date nationality detentions",
    "mexico_detentions_by_age": "date sex age detentions",
    "mexico_returns": "date nationality return_type returns",
    "mexico_first_reported": "start end measure events publisher url status note",
    "mexico_deployment": "start end date_precision measure people publisher url status note",
    "mexico_agency_resources": "start end measure value unit publisher url status note",
    "honduras_entries": "date entries",
    "honduras_entries_by_nationality": "date nationality entries",
    "darien_transits_annual": "year nationality transits",
    "darien_transits_monthly": "date nationality transits",
    "border_patrol_agents": "fiscal_year sector agents",
    "apprehensions_annual": "fiscal_year sector apprehensions",
    "border_deaths": "fiscal_year sector deaths",
    "events": "date date_precision event kind jurisdiction date_basis date_checked url note",
}

# table, which rows, column, the figure somebody else published, how far apart rounding may put the two
PUBLISHED = [
    (
        "apprehensions_by_sector",
        "border == 'southwest' and fiscal_year == 2000",
        "apprehensions",
        1_643_679,
        0,
    ),
    ("apprehensions_by_sector", "border == 'southwest' and fiscal_year == 2017", "apprehensions", 303_916, 0),
    ("apprehensions_by_sector", "border == 'southwest' and fiscal_year == 2018", "apprehensions", 396_579, 0),
    ("apprehensions_by_sector", "border == 'southwest' and fiscal_year == 2019", "apprehensions", 851_508, 0),
    (
        "apprehensions_by_sector",
        "border == 'southwest' and '2001-04' <= date < '2001-05'",
        "apprehensions",
        142_813,
        0,
    ),
    ("apprehensions_annual", "fiscal_year == 2019", "apprehensions", 851_508, 0),
    ("cbp_monthly", "'2017-10' <= date < '2018-10'", "encounters", 521_090, 0),
    ("cbp_monthly", "'2018-10' <= date < '2019-10'", "encounters", 977_509, 0),
    ("cbp_monthly", "'2019-10' <= date < '2020-10'", "encounters", 458_088, 0),
    ("cbp_monthly", "'2020-10' <= date < '2021-10'", "encounters", 1_734_686, 0),
    ("cbp_monthly", "'2021-10' <= date < '2022-10'", "encounters", 2_378_944, 0),
    ("cbp_monthly", "'2022-10' <= date < '2023-10'", "encounters", 2_475_669, 0),
    (
        "cbp_monthly",
        "component == 'ports_of_entry' and '2016-10' <= date < '2017-10'",
        "encounters",
        111_275,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'ports_of_entry' and '2017-10' <= date < '2018-10'",
        "encounters",
        124_511,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'border_patrol' and '2019-05' <= date < '2019-06'",
        "encounters",
        132_856,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'border_patrol' and '2020-01' <= date < '2020-02'",
        "encounters",
        29_205,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'border_patrol' and '2020-09' <= date < '2020-10'",
        "encounters",
        54_771,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'ports_of_entry' and '2020-01' <= date < '2020-02'",
        "encounters",
        7_380,
        0,
    ),
    (
        "cbp_monthly",
        "component == 'ports_of_entry' and '2020-09' <= date < '2020-10'",
        "encounters",
        2_903,
        0,
    ),
    ("cbp_monthly", "'2019-09' <= date < '2019-10'", "encounters", 52_546, 0),
    (
        "cbp_encounters",
        "component == 'border_patrol' and demographic == 'family_units' and '2018-10' <= date < '2019-10'",
        "encounters",
        473_682,
        0,
    ),
    (
        "cbp_encounters",
        "component == 'border_patrol' and demographic == 'unaccompanied_children' and "
        "'2018-10' <= date < '2019-10'",
        "encounters",
        76_020,
        0,
    ),
    ("cbp_encounters", "authority == 'title_42' and date < '2022-10'", "encounters", 2_347_820, 0),
    ("khsm_by_citizenship", "citizenship == 'GTM' and fiscal_year == 2019", "encounters", 264_168, 60),
    ("khsm_by_citizenship", "citizenship == 'MEX' and fiscal_year == 2019", "encounters", 166_458, 60),
    (
        "khsm_by_family_status",
        "family_status == 'family_units' and fiscal_year == 2019",
        "encounters",
        473_682,
        60,
    ),
    ("mexico_detentions", "'2018' <= date < '2019'", "detentions", 131_445, 0),
    ("mexico_detentions", "'2019' <= date < '2020'", "detentions", 182_940, 0),
    ("mexico_detentions", "'2020' <= date < '2021'", "detentions", 82_379, 0),
    ("mexico_detentions", "'2024' <= date < '2025'", "detentions", 1_231_320, 0),
    ("mexico_returns", "'2019-06' <= date < '2019-07'", "returns", 347 + 14_993 + 8_785, 0),
    ("mexico_returns", "'2019-05' <= date < '2019-06'", "returns", 17_664, 0),
    ("mexico_returns", "'2020' <= date < '2021'", "returns", 60_315, 4),
    ("mexico_returns", "'2021' <= date < '2022'", "returns", 130_275, 0),
    ("honduras_entries", "'2023' <= date < '2024'", "entries", 545_043, 0),
    ("darien_transits_monthly", "'2023' <= date < '2024'", "transits", 520_085, 0),
    ("darien_transits_annual", "year == 2016", "transits", 30_055, 0),
    ("border_deaths", "fiscal_year == 2019", "deaths", 300, 0),
    ("border_patrol_agents", "sector == 'tucson' and fiscal_year == 2016", "agents", 3_834, 0),
]


@pytest.mark.parametrize(("table", "rows", "column", "published", "apart"), PUBLISHED)
def test_published_figures(table: str, rows: str, column: str, published: int, apart: int) -> None:
    assert abs(load(table).query(rows)[column].sum() - published) <= apart


def _patrol() -> pd.Series:
    return load("cbp_monthly").query("component == 'border_patrol'").set_index("date")["encounters"]


def test_the_season_of_2000_to_2018() -> None:
    """Independent recomputation published with the sources: May to June, mean -17.5 percent, sd 10.5."""
    patrol = _patrol()
    change = pd.Series(
        {year: 100 * (patrol[f"{year}-06-01"] / patrol[f"{year}-05-01"] - 1) for year in range(2000, 2019)}
    )
    assert round(change.mean(), 1) == -17.5
    assert round(change.std(), 1) == 10.5
    assert (round(change.min(), 1), round(change.max(), 1)) == (-35.2, 10.8)
    assert round(100 * (patrol["2019-09-01"] / patrol["2019-05-01"] - 1), 1) == -69.5


def test_fourteen_months_below_seventy_thousand() -> None:
    total = load("cbp_monthly").groupby("date")["encounters"].sum()
    below = total["2019-06":"2021-03"]
    below = below[below < 70_000].index
    assert len(below) == 14
    assert (below[0], below[-1]) == (pd.Timestamp("2019-08-01"), pd.Timestamp("2020-09-01"))


def test_returns_of_june_2019_are_the_highest_of_all_months() -> None:
    returns = load("mexico_returns").groupby("date")["returns"].sum()
    assert len(returns) == 124
    assert returns.idxmax() == pd.Timestamp("2019-06-01")


def test_first_published_figures_are_like_for_like() -> None:
    rows = load("cbp_vintages_2019").query("first_published")
    first = rows.drop_duplicates(["date", "series"]).pivot(
        index="series", columns="date", values="encounters"
    )
    may, june = first[pd.Timestamp("2019-05-01")], first[pd.Timestamp("2019-06-01")]
    fall = (100 * (june / may - 1)).round(1)
    assert fall["border_patrol"] == -28.6
    assert fall["total"] == -27.7
    assert fall["ports_of_entry"] == -17.1
    leak = load("cbp_vintages_2019").query("encounters == 87000")
    assert list(leak["status"]) == ["secondary"]
    assert not leak["first_published"].any()


def test_figures_the_audit_refused_keep_their_mark() -> None:
    marked = load("mexico_first_reported").query("status.str.startswith('unconfirmed')")
    assert sorted(marked["events"]) == [5_047, 11_040]
    assert list(load("mexico_deployment").query("status.str.startswith('unconfirmed')")["people"]) == [32_150]


def test_the_months_carried_on_are_marked() -> None:
    table = load("cbp_encounters")
    carried = table[table["vintage"] == "2025-08"]
    assert sorted(carried["date"].dt.strftime("%Y-%m").unique()) == ["2025-06", "2025-07", "2025-08"]
    assert set(carried["citizenship"]) == {"MEX", "GTM", "HND", "SLV", "OOO"}
    assert any("OOO" in caveat for caveat in table.attrs["caveats"])


def test_northern_triangle_share_of_2019() -> None:
    year = load("khsm_by_citizenship").query("fiscal_year == 2019").groupby("citizenship")["encounters"].sum()
    assert round(100 * year[["GTM", "HND", "SLV"]].sum() / year.sum(), 1) == 71.4


def test_every_table_is_sound() -> None:
    """Schema, keys, hash, rows and months of every table, by Frictionless and by ours."""
    assert check() == []


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_types_and_metadata(name: str) -> None:
    table = load(name)
    assert list(table.columns) == COLUMNS[name].split()
    entry = resource(name)
    kinds = {"date": "M", "integer": "i", "number": "f", "boolean": "b"}
    for field in entry["schema"]["fields"]:
        column = table[field["name"]]
        if field["type"] == "string":
            assert column.dtype == "str"
            assert not column.isna().any()
        else:
            assert column.dtype.kind == kinds[field["type"]]
    attrs = table.attrs
    assert attrs["name"] == name
    assert attrs["title"] and attrs["description"] and attrs["vintage"] and attrs["caveats"]
    assert all(source["title"] and source["path"].startswith("https://") for source in attrs["sources"])
    assert all(licence["name"] and licence["title"] and licence["checked"] for licence in attrs["licenses"])
    figures = {field["name"] for field in entry["schema"]["fields"] if field["type"] == "integer"}
    assert figures - {"fiscal_year", "year"} <= set(attrs["units"])
    assert len(entry["checks"]) > 0
    assert all(abs(check["found"] - check["expected"]) <= check["tolerance"] for check in entry["checks"])
    assert entry["rows"] == len(table)


def test_metadata_of_one_frame_is_its_own() -> None:
    load("khsm_total").attrs["caveats"].clear()
    assert load("khsm_total").attrs["caveats"]


def test_what_is_done_to_one_frame_is_not_done_to_the_next() -> None:
    first = load("cbp_monthly")
    kept = first.copy()
    first.loc[0, "encounters"] = -1
    first["component"].array[0] = "changed"
    first.index.name = first.columns.name = "changed"
    del first["date"]
    pd.testing.assert_frame_equal(load("cbp_monthly"), kept)


def test_a_table_loaded_before_is_read_and_reported_again(copied: Path) -> None:
    """An edit is noticed at once, and whoever listens from now on hears of every table used from now on."""
    load("cbp_monthly")
    path = copied / "enforcement" / "cbp_monthly.csv"
    heard: list[tuple] = []
    listening: set[str] = set()
    sys.addaudithook(lambda event, told: heard.append((event, *told[:2])) if event in listening else None)
    listening |= {"open", "press.read"}
    load("cbp_monthly")
    listening.clear()  # a hook stays for good
    assert ("press.read", str(copied / "datapackage.json"), "cbp_monthly") in heard
    assert path in [Path(told[1]) for told in heard if told[0] == "open"]
    _replace(MAY, MAY.replace("132856", "132855"))(path)
    with pytest.raises(BookError, match="expected 132856, found '132855'"):
        load("cbp_monthly")


def test_the_package_carries_no_time_of_build_and_no_path() -> None:
    text = (paths.DATA / "datapackage.json").read_text(encoding="utf-8")
    assert str(Path.home()) not in text and str(Path(__file__).parents[1]) not in text
    assert package()["created"] == "2026-11-24T00:00:00Z"
    assert package()["version"] == "0.2.0"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("cbp_montly", "cbp_monthly"), ("khsm_totals", "khsm_total"), ("detentions", "mexico_detentions")],
)
def test_unknown_name_suggests_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(BookError, match=f"no table '{typed}'.*did you mean '{meant}'"):
        load(typed)


def test_unknown_name_like_no_other() -> None:
    with pytest.raises(BookError, match="migrationbook data list"):
        load("zzz")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of data/ that `load` reads."""
    folder = tmp_path / "data"
    shutil.copytree(paths.DATA, folder)
    monkeypatch.setattr(paths, "DATA", folder)
    return folder


def _replace(old: str, new: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return damage


def _drop_row(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:100] + lines[101:]), encoding="utf-8")


def _repeat_row(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:100] + lines[99:]), encoding="utf-8")


def _drop_column(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(line.rpartition(",")[0] + "\n" for line in lines), encoding="utf-8")


MAY = "2019-05-01,border_patrol,132856,apprehensions_by_sector"
DAMAGES = {
    "altered figure": (
        _replace(MAY, MAY.replace("132856", "132855")),
        "row 268, column 'encounters': expected 132856, found '132855'",
    ),
    "altered text": (
        _replace(MAY, MAY.replace("border_patrol", "ports_of_entry")),
        "row 268, column 'component': expected border_patrol, found 'ports_of_entry'",
    ),
    "altered date": (
        _replace(MAY, MAY.replace("2019-05-01", "2019-05-02")),
        "row 268, column 'date': expected 2019-05-01, found '2019-05-02'",
    ),
    "a word for a figure": (
        _replace(MAY, MAY.replace("132856", "many")),
        "row 268, column 'encounters': expected 132856, found 'many'",
    ),
    "an empty cell": (
        _replace(MAY, MAY.replace("132856", "")),
        "row 268, column 'encounters': expected 132856, found ''",
    ),
    "a comma too many": (
        _replace(MAY, MAY.replace("132856", "132,856")),
        "row 268: expected 4 cells, found 5",
    ),
    "dropped row": (
        _drop_row,
        "expected 418 rows, found 417 (columns that differ: date, component, encounters, basis)",
    ),
    "repeated row": (_repeat_row, "expected 418 rows, found 419"),
    "missing column": (_drop_column, "row 1: expected a column 'basis', found none"),
    "renamed column": (
        _replace("encounters,basis", "events,basis"),
        "row 1: expected a column 'encounters', found 'events'",
    ),
    "other line ends": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
        "line ends",
    ),
    "no text at all": (
        lambda path: path.write_bytes(b""),
        "expected a CSV file in UTF-8, found: an empty file",
    ),
    "not text": (
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        "expected a CSV file in UTF-8, found: 'utf-8'",
    ),
    "no file": (Path.unlink, "the file is missing"),
    "two figures that balance": (
        lambda path: (
            _replace(MAY, MAY.replace("132856", "132857"))(path),
            _replace("2019-07-01,border_patrol,71978", "2019-07-01,border_patrol,71979")(path),
        ),
        "several cells differ from the published table, in column 'encounters'",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_is_refused_and_the_damage_named(copied: Path, damage: str) -> None:
    inflict, told = DAMAGES[damage]
    inflict(copied / "enforcement" / "cbp_monthly.csv")
    with pytest.raises(BookError) as refusal:
        load("cbp_monthly")
    assert str(refusal.value).startswith("enforcement/cbp_monthly.csv: ")
    assert told in str(refusal.value)
    assert "restore it from version control, or rebuild it with: migrationbook data build" in str(
        refusal.value
    )
    problems = check(["cbp_monthly"])
    assert len(problems) == 1
    assert told in problems[0]
    load("khsm_total")  # the other tables stay readable


def test_an_altered_text_that_occurs_nowhere_else_is_still_found(copied: Path) -> None:
    path = copied / "events.csv"
    rows = path.read_text(encoding="utf-8")
    path.write_text(
        rows.replace("US-Mexico Joint Declaration", "US-Mexico joint declaration"), encoding="utf-8"
    )
    number = rows[: rows.index("US-Mexico Joint Declaration")].count("\n") + 1
    with pytest.raises(
        BookError, match=f"row {number}, column 'event': expected the published text, found 'US-Mexico joint"
    ):
        load("events")


def test_a_table_that_breaks_its_schema_is_found_even_if_its_hash_is_right(copied: Path) -> None:
    """Somebody edits a table and its hash: the schema, the key and the months still speak."""
    descriptor = json.loads((copied / "datapackage.json").read_text(encoding="utf-8"))
    path = copied / "enforcement" / "khsm_total.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    bad = {"2005-03-01": "expected a row for 2005-03, found none"}
    path.write_text("".join(line for line in lines if not line.startswith("2005-03")), encoding="utf-8")
    entry = next(entry for entry in descriptor["resources"] if entry["name"] == "khsm_total")
    entry["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    entry["rows"] -= 1
    (copied / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    problems = check(["khsm_total"])
    assert "enforcement/khsm_total.csv: " + bad["2005-03-01"] in problems
    assert "enforcement/khsm_total.csv: expected at least 302 rows, found 301" in problems
    path.write_text("".join([*lines[:3], lines[2], *lines[3:]]).replace(",87820", ",-1", 1), encoding="utf-8")
    entry["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (copied / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    problems = check(["khsm_total"])
    assert any(
        "row 2, column 'encounters': expected minimum 0, found '-1'" in problem for problem in problems
    )
    assert any("row 4: expected a key of its own" in problem for problem in problems)


def test_months_missing_in_one_group_are_found() -> None:
    fields = [{"name": "date", "type": "date"}, {"name": "component", "type": "string"}, {"name": "n", "type": "integer"}]
    entry = {"rows": 5, "monthly": True, "monthly_by": ["component"], "schema": {"fields": fields}}
    rows = [
        "date,component,n",
        "2019-11-01,a,1",
        "2019-12-01,a,1",
        "2020-01-01,a,1",
        "2019-11-01,b,1",
        "2020-01-01,b,1",
    ]
    assert table_problems(entry, "\n".join(rows).encode()) == ["expected a row for 2019-12 for b, found none"]


def test_rows_out_of_the_order_of_their_key_are_found() -> None:
    fields = [{"name": "year", "type": "integer", "constraints": {"required": True}}]
    entry = {"rows": 3, "schema": {"fields": fields, "primaryKey": ["year"]}}
    assert table_problems(entry, b"year\n2001\n2003\n2002\n") == ["row 3: the rows are not in the order of their key (year)"]
    assert table_problems(entry | {"authored": True}, b"year\n2001\n2003\n2002\n") == []


def test_an_updated_hash_does_not_hide_a_changed_figure(copied: Path) -> None:
    """The control sums are kept apart from the hash, so an editor who updates the hash alone is told so."""
    path = copied / "enforcement" / "cbp_monthly.csv"
    _replace(MAY, MAY.replace("132856", "132865"))(path)
    descriptor = (copied / "datapackage.json").read_text(encoding="utf-8")
    now = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (copied / "datapackage.json").write_text(descriptor.replace(resource("cbp_monthly")["hash"], now), encoding="utf-8")
    assert load("cbp_monthly").loc[266, "encounters"] == 132865
    told = "the control sums of column 'encounters' are not the recorded ones; rebuild the table"
    total = "both components, fiscal year 2019: expected 977,509 (tolerance 0; CBP fiscal-year total), found 977,518"
    assert check(["cbp_monthly"]) == [f"enforcement/cbp_monthly.csv: {problem}" for problem in (told, total)]


def test_a_broken_descriptor_is_one_line(copied: Path) -> None:
    (copied / "datapackage.json").write_text('{"name": }', encoding="utf-8")
    with pytest.raises(BookError, match=r"datapackage.json, line 1: expected valid JSON"):
        names()
    (copied / "datapackage.json").unlink()
    with pytest.raises(BookError, match="MIGRATIONBOOK_DATA"):
        names()


def test_the_folder_can_be_named_by_the_environment(copied: Path) -> None:
    _replace(MAY, MAY.replace("132856", "1"))(copied / "enforcement" / "cbp_monthly.csv")
    code = "from migrationbook.data import load; load('khsm_total'); load('cbp_monthly')"
    env = {**os.environ, "MIGRATIONBOOK_DATA": str(copied)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "expected 132856, found '1'" in done.stderr


def test_loading_a_sound_table_does_not_import_the_validator() -> None:
    load_one = "from migrationbook.data import load; load('events')"
    code = f"import sys; {load_one}; sys.exit('frictionless' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(1, 198), value=st.integers(0, 10**9))
def test_any_altered_figure_is_located_exactly(copied: Path, row: int, value: int) -> None:
    """Whatever single figure of a real table is changed to whatever other: file, row, column, expected and
    found.
    """
    path = copied / "enforcement" / "border_deaths.csv"
    sound = path.read_bytes()
    lines = sound.decode().splitlines()
    start, _, old = lines[row].rpartition(",")
    if old == str(value):
        return
    lines[row] = f"{start},{value}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        with pytest.raises(BookError) as refusal:
            load("border_deaths")
    finally:
        path.write_bytes(sound)
    told = f"enforcement/border_deaths.csv: row {row + 1}, column 'deaths': expected {old}, found '{value}';"
    assert str(refusal.value).startswith(told)


cells = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(places=6, allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9).map(
        lambda number: f"{number:f}"
    ),
    st.text(max_size=8),
)


@given(table=st.lists(st.tuples(cells, cells), min_size=1, max_size=30), data=st.data())
def test_control_sums_find_the_one_altered_cell(table: list[tuple[str, str]], data: st.DataObject) -> None:
    rows = [list(row) for row in table]
    sums = control_sums(["a", "b"], rows)
    index, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 1))
    new = data.draw(cells)
    if cell_number(new) == cell_number(rows[index][column]):
        return
    old, rows[index][column] = rows[index][column], new
    assert altered_cells(sums, ["a", "b"], rows) == {"ab"[column]: index}
    before = cell_number(new) - (control_sums(["a", "b"], rows)["ab"[column]][0] - sums["ab"[column]][0])
    assert before == cell_number(old)


@given(st.decimals(places=6, allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_a_figure_survives_its_number(number: object) -> None:
    assert cell_number(figure(cell_number(f"{number:f}"))) == cell_number(f"{number:f}")
