"""US figures on the southwest border as CBP publishes them: Border Patrol and ports of entry by month.

One builder a table: each takes the folder of publishers' files (`Raw`) and returns the tidy table.
"""

from __future__ import annotations

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.readers import cbp
from migrationbook.sources.reading import Raw, months, numbers, recode

FOLDER = "enforcement/"
SOUTHWEST = [
    "big_bend",
    "del_rio",
    "el_centro",
    "el_paso",
    "laredo",
    "rio_grande_valley",
    "san_diego",
    "tucson",
    "yuma",
]
COASTAL = ["miami", "new_orleans", "ramey", "livermore"]
NORTHERN = ["blaine", "buffalo", "detroit", "grand_forks", "havre", "houlton", "spokane", "swanton"]
BORDERS = {"southwest": SOUTHWEST, "coastal": COASTAL, "northern": NORTHERN}

SECTOR_FILE = FOLDER + "cbp_usbp_apprehensions_by_sector_monthly_fy2000_fy2020.csv"
COMPONENT_FILE = FOLDER + "cbp_swb_encounters_monthly_component_demographic_citizenship_2017-10_2025-05.csv"
CURRENT_FILE = FOLDER + "cbp_southwest_land_border_encounters_fy2022_fy2025aug.csv"


def fiscal_year(dates: pd.Series) -> pd.Series:
    """US fiscal year of a month: October opens the next one."""
    return (dates.dt.year + (dates.dt.month >= 10)).astype("int64")


def apprehensions_by_sector(raw: Raw) -> pd.DataFrame:
    """Border Patrol apprehensions by sector and month, exact counts, 1999-10 to 2020-09."""
    sectors = [sector for group in BORDERS.values() for sector in group]
    wide = raw.read(SECTOR_FILE, ["date", *sectors, "southwest_border", "nationwide_total"])
    dates = months(wide)
    columns = {sector: numbers(wide, sector) for sector in sectors}
    for printed, group in {"southwest_border": SOUTHWEST, "nationwide_total": sectors}.items():
        sums = sum(columns[sector] for sector in group)
        wrong = sums != numbers(wide, printed)
        if wrong.any():
            row = wrong.idxmax()
            raise BookError(
                f"{SECTOR_FILE}, row {row + 2}, column '{printed}': expected {sums[row]} (the sum of its "
                f"sectors), found '{wide.at[row, printed]}'"
            )
    return pd.concat(
        pd.DataFrame(
            {
                "date": dates,
                "fiscal_year": fiscal_year(dates),
                "border": border,
                "sector": sector,
                "apprehensions": columns[sector],
            }
        )
        for border, group in BORDERS.items()
        for sector in group
    )


def cbp_encounters(raw: Raw) -> pd.DataFrame:
    """Southwest land border encounters by component, authority, group and citizenship, 2017-10 to 2025-08.

    Two files of the same publisher: a compilation of June 2025, and its own file of August 2025 for the
    months after. They are compared over every month and component they share before the second is allowed to
    carry the first on.
    """
    frame = raw.read(
        COMPONENT_FILE,
        ["date", "component", "authority", "encounter_type", "demographic", "citizenship_iso3", "value"],
    )
    compiled = pd.DataFrame(
        {
            "date": months(frame),
            "component": recode(frame, "component", cbp.COMPONENTS),
            "authority": recode(frame, "authority", cbp.AUTHORITIES),
            "encounter_type": recode(frame, "encounter_type", cbp.ENCOUNTER_TYPES),
            "demographic": recode(frame, "demographic", cbp.DEMOGRAPHICS),
            "citizenship": frame["citizenship_iso3"],
            "encounters": numbers(frame, "value"),
            "vintage": "2025-06",
        }
    )
    current = cbp.cbp_encounters(raw.path(CURRENT_FILE))
    shared = [
        part[part["date"].between(current["date"].min(), compiled["date"].max())]
        for part in (compiled, current)
    ]
    ours, theirs = (part.groupby(["date", "component"])["encounters"].sum() for part in shared)
    gap = theirs.sub(ours, fill_value=0).abs()
    settled = gap.index.get_level_values("date") < "2024-10-01"
    source = "CBP: https://www.cbp.gov/document/stats/southwest-land-border-encounters"
    raw.expect_total(
        "largest gap of the two files in a month and component, fiscal 2022 to 2024",
        gap[settled].max(),
        0,
        source,
    )
    raw.expect_total(
        "largest gap of the two files in a month and component, fiscal 2025",
        gap[~settled].max(),
        0,
        source,
        tolerance=6,
    )
    return pd.concat([compiled, current[current["date"] > compiled["date"].max()]])
