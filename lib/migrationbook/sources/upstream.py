"""Flows south of Mexico: irregular entries to Honduras and crossings of the Darién. One builder a table."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, months, numbers

ENTRIES_FILE = "enforcement/honduras_inm_irregular_entries_monthly_2014-01_2025-04.csv"
NATIONALITY_FILE = "enforcement/honduras_inm_irregular_entries_by_nationality_monthly_2018-01_2025-04.csv"
DARIEN_FILE = "enforcement/panama_snm_darien_transits_by_nationality_2010_2025-04.csv"


def honduras_entries(raw: Raw) -> pd.DataFrame:
    """Irregular entries to Honduras by month (events), 2014-01 to 2025-04."""
    frame = raw.read(ENTRIES_FILE, ["date", "value"])
    return pd.DataFrame({"date": months(frame), "entries": numbers(frame, "value")})


def honduras_entries_by_nationality(raw: Raw) -> pd.DataFrame:
    """The same by nationality, 2018-01 to 2025-04; rows whose source names share a code are summed."""
    frame = raw.read(NATIONALITY_FILE, ["date", "nationality_iso3", "value"])
    rows = pd.DataFrame(
        {"date": months(frame), "nationality": frame["nationality_iso3"], "entries": numbers(frame, "value")}
    )
    table = rows.groupby(["date", "nationality"], as_index=False)["entries"].sum()
    totals = honduras_entries(raw.of("honduras_entries")).set_index("date")["entries"]
    apart = (
        table.groupby("date")["entries"].sum().sub(totals[table["date"].min() :], fill_value=0).abs().max()
    )
    raw.expect_total("largest gap to the monthly total", apart, 0, "table honduras_entries")
    return table


def _darien(raw: Raw, wanted: str) -> pd.DataFrame:
    frame = raw.read(DARIEN_FILE, ["date", "period", "nationality_iso3", "value"])
    frame = frame[frame["period"] == wanted]
    return pd.DataFrame(
        {"date": months(frame), "nationality": frame["nationality_iso3"], "transits": numbers(frame, "value")}
    )


def darien_transits_annual(raw: Raw) -> pd.DataFrame:
    """Crossings of the Darién by nationality and calendar year, 2010 to 2019."""
    table = _darien(raw, "year")
    table.insert(0, "year", table["date"].dt.year.astype("int64"))
    return table.drop(columns="date")


def darien_transits_monthly(raw: Raw) -> pd.DataFrame:
    """Crossings of the Darién by nationality and month, 2020-01 on; a month without a crossing has no row."""
    return _darien(raw, "month")
