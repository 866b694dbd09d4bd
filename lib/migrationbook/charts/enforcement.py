"""The drawings of the enforcement chapter: frames in, Altair charts out. `figure` adds title, source and alternative."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.layers import end_labels, event_rules, interval_band
from migrationbook.charts.theme import COLOURS

COUNTS = alt.Axis(format="~s", tickCount=5)


def lines(frame: pd.DataFrame, roles: dict[str, str], events: pd.DataFrame | None = None, height: int = 320) -> alt.Chart:
    """Monthly lines with their names beside them. frame: date, who, events; roles: name → colour role."""
    scale = alt.Scale(domain=list(roles), range=[COLOURS[role] for role in roles.values()])
    chart = alt.Chart(frame, name="series").mark_line().encode(
        x=alt.X("date:T"), y=alt.Y("events:Q", axis=COUNTS), color=alt.Color("who:N", legend=None, scale=scale),
        strokeDash=alt.StrokeDash("who:N", legend=None, scale=alt.Scale(
            domain=list(roles), range=[[1, 0], [6, 2], [2, 2], [8, 2, 2, 2]][:len(roles)])),
        tooltip=[alt.Tooltip("date:T", format="%B %Y"), "who:N", alt.Tooltip("events:Q", format=",")],
    )
    layers = [chart, end_labels(frame, "events", "who", roles, height=height)]
    if events is not None:
        layers.insert(1, event_rules(events, (str(frame["date"].min().date()), str(frame["date"].max().date()))))
    return alt.layer(*layers).properties(height=height)


def bars(frame: pd.DataFrame, value: str, label: str, roles: str = "role", suffix: str = " %") -> alt.Chart:
    """Horizontal bars with their value written beside them. frame: label, value, role (colour role)."""
    frame = frame.assign(text=frame[value].map(lambda x: f"{x:+.1f}".replace("-", "−") + suffix))
    order = list(frame[label])
    names = sorted(set(frame[roles]))
    base = alt.Chart(frame, name="bars").encode(
        y=alt.Y(f"{label}:N", sort=order, axis=alt.Axis(labelLimit=190)), x=alt.X(f"{value}:Q"))
    mark = base.mark_bar(size=16).encode(
        color=alt.Color(f"{roles}:N", legend=None, scale=alt.Scale(domain=names, range=[COLOURS[name] for name in names])))
    text = base.mark_text(style="ink", align="left", dx=4).encode(text="text:N", x=alt.datum(0))
    return (mark + text).properties(height=36 * len(frame))


def strip(frame: pd.DataFrame, highlight: int) -> alt.Chart:
    """One dot per year on one row per comparison. frame: year, change (percent), comparison; one year stands out."""
    frame = frame.assign(role=frame["year"].eq(highlight).map({True: "highlight", False: "muted"}))
    colour = alt.Color("role:N", legend=None, scale=alt.Scale(
        domain=["highlight", "muted"], range=[COLOURS["highlight"], COLOURS["muted"]]))
    base = alt.Chart(frame, name="years").encode(
        x=alt.X("change:Q", axis=alt.Axis(format="d")),
        y=alt.Y("comparison:N", sort=list(dict.fromkeys(frame["comparison"]))))
    dots = base.mark_point(filled=True, size=70, opacity=0.8).encode(color=colour, tooltip=["year:N", "change:Q"])
    names = alt.Chart(frame[frame["year"] == highlight], name="named").mark_text(style="ink", dy=-14, fontWeight="bold").encode(
        x="change:Q", y=alt.Y("comparison:N"), text="year:N")
    return (dots + names).properties(height=170)


def path(frame: pd.DataFrame, before: pd.DataFrame) -> alt.Chart:
    """Observed months against the counterfactual and its interval. frame: a `Counterfactual.path`; before: date, events."""
    frame = frame.rename(columns={"month": "date"})
    observed = pd.concat([before, frame[["date", "observed"]].rename(columns={"observed": "events"})]).assign(who="Observed")
    expected = frame[["date", "counterfactual"]].rename(columns={"counterfactual": "events"}).assign(who="Without the agreement")
    both = pd.concat([observed, expected])
    band = interval_band(frame, "lower", "upper", "counterfactual")
    return alt.layer(band, lines(both, {"Observed": "us", "Without the agreement": "counterfactual"}))


def effects(frame: pd.DataFrame) -> alt.Chart:
    """Monthly estimates with their intervals around zero. frame: date, estimate, lower, upper (percent)."""
    base = alt.Chart(frame, name="months").encode(x="date:T")
    zero = alt.Chart(pd.DataFrame({"zero": [0]}), name="zero").mark_rule(style="ink").encode(y="zero:Q")
    bar = base.mark_rule(color=COLOURS["us"]).encode(y=alt.Y("lower:Q"), y2="upper:Q")
    dot = base.mark_point(filled=True, color=COLOURS["us"], size=45).encode(
        y="estimate:Q", tooltip=[alt.Tooltip("date:T", format="%B %Y"), "estimate:Q", "lower:Q", "upper:Q"])
    return (zero + bar + dot).properties(height=280)
