"""Deaths and disappearances of migrants: the incidents of IOM's Missing Migrants Project, and figures for the US border."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, gathered, numbers, recode, refuse

INCIDENT_FILE = "security/iom_missing_migrants_central_american_route_incidents_2014-01_2025-04.csv"
MONTHLY_FILE = "security/iom_missing_migrants_monthly_by_country_2014-01_2025-04.csv"
PRESS_FILE = "security/cbp_iom_border_deaths_2021_2022_press.csv"

INCIDENT_TYPES = {
    "Incident": "incident",
    "Split Incident": "split_incident",
    "Incident,Split Incident": "split_incident",  # parts of one incident that the publisher labels unlike
    "Cumulative Incident": "cumulative_incident",
}
CAUSES = {
    "Mixed or unknown": "mixed_or_unknown",
    "Drowning": "drowning",
    "Harsh environmental conditions / lack of adequate shelter, food, water": "harsh_conditions",
    "Vehicle accident / death linked to hazardous transport": "transport",
    "Violence": "violence",
    "Sickness / lack of access to adequate healthcare": "sickness",
    "Accidental death": "accident",
    "Drowning,Sickness / lack of access to adequate healthcare": "drowning;sickness",
    "Drowning,Violence": "drowning;violence",
}
ORDER = ["date", "longitude", "latitude", "country_of_incident", "dead_or_missing", "location", "cause", "nationalities"]
LOCATION = 90  # characters the compilation keeps


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
        "cause": recode(frame, "cause", CAUSES),
        "nationalities": frame["nationality_iso3"].str.replace(",", ";"),
        "location": frame["location"].str.strip(),
        "longitude": numbers(frame, "lon", "float64"),
        "latitude": numbers(frame, "lat", "float64"),
    }))


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """The incidents with their ``year`` and a ``number`` within their day, counted from west to east.

    The compilation we read leaves the publisher's identifiers out; place and content are what two files have in common.
    """
    table = table.sort_values(ORDER, kind="stable", ignore_index=True)
    return table.assign(year=table["date"].dt.year, number=table.groupby("date").cumcount() + 1)


def named_nationalities(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each nationality that an incident's list ``nationalities`` (codes joined by ;) names."""
    named = table[["year", "date", "number"]].assign(nationality=table["nationalities"].str.split(";")).explode("nationality")
    return named.drop_duplicates(ignore_index=True)
