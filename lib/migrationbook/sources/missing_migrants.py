"""Deaths and disappearances of migrants: the incidents of IOM's Missing Migrants Project, and figures for the US border."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.readers.iom import INCIDENT_TYPES, causes, named_nationalities, numbered
from migrationbook.sources.reading import Raw, gathered, numbers, recode, refuse

INCIDENT_FILE = "security/iom_missing_migrants_central_american_route_incidents_2014-01_2025-04.csv"
MONTHLY_FILE = "security/iom_missing_migrants_monthly_by_country_2014-01_2025-04.csv"
PRESS_FILE = "security/cbp_iom_border_deaths_2021_2022_press.csv"


def missing_migrants(raw: Raw) -> pd.DataFrame:
    """Incidents of migrants' death or disappearance in the Americas, 2014-01 to 2025-04 (people)."""
    table = _incidents(raw)
    monthly = raw.read(MONTHLY_FILE, ["month", "country_of_incident_iso3", "incidents", "dead_or_missing"])
    monthly["dead_or_missing"] = monthly["dead_or_missing"].str.removesuffix(".0")
    by = [table["date"].dt.strftime("%Y-%m"), table["country_of_incident"]]
    found = table.groupby(by)["dead_or_missing"].agg(["size", "sum"])
    printed = monthly.set_index(["month", "country_of_incident_iso3"]).rename_axis(found.index.names)
    for ours, theirs, label in [("size", "incidents", "incidents"), ("sum", "dead_or_missing", "dead or missing")]:
        gap = found[ours].sub(numbers(printed, theirs), fill_value=0).abs().max()
        raw.expect_total(f"{label}, largest gap of a month and country", gap, 0, "IOM, the counts by month and country")
    return table


def missing_migrants_nationalities(raw: Raw) -> pd.DataFrame:
    """Nationalities named among the dead or missing of each incident, one a row (without numbers of people)."""
    return named_nationalities(_incidents(raw))


def border_deaths_reported(raw: Raw) -> pd.DataFrame:
    """Deaths at the US border with Mexico as CBP and IOM first gave them for 2021 and 2022, and rescues."""
    table = gathered(raw, PRESS_FILE, "people")
    iom = table.loc[table["measure"] == "iom_us_mexico_border_deaths_and_disappearances", "people"].sum()
    source = "IOM, September 2023: https://www.i24news.tv/en/news/international/americas/1694529589-u-s-mexico-border-is-" \
        "world-s-deadliest-land-route-for-migrants-iom-finds"
    raw.expect_total("deaths and disappearances of 2022, nearly half of those in the Americas, percent",
                     round(100 * iom / 1457), 47, source)
    return table


def _incidents(raw: Raw) -> pd.DataFrame:
    frame = raw.read(INCIDENT_FILE, [
        "date", "type", "country_of_incident_iso3", "dead_or_missing", "survivors", "cause", "nationality_iso3", "location",
        "lon", "lat",
    ])
    for column in ("dead_or_missing", "survivors"):
        frame[column] = frame[column].str.removesuffix(".0")  # whole numbers written as decimals
    date = pd.to_datetime(frame["date"], format="%Y-%m-%d", errors="coerce")
    refuse(frame, "date", date.isna(), "a date (YYYY-MM-DD)")
    counted = frame["survivors"] != ""
    return numbered(pd.DataFrame({
        "date": date,
        "incident_type": recode(frame, "type", INCIDENT_TYPES),
        "country_of_incident": frame["country_of_incident_iso3"],
        "dead_or_missing": numbers(frame, "dead_or_missing"),
        "survivors": numbers(frame[counted], "survivors").astype("Int64").reindex(frame.index),
        "cause": causes(frame, "cause"),
        "nationalities": frame["nationality_iso3"].str.replace(",", ";"),
        "location": frame["location"].str.strip(),
        "longitude": numbers(frame, "lon", "float64"),
        "latitude": numbers(frame, "lat", "float64"),
    }))
