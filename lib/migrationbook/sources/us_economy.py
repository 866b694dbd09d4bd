"""The United States side of the economy: goods imports from Mexico, and the labour market."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, months, numbers

IMPORTS_FILE = "investment/census_us_goods_imports_from_mexico_monthly_2015-01_2025-12.csv"
LABOUR_FILE = "investment/bls_us_labour_market_monthly_2000-01_2025-11.csv"
# FRED's code -> our name
SERIES = {
    "PAYEMS": "payroll_thousand",
    "AHETPI": "hourly_earnings_usd",
    "UNRATE": "unemployment_rate",
    "U6RATE": "underemployment_rate",
    "LNS14000009": "hispanic_unemployment_rate",
    "CIVPART": "participation_rate",
    "JTSJOL": "job_openings_thousand",
}
COMPLETE = ["PAYEMS", "AHETPI"]  # every month has them


def us_imports_from_mexico(raw: Raw) -> pd.DataFrame:
    """US goods imports from Mexico by month (million USD, customs basis, not seasonally adjusted), 2015 to 2025."""
    frame = raw.read(IMPORTS_FILE, ["month", "imports_usd_million_nsa"])
    return pd.DataFrame({"date": _months(frame), "imports_usd_million": numbers(frame, "imports_usd_million_nsa", "float64")})


def us_labour_market(raw: Raw) -> pd.DataFrame:
    """Seven seasonally adjusted series of the US labour market by month, 2000 to 2025; what was not published is empty."""
    frame = raw.read(LABOUR_FILE, ["month", *SERIES])
    table = {name: numbers(frame, code, "float64" if code in COMPLETE else "Float64") for code, name in SERIES.items()}
    return pd.DataFrame({"date": _months(frame)} | table).astype({"payroll_thousand": "int64"})


def _months(frame: pd.DataFrame) -> pd.Series:
    return months(frame.assign(month=frame["month"] + "-01"), "month")
