"""Builders of the security tables on small raw folders made here, and the committed tables against published figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import load
from migrationbook.errors import BookError
from migrationbook.sources import conapo, forces, missing_migrants, violence
from migrationbook.sources.readers import iom, sesnsp
from migrationbook.sources.reading import Raw

GATHERED = "date,series,value,unit,publisher,url,quality,note"
INCIDENTS = "date,type,country_of_incident_iso3,dead_or_missing,survivors,cause,nationality_iso3,location,lon,lat"


def _write(raw: Path, file: str, *lines: str) -> None:
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _incidents(raw: Path, *rows: str) -> None:
    _write(raw, missing_migrants.INCIDENT_FILE, INCIDENTS, *rows)


# ---- victims of crime

def _victims(raw: Path, national_homicides: int) -> None:
    crimes = list(violence.CRIMES)
    state = {crime: 1 for crime in crimes} | {"homicidio_doloso": 5, "homicidio_doloso_arma_de_fuego": 3}
    nation = {crime: 2 for crime in crimes} | {"homicidio_doloso": national_homicides, "homicidio_doloso_arma_de_fuego": 6}
    cells, sums = (",".join(str(row[crime]) for crime in crimes) for row in (state, nation))
    header = ",".join(crimes)
    _write(raw, violence.STATE_FILE, f"month,state_code_inegi,{header}", f"2019-06,07,{cells}", f"2019-06,08,{cells}")
    _write(raw, violence.NATIONAL_FILE, f"month,{header}", f"2019-06,{sums}")
    _write(raw, violence.INEGI_FILE, GATHERED, "2018,inegi_homicides_registered,1,deaths,INEGI,https://a.b,official,definitive")


def test_states_must_add_up_to_the_national_figure_of_the_month(tmp_path: Path) -> None:
    _victims(tmp_path, national_homicides=11)
    told = "intentional_homicide, largest gap of a month to the national figure: expected 0 .* found 1;"
    with pytest.raises(BookError, match=told):
        violence.crime_victims_by_state(Raw(tmp_path, "crime_victims_by_state"))
    _victims(tmp_path, national_homicides=10)
    raw = Raw(tmp_path, "crime_victims_by_state")
    with pytest.raises(BookError, match="INEGI's homicides over intentional homicide and femicide, 2018"):
        violence.crime_victims_by_state(raw)  # the states agree now; the other publisher has no such year to compare
    assert [check["found"] for check in raw.checks] == [0] * len(violence.CRIMES)


@given(st.lists(st.integers(0, 400), min_size=8, max_size=8))
def test_the_sums_of_a_row_are_its_parts(cells: list[int]) -> None:
    row = dict(zip(violence.CRIMES.values(), cells, strict=True))
    row["intentional_homicide"] += row["intentional_homicide_firearm"]
    table = sesnsp.with_sums(pd.DataFrame([row])).iloc[0]
    assert table["intentional_homicide_other_means"] + table["intentional_homicide_firearm"] == table["intentional_homicide"]
    assert table["victims"] == sum(row.values()) - row["intentional_homicide_firearm"]


def test_a_year_of_inegi_with_an_earlier_figure_in_its_note_becomes_two_rows(tmp_path: Path) -> None:
    half = "inegi_homicides_registered_jan_jun,{},deaths,INEGI,https://a.b,official,{}"
    note = '"first half-year; 2023 preliminary; 2019-H1 first published as 17,198"'
    whole = "inegi_homicides_registered,{},deaths,INEGI,https://a.b,official,{}"
    rows = ["2019-H1," + half.format(17776, note), "2020-H1," + half.format(18057, note), "2023-H1," + half.format(15082, note)]
    rows += ["2021," + whole.format(35700, '"definitive (preliminary 35,625)"')]
    rows += ["2017," + whole.format(31174, "PRELIMINARY; a reason")]
    _write(tmp_path, violence.INEGI_FILE, GATHERED, *rows)
    table = violence.homicides_inegi(Raw(tmp_path, "homicides_inegi"))
    found = {(f"{row.start:%Y-%m-%d}", f"{row.end:%Y-%m-%d}", row.vintage): row.deaths for row in table.itertuples()}
    assert found == {
        ("2019-01-01", "2019-06-30", "restated"): 17776,
        ("2019-01-01", "2019-06-30", "preliminary"): 17198,
        ("2020-01-01", "2020-06-30", "restated"): 18057,
        ("2023-01-01", "2023-06-30", "preliminary"): 15082,
        ("2021-01-01", "2021-12-31", "definitive"): 35700,
        ("2021-01-01", "2021-12-31", "preliminary"): 35625,
        ("2017-01-01", "2017-12-31", "preliminary"): 31174,
    }
    assert set(table["note"]) == {"", "a reason"}


def test_a_count_of_homicides_stands_with_its_rate(tmp_path: Path) -> None:
    rows = [f'2022,homicide_rate_{name},{rate},"per 100,000",police,https://a.b,secondary,'
            for name, rate in [("honduras", 35.8), ("guatemala", 17.3), ("el_salvador", 7.8)]]
    count = "2022,homicides_{},3397,deaths,police,https://c.d,secondary,rate 35.79"
    _write(tmp_path, violence.RATES_FILE, GATHERED, *rows, count.format("honduras"))
    table = violence.homicide_rates_central_america(Raw(tmp_path, "homicide_rates_central_america"))
    last = table.iloc[-1]
    assert (last["country"], last["rate"], last["homicides"]) == ("HND", 35.79, 3397)
    assert table["homicides"].isna().sum() == 3
    _write(tmp_path, violence.RATES_FILE, GATHERED, *rows, count.format("belize"))
    with pytest.raises(BookError, match="row 5, column 'measure': expected one of .* found 'homicides_belize'"):
        violence.homicide_rates_central_america(Raw(tmp_path, "homicide_rates_central_america"))


# ---- population

def test_states_must_add_up_to_the_nation(tmp_path: Path) -> None:
    head = "year,state_code_inegi,population_start_of_year,population_mid_year"
    _write(tmp_path, conapo.FILE, head, "2020,01,100,110", "2020,02,200,220", "2020,00,300,330")
    table = conapo.state_population(Raw(tmp_path, "state_population"))
    assert list(table["state"]) == ["01", "02"]  # the nation is left out
    _write(tmp_path, conapo.FILE, head, "2020,01,100,110", "2020,02,200,221", "2020,00,300,330")
    with pytest.raises(BookError, match="population_mid_year, largest gap of a year .* expected 0 .* found 1;"):
        conapo.state_population(Raw(tmp_path, "state_population"))


# ---- missing migrants

PIMA = "2014-01-06,Incident,USA,1.0,,Drowning,GTM,Arizona,-110.3,31.6"


def test_incidents_are_numbered_within_their_day_from_west_to_east(tmp_path: Path) -> None:
    _incidents(tmp_path, PIMA, PIMA.replace("-110.3", "-113.9"), PIMA.replace("01-06", "01-05"), PIMA)
    table = missing_migrants._incidents(Raw(tmp_path, "missing_migrants"))
    assert list(table["number"]) == [1, 1, 2, 3]  # two rows alike are two incidents
    assert list(table["longitude"]) == [-110.3, -113.9, -110.3, -110.3]
    assert list(table["year"].unique()) == [2014]


@given(st.permutations(range(5)))
def test_the_numbering_does_not_depend_on_the_order_of_the_file(order: list[int]) -> None:
    columns = dict.fromkeys(iom.ORDER, "x") | {"date": pd.Timestamp("2020-01-01"), "dead_or_missing": 1}
    rows = pd.DataFrame([columns | {"longitude": place // 2, "latitude": place, "location": str(place)} for place in order])
    table = iom.numbered(rows)
    assert list(table["location"]) == ["0", "1", "2", "3", "4"]


def test_monthly_counts_must_agree(tmp_path: Path) -> None:
    _incidents(tmp_path, PIMA, PIMA.replace("1.0", "2.0"))
    head = "month,country_of_incident_iso3,incidents,dead_or_missing"
    _write(tmp_path, missing_migrants.MONTHLY_FILE, head, "2014-01,USA,2,4.0")
    with pytest.raises(BookError, match="dead or missing, largest gap of a month and country: expected 0 .* found 1;"):
        missing_migrants.missing_migrants(Raw(tmp_path, "missing_migrants"))
    _write(tmp_path, missing_migrants.MONTHLY_FILE, head, "2014-01,USA,2,3.0", "2014-02,MEX,1,1.0")
    with pytest.raises(BookError, match="incidents, largest gap of a month and country: expected 0 .* found 1;"):
        missing_migrants.missing_migrants(Raw(tmp_path, "missing_migrants"))


def test_nationalities_are_named_once_and_never_shared_out(tmp_path: Path) -> None:
    _incidents(tmp_path, PIMA.replace("1.0", "41.0").replace("GTM", '"COL,ECU,UNK,UNK"'))
    table = missing_migrants.missing_migrants_nationalities(Raw(tmp_path, "missing_migrants_nationalities"))
    assert list(table["nationality"]) == ["COL", "ECU", "UNK"]
    assert list(table.columns) == ["year", "date", "number", "nationality"]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("1.0", "1.5", "row 2, column 'dead_or_missing': expected a whole number, found '1.5'"),
        ("2014-01-06", "2014-02-30", r"row 2, column 'date': expected a date \(YYYY-MM-DD\), found '2014-02-30'"),
        ("Drowning", "Witchcraft", "row 2, column 'cause': expected one of .* found 'Witchcraft'"),
        (",Incident,", ",Rumour,", "row 2, column 'type': expected one of .* found 'Rumour'"),
        ("31.6", "north", "row 2, column 'lat': expected a number, found 'north'"),
        ("1.0,,", "1.0,few,", "row 2, column 'survivors': expected a whole number, found 'few'"),
    ],
)
def test_an_incident_that_cannot_be_read(tmp_path: Path, was: str, now: str, told: str) -> None:
    _incidents(tmp_path, PIMA.replace(was, now))
    with pytest.raises(BookError, match=told):
        missing_migrants._incidents(Raw(tmp_path, "missing_migrants"))


# ---- gathered figures

def test_a_note_is_carried_without_the_date_of_its_review(tmp_path: Path) -> None:
    row = "2019-06-24,strip_northern_border,15000,personnel,SEDENA,https://a.b,official,page undated; audit 2026-11-23: a reason"
    _write(tmp_path, forces.DUTY_FILE, GATHERED, row)
    table = forces.forces_on_migration_duty(Raw(tmp_path, "forces_on_migration_duty"))
    assert list(table["note"]) == ["page undated; a reason"]


def test_the_rise_of_interceptions_must_be_the_published_one(tmp_path: Path) -> None:
    row = "{},migrants_rescued_by_guard,{},people,INEGI,https://a.b,official,"
    _write(tmp_path, forces.GUARD_FILE, GATHERED, row.format(2020, 8143), row.format(2021, 33271))
    with pytest.raises(BookError, match="change from 2020 to 2021, percent: expected 286 .* found 308.6"):
        forces.national_guard(Raw(tmp_path, "national_guard"))


# ---- the committed tables

def test_homicides_of_the_year_after_the_agreement() -> None:
    """Recomputed apart with the sources: 34,467 victims in the twelve months before June 2019, 35,161 in those after."""
    months = load("crime_victims_by_state").groupby("date")[["intentional_homicide", "femicide"]].sum()
    homicide = months["intentional_homicide"]
    assert (homicide["2018-06":"2019-05"].sum(), homicide["2019-06":"2020-05"].sum()) == (34_467, 35_161)
    assert homicide["2019"].max() == homicide["2019-06-01"] == 3_004
    killed = months.sum(axis=1)
    years = [killed[str(year)].sum() for year in range(2018, 2025)]
    assert years == [34_662, 35_693, 35_545, 34_380, 31_962, 30_572, 30_898]


def test_changes_from_2019_to_2023_as_published() -> None:
    """https://eslacatedral.com/sube-9-5-numero-de-victimas-del-delito-en-2023, before later revisions."""
    table = load("crime_victims_by_state")
    years = table.groupby(table["date"].dt.year)[["intentional_homicide", "extortion", "kidnapping"]].sum()
    change = 100 * (years.loc[2023] / years.loc[2019] - 1)
    published = pd.Series({"intentional_homicide": -14.5, "extortion": 21.9, "kidnapping": -50.5})
    assert ((change - published).abs() < 3).all()


def test_firearms_kill_no_more_than_are_killed_and_every_state_has_every_month() -> None:
    table = load("crime_victims_by_state")
    assert (table["intentional_homicide_firearm"] <= table["intentional_homicide"]).all()
    assert (table.groupby("state").size() == 126).all()
    assert table["state"].nunique() == 32


def test_populations_change_plausibly() -> None:
    """From one year to the next between -1 and 7 percent; the middle of a year lies midway between its two Januaries."""
    table = load("state_population").sort_values(["state", "year"])
    growth = table.groupby("state")["population_mid_year"].pct_change().dropna()
    assert growth.between(-0.01, 0.07).all()
    next_january = table.groupby("state")["population_start_of_year"].shift(-1)
    apart = ((table["population_start_of_year"] + next_january) / 2 / table["population_mid_year"] - 1).dropna()
    assert (apart.abs() < 0.0002).all()


def test_death_certificates_count_more_than_prosecutors_and_ever_more() -> None:
    deaths = load("homicides_inegi").query("vintage == 'definitive'").set_index("start")["deaths"]
    table = load("crime_victims_by_state")
    killed = (table["intentional_homicide"] + table["femicide"]).groupby(table["date"].dt.year).sum()
    gaps = [round(100 * (deaths[f"{year}-01-01"] / killed[year] - 1), 1) for year in range(2019, 2025)]
    assert gaps == [2.7, 3.5, 3.8, 4.1, 5.5, 8.6]


def test_a_half_year_is_about_half_a_year() -> None:
    table = load("homicides_inegi")
    whole = table[table["end"].dt.month == 12].groupby("start")["deaths"].max()
    halves = table[table["end"].dt.month == 6].groupby("start")["deaths"].max()
    assert (halves / whole[halves.index]).between(0.44, 0.52).all()


def test_every_incident_names_a_nationality_or_that_none_is_known() -> None:
    incidents, named = load("missing_migrants"), load("missing_migrants_nationalities")
    keys = ["year", "date", "number"]
    assert len(incidents.merge(named[keys].drop_duplicates(), on=keys)) == len(incidents) == 6_645
    assert (incidents["year"] == incidents["date"].dt.year).all()
    assert not (incidents["longitude"].isna() ^ incidents["latitude"].isna()).any()


def test_cumulative_rows_can_be_left_out() -> None:
    table = load("missing_migrants")
    assert (table["incident_type"] == "cumulative_incident").sum() == 43
    assert table.loc[table["incident_type"] != "cumulative_incident", "dead_or_missing"].max() == 68


def test_a_figure_that_was_not_confirmed_keeps_its_mark() -> None:
    guard = load("national_guard").set_index(["start", "measure"])
    assert guard.loc[(pd.Timestamp("2019-12-31"), "national_guard_total_strength"), "status"].startswith("unconfirmed")
