"""IOM's Missing Migrants Project: the incidents of the whole world in one CSV file, whose address does not change.

https://missingmigrants.iom.int/downloads, file Missing_Migrants_Global_Figures_allData.csv. The layout is that of a copy
of April 2025: 25 columns, UTF-8, dates as 2014-01-06, ``Coordinates`` as "latitude, longitude" or empty, an incident entered
in parts as one row with its parts' identifiers, causes, nationalities and places joined by commas. Of its columns we take
those the table has; incidents in North and Central America and the Caribbean, as the publisher assigns them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.countries import english
from migrationbook.sources.readers.cells import complete_months, unique, whole
from migrationbook.sources.readers.files import csv_chunks
from migrationbook.sources.reading import recode, refuse

REGIONS = ["North America", "Central America", "Caribbean"]
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
}
UNKNOWN = ["", "Unknown", "Mixed"]  # as nationality
PLACE = 90  # characters of the place: so many the copy keeps that the table was first built from
MOST = 900  # people in an incident; the most so far is 123
ORDER = ["date", "longitude", "latitude", "country_of_incident", "dead_or_missing", "location", "cause", "nationalities"]
COLUMNS = [
    "Incident ID", "Incident Type", "Region of Incident", "Incident Date", "Total Number of Dead and Missing",
    "Number of Survivors", "Country of Origin", "Cause of Death", "Country of Incident", "Location of Incident", "Coordinates",
]  # fmt: skip


def missing_migrants(path: Path) -> pd.DataFrame:
    """Incidents (people dead, missing, surviving) in the Americas north of Colombia. Table ``missing_migrants``."""
    return _incidents(path).drop(columns="nationalities")


def missing_migrants_nationalities(path: Path) -> pd.DataFrame:
    """The nationalities each incident names. Table ``missing_migrants_nationalities``."""
    return named_nationalities(_incidents(path))


def _incidents(path: Path) -> pd.DataFrame:
    frame = pd.concat([chunk[chunk["Region of Incident"].isin(REGIONS)] for chunk in csv_chunks(path, COLUMNS)])
    frame.attrs["file"] = Path(path).name
    if frame.empty:
        raise BookError(f"{frame.attrs['file']}: expected incidents in {', '.join(REGIONS)}, found none; is it the global file?")
    unique(frame, ["Incident ID"])
    date = pd.to_datetime(frame["Incident Date"], format="%Y-%m-%d", errors="coerce")
    refuse(frame, "Incident Date", date.isna(), "a date (YYYY-MM-DD)")
    fits = frame["Coordinates"].str.fullmatch(r"(-?\d+(\.\d+)?, ?-?\d+(\.\d+)?)?").fillna(False).astype(bool)
    refuse(frame, "Coordinates", ~fits, "latitude, longitude")
    point = frame["Coordinates"].str.split(",", expand=True).reindex(columns=[0, 1])
    table = pd.DataFrame(
        {
            "date": date,
            "incident_type": recode(frame, "Incident Type", INCIDENT_TYPES),
            "country_of_incident": _code(frame, "Country of Incident"),
            "dead_or_missing": whole(frame, "Total Number of Dead and Missing", MOST),
            "survivors": whole(frame, "Number of Survivors", MOST, missing=[""]),
            "cause": causes(frame, "Cause of Death"),
            "nationalities": _nationalities(frame, "Country of Origin"),
            "location": frame["Location of Incident"].str[:PLACE].str.strip(),
            "longitude": pd.to_numeric(point[1], errors="coerce"),
            "latitude": pd.to_numeric(point[0], errors="coerce"),
        }
    )
    months = table[["date"]].assign(date=date.dt.to_period("M").dt.to_timestamp())
    months.attrs = frame.attrs
    complete_months(months)
    return numbered(table)


def causes(frame: pd.DataFrame, column: str) -> pd.Series:
    """Our names of a cell's causes, joined by ``;``: the parts of one incident may have several. BookError for others."""
    one = "|".join(map(re.escape, CAUSES))
    fits = frame[column].str.fullmatch(f"({one})(,({one}))*").fillna(False).astype(bool)
    refuse(frame, column, ~fits, f"one of {', '.join(CAUSES)}, or several joined by commas")
    return frame[column].map(lambda text: ";".join(dict.fromkeys(CAUSES[label] for label in re.findall(one, text))))


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """The incidents with their ``year`` and a ``number`` within their day, counted from west to east.

    The copy the table was first built from leaves the publisher's identifiers out; place and content are what two files
    have in common.
    """
    table = table.sort_values(ORDER, kind="stable", ignore_index=True)
    return table.assign(year=table["date"].dt.year.astype("int64"), number=table.groupby("date").cumcount() + 1)


def named_nationalities(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each nationality that an incident's list ``nationalities`` (codes joined by ``;``) names."""
    named = table[["year", "date", "number"]].assign(nationality=table["nationalities"].str.split(";")).explode("nationality")
    return named.drop_duplicates(ignore_index=True)


def _code(frame: pd.DataFrame, column: str) -> pd.Series:
    codes = frame[column].map({name: english(name) for name in frame[column].unique()})
    refuse(frame, column, codes.isna(), "a country's English name that sources/countries.py knows")
    return codes


def _nationalities(frame: pd.DataFrame, column: str) -> pd.Series:
    """Codes joined by ``;`` in the publisher's order, UNK for those not known."""
    lists = frame[column].str.split(",").map(lambda names: [name.strip() for name in names])
    known = {name: "UNK" if name in UNKNOWN else english(name) for name in lists.explode().unique()}
    refuse(frame, column, lists.map(lambda names: any(known[name] is None for name in names)),
           "countries' English names that sources/countries.py knows, joined by commas")
    return lists.map(lambda names: ";".join(str(known[name]) for name in names))
