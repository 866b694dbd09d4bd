"""Builders of the asylum tables on small raw folders made here, and the committed tables against published figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import load, resource, totals
from migrationbook.errors import BookError
from migrationbook.sources import comar, mpp, points, unhcr, us_asylum, us_border, us_courts, us_regions
from migrationbook.sources.reading import Raw, periods

LIST = "date,series,value,unit,publisher,url,quality,note"
TABLES = [
    "unhcr_applications", "unhcr_decisions", "unhcr_stocks", "comar_compiled", "comar_reported", "eoir_caseload", "eoir_figures",
    "trac_courts", "mpp_enrolments", "mpp", "us_fear_screening", "us_asylum_granted", "us_asylum_reported", "policy_instruments",
    "custody_2019", "supplemental_2019", "cbp_encounters_by_region",
]  # fmt: skip


def _write(raw: Path, file: str, *lines: str) -> Raw:
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Raw(raw, "a_table")


def _listed(raw: Path, file: str, *rows: tuple) -> Raw:
    """A gathered list with rows of (date, series, value, and optionally unit, address, quality, note)."""
    usual = ("", "", "", "persons", "https://a.b", "official", "")
    return _write(raw, file, LIST, *("{},\"{}\",{},{},somebody,{},{},\"{}\"".format(*row, *usual[len(row):]) for row in rows))


# -- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "start", "end", "precision"), [
    ("FY2019", "2018-10-01", "2019-09-30", "fiscal_year"),
    ("FY2018-7M", "2017-10-01", "2018-04-30", "period"),
    ("FY2021-Q2", "2020-10-01", "2021-03-31", "period"),
    ("FY2022-Q1", "2021-10-01", "2021-12-31", "period"),
    ("FY2018-H1", "2017-10-01", "2018-03-31", "period"),
    ("2020-02", "2020-02-01", "2020-02-29", "month"),
])
def test_fiscal_years_and_their_beginnings(text: str, start: str, end: str, precision: str) -> None:
    row = periods(pd.DataFrame({"date": [text]})).iloc[0]
    assert [f"{row['start']:%Y-%m-%d}", f"{row['end']:%Y-%m-%d}", row["date_precision"]] == [start, end, precision]


@given(year=st.integers(1960, 2030), months=st.integers(1, 11))
def test_the_first_months_of_a_fiscal_year_have_that_many_months(year: int, months: int) -> None:
    row = periods(pd.DataFrame({"date": [f"FY{year}-{months}M"]})).iloc[0]
    assert len(pd.period_range(row["start"], row["end"], freq="M")) == months
    assert (row["start"].month, row["start"].day, row["start"].year) == (10, 1, year - 1)
    assert row["end"].is_month_end


@pytest.mark.parametrize("text", ["FY19", "FY2019-Q5", "FY2019-H2", "2019-FY", "FY2019/FY2020"])
def test_what_is_no_fiscal_year_is_refused(text: str) -> None:
    with pytest.raises(BookError, match="expected YYYY.*or a fiscal year such as FY2019, found"):
        periods(pd.DataFrame({"date": [text]}))


def test_a_figure_says_how_exact_it_is() -> None:
    names = {
        "held": "exact", "held (rounded)": "rounded", "new (October 2019 vintage, rounded)": "rounded",
        "judges (approximate)": "rounded", "new (derived)": "derived", "new (derived, rounded)": "derived",
    }  # fmt: skip
    assert points.precision(pd.Series(list(names))).tolist() == list(names.values())


def test_a_series_nobody_named_is_refused_with_its_row(tmp_path: Path) -> None:
    raw = _listed(tmp_path, us_courts.TRAC_FILE, ("FY1999", "TRAC average days pending", 363), ("FY1999", "TRAC moon phase", 1))
    with pytest.raises(BookError, match="trac_court_.*csv, row 3, column 'measure': expected one of .* found 'TRAC moon phase'"):
        us_courts.trac_courts(raw)


def test_a_state_holds_on_the_last_day_of_its_year(tmp_path: Path) -> None:
    raw = _listed(
        tmp_path, us_courts.TRAC_FILE, ("FY1999", "TRAC court backlog, end of fiscal year", 123036, "cases"),
        ("FY2019-11M", "TRAC new court cases Oct 2018-Aug 2019", 384977, "cases"),
    )  # fmt: skip
    table = us_courts.trac_courts(raw)
    assert table["start"].tolist() == [pd.Timestamp("1999-09-30"), pd.Timestamp("2018-10-01")]
    assert table["end"].tolist() == [pd.Timestamp("1999-09-30"), pd.Timestamp("2019-08-31")]
    assert table["date_precision"].tolist() == ["day", "period"]


def test_what_is_no_address_is_left_empty_and_notes_speak_to_readers(tmp_path: Path) -> None:
    note = "not seen again in the audit of 2026-11-23"
    row = ("2019-06", "COMAR cases pending", 5, "cases", "(a news item)", "secondary", note)
    table = comar.comar_reported(_listed(tmp_path, comar.REPORTED_FILE, row))
    assert table[["url", "note"]].values.tolist() == [["", "not seen again later"]]


# -- COMAR -----------------------------------------------------------------------------------------------------------


def test_cumulative_figures_begin_with_their_year(tmp_path: Path) -> None:
    raw = _listed(
        tmp_path, comar.REPORTED_FILE,
        ("2019-08", "COMAR applications, cumulative in year", 48254),
        ("2019-10-25", "COMAR applications, cumulative in year", 60766),
        ("2019-08", "COMAR applications, month", 8178),
        ("2021-11", "COMAR recognised or complementary protection, cumulative 2013-Nov 2021", 59365),
    )  # fmt: skip
    table = comar.comar_reported(raw)
    assert [f"{day:%Y-%m-%d}" for day in table["start"]] == ["2019-01-01", "2019-01-01", "2019-08-01", "2013-01-01"]
    assert [f"{day:%Y-%m-%d}" for day in table["end"]] == ["2019-08-31", "2019-10-25", "2019-08-31", "2021-11-30"]
    assert table["measure"].tolist() == ["applications"] * 3 + ["recognized_or_complementary"]


@pytest.mark.parametrize(("note", "vintage"), [
    ("vintage Mar 2020", "2020-03"), ("January-March 2019, vintage Apr 2021", "2021-04"), ("UNHCR, Apr 2021", "2021-04"),
    ("first vintage; Honduras 13,023", "first"), ("first report", "first"), ("9,667 in a Jul 2023 vintage", ""),
    ("vintage Jul 2022; 10,297 in a Jul 2023 vintage", "2022-07"), ("vintage mid-2019", ""), ("", ""),
])  # fmt: skip
def test_vintages_are_read_from_the_notes(note: str, vintage: str) -> None:
    assert comar._vintage(note) == vintage


def test_the_compiled_series_covers_every_month_once() -> None:
    table = load("comar_compiled")
    gaps = (table["start"].iloc[1:].to_numpy() - table["end"].iloc[:-1].to_numpy()) / pd.Timedelta(days=1)
    # July to October 2022 holds December of that year too, which therefore has no interval of its own
    assert {gap: int((gaps == gap).sum()) for gap in set(gaps)} == {1.0: len(table) - 2, 32.0: 1}
    assert table.loc[table["months"] == 5, "start"].dt.strftime("%Y-%m").tolist() == ["2022-07", "2024-01"]


def test_what_could_not_be_confirmed_is_marked_or_gone() -> None:
    compiled = load("comar_compiled").set_index("start")
    unconfirmed = compiled[compiled["method"] == "unconfirmed"]
    assert unconfirmed.index.strftime("%Y-%m").tolist() == ["2022-11", "2023-10", "2023-11"]
    assert compiled.loc["2023-10-01":"2023-11-01", "applications"].sum() == 23974
    reported = load("comar_reported")
    assert not (reported["value"] == 142145).any()
    marked = reported["status"] == "unconfirmed, do not use for a headline"
    assert sorted(reported.loc[marked, "value"]) == [8645, 13406, 14764, 46920]
    assert (reported.loc[marked & (reported["value"] < 20000), "url"] == "").all()


# -- courts ----------------------------------------------------------------------------------------------------------

COURTS = "EOIR {} (2021 vintage)"


def _year(year: str, pending: int, receipts: int, completions: int) -> list[tuple]:
    return [
        (year, COURTS.format("pending cases end of period"), pending, "cases"),
        (year, COURTS.format("initial receipts"), receipts, "cases"),
        (year, COURTS.format("total completions"), completions, "cases"),
    ]


def test_the_account_closes_within_a_vintage_and_only_there(tmp_path: Path) -> None:
    rows = _year("FY2015", 1000, 300, 200) + _year("FY2016", 1150, 400, 260) + _year("FY2018", 1500, 500, 100)
    rows += [("FY2016", "EOIR pending cases (January 2020 vintage)", 1140, "cases")]
    table = us_courts.eoir_caseload(_listed(tmp_path, us_courts.EOIR_FILE, *rows)).set_index(["vintage", "fiscal_year"])
    assert table.loc[("2021-04", 2016), ["pending_start", "other_changes"]].tolist() == [1000, 10]
    for alone in [("2021-04", 2015), ("2021-04", 2018), ("2020-01", 2016)]:
        assert table.loc[alone, ["pending_start", "other_changes"]].isna().all(), alone


def test_an_account_that_does_not_close_is_told() -> None:
    frame = load("eoir_caseload")
    entry = resource("eoir_caseload")
    assert totals.unbalanced(entry, frame) == []
    row = frame.index[(frame["vintage"] == "2021-04") & (frame["fiscal_year"] == 2019)][0]
    frame.loc[row, "completions"] += 1
    told = "expected 1,087,200 (pending_start + receipts + other_changes - completions), found 1,087,201"
    assert totals.unbalanced(entry, frame) == [f"row {row + 2}, column 'pending_end': {told}"]


def test_the_courts_account_is_one_unbroken_chain() -> None:
    table = load("eoir_caseload").query("vintage == '2021-04'").sort_values("end")
    assert table["fiscal_year"].tolist() == list(range(2008, 2022))
    assert table["pending_start"].iloc[1:].tolist() == table["pending_end"].iloc[:-1].tolist()
    assert (table["other_changes"].min(), table["other_changes"].max()) == (-23535, 34594)


def test_vintages_of_the_courts_stay_apart() -> None:
    table = load("eoir_caseload")
    pending = table[table["end"] == pd.Timestamp("2019-09-30")].set_index("vintage")["pending_end"]
    assert pending.to_dict() == {"2019-10": 987000, "2020-01": 987274, "2021-04": 1087201, "2025-07": 1331286}
    latest = load("eoir_caseload").query("vintage == '2025-07'")
    assert set(latest["status"]) == {"unconfirmed, do not use for a headline"}


# -- MPP, screening, money -------------------------------------------------------------------------------------------


def test_enrolments_that_miss_the_printed_total_are_refused(tmp_path: Path) -> None:
    places = [("2020-01", series, 10) for series in mpp.PLACES]
    printed = [("2020-01", mpp.BORDER_PATROL, 90), ("2020-01", mpp.CBP, 100)]
    table = mpp.mpp_enrolments(_listed(tmp_path, mpp.FILE, *places, *printed))
    assert (len(table), table["enrolments"].sum()) == (10, 100)
    raw = _listed(tmp_path, mpp.FILE, *places[1:], ("2020-01", next(iter(mpp.PLACES)), 11), *printed)
    with pytest.raises(BookError, match="Border Patrol, places against the month's total.*expected 0 .* found 1;"):
        mpp.mpp_enrolments(raw)


def test_reentries_that_miss_the_printed_total_are_refused(tmp_path: Path) -> None:
    rows = [("2020-10", mpp.REENTRY + group, 5) for group in ("single adults", "family unit members", "unaccompanied children")]
    assert len(mpp.mpp(_listed(tmp_path, mpp.FILE, *rows, ("2020-10", mpp.ALL_REENTRIES, 15)))) == 3
    with pytest.raises(BookError, match="re-entries by group.*expected 0 .* found 1;"):
        mpp.mpp(_listed(tmp_path, mpp.FILE, *rows, ("2020-10", mpp.ALL_REENTRIES, 16)))


def test_screening_has_a_column_for_each_outcome(tmp_path: Path) -> None:
    rows = [("FY2018-7M", series, value, "cases") for value, series in enumerate(us_asylum.SCREENING, start=1)]
    row = us_asylum.us_fear_screening(_listed(tmp_path, us_asylum.SCREENING_FILE, *rows)).iloc[0]
    assert row[["found", "not_found", "closed", "decisions", "court_receipts"]].tolist() == [1, 2, 3, 4, 5]
    assert (row["fiscal_year"], row["end"]) == (2018, pd.Timestamp("2018-04-30"))


def test_money_and_custody_come_from_one_list(tmp_path: Path) -> None:
    rows = [("2019-07-01", series, 7, "USD") for series in us_asylum.MONEY]
    rows += [("2019-06", series, 8) for series in us_asylum.CUSTODY] + [("2019-05", us_asylum.APPREHENDED, 220000)]
    raw = _listed(tmp_path, us_asylum.CUSTODY_FILE, *rows)
    money, custody = us_asylum.supplemental_2019(raw), us_asylum.custody_2019(raw)
    assert (set(money["usd"]), set(custody["people"])) == ({7}, {8})
    assert set(money["part_of"]) - {""} <= set(money["item"])


def test_the_courts_share_of_the_emergency_money() -> None:
    money = load("supplemental_2019").set_index("item")["usd"]
    assert round(100 * money["immigration_courts"] / money["enacted"], 1) == 1.4


# -- UNHCR and CBP ---------------------------------------------------------------------------------------------------


def test_mexico_is_held_to_the_table_put_together_apart(tmp_path: Path) -> None:
    names = "year,coo_name,coo_iso,coa_name,coa_iso,procedure_type,app_type,dec_level,app_pc,applied"
    _write(tmp_path, unhcr.APPLICATIONS_FILE, names, "2011,Honduras,HND,Mexico,MEX,G,N,FI,P,168")
    raw = _write(tmp_path, unhcr.MEXICO_FILE, "year,coo_iso,applied", "2011,HND,168.0")
    assert unhcr.unhcr_applications(raw)["applications"].tolist() == [168]
    raw = _write(tmp_path, unhcr.MEXICO_FILE, "year,coo_iso,applied", "2011,HND,167.0")
    with pytest.raises(BookError, match="Mexico by year and origin, largest gap: expected 0 .* found 1;"):
        unhcr.unhcr_applications(raw)


@pytest.mark.parametrize(("other", "told"), [
    ({"by_citizenship": 9}, "CBP's file by citizenship"), ({"carried": 9}, "table cbp_encounters"),
])  # fmt: skip
def test_the_southwest_is_held_to_what_is_carried_already(other: dict, told: str, tmp_path: Path, monkeypatch) -> None:
    def raw(by_citizenship: int = 10, carried: int = 10) -> Raw:
        head = "month,fiscal_year,land_border_region,title_of_authority,encounters"
        rows = ["2020-04,2020,Southwest Land Border,Title 42,10", "2020-04,2020,Northern Land Border,Title 8,3"]
        _write(tmp_path, us_regions.REGION_FILE, head, *rows)
        table = pd.DataFrame({"date": [pd.Timestamp("2020-04-01")], "authority": ["title_42"], "encounters": [carried]})
        monkeypatch.setattr(us_border, "cbp_encounters", lambda raw: table)
        lines = ["month,title_of_authority,encounters", f"2020-04,Title 42,{by_citizenship}"]
        return _write(tmp_path, us_regions.SOUTHWEST_FILE, *lines)

    assert us_regions.cbp_encounters_by_region(raw())["region"].tolist() == ["southwest", "northern"]
    with pytest.raises(BookError, match=f"southwest by month and authority, largest gap: expected 0 .*{told}.* found 1;"):
        us_regions.cbp_encounters_by_region(raw(**other))


def test_the_southwest_has_the_sums_of_cbp_encounters_in_every_month() -> None:
    regions = load("cbp_encounters_by_region").query("region == 'southwest'").set_index(["date", "authority"])["encounters"]
    carried = load("cbp_encounters").query("'2019-10-01' <= date <= '2023-09-01'")
    carried = carried.groupby(["date", "authority"])["encounters"].sum()
    pd.testing.assert_series_equal(regions.sort_index(), carried.sort_index())
    assert regions.xs("title_42", level="authority").sum() == 2912200


def test_published_figures_of_the_unhcr_tables() -> None:
    applications, decisions, stocks = (load(f"unhcr_{name}") for name in ("applications", "decisions", "stocks"))
    usa = applications.query("asylum == 'USA' and year == 2017 and application_type == 'new'")
    usa = usa.groupby("unit")["applications"].sum()
    assert abs(1.5 * usa["cases"] + usa["persons"] - 331_700) < 200  # UNHCR's headline, at 1.5 persons a case
    mexico = decisions.query("asylum == 'MEX' and year == 2019").sum(numeric_only=True)
    protected = mexico["recognized"] + mexico["complementary"]
    assert round(100 * protected / (protected + mexico["rejected"])) == 80
    assert round(100 * protected / mexico["decisions"]) == 49
    in_2024 = decisions.query("asylum == 'MEX' and year == 2024")[["recognized", "complementary", "rejected"]].sum().sum()
    assert abs(in_2024 - 33_844) < 50  # COMAR, January 2025
    north = stocks.query("origin in ['SLV', 'GTM', 'HND'] and year == 2019")[["refugees", "asylum_seekers"]].sum().sum()
    assert abs(north - 470_000) < 1_000  # UNHCR fact sheet, May 2020


def test_decisions_are_itemised_but_for_three_countries_and_years() -> None:
    table = load("unhcr_decisions").query("not_itemised != 0")
    places = table.groupby(["asylum", "year"]).size()
    assert places.to_dict() == {("CAN", 2020): 125, ("ESP", 2003): 12, ("USA", 2000): 8}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_totals_ranges_and_units(name: str) -> None:
    entry = resource(name)
    assert len(entry["checks"]) >= 3
    assert {"title", "description", "sources", "licenses", "vintage", "caveats", "minimum_rows"} <= set(entry)
    for field in entry["schema"]["fields"]:
        if field["type"] in ("integer", "number"):
            assert {"minimum", "maximum"} <= set(field["constraints"]), field["name"]
            assert field["name"] in ("year", "fiscal_year") or field["unit"], field["name"]
