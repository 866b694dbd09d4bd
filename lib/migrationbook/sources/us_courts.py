"""US immigration courts: the caseload as EOIR published it at different times, and single figures of EOIR and of TRAC."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.points import dated, points, precision
from migrationbook.sources.reading import Raw, recode

EOIR_FILE = "asylum/eoir_caseload_figures_fy2008_fy2025.csv"
TRAC_FILE = "asylum/trac_court_figures_1999_2021.csv"

# what is counted in the caseload, and the month of the publication it was read in
CASELOAD = {
    "EOIR pending cases end of period (2021 vintage)": ("pending_end", "2021-04"),
    "EOIR initial receipts (2021 vintage)": ("receipts", "2021-04"),
    "EOIR total completions (2021 vintage)": ("completions", "2021-04"),
    "EOIR pending cases end of period (2025 vintage)": ("pending_end", "2025-07"),
    "EOIR initial receipts (2025 vintage)": ("receipts", "2025-07"),
    "EOIR total completions (2025 vintage)": ("completions", "2025-07"),
    "EOIR pending cases (May 2018 vintage)": ("pending_end", "2018-05"),
    "EOIR pending cases (October 2019 vintage, rounded)": ("pending_end", "2019-10"),
    "EOIR new cases filed (October 2019 vintage, rounded)": ("receipts", "2019-10"),
    "EOIR total completions (October 2019 vintage, rounded)": ("completions", "2019-10"),
    "EOIR pending cases (January 2020 vintage)": ("pending_end", "2020-01"),
    "EOIR pending cases (rounded)": ("pending_end", None),
    "EOIR new cases received (rounded)": ("receipts", None),
}
ROUNDED_BY = {"CRS IN12492 (24 Jan 2025)": "2025-01", "CRS IN12492": "2025-01", "EOIR strategic plan": "undated"}
# single figures: name of ours, and whether it is a state at the end of the period
FIGURES = {
    "EOIR inactive pending (administratively closed)": ("inactive_pending_cases", True),
    "EOIR defensive asylum applications received": ("defensive_asylum_filed", False),
    "EOIR defensive asylum applications filed": ("defensive_asylum_filed", False),
    "EOIR asylum applications pending": ("asylum_applications_pending", True),
    "EOIR asylum applications pending (rounded)": ("asylum_applications_pending", True),
    "EOIR asylum denials": ("asylum_denials", False),
    "EOIR asylum denial rate (of all asylum completions)": ("asylum_denial_rate", False),
    "immigration judges on board": ("judges_on_board", True),
    "immigration judges on board (approximate)": ("judges_on_board", True),
    "immigration judges hired in year": ("judges_hired", False),
    "immigration judges leaving the bench": ("judges_left", False),
    "completions per judge (average)": ("completions_per_judge", False),
}
TRAC = {
    "TRAC court backlog, end of fiscal year": ("backlog", True),
    "TRAC court active backlog": ("active_backlog", True),
    "TRAC average days pending": ("days_pending_mean", True),
    "TRAC median days pending": ("days_pending_median", True),
    "TRAC new court cases in month": ("new_cases", False),
    "TRAC new court cases Oct 2018-Aug 2019": ("new_cases", False),
    "TRAC asylum granted (judge decisions)": ("asylum_granted", False),
    "TRAC asylum denied (judge decisions)": ("asylum_denied", False),
    "TRAC asylum decisions (granted or denied)": ("asylum_decisions", False),
    "TRAC asylum decisions (rounded)": ("asylum_decisions", False),
    "TRAC asylum decisions (Feb 2020 vintage)": ("asylum_decisions", False),
    "TRAC asylum decisions Oct 2019-Jan 2020": ("asylum_decisions", False),
    "TRAC asylum denial rate": ("asylum_denial_rate", False),
    "share of court outcomes that were removal orders": ("removal_order_share", False),
}


def eoir_caseload(raw: Raw) -> pd.DataFrame:
    """Receipts, completions and pending cases by period and vintage, as an account: what came, went and stayed (cases).

    ``other_changes`` is what the pending cases rose by without being an initial receipt less a completion; it and
    ``pending_start`` are known only where the same vintage has the period before.
    """
    table = points(raw, EOIR_FILE, FIGURES)
    of_series = table["measure"].map({name: vintage for name, (_, vintage) in CASELOAD.items()})
    table = table.assign(
        vintage=of_series.fillna(table["publisher"].map(ROUNDED_BY)),
        precision=precision(table["measure"]),
        measure=recode(table, "measure", {name: measure for name, (measure, _) in CASELOAD.items()}),
    )
    key = ["vintage", "start", "end"]
    about = table.groupby(key)[["date_precision", "precision", "publisher", "url", "status"]].first()
    account = table.pivot(index=key, columns="measure", values="value").astype("Int64").join(about).reset_index()
    follows = (account["vintage"] == account["vintage"].shift()) & (
        account["start"] == account["end"].shift() + pd.Timedelta(days=1)
    )
    before = account["pending_end"].shift().where(follows)
    change = account["pending_end"] - before
    return account.assign(
        fiscal_year=account["end"].dt.year + (account["end"].dt.month >= 10),
        pending_start=before,
        other_changes=change - account["receipts"] + account["completions"],
    )


def eoir_figures(raw: Raw) -> pd.DataFrame:
    """Judges, asylum filings and denials, inactive cases: single figures from EOIR, each with its page."""
    return dated(points(raw, EOIR_FILE, CASELOAD), FIGURES)


def trac_courts(raw: Raw) -> pd.DataFrame:
    """TRAC's backlog, waiting times and asylum decisions, as far as single figures were found."""
    return dated(points(raw, TRAC_FILE), TRAC)
