"""The series most questions start from: encounters by month, put together from the other tables."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw
from migrationbook.sources.us_border import apprehensions_by_sector, cbp_encounters
from migrationbook.sources.us_released import FY2017_PAGE, cbp_fiscal_year_2017


def cbp_monthly(raw: Raw) -> pd.DataFrame:
    """One row per month and component: the longest exact series the other tables give, every seam checked."""

    def assembled(component: str, frame: pd.DataFrame, column: str, basis: str) -> pd.DataFrame:
        sums = frame.groupby("date")[column].sum()
        return pd.DataFrame(
            {"date": sums.index, "component": component, "encounters": sums.to_numpy(), "basis": basis}
        )

    sectors = apprehensions_by_sector(raw.of("apprehensions_by_sector")).query("border == 'southwest'")
    encounters = cbp_encounters(raw.of("cbp_encounters"))
    page = cbp_fiscal_year_2017(raw.of("cbp_fiscal_year_2017")).query(
        "period == 'month' and demographic == 'all' and vintage == '2017-10'"
    )
    patrol_old = assembled("border_patrol", sectors, "apprehensions", "apprehensions_by_sector")
    patrol_new = assembled(
        "border_patrol", encounters.query("component == 'border_patrol'"), "encounters", "cbp_encounters"
    )
    ports_old = assembled(
        "ports_of_entry", page.query("component == 'ports_of_entry'"), "encounters", "cbp_fiscal_year_2017"
    )
    ports_new = assembled(
        "ports_of_entry", encounters.query("component == 'ports_of_entry'"), "encounters", "cbp_encounters"
    )
    seam = patrol_old.merge(patrol_new, on="date", suffixes=("", "_later"))
    apart = (seam["encounters"] - seam["encounters_later"]).abs().max()
    raw.expect_total(
        f"Border Patrol, largest gap of the two tables in their {len(seam)} shared months",
        apart,
        0,
        "tables apprehensions_by_sector and cbp_encounters",
    )
    printed = page.query("component == 'border_patrol'").set_index("date")["encounters"]
    exact = patrol_old.set_index("date")["encounters"].reindex(printed.index)
    raw.expect_total(
        "Border Patrol, months of fiscal 2017 that differ from CBP's page",
        int((printed != exact).sum()),
        0,
        FY2017_PAGE,
    )
    return pd.concat(
        [
            patrol_old,
            patrol_new[patrol_new["date"] > patrol_old["date"].max()],
            ports_old,
            ports_new[ports_new["date"] > ports_old["date"].max()],
        ]
    )
