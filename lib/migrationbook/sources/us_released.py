"""What CBP published when: its page for fiscal 2017, and its releases on the months of fiscal 2019."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import STATUS, Raw, months, numbers, recode
from migrationbook.sources.us_border import FOLDER, cbp_encounters

FY2017_FILE = FOLDER + "cbp_swb_usbp_ofo_fy2017_monthly_and_ofo_annual_fy2014_fy2018.csv"
VINTAGE_FILE = FOLDER + "cbp_swb_monthly_figures_by_vintage_fy2019.csv"
FY2017_PAGE = "CBP: https://www.cbp.gov/newsroom/stats/sw-border-migration-fy2017"


def cbp_fiscal_year_2017(raw: Raw) -> pd.DataFrame:
    """CBP's page for fiscal 2017: months by component and group; ports of entry by year, 2014 to 2018."""
    frame = raw.read(FY2017_FILE, ["date", "series", "value", "url", "quality", "note", "vintage"])
    series = {
        "usbp_swb_apprehensions": ("border_patrol", "all"),
        "ofo_swb_inadmissibles": ("ports_of_entry", "all"),
        "ofo_swb_inadmissibles_fiscal_year_total": ("ports_of_entry", "all"),
        "usbp_swb_unaccompanied_children": ("border_patrol", "unaccompanied_children"),
        "usbp_swb_family_unit_individuals": ("border_patrol", "family_units"),
        "ofo_swb_family_unit_individuals": ("ports_of_entry", "family_units"),
    }
    pairs = recode(frame, "series", series)
    annual = frame["date"].str.fullmatch(r"FY\d{4}")
    opening = (frame["date"].str[2:].where(annual, "2000").astype(int) - 1).astype(str) + "-10-01"
    days = frame.assign(date=frame["date"].where(~annual, opening))
    return pd.DataFrame(
        {
            "date": months(days),
            "period": annual.map({True: "fiscal_year", False: "month"}),
            "component": pairs.str[0],
            "demographic": pairs.str[1],
            "encounters": numbers(frame, "value"),
            "vintage": frame["vintage"].replace({"FY2017 year end": "2017-10"}),
            "status": recode(frame, "quality", STATUS),
            "url": frame["url"],
            "note": frame["note"],
        }
    )


def cbp_vintages_2019(raw: Raw) -> pd.DataFrame:
    """What CBP published for the months of fiscal 2019, release by release, and the figures of today."""
    frame = raw.read(
        VINTAGE_FILE, ["date", "series", "value", "publisher", "url", "quality", "note", "vintage"]
    )
    series = {
        "usbp_swb_apprehensions": "border_patrol",
        "ofo_swb_inadmissibles": "ports_of_entry",
        "swb_total_apprehensions_plus_inadmissibles": "total",
        "usbp_swb_unaccompanied_children": "unaccompanied_children",
        "usbp_swb_family_unit_individuals": "family_units",
        "usbp_swb_single_adults": "single_adults",
    }
    table = pd.DataFrame(
        {
            "date": months(frame),
            "series": recode(frame, "series", series),
            "encounters": numbers(frame, "value"),
            "vintage": frame["vintage"].str.extract(r"^(final|\d{4}-\d{2})", expand=False),
            "first_published": frame["vintage"].str.contains("(first)", regex=False),
            "status": recode(frame, "quality", STATUS),
            "publisher": frame["publisher"],
            "url": frame["url"],
            # the source notes name the raw file the final figures were taken from; readers know it as a table
            "note": frame["note"].str.replace(
                r"taken from \S+\.csv in this folder", "equal to table cbp_encounters", regex=True
            ),
        }
    )
    first = table[table["first_published"]].drop_duplicates(["date", "series"])
    first = first.pivot(index="date", columns="series", values="encounters")
    for month in ("2019-05-01", "2019-06-01", "2019-07-01"):
        row = first.loc[month]
        raw.expect_total(
            f"first-published components of {month[:7]}",
            row["border_patrol"] + row["ports_of_entry"],
            row["total"],
            "the total printed with them",
        )
    final = table[table["vintage"] == "final"].pivot(index="date", columns="series", values="encounters")
    today = (
        cbp_encounters(raw.of("cbp_encounters"))
        .pivot_table(index="date", columns="component", values="encounters", aggfunc="sum")
        .reindex(final.index)
    )
    raw.expect_total(
        "final figures that differ from today's",
        int((final[today.columns] != today).sum().sum()),
        0,
        "table cbp_encounters",
    )
    return table
