"""Mexico's refugee agency COMAR: every figure found in the press, and one series of applications put together from them."""

from __future__ import annotations

import re

import pandas as pd

from migrationbook.sources.points import points
from migrationbook.sources.readers.cells import month_number
from migrationbook.sources.reading import Raw, numbers, periods, recode

REPORTED_FILE = "asylum/comar_reported_figures_2013_2025.csv"
COMPILED_FILE = "asylum/comar_compiled_monthly_2019_2024.csv"

METHODS = {
    "reported": "reported",
    "derived": "derived",
    "derived, rounded": "derived_rounded",
    "not separable": "not_separable",
}
# what is counted, and from when: in its month or year, or since the beginning of the year or of the records
MEASURES = {
    "COMAR applications, month": ("applications", None),
    "COMAR applications, full year": ("applications", None),
    "COMAR applications, cumulative in year": ("applications", "year"),
    "COMAR applications Oct 2024-Jun 2025, as printed": ("applications", "2024-10-01"),
    "COMAR new applicants per day, UNHCR estimate": ("applicants_per_day", None),
    "COMAR cases pending": ("cases_pending", None),
    "COMAR persons with applications in course": ("persons_pending", None),
    "COMAR persons in historic backlog": ("persons_in_backlog", None),
    "COMAR budget": ("budget", None),
    "COMAR budget (proposed)": ("budget_proposed", None),
    "COMAR staff": ("staff", None),
    "COMAR resolutions": ("resolutions", None),
    "COMAR resolutions January-July": ("resolutions", "year"),
    "COMAR recognition incl. complementary protection, claimed rise 2017 to 2019": ("protection_rate", None),
    "COMAR share approved of resolved": ("protection_rate", None),
    "COMAR share positive of resolved Jan-Mar": ("protection_rate", "year"),
    "COMAR recognised or complementary protection, cumulative 2013-Nov 2021": ("recognized_or_complementary", "2013-01-01"),
    "COMAR recognised, cumulative 2013-Oct 2023": ("recognized", "2013-01-01"),
}
UNITS = {
    "persons": "persons",
    "persons per day": "persons per day",
    "cases": "cases",
    "million pesos": "million MXN",
    "percent": "percent",
}


def comar_compiled(raw: Raw) -> pd.DataFrame:
    """Applications (persons) in intervals that do not overlap, January 2019 to December 2024, with how each was found."""
    columns = ["period_start", "period_end", "months", "applications", "method", "note"]
    frame = raw.read(COMPILED_FILE, columns)
    return pd.DataFrame(
        {
            "start": periods(frame, "period_start")["start"],
            "end": periods(frame, "period_end")["end"],
            "months": numbers(frame, "months"),
            "applications": numbers(frame, "applications"),
            "method": recode(frame, "method", METHODS),
            "note": frame["note"],
        }
    )


def comar_reported(raw: Raw) -> pd.DataFrame:
    """Every figure with its period, its vintage where the page tells it, its page and how far to trust it."""
    table = points(raw, REPORTED_FILE)
    since = recode(table, "measure", {name: begin for name, (_, begin) in MEASURES.items()})
    january = table["end"].dt.to_period("Y").dt.start_time
    begin = january.where(since == "year", pd.to_datetime(since.where(since != "year"), errors="coerce"))
    return table.assign(
        start=begin.fillna(table["start"]),
        date_precision=table["date_precision"].where(since.isna(), "period"),
        measure=recode(table, "measure", {name: measure for name, (measure, _) in MEASURES.items()}),
        unit=recode(table, "unit", UNITS),
        vintage=table["note"].map(_vintage),
    )


def _vintage(note: str) -> str:
    """When the agency's table was read that holds a figure: ``2020-03``, ``first``, or "" where the page does not say."""
    dated = re.search(r"^(?:.*\W)?vintage ([A-Z][a-z]{2}) (\d{4})|^UNHCR, ([A-Z][a-z]{2}) (\d{4})", note)
    if dated:
        month, year = [part for part in dated.groups() if part]
        return f"{year}-{month_number(month):02d}"
    return "first" if re.match("first (vintage|report)", note) else ""
