"""The drawings of the security chapter: counts, rates and results in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.enforcement import lines
from migrationbook.charts.layers import end_labels, event_rules, interval_band
from migrationbook.charts.theme import COLOURS

COUNTS = alt.Axis(format="~s", tickCount=5)
PERCENT = alt.Axis(format="d")
DASHES = [[1, 0], [7, 5], [2, 4]]
MONTH = alt.Tooltip("date:T", format="%B %Y")
SMALL = {"anchor": "start", "fontSize": 13, "fontWeight": 600}


def forces_and_rates(reports: pd.DataFrame, rates: dict[str, tuple[pd.Series, str]], events: pd.DataFrame) -> alt.VConcatChart:
    """Reported counts of people on migration duty as points, and below them the rates of groups of states as lines.

    reports: columns date, people, publisher. rates: group → (monthly rate, role of its colour). events: columns date and label.
    """
    frame = pd.concat([one.round(2).rename("rate").rename_axis("date").reset_index().assign(group=name)
                       for name, (one, _) in rates.items()])
    span = alt.Scale(domain=[stamp(edge) for edge in (frame["date"].min(), frame["date"].max())])
    when = alt.X("date:T", scale=span)
    points = alt.Chart(reports, name="forces").mark_point(filled=True, size=60, opacity=0.85, color=COLOURS["highlight"]).encode(
        x=when, y=alt.Y("people:Q", axis=COUNTS), tooltip=[MONTH, alt.Tooltip("people:Q", format=",.0f"), "publisher:N"])
    names, roles = list(rates), {name: role for name, (_, role) in rates.items()}
    drawn = alt.Chart(frame, name="rates").mark_line().encode(
        x=when, y=alt.Y("rate:Q", axis=alt.Axis(format="d", tickCount=5)),
        color=alt.Color("group:N", legend=None, scale=alt.Scale(domain=names, range=[COLOURS[role] for role in roles.values()])),
        strokeDash=alt.StrokeDash("group:N", legend=None, scale=alt.Scale(domain=names, range=DASHES[:len(names)])),
        tooltip=[MONTH, "group:N", alt.Tooltip("rate:Q", format=".1f")])
    edges = (frame["date"].min(), frame["date"].max())
    labels = end_labels(frame, "rate", "group", roles, height=260)
    above = alt.layer(event_rules(events, edges), points).properties(
        height=130, title=alt.Title("People on migration duty, as reported", **SMALL))
    marked = alt.Chart(events[["date", "label"]].sort_values("date"), name="events").encode(x="date:T")
    rules = marked.mark_rule(style="event", strokeDash=[2, 3])
    below = alt.layer(rules, drawn, labels).properties(
        height=260, title=alt.Title("Victims per 100,000 inhabitants and year", **SMALL))
    return alt.vconcat(above, below)


def stamp(date: pd.Timestamp) -> alt.DateTime:
    """A date as a value of a chart's scale."""
    return alt.DateTime(year=date.year, month=date.month, date=date.day)


def forecast(path: pd.DataFrame, before: pd.Series) -> alt.LayerChart:
    """Observed months against the forecast and its interval. path: a `Counterfactual.path`; before: the months before."""
    path = path.rename(columns={"month": "date"}).round({"counterfactual": 0, "lower": 0, "upper": 0})
    after = path.set_index("date")
    named = {"Observed": (pd.concat([before, after["observed"]]), "us"), "Forecast": (after["counterfactual"], "counterfactual")}
    band = interval_band(path[["date", "lower", "upper"]], "lower", "upper", "counterfactual")
    return alt.layer(band, lines(named, height=300))


def by_year(panels: dict[str, pd.DataFrame]) -> alt.VConcatChart:
    """Change against the year of reference, by year, over the range of placebo states.

    panels: heading → a `state_panel.by_year`.
    """
    return alt.vconcat(*[_years(heading, frame) for heading, frame in panels.items()])


def _years(heading: str, frame: pd.DataFrame) -> alt.LayerChart:
    starts = frame["start"].dt.year
    rows = frame.assign(year=starts.astype(str) + "/" + (starts + 1).astype(str).str[2:]).drop(columns="start").round(1)
    x = alt.X("year:N", sort=list(rows["year"]), axis=alt.Axis(labelAngle=-45))
    base = alt.Chart(rows, name=heading).encode(x=x)
    tips = ["year:N"] + [alt.Tooltip(f"{name}:Q", format="+.0f") for name in ("percent", "low", "high")]
    zero = alt.Chart(rows, name=heading).mark_rule(style="ink").encode(y=alt.datum(0))
    band = base.mark_rule(style="muted", strokeWidth=9, opacity=0.3).encode(y=alt.Y("low:Q", axis=PERCENT), y2="high:Q")
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(
        y="percent:Q", tooltip=tips, color=alt.condition("datum.before", alt.value(COLOURS["muted"]), alt.value(COLOURS["us"])),
        shape=alt.condition("datum.before", alt.value("diamond"), alt.value("circle")))
    return (zero + band + dot).properties(height=190, title=alt.Title(heading, **SMALL))


def power_curves(curves: dict[str, tuple[pd.DataFrame, str]], power: float) -> alt.LayerChart:
    """How often a planted effect is found, by its size.

    curves: name → (curve of a `state_panel.Detectable`, role of its colour).
    """
    frame = pd.concat([one.assign(group=name, share=100 * one["power"]) for name, (one, _) in curves.items()]).round(1)
    frame = frame[frame["percent"].between(-60, 110)]
    names, colours = list(curves), [COLOURS[role] for _, role in curves.values()]
    drawn = alt.Chart(frame, name="power").mark_line().encode(
        x=alt.X("percent:Q", axis=alt.Axis(format="d")), y=alt.Y("share:Q", axis=PERCENT, scale=alt.Scale(domain=[0, 100])),
        color=alt.Color("group:N", scale=alt.Scale(domain=names, range=colours)),
        strokeDash=alt.StrokeDash("group:N", scale=alt.Scale(domain=names, range=DASHES[:len(names)])),
        tooltip=["group:N", alt.Tooltip("percent:Q", format="+.0f"), alt.Tooltip("share:Q", format=".0f")])
    line = alt.Chart(frame, name="power").mark_rule(style="ink", strokeDash=[6, 3]).encode(y=alt.datum(100 * power))
    return (line + drawn).properties(height=280)


def yearly(named: dict[str, tuple[pd.Series, str]], measure: str, height: int = 280) -> alt.LayerChart:
    """Lines over years with a point a year and their names where they end; a missing year stays a gap.

    named: name → (series by year, role of its colour). measure: what the values are; it names the column of the rows offered.
    """
    parts = []
    for name, (one, _) in named.items():
        whole = one.reindex(range(int(one.index.min()), int(one.index.max()) + 1))
        parts.append(pd.DataFrame({"date": pd.to_datetime(whole.index.astype(str)), measure: whole.to_numpy(), "who": name}))
    frame = pd.concat(parts)
    names, roles = list(named), {name: role for name, (_, role) in named.items()}
    drawn = alt.Chart(frame, name="series").mark_line(point=alt.OverlayMarkDef(size=30)).encode(
        x=alt.X("date:T", scale=alt.Scale(padding=8)), y=alt.Y(f"{measure}:Q", axis=COUNTS),
        color=alt.Color("who:N", legend=None, scale=alt.Scale(domain=names, range=[COLOURS[role] for role in roles.values()])),
        strokeDash=alt.StrokeDash("who:N", legend=None, scale=alt.Scale(domain=names, range=DASHES[:len(names)])),
        tooltip=[alt.Tooltip("date:T", format="%Y"), "who:N", alt.Tooltip(f"{measure}:Q", format=",.0f")])
    return alt.layer(drawn, end_labels(frame, measure, "who", roles, height=height)).properties(height=height)
