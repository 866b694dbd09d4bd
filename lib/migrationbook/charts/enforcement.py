"""The drawings of the enforcement chapter: series and results in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from migrationbook.charts.layers import end_labels, event_rules, interval_band
from migrationbook.charts.theme import COLOURS
from migrationbook.prose import percent as in_words

COUNTS = alt.Axis(format="~s", tickCount=5)
PERCENT = alt.Axis(format="d")
LABEL = 230  # px: the static drawing lays labels out a fifth larger than they are
DASHES = [[1, 0], [7, 5], [2, 4], [9, 5, 2, 5]]
MONTH = alt.Tooltip("date:T", format="%B %Y")


def lines(named: dict[str, tuple[pd.Series, str]], start: str | None = None, end: str | None = None,
          events: pd.DataFrame | None = None, height: int = 320) -> alt.LayerChart:
    """Monthly lines with their names where they end, by colour and by dashes.

    named: name → (monthly series, role of its colour). start, end: months drawn. events: columns date and label.
    """
    frame = pd.concat([
        one[start:end].rename("events").rename_axis("date").reset_index().assign(who=who)
        for who, (one, _) in named.items()
    ]).dropna()
    names, roles = list(named), {who: role for who, (_, role) in named.items()}
    chart = alt.Chart(frame, name="series").mark_line().encode(
        x=alt.X("date:T"), y=alt.Y("events:Q", axis=COUNTS),
        color=alt.Color("who:N", legend=None, scale=alt.Scale(domain=names, range=[COLOURS[role] for role in roles.values()])),
        strokeDash=alt.StrokeDash("who:N", legend=None, scale=alt.Scale(domain=names, range=DASHES[:len(names)])),
        tooltip=[MONTH, "who:N", alt.Tooltip("events:Q", format=",.0f")],
    )
    layers = [chart, end_labels(frame, "events", "who", roles, height=height)]
    if events is not None:
        layers.insert(0, event_rules(events, (frame["date"].min(), frame["date"].max())))
    return alt.layer(*layers).properties(height=height)


def bars(values: dict[str, float], highlight: str) -> alt.LayerChart:
    """Horizontal bars of changes in per cent, each with its value beside it. values: label → change."""
    frame = pd.DataFrame({"label": list(values), "change": list(values.values())}).assign(
        _text=lambda rows: rows["change"].map(in_words), _role=lambda rows: rows["label"].eq(highlight))
    base = alt.Chart(frame, name="bars").encode(
        y=alt.Y("label:N", sort=list(values), axis=alt.Axis(labelLimit=LABEL)),
        x=alt.X("change:Q", axis=PERCENT, scale=alt.Scale(padding=46)))
    colour = alt.Color("_role:N", legend=None, scale=alt.Scale(domain=[False, True], range=[COLOURS["us"], COLOURS["highlight"]]))
    text = base.mark_text(style="ink", align="right", dx=-4).encode(text="_text:N")
    return (base.mark_bar(size=16).encode(color=colour) + text).properties(height=36 * len(frame))


def strip(comparisons: dict[str, pd.Series], highlight: int) -> alt.LayerChart:
    """One dot a year on a row for each comparison; one year stands out.

    comparisons: row → change in per cent by year.
    """
    frame = pd.concat([
        one.rename("change").rename_axis("year").reset_index().assign(comparison=name) for name, one in comparisons.items()
    ]).assign(_role=lambda rows: rows["year"].eq(highlight).map({True: "highlight", False: "muted"}))
    colour = alt.Color("_role:N", legend=None, scale=alt.Scale(
        domain=["highlight", "muted"], range=[COLOURS["highlight"], COLOURS["muted"]]))
    row = alt.Y("comparison:N", sort=list(comparisons))
    base = alt.Chart(frame, name="years").encode(x=alt.X("change:Q", axis=PERCENT), y=row)
    dots = base.mark_point(filled=True, size=70, opacity=0.8).encode(
        color=colour, tooltip=["year:O", alt.Tooltip("change:Q", format="+.1f")])
    named = alt.Chart(frame[frame["year"] == highlight], name="named").mark_text(style="ink", dy=-14, fontWeight="bold").encode(
        x="change:Q", y=row, text="year:O")
    return (dots + named).properties(height=70 * len(comparisons) + 30)


def counterfactual(path: pd.DataFrame, before: pd.Series) -> alt.LayerChart:
    """Observed months against the forecast and its interval. path: a `Counterfactual.path`; before: the months before."""
    path = path.rename(columns={"month": "date"}).round({"counterfactual": -2, "lower": -2, "upper": -2})
    after = path.set_index("date")
    observed = pd.concat([before, after["observed"]])
    return alt.layer(
        interval_band(path[["date", "lower", "upper"]], "lower", "upper", "counterfactual"),
        lines({"Observed": (observed, "us"), "Forecast": (after["counterfactual"], "counterfactual")}),
    )


def effects(frame: pd.DataFrame) -> alt.LayerChart:
    """Estimates in per cent with intervals, a row each. frame: label, percent, lower, upper."""
    base = alt.Chart(frame, name="estimates").encode(
        y=alt.Y("label:N", sort=list(frame["label"]), axis=alt.Axis(labelLimit=LABEL)))
    zero = alt.Chart(frame, name="estimates").mark_rule(style="ink").encode(x=alt.datum(0))
    bar = base.mark_rule(color=COLOURS["us"], strokeWidth=2).encode(x=alt.X("lower:Q", axis=PERCENT), x2="upper:Q")
    dot = base.mark_point(filled=True, color=COLOURS["us"], size=60, opacity=1).encode(
        x="percent:Q", tooltip=["label:N"] + [alt.Tooltip(f"{name}:Q", format="+.0f") for name in ("percent", "lower", "upper")])
    return (zero + bar + dot).properties(height=38 * len(frame))


def event_study(frame: pd.DataFrame, start: str, after: str) -> alt.LayerChart:
    """How many times the reference month's ratio, month by month, on a scale of doublings.

    frame: an `event_study`. start: first month drawn. after: the day of the event, marked by a rule.
    """
    since = frame[frame["month"] >= start]
    folds = pd.DataFrame({"date": since["month"]} | {
        name: np.exp(since[name]).round(3) for name in ("estimate", "lower", "upper")})
    lowest, highest = np.log2(folds["lower"].min()), np.log2(folds["upper"].max())
    steps = [2.0**power for power in range(int(np.ceil(lowest)), int(np.floor(highest)) + 1)]
    scale = alt.Scale(type="log", domain=[round(2**lowest, 4), round(2**highest, 4)], nice=False)
    axis = alt.Axis(values=steps, labelExpr="datum.value < 1 ? '1/' + round(1 / datum.value) : datum.value + '×'",
                    tickCount=2 * len(steps))
    base = alt.Chart(folds, name="months").encode(x=alt.X("date:T"))
    plain = alt.Chart(folds, name="months")
    one = plain.mark_rule(style="ink").encode(y=alt.datum(1, scale=scale))
    bar = base.mark_rule(color=COLOURS["us"]).encode(y=alt.Y("lower:Q", scale=scale, axis=axis), y2="upper:Q")
    dot = base.mark_point(filled=True, color=COLOURS["us"], size=40, opacity=1).encode(
        y="estimate:Q", tooltip=[MONTH] + [alt.Tooltip(f"{name}:Q", format=".2f") for name in ("estimate", "lower", "upper")])
    day = pd.Timestamp(after)
    reached = plain.mark_rule(style="event", strokeDash=[2, 3]).encode(
        x=alt.datum(alt.DateTime(year=day.year, month=day.month, date=day.day)))
    return (one + reached + bar + dot).properties(height=300)


def fan(summary: pd.DataFrame, observed: pd.Series, threshold: float) -> alt.LayerChart:
    """A forecast's intervals, its median, what happened and a level. summary: of `forecast.paths_summary`."""
    summary = summary.set_index("month").round(-2).rename_axis("date").reset_index()
    known = observed[:summary["date"].iloc[-1]]
    level = alt.Chart(summary, name="intervals").mark_rule(style="ink", strokeDash=[6, 3]).encode(y=alt.datum(threshold))
    return alt.layer(
        interval_band(summary, "lower95", "upper95", "counterfactual", name="intervals"),
        interval_band(summary, "lower80", "upper80", "counterfactual", name="intervals"),
        level,
        lines({"Happened": (known, "us"), "Forecast": (summary.set_index("date")["median"], "counterfactual")}),
    )
