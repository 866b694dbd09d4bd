"""The monthly workbook of DHS on the border (rounded), and CBP's annual tables by sector."""

from __future__ import annotations

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.readers import ohss
from migrationbook.sources.reading import Raw, numbers
from migrationbook.sources.us_border import (
    BORDERS,
    FOLDER,
    SOUTHWEST,
    apprehensions_by_sector,
    fiscal_year,
)

KHSM_FILE = FOLDER + "ohss_khsm_usbp_encounters_fy2000_fy2025nov.xlsx"
AGENTS_FILE = FOLDER + "cbp_usbp_agent_staffing_by_sector_fy1992_fy2019.csv"
ANNUAL_FILE = FOLDER + "cbp_usbp_swb_apprehensions_by_sector_annual_fy1960_fy2019.csv"
DEATHS_FILE = FOLDER + "cbp_usbp_swb_deaths_by_sector_annual_fy1998_fy2019.csv"
CRS = "Congressional Research Service: https://www.everycrsreport.com/reports/R46012.html"


def _exact(raw: Raw) -> pd.DataFrame:
    """CBP's exact counts by southwest sector and month, which the rounded ones are held to."""
    return apprehensions_by_sector(raw.of("apprehensions_by_sector")).query("border == 'southwest'")


def khsm_total(raw: Raw) -> pd.DataFrame:
    """Border Patrol encounters at the southwest land border by month, rounded to 10, from DHS statistics."""
    table = ohss.khsm_total(raw.path(KHSM_FILE))
    exact = _exact(raw).groupby("date")["apprehensions"].sum()
    gap = (table.set_index("date")["encounters"] - exact).dropna()
    monthly = gap["2009-10":"2019-09"].abs().max()
    raw.expect_total(
        "largest gap to CBP's exact count in a month of fiscal 2010 to 2019",
        monthly,
        0,
        "table apprehensions_by_sector, exact; here rounded to 10",
        tolerance=5,
    )
    early = gap["2004-10":"2009-09"]
    yearly = early.groupby(fiscal_year(early.index.to_series())).sum().abs().max()
    raw.expect_total(
        "largest gap to CBP's exact count in a fiscal year 2005 to 2009",
        yearly,
        0,
        "table apprehensions_by_sector, exact; here rounded to 10",
        tolerance=120,
    )
    return table


def khsm_by_citizenship(raw: Raw) -> pd.DataFrame:
    """Border Patrol encounters by citizenship and month, rounded to 10; small cells drop out."""
    table = ohss.khsm_by_citizenship(raw.path(KHSM_FILE))
    of_2011 = table[table["fiscal_year"] == 2011].groupby("citizenship")["encounters"].sum()
    share = round(100 * of_2011.get("MEX", 0) / of_2011.sum(), 1)
    raw.expect_total("Mexicans in every hundred, fiscal year 2011", share, 86, CRS, tolerance=0.5)
    return table


def khsm_by_family_status(raw: Raw) -> pd.DataFrame:
    """Border Patrol encounters by family status and month, rounded to 10."""
    table = ohss.khsm_by_family_status(raw.path(KHSM_FILE))
    of_2012 = table[table["fiscal_year"] == 2012].groupby("family_status")["encounters"].sum()
    share = round(100 * of_2012.get("single_adults", 0) / of_2012.sum(), 1)
    raw.expect_total("single adults in every hundred, fiscal year 2012", share, 90, CRS, tolerance=0.5)
    return table


def khsm_by_sector(raw: Raw) -> pd.DataFrame:
    """Border Patrol encounters by southwest sector and month, rounded to 10, to 2024-11."""
    table = ohss.khsm_by_sector(raw.path(KHSM_FILE))
    both = table.merge(_exact(raw), on=["date", "sector"], suffixes=("", "_exact"))
    both = both[both["fiscal_year"].between(2010, 2019)]
    raw.expect_total(
        "largest gap to CBP's exact count in a sector and month of fiscal 2010 to 2019",
        (both["encounters"] - both["apprehensions"]).abs().max(),
        0,
        "table apprehensions_by_sector, exact; here rounded to 10",
        tolerance=5,
    )
    return table


def _by_sector(raw: Raw, file: str, column: str, name: str) -> pd.DataFrame:
    """CBP's annual tables by sector and fiscal year, the printed totals of the borders still among them."""
    frame = raw.read(file, ["sector", "fiscal_year", column])
    # "NA" is the publisher's mark for a sector that did not exist or was not reported: no row, not a zero
    frame = frame[frame[column] != "NA"]
    return pd.DataFrame(
        {
            "fiscal_year": numbers(frame, "fiscal_year"),
            "sector": frame["sector"].str.replace(" ", "_"),
            name: numbers(frame, column),
        }
    )


def _hold_to_printed(table: pd.DataFrame, name: str, file: str, last: int = 9999) -> None:
    """Refuse the table if southwest sectors of a year up to ``last`` do not sum to the printed total."""
    printed = table[table["sector"] == "southwest_border"].set_index("fiscal_year")[name]
    sums = table[table["sector"].isin(SOUTHWEST)].groupby("fiscal_year")[name].sum().reindex(printed.index)
    wrong = [year for year in sorted(printed.index) if year <= last and printed[year] != sums[year]]
    if wrong:
        raise BookError(
            f"{file}, column '{name}': the southwest sectors of fiscal year {wrong[0]}: expected "
            f"{printed[wrong[0]]:,} (printed total), found {sums[wrong[0]]:,}"
        )


def border_patrol_agents(raw: Raw) -> pd.DataFrame:
    """Border Patrol agents by sector at the end of each fiscal year, 1992 to 2019."""
    table = _by_sector(raw, AGENTS_FILE, "number_of_agents", "agents")
    # from 2010 the printed southwest total counts up to 129 agents who belong to no sector
    _hold_to_printed(table, "agents", AGENTS_FILE, last=2009)
    return table[table["sector"].isin([sector for group in BORDERS.values() for sector in group])]


def apprehensions_annual(raw: Raw) -> pd.DataFrame:
    """Border Patrol apprehensions by southwest sector and fiscal year, 1960 to 2019."""
    table = _by_sector(raw, ANNUAL_FILE, "total_apprehensions", "apprehensions")
    _hold_to_printed(table, "apprehensions", ANNUAL_FILE)
    return table[table["sector"].isin(SOUTHWEST)]


def border_deaths(raw: Raw) -> pd.DataFrame:
    """Deaths recorded by the Border Patrol by southwest sector and fiscal year, 1998 to 2019: a minimum."""
    table = _by_sector(raw, DEATHS_FILE, "deaths", "deaths")
    _hold_to_printed(table, "deaths", DEATHS_FILE)
    return table[table["sector"].isin(SOUTHWEST)]
