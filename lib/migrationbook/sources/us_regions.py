"""Encounters nationwide by land border region and legal authority: Title 8, and expulsions under Title 42."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources import us_border
from migrationbook.sources.readers import cbp
from migrationbook.sources.reading import Raw, months, numbers, recode

REGION_FILE = "asylum/cbp_encounters_region_authority_monthly_2019-10_2023-09.csv"
SOUTHWEST_FILE = "asylum/cbp_southwest_encounters_by_authority_monthly_2019-10_2023-09.csv"


def cbp_encounters_by_region(raw: Raw) -> pd.DataFrame:
    """Encounters (events) by month, region and authority, 2019-10 to 2023-09.

    The southwest rows are held, month by month and authority by authority, to the table ``cbp_encounters`` and to the
    same publisher's file by citizenship, which has nothing else to tell and is not carried.
    """
    columns = ["month", "fiscal_year", "land_border_region", "title_of_authority", "encounters"]
    frame = raw.read(REGION_FILE, columns)
    table = pd.DataFrame(
        {
            "date": _dates(frame),
            "fiscal_year": numbers(frame, "fiscal_year"),
            "region": recode(frame, "land_border_region", cbp.REGIONS),
            "authority": recode(frame, "title_of_authority", cbp.AUTHORITIES),
            "encounters": numbers(frame, "encounters"),
        }
    )
    ours = _southwest(table[table["region"] == "southwest"])
    frame = raw.read(SOUTHWEST_FILE, ["month", "title_of_authority", "encounters"])
    authority = recode(frame, "title_of_authority", cbp.AUTHORITIES)
    by_citizenship = pd.DataFrame({"date": _dates(frame), "authority": authority, "encounters": numbers(frame, "encounters")})
    carried = us_border.cbp_encounters(raw.of("cbp_encounters"))
    carried = carried[carried["date"].between(table["date"].min(), table["date"].max())]
    for source, other in [("CBP's file by citizenship", by_citizenship), ("table cbp_encounters", carried)]:
        gap = ours.sub(_southwest(other), fill_value=0).abs().max()
        raw.expect_total("southwest by month and authority, largest gap", gap, 0, source)
    return table


def _dates(frame: pd.DataFrame) -> pd.Series:
    return months(frame.assign(month=frame["month"] + "-01"), "month")


def _southwest(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(["date", "authority"])["encounters"].sum()
