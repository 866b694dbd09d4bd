"""Crime, forces and deaths ready for a model or a chart, cut from the data package."""

from __future__ import annotations

import pandas as pd

from migrationbook.data.package import load, resource
from migrationbook.errors import BookError

CRIMES = {  # name → columns of crime_victims_by_state that are added up
    "homicide": ["intentional_homicide"],
    "homicide_and_femicide": ["intentional_homicide", "femicide"],
    "firearm_homicide": ["intentional_homicide_firearm"],
    "extortion": ["extortion"],
    "kidnapping": ["kidnapping"],
}
ISTHMUS = ["20", "30"]  # Oaxaca and Veracruz: forces were counted up to the Isthmus of Tehuantepec
# Where agents on duty at the southern border said in June 2019 that they had been before (Reforma, carried by
# https://josecardenas.com/2019/06/guardia-nacional-deja-el-huachicol-para-cuidar-la-frontera): Michoacán, Puebla, Guanajuato and
# Morelos against fuel theft, Sinaloa against drugs. Named with them, but receiving as well: Veracruz and Quintana Roo.
LEFT = ["11", "16", "17", "21", "25"]
SOUTH = ("border", "isthmus")
BORDER_BOX = {"latitude": (25.5, 33.5), "longitude": (-117.6, -96.9)}  # degrees, around the US–Mexico border


def victims(crime: str) -> pd.DataFrame:
    """Victims in files opened by state prosecutors, months × INEGI state codes: ``crime_victims_by_state``.

    crime: one of CRIMES. Raises BookError for another.
    """
    if crime not in CRIMES:
        raise BookError(f"crime is '{crime}'; it takes one of: {', '.join(CRIMES)}")
    rows = load("crime_victims_by_state")
    rows = rows.assign(count=rows[CRIMES[crime]].sum(axis=1))
    return rows.pivot(index="date", columns="state", values="count").asfreq("MS").astype(float)


def national(crime: str) -> pd.Series:
    """The same, summed over the states."""
    return victims(crime).sum(axis=1).rename(crime)


def revised() -> pd.DataFrame:
    """Victims from January to October 2019 as published that November and in the present table: crime, first, now, percent.

    From the published totals that ``crime_victims_by_state`` is checked against.
    """
    rows = []
    for total in resource("crime_victims_by_state")["totals"]:
        if total["label"].endswith("2019, to October"):
            column = total["column"]
            now = load("crime_victims_by_state").set_index("date").loc["2019-01":"2019-10", column].sum()
            rows.append((column, total["expected"], int(now), 100 * (now / total["expected"] - 1)))
    return pd.DataFrame(rows, columns=["crime", "first", "now", "percent"]).set_index("crime")


def people() -> pd.DataFrame:
    """Population in the middle of each month's year, months × state codes, for the months of the crimes: ``state_population``."""
    yearly = load("state_population").pivot(index="year", columns="state", values="population_mid_year")
    months = pd.DatetimeIndex(sorted(load("crime_victims_by_state")["date"].unique()))
    return yearly.loc[months.year].set_axis(months).rename_axis("date").astype(float)


def groups(south: str = "border") -> dict[str, list[str]]:
    """State codes by what is known of the deployment: north, south, left (named as left) and rest (the others).

    south: ``border`` (the four states at the border) or ``isthmus`` (Oaxaca and Veracruz as well). These two belong to no group
    when they are not treated: forces were there, so they are no comparison. `rest` holds the states named as left, too.
    """
    if south not in SOUTH:
        raise BookError(f"south is '{south}'; it takes one of: {', '.join(SOUTH)}")
    states = load("mexican_states").set_index("code")["border"]
    north, line = (list(states.index[states == side]) for side in ("north", "south"))
    rest = [code for code in states.index if code not in {*north, *line, *ISTHMUS}]
    return {"north": north, "south": line + ISTHMUS * (south == "isthmus"), "left": LEFT, "rest": rest}


def rate(counts: pd.DataFrame, population: pd.DataFrame, states: list[str]) -> pd.Series:
    """Victims a month of some states, per 100,000 inhabitants and year."""
    return 1_200_000 * counts[states].sum(axis=1) / population[states].sum(axis=1)


def on_migration_duty() -> pd.DataFrame:
    """Reported totals of people in uniform on migration duty at both borders: start, people, publisher, url, date_precision.

    Guard, Army, Navy and, in 2019, Federal Police together; scopes differ and unconfirmed rows are left out. From
    ``mexico_deployment``.
    """
    rows = load("mexico_deployment")
    both = rows["measure"].isin(["both_borders_total", "both_borders_armed_forces"])
    rows = rows[both & ~rows["status"].str.contains("unconfirmed")]
    return rows.sort_values(["start", "people"]).reset_index(drop=True)


def guard(measure: str) -> pd.DataFrame:
    """Rows of one measure of ``national_guard``, without unconfirmed ones, by date."""
    rows = load("national_guard")
    rows = rows[(rows["measure"] == measure) & ~rows["status"].str.contains("unconfirmed")]
    if rows.empty:
        raise BookError(f"national_guard: no measure '{measure}'; see the table's catalogue page")
    return rows.rename(columns={"value": "people"}).sort_values("start").reset_index(drop=True)


def guard_at_borders() -> float:
    """Members of the Guard alone at both borders, 21 July to 20 August 2021, the one such count: ``forces_on_migration_duty``."""
    rows = load("forces_on_migration_duty").set_index("measure")
    rows = rows[rows["start"] == pd.Timestamp("2021-07-21")]["value"]
    return float(rows["national_guard_northern_border"] + rows["national_guard_southern_border"])


def homicides_registered(vintage: str = "definitive") -> pd.Series:
    """Deaths by homicide by year of registration (INEGI); the last figure of the vintage where there are several."""
    rows = load("homicides_inegi")
    whole = rows[(rows["vintage"] == vintage) & (rows["start"].dt.month == 1) & (rows["end"].dt.month == 12)]
    return whole.groupby(whole["start"].dt.year)["deaths"].last().rename_axis("year").astype(float)


def dead_or_missing(by: str = "year") -> pd.Series:
    """People dead or missing near the US–Mexico border in IOM's record (minimum counts): by ``year`` or by ``month``.

    Near: within a box around the border. Totals for a period, dated by its end, count in years and not in months.
    Incidents without coordinates are left out of both. Source: ``missing_migrants``.
    """
    rows = _near_the_border()
    if by == "year":
        return rows.groupby("year")["dead_or_missing"].sum().astype(float)
    rows = rows[rows["incident_type"] != "cumulative_incident"]
    months = rows["date"].dt.to_period("M").dt.to_timestamp()
    return rows.groupby(months)["dead_or_missing"].sum().asfreq("MS", fill_value=0).astype(float)


def causes_of_death(year: int) -> pd.Series:
    """The same people of one year by cause, as IOM gives it, most first."""
    rows = _near_the_border()
    return rows[rows["year"] == year].groupby("cause")["dead_or_missing"].sum().sort_values(ascending=False)


def _near_the_border() -> pd.DataFrame:
    rows = load("missing_migrants")
    return rows[rows["latitude"].between(*BORDER_BOX["latitude"]) & rows["longitude"].between(*BORDER_BOX["longitude"])]


def deaths_counted() -> pd.Series:
    """Deaths of migrants that the Border Patrol counted at the southwest border, by fiscal year, each as last read.

    1998 to 2019 from ``border_deaths``, 2021 and 2022 as first reported (``border_deaths_reported``); 2020 is missing.
    """
    until = load("border_deaths").groupby("fiscal_year")["deaths"].sum()
    rows = load("border_deaths_reported").query("measure == 'usbp_sw_border_deaths'")
    later = rows.set_index(rows["end"].dt.year)["people"]
    return pd.concat([until, later]).rename_axis("fiscal_year").astype(float)


def unsafe() -> pd.Series:
    """Adults in the cities covered who feel unsafe in theirs, per cent, by month of the survey: ``perceived_insecurity``."""
    return load("perceived_insecurity").set_index("date")["unsafe"].astype(float)
