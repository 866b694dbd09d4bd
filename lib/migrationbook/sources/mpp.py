"""The Migrant Protection Protocols ("Remain in Mexico"): enrolments by place, and single figures of cases and outcomes."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.points import dated, points
from migrationbook.sources.reading import Raw, recode

FILE = "asylum/mpp_figures_2019_2022.csv"

PLACES = {
    "MPP enrolments, USBP Big Bend sector": "big_bend",
    "MPP enrolments, USBP Del Rio sector": "del_rio",
    "MPP enrolments, USBP El Centro sector": "el_centro",
    "MPP enrolments, USBP El Paso sector": "el_paso",
    "MPP enrolments, USBP Laredo sector": "laredo",
    "MPP enrolments, USBP Rio Grande sector": "rio_grande_valley",
    "MPP enrolments, USBP San Diego sector": "san_diego",
    "MPP enrolments, USBP Tucson sector": "tucson",
    "MPP enrolments, USBP Yuma sector": "yuma",
    "MPP enrolments, OFO total": "ports_of_entry",
}
BORDER_PATROL, CBP = "MPP enrolments, USBP total", "MPP enrolments, CBP total"
COURT, REENTRY = "MPP new immigration-court cases, ", "MPP returnees apprehended re-entering without inspection, "
ALL_REENTRIES = REENTRY + "total"
# name in the list -> measure, whether it is a state, and of whom or where
FIGURES = {
    COURT + "all": ("court_cases_opened", False, "all"),
    COURT + "all (derived)": ("court_cases_opened", False, "all"),
    COURT + "all (rounded)": ("court_cases_opened", False, "all"),
    COURT + "El Paso": ("court_cases_opened", False, "el_paso"),
    COURT + "San Ysidro Port": ("court_cases_opened", False, "san_ysidro"),
    COURT + "Calexico Port": ("court_cases_opened", False, "calexico"),
    COURT + "Laredo Port of Entry": ("court_cases_opened", False, "laredo"),
    COURT + "Brownsville Gateway Bridge": ("court_cases_opened", False, "brownsville"),
    "MPP cases cumulative": ("court_cases_since_2019", True, "all"),
    "MPP cases cumulative (rounded)": ("court_cases_since_2019", True, "all"),
    "MPP cases cumulative, final first programme": ("court_cases_since_2019", True, "all"),
    "MPP cases completed or closed": ("court_cases_completed", True, "all"),
    "MPP cases granted asylum or other relief": ("court_cases_granted_relief", True, "all"),
    "MPP removal orders": ("removal_orders", True, "all"),
    "MPP removal orders in absentia": ("removal_orders_in_absentia", True, "all"),
    "MPP cases pending": ("court_cases_pending", True, "all"),
    "MPP cases referred to USCIS for fear assessment": ("fear_referrals", False, "all"),
    REENTRY + "single adults": ("reentries", False, "single_adults"),
    REENTRY + "family unit members": ("reentries", False, "family_units"),
    REENTRY + "unaccompanied children": ("reentries", False, "unaccompanied_children"),
    "MPP persons returned to Mexico (rounded)": ("returned_since_2019", True, "all"),
    "MPP persons returned Jan-Dec 2019 (derived, rounded)": ("returned_since_2019", True, "all"),
    "MPP returns cumulative (rounded)": ("returned_since_2019", True, "non_mexicans"),
    "MPP returns (rounded)": ("returned", False, "all"),
    "MPP returns, peak (rounded)": ("returned", False, "all"),
    "MPP share with attorney of record": ("share_represented", True, "all"),
    "MPP share represented": ("share_represented", True, "all"),
    "non-MPP share represented, same period": ("share_represented", True, "not_in_mpp"),
    "MPP share failing to appear": ("share_failing_to_appear", True, "all"),
    "second MPP (Dec 2021-Jun 2022) enrolments": ("second_programme_enrolled", True, "all"),
    "second MPP (Dec 2021-Jun 2022) returned to Mexico": ("second_programme_returned", True, "all"),
    "second MPP (Dec 2021-Jun 2022) disenrolled": ("second_programme_disenrolled", True, "all"),
}
UNITS = {"persons": "persons", "cases": "cases", "cases (persons)": "cases", "percent": "percent"}


def mpp_enrolments(raw: Raw) -> pd.DataFrame:
    """People enrolled by month and place, January 2020 to January 2021; the places are held to CBP's printed totals."""
    table = points(raw, FILE, [*FIGURES, ALL_REENTRIES])
    places = table[~table["measure"].isin([BORDER_PATROL, CBP])]
    placed = pd.DataFrame(
        {
            "date": places["start"],
            "place": recode(places, "measure", PLACES),
            "enrolments": places["value"].astype("int64"),
        }
    )
    of_patrol = placed[placed["place"] != "ports_of_entry"]
    for label, series, parts in [("Border Patrol", BORDER_PATROL, of_patrol), ("CBP", CBP, placed)]:
        printed = table[table["measure"] == series].set_index("start")["value"]
        gap = parts.groupby("date")["enrolments"].sum().sub(printed, fill_value=0).abs().max()
        raw.expect_total(f"{label}, places against the month's total, largest gap", gap, 0, "the totals printed by CBP")
    return placed


def mpp(raw: Raw) -> pd.DataFrame:
    """Court cases, fear referrals, re-entries, returns and outcomes, 2019 to 2022, each with its page."""
    table = points(raw, FILE, [*PLACES, BORDER_PATROL, CBP])
    printed = table[table["measure"] == ALL_REENTRIES].set_index("start")["value"]
    table = table[table["measure"] != ALL_REENTRIES]
    table.attrs["file"] = FILE
    group = recode(table, "measure", {name: group for name, (_, _, group) in FIGURES.items()})
    unit = recode(table, "unit", UNITS)
    table = dated(table, FIGURES).assign(group=group, unit=unit)
    reentries = table[table["measure"] == "reentries"].groupby("start")["value"].sum()
    gap = reentries.sub(printed, fill_value=0).abs().max()
    raw.expect_total("re-entries by group against the month's total, largest gap", gap, 0, "the totals printed by CBP")
    return table
