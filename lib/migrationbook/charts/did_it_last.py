"""The drawings of the closing chapter: series and results in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts import enforcement
from migrationbook.charts.layers import end_labels
from migrationbook.charts.theme import COLOURS, SIZE

COUNTS = alt.Axis(format="~s", tickCount=5)
MONTH = alt.Tooltip("date:T", format="%B %Y")


def phased(named: dict[str, tuple[pd.Series, str]], phases: pd.DataFrame, level: float) -> alt.LayerChart:
    """Monthly lines over shaded phases with a letter above each, and a level.

    named: name → (series, role). phases: letter, name, start, end (months); a phase without a letter is not shaded. level:
    drawn dashed.
    """
    shown = phases[phases["letter"] != ""].reset_index(drop=True)
    shown = shown.assign(_until=shown["end"] + pd.DateOffset(months=1))
    shown["_middle"] = shown["start"] + (shown["_until"] - shown["start"]) / 2
    base = alt.Chart(shown, name="phases")
    other = base.transform_filter(alt.FieldOneOfPredicate("letter", list(shown["letter"][::2])))
    bands = other.mark_rect(style="band").encode(x=alt.X("start:T"), x2="_until:T")
    letters = base.mark_text(style="ink", fontWeight=600, y=-8, baseline="bottom").encode(x="_middle:T", text="letter:N")
    rule = base.mark_rule(style="ink", strokeDash=[6, 3]).encode(y=alt.datum(level))
    return alt.layer(bands, letters, rule, enforcement.lines(named))


def broken(adjusted: pd.Series, phases: pd.DataFrame, events: pd.Series) -> alt.LayerChart:
    """A seasonally adjusted series on a logarithmic scale, the mean of each phase, and where each break may lie.

    adjusted: by month, in the series' unit. phases: a `Breaks.phases`. events: days of measures, drawn as ticks at the foot.
    """
    rows = adjusted.rename("events").rename_axis("date").round(0).reset_index()
    top, foot = rows["events"].max(), rows["events"].min()
    scale = alt.Scale(type="log", domain=[foot / 2.2, top * 1.1], nice=False)
    axis = alt.Axis(format="~s", values=[5000, 10000, 20000, 50000, 100000, 200000], grid=True)
    line = alt.Chart(rows, name="months").mark_line(color=COLOURS["us"], strokeWidth=1.2).encode(
        x=alt.X("date:T"), y=alt.Y("events:Q", scale=scale, axis=axis), tooltip=[MONTH, alt.Tooltip("events:Q", format=",.0f")])
    steps = phases.assign(_until=phases["end"] + pd.DateOffset(months=1), level=phases["level"].round(-2))
    level = alt.Chart(steps, name="phases").mark_rule(color=COLOURS["mexico"], strokeWidth=3).encode(
        x="start:T", x2="_until:T", y=alt.Y("level:Q", scale=scale))
    layers = [line, level]
    found = steps.dropna(subset=["low"]).assign(_upto=lambda one: one["high"] + pd.DateOffset(months=1))
    if len(found):
        base = alt.Chart(found, name="breaks")
        layers.insert(0, base.mark_rect(color=COLOURS["counterfactual"], opacity=0.22).encode(x="low:T", x2="_upto:T"))
        layers.append(base.mark_rule(color=COLOURS["counterfactual"], strokeWidth=2, strokeDash=[4, 3]).encode(x="start:T"))
    dated = pd.DataFrame({"date": sorted(events)})
    tick = {"style": "ink", "thickness": 1, "size": 14, "opacity": 0.7, "orient": "vertical"}
    ticks = alt.Chart(dated, name="measures").mark_tick(**tick).encode(x="date:T", y=alt.datum(foot / 1.8, scale=scale))
    return alt.layer(*layers, ticks).properties(height=320)


def shares(named: dict[str, tuple[pd.Series, str]], top: float) -> alt.LayerChart:
    """Lines of shares in per cent from 0 to `top`, names at their ends. named: name → (series by month, role)."""
    frame = pd.concat([one.rename("share").rename_axis("date").reset_index().assign(who=who) for who, (one, _) in named.items()])
    frame = frame.dropna().round({"share": 1})
    roles = {who: role for who, (_, role) in named.items()}
    scale = alt.Scale(domain=list(named), range=[COLOURS[role] for role in roles.values()])
    dashes = alt.Scale(domain=list(named), range=enforcement.DASHES[:len(named)])
    drawn = alt.Chart(frame, name="series").mark_line().encode(
        x=alt.X("date:T"), y=alt.Y("share:Q", axis=alt.Axis(format="d", tickCount=5), scale=alt.Scale(domain=[0, top])),
        color=alt.Color("who:N", legend=None, scale=scale),
        strokeDash=alt.StrokeDash("who:N", legend=None, scale=dashes),
        tooltip=[MONTH, "who:N", alt.Tooltip("share:Q", format=".0f")])
    return (drawn + end_labels(frame, "share", "who", roles, height=260, top=top)).properties(height=260)


NAMES = {  # slider → its words (short: on a phone they stand beside nothing), step
    "flow": ("Heading north, not Mexican ", 100),
    "stopped": ("Stopped by Mexico, per cent ", 0.1),
    "returned": ("Of these returned, per cent ", 0.1),
    "onward": ("Of the others, go on, per cent ", 0.1),
    "mexicans": ("Mexicans at the border ", 100),
    "expelled": ("Sent back at once, per cent ", 0.1),
    "again": ("Of these try again, per cent ", 0.1),
}
# The arithmetic of models/duration.py once more, in the words of the drawing; a test holds both together.
ARRIVALS = ("(flow * (1 - stopped / 100) + flow * stopped / 100 * (1 - returned / 100) * onward / 100 + mexicans)"
            " / (1 - expelled * again / 10000)")
READING = f"format(round(({ARRIVALS}) / 1000) * 1000, ',.0f') + ' encounters a month'"


def limits(history: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Where each slider ends: the lowest and highest year seen, rounded outwards (to 1000 or 1 per cent); 0 to 90 without a
    count.
    """
    ends = {}
    for name, (_, step) in NAMES.items():
        low, high = (history[name].min(), history[name].max()) if name in history else (0, 90)
        whole = 1000 if step >= 1 else 1
        ends[name] = (float(low // whole * whole), float(-(-high // whole) * whole))
    return ends


def positions(history: pd.DataFrame, year: int) -> dict[str, float]:
    """Where the sliders stand for a year, on their steps; nobody goes on and nobody tries again, for nobody counts them."""
    return {name: round(round(history.loc[year, name] / step) * step, 1) if name in history else 0.0
            for name, (_, step) in NAMES.items()}


def scenario(history: pd.DataFrame, start: dict[str, float]) -> alt.LayerChart:
    """A calculator: sliders for the parts of a month, their result beside the years that were, recomputed in the page.

    history: by year, `flow`, `stopped`, `returned`, `mexicans`, `expelled` and `encounters`. start: where the sliders stand.
    """
    ends = limits(history)
    sliders = [alt.param(name, value=start[name], bind=alt.binding_range(
        min=ends[name][0], max=ends[name][1], step=step, name=words)) for name, (words, step) in NAMES.items()]
    reading = alt.param("reading", expr=READING)
    rows = pd.DataFrame({"label": [*map(str, history.index), "As set"], "encounters": [*history["encounters"].round(0), None],
                         "_own": [False] * len(history) + [True]})
    longest = alt.ExprRef(f"1.3 * max({history['encounters'].max():.0f}, {ARRIVALS})")  # leaves room for the words beside it
    colours = alt.Scale(domain=[False, True], range=[COLOURS["muted"], COLOURS["highlight"]])
    base = alt.Chart(rows, name="scenario").transform_calculate(
        recomputed=f"datum._own ? {ARRIVALS} : datum.encounters").transform_calculate(
        words="format(round(datum.recomputed / 1000) * 1000, ',.0f')").encode(
        y=alt.Y("label:N", sort=list(rows["label"]), axis=alt.Axis(labelLimit=120)))
    bars = base.mark_bar(size=16).encode(
        x=alt.X("recomputed:Q", axis=COUNTS, scale=alt.Scale(domainMin=0, domainMax=longest, nice=False)),
        color=alt.Color("_own:N", legend=None, scale=colours),
        tooltip=["label:N", alt.Tooltip("recomputed:Q", format=",.0f")])
    words = base.mark_text(style="ink", align="left", dx=5, fontSize=SIZE).encode(x="recomputed:Q", text="words:N")
    return (bars + words).add_params(*sliders, reading).properties(height=30 * len(rows))
