"""US foreign assistance as ForeignAssistance.gov gives it: countries, and the buckets for whole regions."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, numbers, recode

FILE = "investment/foreignassistance_gov_us_aid_by_country_fy1990_2025.csv"
REGIONS = {
    "CCN": "central_america_and_caribbean",
    "CNA": "central_america",
    "CRN": "caribbean",
    "LAN": "latin_america",
    "LCN": "latin_america_and_caribbean",
    "NCN": "north_and_central_america",
    "WHN": "western_hemisphere",
}
COUNTRIES = ["BLZ", "COL", "CRI", "CUB", "ECU", "GTM", "HND", "HTI", "MEX", "NIC", "PAN", "SLV", "VEN"]
TRANSACTIONS = {
    "Obligations": "obligations",
    "Disbursements": "disbursements",
    "Appropriated and Planned": "appropriated_and_planned",
    "President's Budget Requests": "budget_requests",
}
ROUNDING = 250  # USD: the site rounds each of the awards it sums


def us_aid(raw: Raw) -> pd.DataFrame:
    """US assistance (USD, current and constant) by country, kind of transaction and US fiscal year, 1990 to 2025."""
    return _aid(raw, "country", {code: code for code in COUNTRIES})


def us_aid_regional(raw: Raw) -> pd.DataFrame:
    """The same for regional programmes, which cannot be split by country."""
    return _aid(raw, "region", REGIONS)


def _aid(raw: Raw, recipient: str, codes: dict[str, str]) -> pd.DataFrame:
    frame = raw.read(FILE, ["country_code", "transaction_type", "fiscal_year", "current_usd", "constant_usd"])
    known = {code: code for code in COUNTRIES} | REGIONS
    table = pd.DataFrame(
        {
            recipient: recode(frame, "country_code", known),
            "transaction_type": recode(frame, "transaction_type", TRANSACTIONS),
            "fiscal_year": numbers(frame, "fiscal_year"),
            "current_usd": numbers(frame, "current_usd", "float64").astype("int64"),
            "constant_usd": numbers(frame, "constant_usd", "float64").astype("int64"),
        }
    )
    _expect_one_deflator(raw, table)
    return table[table[recipient].isin(codes.values())]


def _expect_one_deflator(raw: Raw, table: pd.DataFrame) -> None:
    """Constant dollars are current ones times one factor for each year and base year: the same for all recipients."""
    large = table[table["current_usd"].abs() > 10_000_000]
    year = ["transaction_type", "fiscal_year"]
    factor = (large["constant_usd"] / large["current_usd"]).groupby([large[name] for name in year]).median().rename("factor")
    apart = table.join(factor, on=year)
    gap = (apart["constant_usd"] - apart["current_usd"] * apart["factor"]).abs().max()
    raw.expect_total("largest gap between constant dollars and current ones times the year's factor, USD", gap, 0,
                     "ForeignAssistance.gov: https://foreignassistance.gov", tolerance=ROUNDING)
