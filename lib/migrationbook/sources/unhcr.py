"""UNHCR figures: asylum applications, decisions and end-year stocks, read like any file of the Refugee Data Finder."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.readers import unhcr
from migrationbook.sources.reading import Raw, numbers

FOLDER = "asylum/"
APPLICATIONS_FILE = FOLDER + "unhcr_asylum_applications_2000_2025.csv"
DECISIONS_FILE = FOLDER + "unhcr_asylum_decisions_2000_2025.csv"
STOCKS_FILE = FOLDER + "unhcr_population_stocks_2000_2025.csv"
MEXICO_FILE = FOLDER + "derived_unhcr_mexico_by_origin_2011_2025.csv"


def unhcr_applications(raw: Raw) -> pd.DataFrame:
    """Asylum applications by calendar year, origin and country of asylum (persons or cases), 2000 to 2025."""
    table = unhcr.unhcr_applications(raw.path(APPLICATIONS_FILE))
    _match_mexico(raw, table, {"applications": "applied"})
    return table


def unhcr_decisions(raw: Raw) -> pd.DataFrame:
    """Decisions on asylum claims with their outcome, by the same, 2000 to 2025."""
    table = unhcr.unhcr_decisions(raw.path(DECISIONS_FILE))
    columns = {"recognized": "dec_recognized", "complementary": "dec_other", "rejected": "dec_rejected", "closed": "dec_closed"}
    _match_mexico(raw, table, columns | {"decisions": "dec_total"})
    return table


def unhcr_stocks(raw: Raw) -> pd.DataFrame:
    """Refugees and asylum-seekers at the end of the year (persons), 2000 to 2025."""
    return unhcr.unhcr_stocks(raw.path(STOCKS_FILE))


def _match_mexico(raw: Raw, table: pd.DataFrame, columns: dict[str, str]) -> None:
    """Hold Mexico to the table by origin and year that was computed apart (empty cells there: nothing)."""
    frame = raw.read(MEXICO_FILE, ["year", "coo_iso", *columns.values()])
    apart = pd.DataFrame({"year": numbers(frame, "year"), "origin": frame["coo_iso"]})
    for ours, theirs in columns.items():
        apart[ours] = numbers(frame.replace({theirs: {"": "0"}}), theirs, "float64")
    mexico = table[(table["asylum"] == "MEX") & table["year"].between(apart["year"].min(), apart["year"].max())]
    sums = [part.groupby(["year", "origin"])[list(columns)].sum() for part in (mexico, apart)]
    gap = sums[0].sub(sums[1], fill_value=0).abs().max().max()
    raw.expect_total("Mexico by year and origin, largest gap", gap, 0, "the same figures put together apart")
