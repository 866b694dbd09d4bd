"""ForeignAssistance.gov: US aid by recipient, from its country summary or from its complete dataset (CSV).

https://foreignassistance.gov/data offers both. The summary (``us_foreign_aid_country.csv``, two megabytes) has one row for
each recipient, kind of transaction and fiscal year; the complete dataset (``us_foreign_aid_complete.csv``, hundreds of megabytes)
one for each transaction, which are summed here piece by piece. The column names rest on copies of both files in public
repositories, the latest of March 2025. The transition quarter of 1976 is written ``1976tq``, missing codes ``NULL``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.foreign_assistance import COUNTRIES, REGIONS, TRANSACTIONS
from migrationbook.sources.readers.cells import decimal, unique
from migrationbook.sources.readers.files import csv_chunks, csv_head
from migrationbook.sources.reading import recode, refuse

FIRST_YEAR = 1990
MOST = 20_000_000_000  # USD in one row; aid of all countries to all is about 70 billion a year
LABELS = ["Country Code", "Transaction Type Name", "Fiscal Year"]
AMOUNTS = ["Current Dollar Amount", "Constant Dollar Amount"]
AGENCY = "Managing Agency Acronym"  # a column of the complete dataset only
# a stage between request and plan that the site gave up; the table does not have it
LEFT_OUT = "Initial Allocations"


def us_aid(path: Path) -> pd.DataFrame:
    """US assistance (USD, current and constant) by country, kind of transaction and fiscal year. Table ``us_aid``."""
    return _aid(path, "country", {code: code for code in COUNTRIES})


def us_aid_regional(path: Path) -> pd.DataFrame:
    """The same for regional programmes. Table ``us_aid_regional``."""
    return _aid(path, "region", REGIONS)


def _aid(path: Path, recipient: str, codes: dict[str, str]) -> pd.DataFrame:
    path = Path(path)
    _, header = csv_head(path, LABELS)
    summary = AGENCY not in header
    pieces = []
    for frame in csv_chunks(path, [*LABELS, *AMOUNTS]):
        refuse(frame, "Fiscal Year", ~frame["Fiscal Year"].str.fullmatch(r"(19|20)\d\d(tq)?"), "a fiscal year")
        wanted = frame["Country Code"].isin(list(codes)) & (frame["Fiscal Year"] >= str(FIRST_YEAR))
        frame = frame[wanted & (frame["Transaction Type Name"] != LEFT_OUT)]
        if len(frame):
            pieces.append(_amounts(unique(frame, LABELS) if summary else frame, recipient, codes))
    table = _summed(pd.concat(pieces)) if pieces else pd.DataFrame(columns=[recipient])
    missing = [code for code, name in codes.items() if name not in set(table[recipient])]
    if missing:
        raise BookError(f"{path.name}: expected rows for {', '.join(missing)}, found none (cut off?); download the file again")
    table.attrs["file"] = path.name
    _complete_years(table)
    return table.astype({"current_usd": "int64", "constant_usd": "int64"})


def _amounts(frame: pd.DataFrame, recipient: str, codes: dict[str, str]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            recipient: frame["Country Code"].map(codes),
            "transaction_type": recode(frame, "Transaction Type Name", TRANSACTIONS),
            "fiscal_year": frame["Fiscal Year"].astype("int64"),
            "current_usd": decimal(frame, AMOUNTS[0], -MOST, MOST, thousands=","),
            "constant_usd": decimal(frame, AMOUNTS[1], -MOST, MOST, thousands=","),
        }
    )
    return _summed(rows)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Sums by recipient, kind and year, in whole dollars."""
    return rows.groupby(list(rows.columns[:3]), as_index=False).sum().round()


def _complete_years(table: pd.DataFrame) -> None:
    """Every fiscal year from the first to the last has obligations to somebody."""
    years = set(table.loc[table["transaction_type"] == "obligations", "fiscal_year"])
    gap = sorted(set(range(min(years, default=0), max(years, default=0))) - years)
    if gap:
        raise BookError(
            f"{table.attrs['file']}: expected obligations in fiscal {gap[0]}, found none; years before and after it are there: "
            "download the file again"
        )
