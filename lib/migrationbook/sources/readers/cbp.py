"""US Customs and Border Protection: the two encounter files it offers as CSV, in its own labels.

*Southwest land border encounters* groups citizenship into five; *nationwide encounters* (the file by area of
responsibility) names the land border region. Both run by fiscal year: October 2024 stands under 2025.
https://www.cbp.gov/document/stats/southwest-land-border-encounters
https://www.cbp.gov/document/stats/nationwide-encounters
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from migrationbook.sources.readers.cells import complete_months, hold_apart, month_numbers, unique, whole
from migrationbook.sources.readers.files import csv_chunks
from migrationbook.sources.reading import recode, refuse

COMPONENTS = {"U.S. Border Patrol": "border_patrol", "Office of Field Operations": "ports_of_entry"}
AUTHORITIES = {"Title 8": "title_8", "Title 42": "title_42"}
ENCOUNTER_TYPES = {"Apprehensions": "apprehension", "Inadmissibles": "inadmissible", "Expulsions": "expulsion"}
DEMOGRAPHICS = {
    "Single Adults": "single_adults",
    "FMUA": "family_units",
    "UAC": "unaccompanied_children",
    "UC / Single Minors": "unaccompanied_children",
    "Accompanied Minors": "accompanied_minors",
}
GROUPINGS = {"Mexico": "MEX", "Guatemala": "GTM", "Honduras": "HND", "El Salvador": "SLV", "Other": "OOO"}
REGIONS = {"Northern Land Border": "northern", "Southwest Land Border": "southwest", "Other": "other"}

PERIOD = ["Fiscal Year", "Month (abbv)"]
KIND = ["Component", "Demographic", "Title of Authority", "Encounter Type"]
SOUTHWEST = [*PERIOD, *KIND, "Citizenship Grouping"]
NATIONWIDE = [*PERIOD, *KIND, "Citizenship", "Land Border Region", "Area of Responsibility"]
COUNT = "Encounter Count"
MOST = 1_000_000  # in one cell; the largest so far is 97,661


def cbp_encounters(path: Path) -> pd.DataFrame:
    """Southwest land border encounters (events) by month, component, authority, kind, group and citizenship.

    ``vintage`` is the last month the file has. Table ``cbp_encounters``.
    """
    frame = unique(pd.concat(csv_chunks(path, [*SOUTHWEST, COUNT])), SOUTHWEST)
    table = pd.DataFrame(
        {
            "date": _months(frame),
            "component": recode(frame, "Component", COMPONENTS),
            "authority": recode(frame, "Title of Authority", AUTHORITIES),
            "encounter_type": recode(frame, "Encounter Type", ENCOUNTER_TYPES),
            "demographic": recode(frame, "Demographic", DEMOGRAPHICS),
            "citizenship": recode(frame, "Citizenship Grouping", GROUPINGS),
            "encounters": whole(frame, COUNT, MOST),
        }
    )
    table.attrs = frame.attrs
    complete_months(table, ["component"])
    # two of the publisher's labels may be one group of ours
    table = table.groupby(list(table.columns[:-1]), as_index=False)["encounters"].sum()
    return table.assign(vintage=f"{table['date'].max():%Y-%m}")


def cbp_monthly(path: Path) -> pd.DataFrame:
    """The same file summed by month and component. Table ``cbp_monthly``, which names its source in ``basis``."""
    table = cbp_encounters(path).groupby(["date", "component"], as_index=False)["encounters"].sum()
    return table.assign(basis="cbp_encounters")


def cbp_encounters_by_region(path: Path) -> pd.DataFrame:
    """Encounters nationwide (events) by month, land border region and authority. Table ``cbp_encounters_by_region``.

    The file has a row for every area, nationality and group, a million and more: it is read and summed in pieces.
    """
    pieces, rows = [], pd.Series(dtype="uint64")
    for frame in csv_chunks(path, [*NATIONWIDE, COUNT]):
        rows = hold_apart(frame, NATIONWIDE, rows)
        date = _months(frame)
        labels = {
            "date": date,
            "fiscal_year": date.dt.year + (date.dt.month >= 10),
            "region": recode(frame, "Land Border Region", REGIONS),
            "authority": recode(frame, "Title of Authority", AUTHORITIES),
        }
        pieces.append(_summed(pd.DataFrame(labels | {"encounters": whole(frame, COUNT, MOST)})))
    table = _summed(pd.concat(pieces))
    table.attrs["file"] = Path(path).name
    return complete_months(table, ["region"])


def _months(frame: pd.DataFrame) -> pd.Series:
    """First day of the calendar month from fiscal year (``2025 (FYTD)``) and abbreviated month."""
    fits = frame["Fiscal Year"].str.fullmatch(r"(19|20)\d\d( \(FYTD\))?")
    refuse(frame, "Fiscal Year", ~fits, "a fiscal year such as 2024 or 2025 (FYTD)")
    number = month_numbers(frame, "Month (abbv)")
    year = frame["Fiscal Year"].str[:4].astype("int64") - (number >= 10)
    return pd.to_datetime({"year": year, "month": number, "day": 1})


def _summed(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby(["date", "fiscal_year", "region", "authority"], as_index=False)["encounters"].sum()
