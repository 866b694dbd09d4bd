"""Other figures of the US asylum system: fear screening, grants, backlog, agreements, custody and the money of 2019."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.points import dated, points
from migrationbook.sources.reading import Raw, recode

SCREENING_FILE = "asylum/us_fear_screening_and_asylum_figures_fy2006_fy2024.csv"
POLICY_FILE = "asylum/policy_instruments_figures_2019_2025.csv"
CUSTODY_FILE = "asylum/custody_conditions_and_supplemental_2019.csv"

SCREENING = {
    "credible fear found": "found",
    "credible fear NOT found": "not_found",
    "credible fear closed/other": "closed",
    "credible fear decisions total": "decisions",
    "EOIR receipts following credible fear": "court_receipts",
}
GRANTED = {
    "asylum granted affirmatively (DHS)": "affirmative",
    "asylum granted defensively (DOJ)": "defensive",
    "asylum granted, total": "granted",
}
# name in the list -> measure, and whether it is a state
AFFIRMATIVE = {
    "affirmative asylum pending": ("affirmative_pending", True),
    "affirmative asylum pending (rounded)": ("affirmative_pending", True),
    "affirmative asylum filings": ("affirmative_filed", False),
    "affirmative asylum completions": ("affirmative_completed", False),
    "credible and reasonable fear referrals (both)": ("fear_referrals", False),
    "credible and reasonable fear referrals (both, rounded)": ("fear_referrals", False),
    "credible fear claims processed (rounded)": ("credible_fear_processed", False),
}
POLICY = {
    "ACA Guatemala: persons transferred (Senate report)": ("aca_transferred", True),
    "ACA Guatemala: persons transferred (Guatemalan government count)": ("aca_transferred", True),
    "ACA Guatemala: transferees who began an application": ("aca_applied", True),
    "ACA Guatemala: transferees who applied": ("aca_applied", True),
    "ACA Guatemala: applications abandoned": ("aca_abandoned", True),
    "ACA Guatemala: applications undecided": ("aca_undecided", True),
    "ACA Guatemala: granted asylum": ("aca_granted", True),
    "Guatemala asylum cases in backlog": ("guatemala_asylum_backlog", True),
    "CBP One appointments scheduled since 18 Jan 2023 (rounded)": ("cbp_one_scheduled", True),
    "CBP One appointments scheduled, cumulative": ("cbp_one_scheduled", True),
    "CBP One persons admitted by appointment, cumulative (rounded)": ("cbp_one_admitted", True),
    "CBP One appointments per day (mean)": ("cbp_one_per_day_mean", False),
    "CBP One appointments per day (allotment)": ("cbp_one_per_day_allotment", True),
    "Title 42 expulsions, first publication": ("title_42_first_published", False),
    "Title 42 expulsions cumulative (rounded)": ("title_42_to_date", True),
}
# name in the list -> measure, whether it is a state, and where
CUSTODY = {
    "El Paso Del Norte Processing Center: capacity": ("capacity", True, "el_paso_del_norte"),
    "El Paso Del Norte Processing Center: held, low count": ("held_low", True, "el_paso_del_norte"),
    "El Paso Del Norte Processing Center: held, high count": ("held_high", True, "el_paso_del_norte"),
    "Rio Grande Valley Border Patrol: detainees at inspection (rounded)": ("held", True, "rio_grande_valley"),
    "Rio Grande Valley: held longer than 72 hours": ("held_over_72_hours", True, "rio_grande_valley"),
    "Rio Grande Valley: held more than 10 days": ("held_over_10_days", True, "rio_grande_valley"),
    "Rio Grande Valley: children held at inspected facilities": ("children_held", True, "rio_grande_valley"),
    "Rio Grande Valley: children held longer than 72 hours": ("children_held_over_72_hours", True, "rio_grande_valley"),
    "Fort Brown station: women in a cell for 40 juveniles": ("held_in_cell_for_40", True, "fort_brown"),
    "McAllen CPC: children held longer than a week": ("children_held_over_a_week", True, "mcallen"),
    "McAllen Central Processing Center: design capacity": ("capacity", True, "mcallen"),
    "McAllen Central Processing Center: held": ("held", True, "mcallen"),
    "Border Patrol southern border: capacity to hold and process (rounded)": ("capacity", True, "border_patrol_southwest"),
    "Border Patrol southern border: in custody (rounded)": ("held", True, "border_patrol_southwest"),
    "CBP in custody": ("held", True, "cbp"),
    "CBP in custody each night, low of May-June range": ("held_low", True, "cbp"),
    "CBP in custody each night, high of May-June range": ("held_high", True, "cbp"),
    "Dilley family detention: capacity": ("capacity", True, "dilley"),
    "Dilley family detention: population": ("held", True, "dilley"),
}
APPREHENDED = "Rio Grande Valley apprehensions Oct 2018-May 2019 (rounded)"
# name in the list -> item, and the item it is part of
MONEY = {
    "supplemental requested by the President": ("requested", ""),
    "supplemental enacted (P.L. 116-26), total": ("enacted", ""),
    "supplemental: HHS Office of Refugee Resettlement": ("refugee_resettlement", "enacted"),
    "supplemental: DHS (rounded)": ("homeland_security", "enacted"),
    "supplemental: DOJ": ("justice", "enacted"),
    "supplemental: DoD": ("defense", "enacted"),
    "supplemental: EOIR total": ("immigration_courts", "justice"),
    "supplemental: EOIR, 30 immigration judge teams": ("judge_teams", "immigration_courts"),
    "supplemental: EOIR, courtroom space and equipment": ("courtrooms", "immigration_courts"),
    "supplemental: EOIR, Legal Orientation Program": ("legal_orientation", "immigration_courts"),
    "supplemental: CBP processing facilities (Senate bill)": ("cbp_processing", "homeland_security"),
    "supplemental: CBP medical care and consumables (Senate bill)": ("cbp_care", "homeland_security"),
}


def us_fear_screening(raw: Raw) -> pd.DataFrame:
    """Credible-fear decisions by fiscal year and outcome, and the court cases that followed, FY2006 to April 2018 (cases)."""
    return _by_fiscal_year(points(raw, SCREENING_FILE, [*GRANTED, *AFFIRMATIVE]), SCREENING)


def us_asylum_granted(raw: Raw) -> pd.DataFrame:
    """People granted asylum by the asylum offices and by the courts, fiscal years 2015 to 2019."""
    return _by_fiscal_year(points(raw, SCREENING_FILE, [*SCREENING, *AFFIRMATIVE]), GRANTED)


def us_asylum_reported(raw: Raw) -> pd.DataFrame:
    """Backlog of the asylum offices and other single figures, FY2014 to FY2024, each with its page."""
    return dated(points(raw, SCREENING_FILE, [*SCREENING, *GRANTED]), AFFIRMATIVE)


def policy_instruments(raw: Raw) -> pd.DataFrame:
    """The agreement with Guatemala, CBP One, Title 42 as first published: single figures, each with its page."""
    return dated(points(raw, POLICY_FILE), POLICY)


def custody_2019(raw: Raw) -> pd.DataFrame:
    """How many people were held where, and for how many the place was made, March to June 2019."""
    table = points(raw, CUSTODY_FILE, [*MONEY, APPREHENDED])
    place = recode(table, "measure", {name: place for name, (_, _, place) in CUSTODY.items()})
    return dated(table, CUSTODY).assign(place=place, people=table["value"].astype("int64"))


def supplemental_2019(raw: Raw) -> pd.DataFrame:
    """The emergency money of 1 July 2019 by purpose (US dollars), as far as its parts are known."""
    table = points(raw, CUSTODY_FILE, [*CUSTODY, APPREHENDED])
    part_of = recode(table, "measure", {name: whole for name, (_, whole) in MONEY.items()})
    items = {name: (item, True) for name, (item, _) in MONEY.items()}
    table = dated(table, items).rename(columns={"measure": "item", "start": "date"})
    return table.assign(part_of=part_of, usd=table["value"].astype("int64"))


def _by_fiscal_year(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """One row for each period with a column for each series of ``columns``; the page and status of the first."""
    table = table.assign(column=recode(table, "measure", columns), fiscal_year=table["start"].dt.year + 1)
    key = ["fiscal_year", "start", "end"]
    wide = table.pivot(index=key, columns="column", values="value").astype("Int64")
    return wide.join(table.groupby(key)[["publisher", "url", "status"]].first()).reset_index()
