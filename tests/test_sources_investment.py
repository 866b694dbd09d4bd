"""Builders of the investment tables on small raw folders made here, and the committed tables against known figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import build, check, load, totals
from migrationbook.errors import BookError
from migrationbook.sources import (
    BUILDERS,
    banxico,
    foreign_assistance,
    mexican_economy,
    regional_figures,
    un_population,
    us_economy,
    world_bank,
)
from migrationbook.sources.indicators import INDICATORS, PANEL
from migrationbook.sources.reading import Raw, numbers, periods

TABLES = [name for name, entry in build.described().items() if entry["path"].startswith("investment/") and name in BUILDERS]
DATED = "date,series,value,unit,publisher,url,quality,note"


def _write(raw: Path, file: str, *lines: str) -> Raw:
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Raw(raw, "table")


# -- cells -----------------------------------------------------------------------------------------------------------


@given(st.integers(1990, 2040), st.integers(1, 4))
def test_a_quarter_begins_in_its_first_month(year: int, quarter: int) -> None:
    frame = pd.DataFrame({"quarter": [f"{year}Q{quarter}"]}, dtype="str")
    first = banxico.quarters(frame).iloc[0]
    assert (first.year, first.quarter, first.day, first.month % 3) == (year, quarter, 1, 1)


@pytest.mark.parametrize("cell", ["", "2019", "2019Q5", "2019-Q1", "2019-04-01", "1T2019"])
def test_what_is_no_quarter_is_refused(cell: str) -> None:
    with pytest.raises(BookError, match=f"row 2, column 'quarter': expected a quarter such as 2019Q2, found '{cell}'"):
        banxico.quarters(pd.DataFrame({"quarter": [cell]}, dtype="str"))


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [("2020-H1", "2020-01-01", "2020-06-30"), ("2019-H2", "2019-07-01", "2019-12-31"), ("2018-Q4", "2018-10-01", "2018-12-31"),
     ("2020-Q1", "2020-01-01", "2020-03-31")],
)  # fmt: skip
def test_halves_and_quarters_are_periods(cell: str, start: str, end: str) -> None:
    row = periods(pd.DataFrame({"date": [cell]}, dtype="str")).iloc[0]
    assert (row["start"], row["end"], row["date_precision"]) == (pd.Timestamp(start), pd.Timestamp(end), "period")


@pytest.mark.parametrize("cell", ["2020-H3", "2020-Q5", "2020-Q", "2020-H1-01"])
def test_what_is_no_half_or_quarter_is_refused(cell: str) -> None:
    with pytest.raises(BookError, match="row 2, column 'date': expected"):
        periods(pd.DataFrame({"date": [cell]}, dtype="str"))


def test_an_empty_cell_is_a_figure_only_where_it_may_be() -> None:
    frame = pd.DataFrame({"value": ["1.5", ""]}, dtype="str")
    assert numbers(frame, "value", "Float64").isna().tolist() == [False, True]
    with pytest.raises(BookError, match="row 3, column 'value': expected a number, found ''"):
        numbers(frame, "value", "float64")


def test_a_range_holds_the_rows_it_names() -> None:
    frame = pd.DataFrame({"kind": ["share", "money", "share"], "value": [40.0, 5e9, None]})
    entry = {"ranges": [{"column": "value", "where": {"kind": "share"}, "minimum": 0, "maximum": 100}]}
    assert totals.out_of_range(entry, frame) == []
    frame.loc[0, "value"] = -40.0
    assert totals.out_of_range(entry, frame) == ["row 2, column 'value': expected 0 to 100 (share), found -40"]


# -- builders --------------------------------------------------------------------------------------------------------


def _world_bank(folder: Path, *more: str) -> Raw:
    """Three files with GDP per head that grows by a tenth, homicides, and what the shares are computed from."""
    core, structure, social = world_bank.FILES
    rows = ["HND,2023,remin,27", "HND,2022,remin,27", "SLV,2023,remin,24", "GTM,2023,remin,20"]
    rows += [f"{country},{year},gdp,100" for country in ("HND", "SLV", "GTM") for year in (2022, 2023)]
    _write(folder, core, "iso3,year,indicator,value", *rows, "HND,2023,fdiin,3")
    level, growth = "gdppercapita_us_inflation_adjusted", "gdppercapita_growth_percent_per_year"
    youth, share = "aged_15_24_employment_rate_percent", "foreign_direct_investment_net_inflows_percent_of_gdp"
    rows = [f"HND,2022,{level},100", f"HND,2023,{level},110", f"HND,2023,{growth},10", f"HND,2023,{share},3"]
    _write(folder, structure, "iso3,year,indicator,value", *rows, f"HND,2023,{youth},40", f"HND,2024,{youth},41", *more)
    return _write(folder, social, "iso3,year,indicator_name,value", 'HND,2018,"Intentional homicides (per 100,000 people)",38.9')


def test_three_vintages_stand_side_by_side_without_projections(tmp_path: Path) -> None:
    table = world_bank.worldbank_indicators(_world_bank(tmp_path))
    assert list(table.columns) == ["indicator", "iso3", "year", "value", "vintage"]
    assert set(table["vintage"]) == {"2025-06", "2026-02", "2021-10"}
    assert list(table.loc[table["indicator"] == "youth_employment", "year"]) == [2023]
    assert table.set_index("indicator")["value"]["homicides"] == 38.9


def test_growth_that_does_not_follow_from_the_levels_is_refused(tmp_path: Path) -> None:
    level, growth = "HND,2024,gdppercapita_us_inflation_adjusted,121", "HND,2024,gdppercapita_growth_percent_per_year,11"
    raw = _world_bank(tmp_path, level, growth)
    with pytest.raises(BookError, match="largest gap between computed and published growth"):
        world_bank.worldbank_indicators(raw)


def test_an_indicator_or_a_country_nobody_listed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="row 8, column 'indicator': expected one of .*, found 'murders'"):
        world_bank.worldbank_indicators(_world_bank(tmp_path, "HND,2020,murders,40"))
    with pytest.raises(BookError, match="row 8, column 'iso3': expected one of .*, found 'BRA'"):
        world_bank.worldbank_indicators(_world_bank(tmp_path, "BRA,2020,inequality_index_gini,50"))


def test_indicators_are_listed_once_and_their_codes_too() -> None:
    assert INDICATORS["indicator"].is_unique and INDICATORS["label"].is_unique and len(INDICATORS) == 40
    codes = INDICATORS.loc[INDICATORS["world_bank_code"] != "", "world_bank_code"]
    assert codes.is_unique and len(codes) == 36
    assert len(set(PANEL)) == len(PANEL) == 14


AID = "country_code,transaction_type,fiscal_year,current_usd,constant_usd"


def test_aid_to_countries_and_to_regions_comes_apart(tmp_path: Path) -> None:
    raw = _write(
        tmp_path, foreign_assistance.FILE, AID, "GTM,Obligations,2019,20000000,24000000", "CNA,Obligations,2019,1000,2000"
    )
    with pytest.raises(BookError, match="times the year's factor, USD: expected 0 .* found 800;"):
        foreign_assistance.us_aid(raw)
    raw = _write(
        tmp_path, foreign_assistance.FILE, AID, "GTM,Obligations,2019,20000000,24000000", "CNA,Obligations,2019,-1000,-1200"
    )
    assert list(foreign_assistance.us_aid(raw)["country"]) == ["GTM"]
    assert list(foreign_assistance.us_aid_regional(raw)["region"]) == ["central_america"]
    raw = _write(tmp_path, foreign_assistance.FILE, AID, "GTM,Loans,2019,1,1")
    with pytest.raises(BookError, match="row 2, column 'transaction_type': expected one of .* found 'Loans'"):
        foreign_assistance.us_aid(raw)


def _remittances(folder: Path, state: int) -> Raw:
    months = [
        f"{year}-{month:02d},inflow,1000,{each}" for year, each in [(2022, 389_900), (2023, 393_200)] for month in range(1, 13)
    ]
    _write(folder, banxico.STATE_FILE, "quarter,state_code_inegi,value_usd", f"2023Q1,07,{state}", "2023Q1,09,1000000")
    return _write(folder, banxico.MONTHLY_FILE, "month,flow,operations,value_usd", *months)


def test_states_must_sum_to_the_national_remittances(tmp_path: Path) -> None:
    table = banxico.remittances_by_state(_remittances(tmp_path, 179_603))
    assert list(table["value_usd"]) == [179_603, 1_000_000]
    assert set(table["date"]) == {pd.Timestamp("2023-01-01")}
    with pytest.raises(BookError, match="national figure of a quarter, USD: expected 0 .* found 6"):
        banxico.remittances_by_state(_remittances(tmp_path, 179_606))


def test_an_average_transfer_that_was_not_published_is_refused(tmp_path: Path) -> None:
    raw = _remittances(tmp_path, 1)
    path = tmp_path / banxico.MONTHLY_FILE
    path.write_text(path.read_text().replace("393200", "397200"))
    with pytest.raises(BookError, match="average transfer, 2023, USD: expected 393 .* found 397"):
        banxico.remittances_mexico_monthly(raw)


def test_states_must_sum_to_the_national_product(tmp_path: Path) -> None:
    head = "year,state_code_inegi,industry_code,gdp_constant_2018_mxn_million,gdp_current_mxn_million"
    rows = ["2019,00,PIB,30.001,33.000000000000004", "2019,07,PIB,10,11", "2019,20,PIB,20.001,22"]
    table = mexican_economy.state_gdp(_write(tmp_path, mexican_economy.GDP_FILE, head, *rows))
    assert list(table["state"]) == ["07", "20"] and set(table["industry"]) == {"total"}
    raw = _write(tmp_path, mexican_economy.GDP_FILE, head, *rows[:2], "2019,20,PIB,20.101,22")
    with pytest.raises(BookError, match="printed national row, million pesos: expected 0 .* found 0.0999"):
        mexican_economy.state_gdp(raw)


def test_months_nobody_surveyed_stay_empty(tmp_path: Path) -> None:
    head = ",".join(["month", *us_economy.SERIES])
    raw = _write(
        tmp_path, us_economy.LABOUR_FILE, head, "2025-09,159593,31.52,4.4,8.0,,62.4,7658", "2025-10,159488,31.65,,,,,7670"
    )
    table = us_economy.us_labour_market(raw)
    assert table["unemployment_rate"].isna().tolist() == [False, True]
    assert table["payroll_thousand"].tolist() == [159593, 159488]
    raw = _write(tmp_path, us_economy.LABOUR_FILE, head, "2025-10,,31,4.4,8,,62,7658")
    with pytest.raises(BookError, match="row 2, column 'PAYEMS': expected a number, found ''"):
        us_economy.us_labour_market(raw)


def test_estimates_and_projections_keep_their_names(tmp_path: Path) -> None:
    head = "iso3,year,sex,age,thousand,kind"
    raw = _write(
        tmp_path, un_population.FILE, head, "GTM,2020,female,15-19,0.5,estimate", "GTM,2025,male,15-19,2,projection_medium"
    )
    assert list(un_population.population_by_age(raw)["kind"]) == ["estimate", "medium_projection"]
    raw = _write(tmp_path, un_population.FILE, head, "GTM,2025,male,15-19,2,projection_high")
    with pytest.raises(BookError, match="row 2, column 'kind': expected one of 'estimate', 'projection_medium'"):
        un_population.population_by_age(raw)


def test_a_dated_list_holds_events_beside_figures(tmp_path: Path) -> None:
    rows = [
        "2019-03-29,announcement,,event,State Department ,https://a.b,official,",
        "2018-08,area_lost,82,% (estimate),FAO,https://a.b,secondary,of maize; checked 2026-11-23: doubtful",
    ]
    table = regional_figures.dry_corridor_food_insecurity(_write(tmp_path, regional_figures.HUNGER_FILE, DATED, *rows))
    assert table["value"].isna().tolist() == [True, False]
    assert list(table["unit"]) == ["event", "%"] and table["publisher"][0] == "State Department"
    assert list(table["note"]) == ["", "estimate; of maize; doubtful"]


def test_a_promise_is_told_from_money(tmp_path: Path) -> None:
    head = "date,pledger,amount_usd,purpose,status_later,url,quality,note"
    promises = {
        "letter_of_interest": ("OPIC", "Letter of interest: wind farm"),
        "disbursement": ("OPIC, disbursed", "Microfinance"),
        "pledge": ("Mexico", "Sembrando Vida"),
        "private_commitments_to_date": ("Private sector (Call to Action)", "Northern Central America"),
        "plan_cost": ("ECLAC", "Comprehensive Development Plan"),
        "request_to_congress": ("United States (FY2022 budget request)", "Root causes"),
    }
    rows = [f'2019-07-11,"{pledger}",1000000,{purpose},,https://a.b,official,' for pledger, purpose in promises.values()]
    table = regional_figures.pledges(_write(tmp_path, regional_figures.PLEDGES_FILE, head, *rows))
    assert list(table["kind"]) == list(promises)


# -- the committed tables --------------------------------------------------------------------------------------------


def test_the_tables_are_sound_and_say_where_they_come_from() -> None:
    assert len(TABLES) == 17
    assert check(TABLES) == []
    for name in TABLES:
        entry = build.described()[name]
        assert entry["sources"][0]["path"].startswith("https://") and entry["vintage"] and entry["caveats"], name
        figures = [field for field in entry["schema"]["fields"] if field["type"] in ("integer", "number")]
        for field in figures:
            bounded = {"minimum", "maximum"} <= field["constraints"].keys() or "enum" in field["constraints"]
            assert bounded, (name, field["name"])


def test_notes_speak_of_the_figures_only() -> None:
    for name in TABLES:
        texts = load(name).select_dtypes("str")
        told = texts.apply(lambda column: column.str.contains("2026-11-23|stored copy")).any().any()
        assert not told, name


def test_aid_to_the_northern_triangle_fell_before_it_rose() -> None:
    aid = load("us_aid").query("country in ['GTM', 'HND', 'SLV']")
    obligations = aid[aid["transaction_type"] == "obligations"].groupby("fiscal_year")["current_usd"].sum() / 1e6
    assert obligations.loc[2016:2020].round(1).to_list() == [499.1, 557.9, 459.7, 314.3, 342.6]
    assert round(100 * (obligations[2019] / obligations[2017] - 1)) == -44
    planned = aid[aid["transaction_type"] == "appropriated_and_planned"]
    assert 2019 not in set(planned["fiscal_year"]) and {2018, 2020} <= set(planned["fiscal_year"])


def test_constant_dollars_have_two_bases() -> None:
    aid = load("us_aid").query("current_usd > 100_000_000")
    base = aid[aid["current_usd"] == aid["constant_usd"]].groupby("transaction_type")["fiscal_year"].agg(["min", "max"])
    assert base.loc["obligations"].to_list() == base.loc["disbursements"].to_list() == [2023, 2023]
    assert base.loc["appropriated_and_planned"].to_list() == base.loc["budget_requests"].to_list() == [2022, 2022]


def test_remittances_as_a_share_of_gdp() -> None:
    wide = load("worldbank_indicators").pivot(index=["iso3", "year"], columns="indicator", values="value")
    share = 100 * wide["remittances_received"] / wide["gdp"]
    found = [round(share[country, year], 1) for country, year in [("HND", 2022), ("HND", 2023), ("SLV", 2023), ("GTM", 2017)]]
    assert found == [27.0, 26.1, 24.1, 11.7]


def test_every_indicator_of_the_list_has_figures_and_one_vintage() -> None:
    table, listed = load("worldbank_indicators"), load("worldbank_indicator_list")
    vintages = table.groupby("indicator")["vintage"].unique().str.join(" ")
    assert vintages.to_dict() == listed.set_index("indicator")["vintage"].to_dict()


def test_mexican_remittances_by_year() -> None:
    table = load("remittances_mexico_monthly").query("flow == 'inbound'")
    years = (table.groupby(table["date"].dt.year)["value_usd"].sum() / 1e6).round()
    assert years[[1995, 2001, 2019, 2022, 2023]].to_list() == [3673, 8895, 37250, 58868, 63319]


def test_october_2025_was_not_surveyed() -> None:
    row = load("us_labour_market").set_index("date").loc["2025-10-01"]
    assert row[["unemployment_rate", "underemployment_rate", "participation_rate"]].isna().all()
    assert row["payroll_thousand"] == 159488


def test_young_people_of_guatemala() -> None:
    table = load("population_by_age").query("iso3 == 'GTM' and age in ['15-19', '20-24', '25-29']")
    young = table.groupby("year")["population_thousand"].sum()
    assert young[2020] == pytest.approx(5345, abs=30)
    assert (table["kind"] == "medium_projection").eq(table["year"] > 2020).all()


def test_the_schedule_of_tariffs_never_applied() -> None:
    steps = load("tariff_threat").query("measure == 'proposed_tariff_rate'").set_index("start")["value"]
    assert steps.to_dict() == dict(zip(pd.to_datetime(["2019-06-10", "2019-07-01", "2019-08-01", "2019-09-01", "2019-10-01"]),
                                       [5, 10, 15, 20, 25], strict=True))  # fmt: skip


def test_what_could_not_be_confirmed_keeps_its_mark() -> None:
    table = load("remittances_central_america").query("country == 'HND' and date_precision == 'year'")
    assert list(table["status"]) == ["unconfirmed, do not use for a headline"]
    row = load("aid_suspension_2019").set_index("measure").loc["us_allocations_central_america_fy2013_2018"]
    assert (row["start"], row["end"]) == (pd.Timestamp("2012-10-01"), pd.Timestamp("2018-09-30"))
