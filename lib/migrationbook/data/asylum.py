"""Series of the asylum theme: caseloads, claims, decisions and expulsions, cut from the data package."""

from __future__ import annotations

import pandas as pd

from migrationbook.data.package import load
from migrationbook.errors import BookError

US_BODIES = {  # what a reader may ask for → level in the UNHCR tables
    "immigration_court": ["immigration_court"],
    "court_and_review": ["immigration_court", "administrative_review"],
    "uscis": ["uscis"],
}
OUTCOMES = ["recognized", "complementary", "rejected", "closed"]


def court_caseload(vintage: str) -> pd.DataFrame:
    """Cases received, completed and pending in US immigration courts by whole fiscal year, of one vintage only.

    Indexed by fiscal year; columns receipts, completions, pending (cases, at 30 September), missing where the vintage
    has none. Raises BookError for a vintage the table does not have. Source: ``eoir_caseload``.
    """
    rows = load("eoir_caseload")
    known = [name for name in rows["vintage"].unique() if name != "undated"]
    if vintage not in known:
        raise BookError(f"vintage is '{vintage}'; eoir_caseload has: {', '.join(known)}")
    rows = rows[(rows["vintage"] == vintage) & (rows["end"].dt.month == 9) & (rows["start"] < rows["end"])]
    named = rows.rename(columns={"pending_end": "pending"}).set_index("fiscal_year")
    return named[["receipts", "completions", "pending"]].astype(float)


def published_for(year: int) -> pd.DataFrame:
    """Every published account of one fiscal year of the courts, in order of publication: ``eoir_caseload``.

    vintage, receipts, completions, pending (cases at 30 September), publisher, status.
    """
    rows = load("eoir_caseload")
    rows = rows[(rows["fiscal_year"] == year) & (rows["end"].dt.month == 9)].rename(columns={"pending_end": "pending"})
    return rows.sort_values("vintage")[["vintage", "receipts", "completions", "pending", "publisher", "status"]]


def names(*codes: str) -> list[str]:
    """English names of countries. Raises BookError for a code the table does not have. Source: ``countries``."""
    known = load("countries").set_index("iso3")["name_en"]
    for code in codes:
        if code not in known:
            raise BookError(f"nationality '{code}': no such country; use ISO codes such as HND, VEN or HTI")
    return [known[code].split(" (")[0] for code in codes]


def court_figures(measure: str) -> pd.Series:
    """Single figures of the US courts by the last day they are for: ``eoir_figures`` (judges_on_board and others)."""
    rows = load("eoir_figures").query("measure == @measure").sort_values("end")
    if rows.empty:
        raise BookError(f"eoir_figures: no measure '{measure}'")
    return rows.set_index("end")["value"].astype(float).rename(measure)


def trac(measure: str, end: str) -> float:
    """A figure of TRAC for the period ending on a day; the exact one where a rounded one stands beside it."""
    rows = load("trac_courts").sort_values("precision")
    rows = rows[(rows["measure"] == measure) & (rows["end"] == pd.Timestamp(end))]
    if rows.empty:
        raise BookError(f"trac_courts: no {measure} ending on {end}")
    return float(rows["value"].iloc[0])


def claims(asylum: str) -> pd.DataFrame:
    """New asylum applications in a country by calendar year (rows) and origin (columns), persons: ``unhcr_applications``.

    For countries that count persons; repeat claims are left out where they are told apart.
    """
    rows = load("unhcr_applications").query("asylum == @asylum and application_type != 'repeat' and unit == 'persons'")
    return rows.pivot_table(index="year", columns="origin", values="applications", aggfunc="sum", fill_value=0)


def outcomes(asylum: str, body: str | None = None) -> pd.DataFrame:
    """Decided claims by year and origin: recognized, complementary, rejected, closed, decisions (persons or cases).

    body: for the United States one of `US_BODIES`. The asylum offices (uscis) count cases to 2020 and in 2025 and
    persons in between, so their years are not to be added across 2020 or 2024. Source: ``unhcr_decisions``.
    """
    rows = load("unhcr_decisions").query("asylum == @asylum")
    if body is not None:
        rows = rows[rows["level"].isin(US_BODIES[body])]
    return rows.groupby(["year", "origin"])[[*OUTCOMES, "decisions"]].sum()


def mexico_caseload() -> pd.DataFrame:
    """Claims received, decided or closed, and pending at the end of the year in Mexico, in the form of `court_caseload`.

    Persons, of the origins whose stock of asylum-seekers the tables hold (in most years over 95 per cent of the
    claims). 2014 has no decisions. Sources: ``unhcr_applications``, ``unhcr_decisions``, ``unhcr_stocks``.
    """
    stocks = load("unhcr_stocks").query("asylum == 'MEX' and year >= 2011")
    origins = list(stocks["origin"].unique())
    decided = outcomes("MEX").query("origin in @origins")["decisions"].groupby("year").sum()
    table = pd.DataFrame({
        "receipts": claims("MEX")[[one for one in origins if one in claims("MEX")]].sum(axis=1),
        "completions": decided, "pending": stocks.groupby("year")["asylum_seekers"].sum()})
    return table.loc[2011:].astype(float)


def asylum_in(country: str, year: int) -> dict[str, float]:
    """What one country's asylum system did in a year: applications and decisions (persons or cases as published)."""
    tables = {"applications": load("unhcr_applications"), "decisions": load("unhcr_decisions")}
    return {what: float(rows.loc[(rows["asylum"] == country) & (rows["year"] == year), what].sum())
            for what, rows in tables.items()}


def expulsions() -> pd.DataFrame:
    """Southwest-border encounters by month and citizenship: columns title_42 and title_8 (events): ``cbp_encounters``.

    From the first to the last month with expulsions.
    """
    rows = load("cbp_encounters")
    months = rows.loc[rows["authority"] == "title_42", "date"]
    rows = rows[rows["date"].between(months.min(), months.max())]
    return rows.pivot_table(index=["date", "citizenship"], columns="authority", values="encounters", aggfunc="sum", fill_value=0)


def protocols(measure: str) -> pd.DataFrame:
    """Rows of one measure of the Migrant Protection Protocols for all places: start, end, value, precision: ``mpp``."""
    rows = load("mpp").query("measure == @measure and group == 'all'").sort_values(["end", "precision"])
    if rows.empty:
        raise BookError(f"mpp: no measure '{measure}'")
    return rows.drop_duplicates("end")[["start", "end", "value", "precision"]].reset_index(drop=True)


def enrolments() -> pd.Series:
    """People enrolled in the protocols by month, January 2020 to January 2021: ``mpp_enrolments``."""
    return load("mpp_enrolments").groupby("date")["enrolments"].sum().astype(float)


def supplemental() -> pd.Series:
    """The emergency money of 1 July 2019 by item, US dollars: ``supplemental_2019``."""
    return load("supplemental_2019").set_index("item")["usd"].astype(float)
