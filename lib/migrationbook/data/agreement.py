"""What the first chapter reads: the dated events, the promises and what is on record, one month in five measures, revisions."""

from __future__ import annotations

import pandas as pd

from migrationbook.data import series
from migrationbook.data.package import load
from migrationbook.errors import BookError

LANES = {  # row of the timeline → kinds of events in table events
    "US measures": ("us_policy", "legislation", "oversight"),
    "Mexican measures": ("mexican_policy", "politics"),
    "Agreements, meetings": ("bilateral",),
    "Trade and tariffs": ("trade",),
    "Courts": ("court",),
    "Movements, health": ("flow", "pandemic"),
}
PERIODS = {  # name → its words, first and last day
    "before": ("2018 to May 2019: before", "2018-01-01", "2019-05-29"),
    "agreement": ("June to Sept. 2019: the deal", "2019-05-30", "2019-09-30"),
    "after": ("Oct. 2019 to 2020: after", "2019-10-01", "2020-12-31"),
    "later": ("2021 to 2025: later", "2021-01-01", "2025-12-31"),
}
SPANS = {  # the same periods inside a sentence
    "before": "the time before the tariff threat",
    "agreement": "the four months of the threat and the reviews",
    "after": "the fifteen months after the reviews",
    "later": "the years since 2021",
}
PARTIES = {"usa": "United States", "mexico": "Mexico", "both": "Both"}
MEASURES = {  # measure of first_publications → its words
    "us_border_patrol": "US: Border Patrol",
    "us_ports_of_entry": "US: ports of entry",
    "us_total": "US: both together",
    "mexico_detentions": "Mexico: detentions",
    "mexico_returns": "Mexico: returns",
}


def timeline() -> pd.DataFrame:
    """The dated events in order: number, date, when, event, lane, period, sure, url. Source: table ``events``.

    when: the date as far as it is known, short: the month alone where the day could not be confirmed, "~" where it was
    inferred. sure: whether the page gives the day.
    """
    rows = load("events").sort_values(["date", "event"], kind="stable").reset_index(drop=True)
    lanes = {kind: lane for lane, kinds in LANES.items() for kind in kinds}
    month_only = (rows["date_precision"] == "month") | (rows["date_checked"] == "month_only")
    days = rows["date"].map(lambda date: f"{date.day} {date:%b %y}")
    days = days.where(rows["date_checked"] != "day_inferred", "~" + days)
    return pd.DataFrame({
        "number": rows.index + 1, "date": rows["date"], "when": days.mask(month_only, rows["date"].dt.strftime("%b %y")),
        "event": rows["event"], "lane": rows["kind"].map(lanes), "period": rows["date"].map(_period),
        "sure": rows["date_checked"].eq("yes"), "url": rows["url"],
    })


def _period(date: pd.Timestamp) -> str:
    for name, (_, first, last) in PERIODS.items():
        if pd.Timestamp(first) <= date <= pd.Timestamp(last):
            return name
    raise BookError(f"events: {date:%Y-%m-%d} lies in none of the periods of the timeline; add one to data/agreement.py")


def known(dates: pd.Series, day: str) -> pd.Series:
    """Whether each date (year, month or day) had passed by a day; a bare month passes with its last day."""
    ends = [pd.Period(text).end_time.normalize() for text in dates]
    return pd.Series(ends, index=dates.index, dtype="datetime64[ns]") <= pd.Timestamp(day)


def record(day: str) -> pd.DataFrame:
    """Promises in order with what was on record by a day: party, promise, actions, shortfalls, context, later.

    Numbers of rows of ``promise_record`` by bearing, to the day; later counts all of after it. Rows from before
    7 June 2019 are context. The index is the promise's id.
    """
    rows = load("promise_record")
    rows = rows.assign(known=known(rows["date"], day))
    counted = rows[rows["known"]].groupby(["promise", "bearing"]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=["action", "shortfall", "context"], fill_value=0)
    still_to_come = rows[~rows["known"]].groupby("promise").size().rename("later")
    promised = load("promises").set_index("id", drop=False)
    table = promised.join(counted).join(still_to_come).rename(columns={"action": "actions", "shortfall": "shortfalls"})
    numbers = ["actions", "shortfalls", "context", "later"]
    return table.assign(**table[numbers].fillna(0).astype(int))


def latest(measure: str) -> pd.Series:
    """Latest monthly counts of a measure of `MEASURES` (events): ``cbp_monthly``, ``mexico_detentions``, ``mexico_returns``."""
    if measure == "mexico_detentions":
        return series.detentions()
    if measure == "mexico_returns":
        return series.returns()
    return series.southwest(measure.removeprefix("us_"))


def revisions() -> pd.DataFrame:
    """Counts for 2019 as first published and as they are now: date, measure, published, first, latest, change (per cent).

    Sources: ``first_publications`` and the tables of `latest`.
    """
    rows = load("first_publications").rename(columns={"events": "first"})
    now = {measure: latest(measure) for measure in MEASURES}
    rows["latest"] = [now[measure][date] for measure, date in zip(rows["measure"], rows["date"], strict=True)]
    rows["change"] = 100 * (rows["latest"] / rows["first"] - 1)
    return rows[["date", "measure", "published", "first", "latest", "change", "url"]]


def deportations(month: str) -> float:
    """How many of Mexico's returns of a month were formal deportations (events): ``mexico_returns``."""
    rows = load("mexico_returns").query("return_type == 'deportation'")
    return float(rows.loc[rows["date"] == pd.Timestamp(month), "returns"].sum())


def fiscal_year(month: str) -> int:
    """The US fiscal year a month belongs to: October 2018 to September 2019 is 2019."""
    date = pd.Timestamp(month)
    return date.year + (date.month >= 10)


def months_until(counts: pd.Series, level: float, after: str) -> int:
    """Months from ``after`` to the first month at or below a level. BookError when there is none."""
    later = counts[counts.index > pd.Timestamp(after)]
    reached = later[later <= level]
    if reached.empty:
        raise BookError(f"level is {level:,.0f}; no month after {after} was as low: choose a higher one")
    return int(later.index.get_loc(reached.index[0])) + 1
