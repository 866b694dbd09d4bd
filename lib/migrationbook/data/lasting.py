"""Figures of the closing chapter: what was counted in each phase and year, and the conditions the article named."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from migrationbook.data import asylum, investment, security, series
from migrationbook.data.package import load
from migrationbook.data.series import NORTHERN_TRIANGLE

# Kinds of events that are measures, rulings or steps between governments.
POLICY = ["us_policy", "mexican_policy", "bilateral", "court", "legislation", "pandemic", "trade"]
PHASES = [  # first month, letter, name; each ends where the next begins
    ("2018-01", "", "Before the agreement"), ("2019-06", "A", "Agreement"), ("2020-03", "B", "Pandemic and Title 42"),
    ("2023-05", "C", "After Title 42"), ("2024-06", "D", "US asylum limits of June 2024"), ("2025-01", "E", "From January 2025")]


def patrol_by_origin(mexican: bool) -> pd.Series:
    """Stops by the Border Patrol by month: of Mexicans, or of everybody else (events).

    To November 2024 as rounded to ten in ``khsm_by_citizenship``, later months exact from ``cbp_encounters``.
    """
    rows = load("cbp_encounters").query("component == 'border_patrol' and date >= '2024-12-01'")
    later = rows[rows["citizenship"].eq("MEX") == mexican].groupby("date")["encounters"].sum().astype(float)
    return pd.concat([series.by_citizenship("MEX" if mexican else "!MEX"), later]).asfreq("MS").rename("encounters")


def all_others() -> pd.Series:
    """Encounters by month of people who are not Mexican, ports of entry included (events), from October 2019:
    ``cbp_encounters``.
    """
    rows = load("cbp_encounters").query("date >= '2019-10-01' and citizenship != 'MEX'")
    return rows.groupby("date")["encounters"].sum().asfreq("MS").astype(float)


def expulsions() -> pd.Series:
    """Title 42 expulsions by month (events), March 2020 to May 2023, Border Patrol and ports: ``cbp_encounters``."""
    rows = load("cbp_encounters").query("authority == 'title_42'")
    return rows.groupby("date")["encounters"].sum().asfreq("MS").astype(float)


def monthly() -> pd.DataFrame:
    """One row a month from 2018: encounters (patrol and ports), detained, returned, expelled, dead_or_missing, months without a
    figure empty.

    Expulsions are zero outside the months of Title 42.
    """
    table = pd.DataFrame({
        "encounters": series.southwest("total")["2018":], "patrol": series.southwest("border_patrol")["2018":],
        "detained": series.detentions(), "returned": series.returns()["2018":],
        "expelled": expulsions(), "dead_or_missing": security.dead_or_missing("month")["2018":]})
    return table.assign(expelled=table["expelled"].fillna(0))


def phases(last: pd.Timestamp) -> pd.DataFrame:
    """The phases of `PHASES` that had begun by the last month of the figures: letter, name, start, end (months)."""
    starts = [pd.Timestamp(start) for start, *_ in PHASES]
    ends = [start - pd.DateOffset(months=1) for start in starts[1:]] + [last]
    table = pd.DataFrame({"letter": [one[1] for one in PHASES], "name": [one[2] for one in PHASES], "start": starts, "end": ends})
    return table[table["start"] <= last].assign(end=lambda rows: rows["end"].clip(upper=last))


def yearly() -> pd.DataFrame:
    """By calendar year, monthly means and shares that the scenario is made of; only whole years.

    flow (detentions in Mexico plus stops by the Border Patrol of people who are not Mexican), stopped (Mexico's share of these,
    per cent), returned (returns by Mexico, per cent of its detentions), mexicans (its stops of Mexicans),
    expelled (Title 42 expulsions, per cent of its stops), encounters (Border Patrol). All are events, not
    people.
    """
    rows = load("cbp_encounters").query("authority == 'title_42' and component == 'border_patrol'")
    title_42 = rows.groupby("date")["encounters"].sum().astype(float)
    table = pd.DataFrame({"detained": series.detentions(), "returned": series.returns(), "others": patrol_by_origin(False),
                          "mexicans": patrol_by_origin(True)}).dropna().assign(expelled=title_42).fillna({"expelled": 0})
    whole = table.groupby(table.index.year).filter(lambda year: len(year) == 12)
    mean = whole.groupby(whole.index.year).mean().rename_axis("year")
    flow, encounters = mean["detained"] + mean["others"], mean["others"] + mean["mexicans"]
    return pd.DataFrame({"flow": flow, "stopped": 100 * mean["detained"] / flow,
                         "returned": 100 * mean["returned"] / mean["detained"],
                         "mexicans": mean["mexicans"], "expelled": 100 * mean["expelled"] / encounters, "encounters": encounters})


def detained_and_entered(year: int) -> pd.DataFrame:
    """By nationality in a year: detained in Mexico, entered Honduras irregularly, crossed the Darién (events), most detained
    first.
    """
    named = {"detained": ("mexico_detentions", "detentions"), "honduras": ("honduras_entries_by_nationality", "entries"),
             "darien": ("darien_transits_monthly", "transits")}
    columns = {}
    for name, (source, column) in named.items():
        rows = load(source)
        columns[name] = rows[rows["date"].dt.year == year].groupby("nationality")[column].sum()
    return pd.DataFrame(columns).sort_values("detained", ascending=False)


@dataclass(frozen=True)
class Condition:
    """The measure of a condition the article named: what it was at the time (when: a year or a day) and the figures since, in
    order.

    government: whose doing it would be. later is empty where nobody publishes a measure.
    """

    condition: str
    government: str
    measure: str
    when: int | pd.Timestamp
    then: float
    later: pd.Series
    tables: list[str]


def standing_agreements(last: int) -> pd.Series:
    """Asylum cooperative agreements of the United States with the Northern Triangle that stood at each year's end: ``events``."""
    events = load("events")
    signed = events[events["event"].str.contains("asylum cooperative agreement signed")]["date"]
    ended = events[events["event"].str.contains("begins to end the three asylum cooperative agreements")]["date"].min()
    return pd.Series({year: float((signed.dt.year <= year).sum()) * (year < ended.year) for year in range(2019, last + 1)})


def conditions() -> list[Condition]:
    """What the article thought lasting progress would need, each with the public measure there is of it."""
    duty = security.on_migration_duty().groupby("start")["people"].median()
    june = duty["2019-06"].index[-1]
    mexico = load("unhcr_decisions").query("asylum == 'MEX'").groupby("year")["decisions"].sum()
    courts = asylum.court_caseload("2025-07")["completions"].dropna()
    aid = investment.aid(*NORTHERN_TRIANGLE)
    fdi = investment.world_bank("fdi_inflows").unstack("iso3")[NORTHERN_TRIANGLE].dropna().sum(axis=1) / 1e6
    budget = load("mexico_agency_resources").query("measure == 'inm_budget_approved'")
    budget = budget.groupby(budget["start"].dt.year)["value"].median()
    return [
        Condition("Capacity", "Mexico", "People in uniform on migration duty",
                  june, duty[june], duty[duty.index > june], ["mexico_deployment"]),
        Condition("Capacity", "Mexico", "Asylum claims decided or closed a year",
                  2019, mexico[2019], mexico.loc[2020:], ["unhcr_decisions"]),
        Condition("Capacity", "United States", "Court cases completed, fiscal year",
                  2019, courts[2019], courts.loc[2020:], ["eoir_caseload"]),
        Condition("Funds", "Mexico", "Approved budget of the migration institute, million pesos",
                  2019, budget[2019], budget.loc[2020:], ["mexico_agency_resources"]),
        Condition("Funds", "United States", "Aid obligated to the Northern Triangle, million dollars, fiscal year",
                  2018, aid[2018], aid.loc[2019:], ["us_aid"]),
        Condition("Regional commitments", "both sides", "Asylum cooperative agreements standing at the end of the year",
                  2018, 0.0, standing_agreements(2024), ["events"]),
        Condition("Investment", "private", "Foreign direct investment in the Northern Triangle, million dollars",
                  2018, fdi[2018], fdi.loc[2019:], ["worldbank_indicators"]),
        Condition("Cabinet-level engagement", "both sides", "No published count of meetings",
                  0, 0.0, pd.Series(dtype=float), ["events"]),
    ]
