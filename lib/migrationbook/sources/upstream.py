"""Flows south of Mexico: irregular entries to Honduras and crossings of the Darién. One builder a table."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, months, numbers

ENTRIES_FILE = "enforcement/honduras_inm_irregular_entries_monthly_2014-01_2025-04.csv"
NATIONALITY_FILE = "enforcement/honduras_inm_irregular_entries_by_nationality_monthly_2018-01_2025-04.csv"
DARIEN_FILE = "enforcement/panama_snm_darien_transits_by_nationality_2010_2025-04.csv"
HONDURAS_2023 = (
    "INM Honduras, January 2024: "
    "https://california18.com/228-thousand-venezuelan-migrants-cross-honduras-via-the-united-states/11956822024/"
)
HONDURAS_EARLIER = (
    "INM Honduras in EFE: "
    "https://monitoreamos.com/mundo/casi-19-000-migrantes-ingresaron-a-honduras-en-enero-969-mas-que-en-2022"
)
DARIEN = (
    "SNM Panama, August 2023: https://pledgetimes.com/"
    "record-number-of-migrants-in-darien-248900-people-have-crossed-the-jungle-so-far-this-year/"
)
DARIEN_2023 = (
    "SNM Panama in EFE, May 2023: https://www.laprensalatina.com/"
    "migrants-crossing-darien-increase-sixfold-to-127000-so-far-this-year/"
)


def honduras_entries(raw: Raw) -> pd.DataFrame:
    """Irregular entries to Honduras by month (events), 2014-01 to 2025-04."""
    frame = raw.read(ENTRIES_FILE, ["date", "value"])
    table = pd.DataFrame({"date": months(frame), "entries": numbers(frame, "value")})
    years = table.groupby(table["date"].dt.year)["entries"].sum()
    for year, expected in [(2020, 8154), (2021, 17590), (2022, 188858)]:
        raw.expect_total(f"entries, {year}", years.get(year, 0), expected, HONDURAS_EARLIER)
    raw.expect_total("entries, 2023", years.get(2023, 0), 545043, HONDURAS_2023)
    return table


def honduras_entries_by_nationality(raw: Raw) -> pd.DataFrame:
    """The same by nationality, 2018-01 to 2025-04; rows whose source names share a code are summed."""
    frame = raw.read(NATIONALITY_FILE, ["date", "nationality_iso3", "value"])
    rows = pd.DataFrame(
        {"date": months(frame), "nationality": frame["nationality_iso3"], "entries": numbers(frame, "value")}
    )
    table = rows.groupby(["date", "nationality"], as_index=False)["entries"].sum()
    year = table[table["date"].dt.year == 2023].groupby("nationality")["entries"].sum()
    for nationality, expected in [("VEN", 228889), ("CUB", 85969), ("HTI", 82249), ("ECU", 46086)]:
        raw.expect_total(f"{nationality}, 2023", year.get(nationality, 0), expected, HONDURAS_2023)
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
    years = table.groupby("year")["transits"].sum()
    published = {
        2010: 559,
        2011: 283,
        2012: 1777,
        2013: 3051,
        2014: 6175,
        2015: 29289,
        2016: 30055,
        2017: 6780,
        2018: 9222,
        2019: 22102,
    }
    for year, expected in published.items():
        raw.expect_total(f"crossings, {year}", years.get(year, 0), expected, DARIEN)
    return table.drop(columns="date")


def darien_transits_monthly(raw: Raw) -> pd.DataFrame:
    """Crossings of the Darién by nationality and month, 2020-01 on; a month without a crossing has no row."""
    table = _darien(raw, "month")
    years = table.groupby(table["date"].dt.year)["transits"].sum()
    for year, expected in [(2020, 6465), (2021, 133726), (2022, 248284)]:
        raw.expect_total(f"crossings, {year}", years.get(year, 0), expected, DARIEN)
    of_month = table.groupby(table["date"].dt.strftime("%Y-%m"))["transits"].sum()
    for month, expected in [("2023-01", 24634), ("2023-02", 24657), ("2023-03", 38099), ("2023-04", 40297)]:
        raw.expect_total(f"crossings, {month}", of_month.get(month, 0), expected, DARIEN_2023)
    return table
