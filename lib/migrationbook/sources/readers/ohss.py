"""Office of Homeland Security Statistics: the monthly workbook "KHSM Encounters (USBP)", rounded to 10.

Each sheet is one plain table of fiscal year, month (``01 October``), region, a breakdown and ``Quantity``. We keep the
southwest land border. https://ohss.dhs.gov/khsm/cbp-encounters
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from migrationbook.sources.countries import ISO3
from migrationbook.sources.readers.cells import complete_months, month_numbers, unique, whole
from migrationbook.sources.readers.files import sheet_table
from migrationbook.sources.reading import recode, refuse

REGIONS = {"Southwest Land Border": True, "Northern Land Border": False, "Coastal Border": False}
FAMILY_STATUS = {
    "Family Unit Individuals": "family_units",
    "Single Adults": "single_adults",
    "Unaccompanied Children": "unaccompanied_children",
}
SECTORS = {
    "Big Bend, TX": "big_bend",
    "Del Rio, TX": "del_rio",
    "El Centro, CA": "el_centro",
    "El Paso, TX": "el_paso",
    "Laredo, TX": "laredo",
    "Rio Grande Valley, TX": "rio_grande_valley",
    "San Diego, CA": "san_diego",
    "Tucson, AZ": "tucson",
    "Yuma, AZ": "yuma",
}
MOST = 1_000_000  # in one month; the largest so far is about 250,000


def khsm_total(path: Path) -> pd.DataFrame:
    """Border Patrol encounters (events) by month."""
    return _southwest(path, "Monthly Region")[["date", "fiscal_year", "encounters"]]


def khsm_by_citizenship(path: Path) -> pd.DataFrame:
    """The same by citizenship, under the publisher's name and an ISO code."""
    frame = _southwest(path, "Monthly Rgn and Citp", "Citizenship")
    table = frame.assign(citizenship=recode(frame, "Citizenship", ISO3), citizenship_name=frame["Citizenship"])
    return table[["date", "fiscal_year", "citizenship", "citizenship_name", "encounters"]]


def khsm_by_family_status(path: Path) -> pd.DataFrame:
    """The same by family status."""
    frame = _southwest(path, "Monthly Rgn and Fam Status", "Family Status")
    frame["family_status"] = recode(frame, "Family Status", FAMILY_STATUS)
    return frame[["date", "fiscal_year", "family_status", "encounters"]]


def khsm_by_sector(path: Path) -> pd.DataFrame:
    """The same by sector."""
    frame = _southwest(path, "Monthly Rgn and Sector", "Sector")
    frame["sector"] = recode(frame, "Sector", SECTORS)
    return frame[["date", "fiscal_year", "sector", "encounters"]]


def _southwest(path: Path, sheet: str, *breakdown: str) -> pd.DataFrame:
    """The southwest rows of one sheet with ``date``, ``fiscal_year`` and ``encounters`` beside its own columns."""
    frame = sheet_table(path, sheet, ["Fiscal Year", "Month", "Region", *breakdown, "Quantity"])
    frame = frame[recode(frame, "Region", REGIONS)]
    unique(frame, ["Fiscal Year", "Month", *breakdown])
    refuse(frame, "Fiscal Year", ~frame["Fiscal Year"].str.fullmatch(r"(19|20)\d\d"), "a fiscal year")
    refuse(frame, "Month", ~frame["Month"].str.fullmatch(r"\d\d [A-Z][a-z]+"), "a month such as 01 October")
    fiscal_year = frame["Fiscal Year"].astype("int64")
    number = month_numbers(frame.assign(Month=frame["Month"].str[3:]), "Month")
    frame = frame.assign(
        date=pd.to_datetime({"year": fiscal_year - (number >= 10), "month": number, "day": 1}),
        fiscal_year=fiscal_year,
        encounters=whole(frame, "Quantity", MOST),
    )
    return complete_months(frame)
