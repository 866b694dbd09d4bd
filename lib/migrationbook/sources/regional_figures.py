"""Lists of dated figures on aid, pledges, remittances, the tariff threat and hunger, each with the page it was read on."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import STATUS, Raw, gathered, numbers, periods, recode

FOLDER = "investment/"
SUSPENSION_FILE = FOLDER + "us_aid_suspension_2019_2020_events.csv"
PLEDGES_FILE = FOLDER + "pledges.csv"
REMITTANCES_FILE = FOLDER + "central_america_remittances_spot_figures_2015_2021.csv"
TARIFF_FILE = FOLDER + "us_mexico_tariff_threat_and_annual_trade.csv"
HUNGER_FILE = FOLDER + "central_america_dry_corridor_food_insecurity_figures.csv"
COUNTRIES = {"guatemala": "GTM", "el_salvador": "SLV", "honduras": "HND"}
# what a row of the list of pledges is: the first of these words found in pledger or purpose; a pledge if none is
KINDS = {
    "disbursed": "disbursement",
    "Letter of interest": "letter_of_interest",
    "plan, not a pledge": "plan_cost",
    "Comprehensive Development Plan": "plan_cost",
    "proposal": "request_to_congress",
    "budget request": "request_to_congress",
    "Call to Action": "private_commitments_to_date",
}


def aid_suspension_2019(raw: Raw) -> pd.DataFrame:
    """Events and amounts of the suspension of US aid to Guatemala, Honduras and El Salvador, 2019 and after."""
    table = _dated(raw, SUSPENSION_FILE)
    june = table[table["start"] == "2019-06-17"].set_index("measure")["value"]
    raw.expect_total(
        "aid of fiscal 2017 that went ahead or was held, million USD",
        june.get("fy2017_assistance_going_ahead", 0) + june.get("fy2017_assistance_held", 0),
        615, "State Department: https://www.devex.com/news/following-review-us-will-not-provide-new-funds-to-central-america-95126",
    )
    return table


def pledges(raw: Raw) -> pd.DataFrame:
    """Pledges, plans, letters of interest and the few disbursements found (USD); they do not add up."""
    frame = raw.read(PLEDGES_FILE, ["date", "pledger", "amount_usd", "purpose", "status_later", "url", "quality", "note"])
    words = frame["pledger"] + " " + frame["purpose"]
    return periods(frame).assign(
        pledger=frame["pledger"],
        kind=words.map(lambda text: next((kind for word, kind in KINDS.items() if word in text), "pledge")),
        amount_usd=numbers(frame, "amount_usd"),
        purpose=frame["purpose"],
        later=frame["status_later"],
        url=frame["url"],
        status=recode(frame, "quality", STATUS),
        note=_plain(frame["note"]),
    )


def remittances_central_america(raw: Raw) -> pd.DataFrame:
    """Remittances to Guatemala, El Salvador and Honduras as their central banks first gave them (million USD), scattered."""
    table = _dated(raw, REMITTANCES_FILE)
    country = table["measure"].str.removeprefix("remittances_").map(COUNTRIES)
    return table.assign(country=country, value_usd_million=table["value"].astype("float64"))


def tariff_threat(raw: Raw) -> pd.DataFrame:
    """The tariffs announced on 30 May 2019 (never applied), and annual trade as published then."""
    return _dated(raw, TARIFF_FILE)


def dry_corridor_food_insecurity(raw: Raw) -> pd.DataFrame:
    """Drought, hunger, intentions to migrate and coffee prices in Central America: points, no series."""
    return _dated(raw, HUNGER_FILE)


def _dated(raw: Raw, file: str) -> pd.DataFrame:
    """A list of dated points whose ``value`` is empty where the row is an event; remarks in a unit go to the note."""
    table = gathered(raw, file, "value", "Float64")
    units = table["unit"].str.extract(r"^(?P<unit>[^(]+?)\s*(?:\((?P<remark>.+)\))?$")
    note = (units["remark"].fillna("") + "; " + _plain(table["note"])).str.strip("; ")
    return table.assign(unit=units["unit"], publisher=table["publisher"].str.strip(), note=note)


def _plain(notes: pd.Series) -> pd.Series:
    """Notes without the mark of the date on which a row was reviewed."""
    return notes.str.replace(r"\w+ 2026-11-23: ", "", regex=True)
