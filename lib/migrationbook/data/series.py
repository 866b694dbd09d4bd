"""Monthly series ready for a model: one `pandas.Series` per question, cut from the data package."""

from __future__ import annotations

import pandas as pd

from migrationbook.data.package import load
from migrationbook.errors import BookError

NORTHERN_TRIANGLE = ["GTM", "HND", "SLV"]
MEASURES = ("border_patrol", "ports_of_entry", "total")
VINTAGES = ("final", "first_published")


def southwest(measure: str = "border_patrol", vintage: str = "final") -> pd.Series:
    """Encounters at the US southwest border by month (events, not people).

    measure: ``border_patrol`` (between the ports, 1999-10 on), ``ports_of_entry`` (2016-10 on) or ``total``.
    vintage: ``final`` (the latest figures) or ``first_published``, which puts the numbers CBP first gave for
    the months of 2019 in place of the later ones where we hold them (April to August 2019; for the total to
    September).
    Source: tables ``cbp_monthly`` and ``cbp_vintages_2019``.
    """
    _one_of("measure", measure, MEASURES)
    _one_of("vintage", vintage, VINTAGES)
    wide = load("cbp_monthly").pivot(index="date", columns="component", values="encounters").asfreq("MS")
    wide["total"] = wide["border_patrol"] + wide["ports_of_entry"]
    series = wide[measure].dropna().astype(float).rename(measure)
    if vintage == "first_published":
        first = first_published(measure)
        series.loc[first.index] = first
    return series


def first_published(measure: str) -> pd.Series:
    """What CBP first published for months of 2019 (events), without leaks: ``cbp_vintages_2019``."""
    rows = load("cbp_vintages_2019").query("first_published and series == @measure and status != 'secondary'")
    return rows.drop_duplicates("date").set_index("date")["encounters"].astype(float).rename(measure)


def by_citizenship(*codes: str) -> pd.Series:
    """Border Patrol encounters of the citizens of some countries by month, rounded to 10 by the publisher.

    codes: ISO alpha-3 codes; ``"!MEX"`` means everybody but Mexicans. Raises BookError for a code the table does not
    have. Source: ``khsm_by_citizenship``,
    ``khsm_total``.
    """
    if codes == ("!MEX",):
        total = load("khsm_total").set_index("date")["encounters"]
        return (total - by_citizenship("MEX")).astype(float).rename("!MEX")
    rows = load("khsm_by_citizenship")
    unknown = set(codes) - set(rows["citizenship"])
    if unknown:
        raise BookError(f"citizenship '{min(unknown)}': not in khsm_by_citizenship; use ISO codes such as MEX, GTM or CUB")
    return _sum(rows[rows["citizenship"].isin(codes)], "encounters").rename("+".join(codes))


def by_family_status(*groups: str) -> pd.Series:
    """Border Patrol encounters by month of some groups of ``khsm_by_family_status`` (events)."""
    rows = load("khsm_by_family_status")
    return _sum(rows[rows["family_status"].isin(groups)], "encounters")


def outcomes() -> dict[tuple[str, str], tuple[pd.Series, pd.Series | None]]:
    """Whose number an effect of the agreement could be read from, alone or against a group it was not aimed at, by month.

    (outcome, comparison) → its figures and those of the comparison group, None for ``nobody``. No comparison group holds
    some of the people compared. Families and adults are told apart from October 2011, children from October 2007.
    Source: ``cbp_monthly``, ``cbp_vintages_2019``, ``khsm_by_citizenship``, ``khsm_total``, ``khsm_by_family_status``.
    """
    mexicans, adults = by_citizenship("MEX"), by_family_status("single_adults")["2011-10":]
    compared = {
        "Not Mexican": (by_citizenship("!MEX"), "Mexicans", mexicans),
        "Northern Triangle": (by_citizenship(*NORTHERN_TRIANGLE), "Mexicans", mexicans),
        "Families": (by_family_status("family_units"), "single adults", adults),
        "Children alone": (by_family_status("unaccompanied_children"), "single adults", adults),
    }
    alone = {"All": southwest(), "All, first published": southwest("border_patrol", "first_published"),
             "All with ports": southwest("total"), "Adults": adults}
    found = {(name, "nobody"): (own, None) for name, own in alone.items()}
    for name, (own, other, control) in compared.items():
        found |= {(name, "nobody"): (own, None), (name, other): (own, control)}
    return found


def detentions() -> pd.Series:
    """Detentions by Mexico's migration institute by month (events), 2018-01 on: ``mexico_detentions``."""
    return _sum(load("mexico_detentions"), "detentions")


def returns() -> pd.Series:
    """Returns of foreigners by Mexico by month (events), assisted returns included: ``mexico_returns``."""
    return _sum(load("mexico_returns"), "returns")


def first_reported(measure: str, month: str) -> float:
    """What Mexico's migration institute first reported for a whole month (events): ``mexico_first_reported``.

    measure: ``returned_first_reported`` or another measure of that table; where several numbers were reported for a
    month, the highest. Raises BookError when it has no such month.
    """
    rows = load("mexico_first_reported")
    start = pd.Timestamp(month)
    rows = rows[(rows["measure"] == measure) & (rows["start"] == start) & (rows["end"] == start + pd.offsets.MonthEnd())]
    if rows.empty:
        raise BookError(f"mexico_first_reported: no {measure} for the whole of {month}")
    return float(rows["events"].max())


def deployed(measure: str, day: str | None = None) -> pd.Series:
    """Counts of people in uniform reported under one measure, on one day or on all: ``mexico_deployment``.

    Indexed by publisher, smallest first; several rows are several accounts of the same day.
    Raises BookError when nobody reported one.
    """
    rows = load("mexico_deployment")
    rows = rows[(rows["measure"] == measure) & (True if day is None else rows["start"] == pd.Timestamp(day))]
    if rows.empty:
        raise BookError(f"mexico_deployment: no {measure}" + (f" on {day}" if day else ""))
    return rows.set_index("publisher")["people"].sort_values()


def transits(border: str) -> pd.Series:
    """People counted on the way north by month (events): ``honduras`` (irregular entries, 2014-01 on) or ``darien``
    (irregular crossings, 2020-01 on). Source: ``honduras_entries``, ``darien_transits_monthly``.
    """
    _one_of("border", border, ("honduras", "darien"))
    if border == "honduras":
        return _sum(load("honduras_entries"), "entries")
    return _sum(load("darien_transits_monthly"), "transits")


def _sum(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.groupby("date")[column].sum().asfreq("MS").astype(float)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BookError(f"{name} is '{value}'; it takes one of: {', '.join(allowed)}")
