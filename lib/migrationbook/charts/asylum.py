"""The drawings of the asylum chapter: accounts and counts in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.layers import CHARACTER, end_labels, event_rules
from migrationbook.charts.theme import COLOURS

COUNTS = alt.Axis(format="~s", tickCount=5)
DASHES = [[1, 0], [7, 5], [2, 4], [9, 5, 2, 5], [4, 2], [1, 3]]
WHOLE = ",.0f"
BESIDE = 190  # px: what the names of bars leave for the bars on a phone


def lines(named: dict[str, tuple[pd.Series, str]], measure: str, axis: alt.Axis = COUNTS, when: str = "%Y",
          events: pd.DataFrame | None = None, height: int = 300, top: float | None = None,
          name: str = "series") -> alt.LayerChart:
    """Lines over years or months with their names where they end, told apart by colour and dashes.

    named: name → (series by date or whole year, role of its colour). measure: what the values are; it names the
    column of the rows offered. when: how the pointer shows a date. events: columns date and label. top: end of the
    scale. name: that of the rows offered. A gap in a series stays a gap.
    """
    frame = pd.concat([_dated(one, measure).assign(line=who) for who, (one, _) in named.items()])
    roles = {who: role for who, (_, role) in named.items()}
    scale = alt.Scale(domain=[0, top]) if top else alt.Scale(zero=True)
    domain, colours = list(named), [COLOURS[role] for role in roles.values()]
    drawn = alt.Chart(frame, name=name).mark_line(point=alt.OverlayMarkDef(size=18) if when == "%Y" else False).encode(
        x=alt.X("date:T"), y=alt.Y(f"{measure}:Q", axis=axis, scale=scale),
        color=alt.Color("line:N", legend=None, scale=alt.Scale(domain=domain, range=colours)),
        strokeDash=alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=domain, range=DASHES[:len(named)])),
        tooltip=[alt.Tooltip("date:T", format=when), "line:N", alt.Tooltip(f"{measure}:Q", format=WHOLE)])
    layers = [drawn, end_labels(frame, measure, "line", roles, height=height, top=top)]
    if events is not None:
        layers.insert(0, event_rules(events, (frame["date"].min(), frame["date"].max())))
    return alt.layer(*layers).properties(height=height)


def flows(panels: dict[str, tuple[pd.DataFrame, str, str]], height: int = 210) -> alt.VConcatChart:
    """Stacked panels, each with what came in, what was completed, and the gap between them.

    panels: heading → (an account of `models.stock_flow`, name of its inflow, name of its outflow).
    """
    drawn = [_flow(heading, *panel, height) for heading, panel in panels.items()]
    return alt.vconcat(*drawn).resolve_scale(color="independent", strokeDash="independent")


def _flow(heading: str, accounted: pd.DataFrame, inflow: str, outflow: str, height: int) -> alt.LayerChart:
    table = _dated(accounted["receipts"], "receipts")
    table["completions"] = _dated(accounted["completions"], "completions")["completions"]
    gap = alt.Chart(table, name=f"{heading} gap").mark_area(color=COLOURS["muted"], opacity=0.18).encode(
        x="date:T", y=alt.Y("receipts:Q", axis=COUNTS), y2="completions:Q")
    both = lines({inflow: (accounted["receipts"], "mexico"), outflow: (accounted["completions"], "us")}, "cases",
                 height=height, name=heading)
    return (gap + both).properties(height=height, title=alt.Title(heading, anchor="start", fontSize=13, fontWeight=600))


def _dated(series: pd.Series, measure: str) -> pd.DataFrame:
    """Rows of date and measure; whole years become days, and a missing year a missing value, which breaks the line."""
    if not isinstance(series.index, pd.DatetimeIndex):
        series = series.reindex(range(series.index.min(), series.index.max() + 1))
        series = series.set_axis(pd.to_datetime(series.index.astype(str)))
    return series.rename(measure).rename_axis("date").reset_index()


def amounts(values: dict[str, float], texts: dict[str, str], highlight: str | None = None) -> alt.LayerChart:
    """Horizontal bars from zero, each with its value in words beside it. values, texts: label → amount, words."""
    frame = pd.DataFrame({"label": list(values), "amount": list(values.values()), "_text": [texts[label] for label in values]})
    frame["_shown"] = frame["label"].eq(highlight)
    frame["_anchor"] = frame["amount"].clip(lower=0)
    room = min(CHARACTER * frame["_text"].str.len().max() + 12, 0.6 * BESIDE)  # the longest words fit beside the longest bar
    domain = [min(frame["amount"].min(), 0), frame["amount"].max() * BESIDE / (BESIDE - room)]
    base = alt.Chart(frame, name="bars").encode(y=alt.Y("label:N", sort=list(values), axis=alt.Axis(labelLimit=200)))
    bars = base.mark_bar(size=16).encode(
        x=alt.X("amount:Q", axis=None, scale=alt.Scale(domain=domain, nice=False)),
        color=alt.Color("_shown:N", legend=None, scale=alt.Scale(
            domain=[False, True], range=[COLOURS["us"], COLOURS["highlight"]])))
    words = base.mark_text(style="ink", align="left", dx=5).encode(x="_anchor:Q", text="_text:N")
    return (bars + words).properties(height=34 * len(frame))


def magnitudes(values: dict[str, float], texts: dict[str, str], roles: dict[str, str]) -> alt.LayerChart:
    """Dots on a logarithmic scale, for numbers of very different size, each with its value beside it.

    roles: label → "us", "mexico" or "highlight".
    """
    frame = pd.DataFrame({"label": list(values), "amount": list(values.values()), "_text": [texts[label] for label in values],
                          "_role": [roles[label] for label in values]})
    kinds = list(dict.fromkeys(frame["_role"]))
    decades = [10**power for power in range(1, 7) if 10**power <= frame["amount"].max()]  # one above would be cut at the edge
    base = alt.Chart(frame, name="numbers").encode(
        y=alt.Y("label:N", sort=list(values), axis=alt.Axis(labelLimit=170, grid=True)),
        x=alt.X("amount:Q", axis=alt.Axis(format="~s", grid=True, values=decades),
                scale=alt.Scale(type="log", domainMin=10, padding=20)))
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        color=alt.Color("_role:N", legend=None, scale=alt.Scale(domain=kinds, range=[COLOURS[kind] for kind in kinds])),
        shape=alt.Shape("_role:N", legend=None, scale=alt.Scale(
            domain=kinds, range=["circle", "square", "diamond"][:len(kinds)])))
    left = alt.datum.amount > frame["amount"].max() / 100
    words = [base.transform_filter(test).mark_text(style="ink", align=align, dx=dx).encode(text="_text:N")
             for test, align, dx in ((left, "right", -9), (~left, "left", 9))]
    return alt.layer(dots, *words).properties(height=36 * len(frame))


def rates(frame: pd.DataFrame, chosen: str, denominators: dict[str, str]) -> alt.LayerChart:
    """Protection rates by nationality in two countries, with a choice of denominator inside the chart.

    frame: nationality, country, denominator, rate (percent), decided (the denominator's size); the order of its rows
    is that drawn. chosen: the denominator shown at first. denominators: its value → words of the choice.
    """
    choice = alt.param("denominator", value=chosen, bind=alt.binding_select(
        options=list(denominators), labels=list(denominators.values()), name="Protection as a share of "))
    countries = list(dict.fromkeys(frame["country"]))
    order = list(dict.fromkeys(frame["nationality"]))
    base = alt.Chart(frame, name="rates").transform_filter(alt.datum.denominator == choice).encode(
        y=alt.Y("nationality:N", sort=order, axis=alt.Axis(grid=True, labelLimit=150)),
        x=alt.X("rate:Q", axis=alt.Axis(format="d", tickCount=5), scale=alt.Scale(domain=[0, 100])))
    between = base.mark_line(color=COLOURS["muted"], strokeWidth=1.5).encode(detail="nationality:N")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        color=alt.Color("country:N", scale=alt.Scale(domain=countries, range=[COLOURS["mexico"], COLOURS["us"]])),
        shape=alt.Shape("country:N", scale=alt.Scale(domain=countries, range=["circle", "square"])),
        tooltip=["nationality:N", "country:N", alt.Tooltip("rate:Q", format=".1f"), alt.Tooltip("decided:Q", format=WHOLE)])
    return alt.layer(between, dots).add_params(choice).properties(height=32 * len(order) + 10)


SLIDERS = {  # name → (label, lowest, highest, step)
    "judges": ("Judges ", 100, 2000, 1),
    "per_judge": ("Completions per judge a year ", 200, 1500, 1),
    "receipts": ("New cases a year ", 0, 2_000_000, 1000),
    "months": ("Months a case takes without a queue ", 0, 36, 1),
}
# The arithmetic of models/stock_flow.py once more, in the words of the drawing; a test holds both together.
TARGET = "receipts * months / 12"
PATH = f"max(min({{pending}}, {TARGET}), {{pending}} + datum.years * (receipts - judges * per_judge))"
READING = ("{pending} <= " + TARGET + " ? 'No queue' : judges * per_judge > receipts ? 'Queue gone after ' + "
           "format(({pending} - " + TARGET + ") / (judges * per_judge - receipts), '.1f') + ' years' : "
           "'Never: ' + format(receipts - judges * per_judge, ',.0f') + ' more cases every year'")


def clearance(pending: float, path: pd.DataFrame, start: dict[str, float]) -> alt.LayerChart:
    """A calculator: sliders for judges, completions, new cases and months, the backlog they lead to, recomputed in the page.

    pending: cases at the start. path: columns years and pending, the path at the sliders' first positions, drawn as
    the line to compare with. start: those positions, by the names of `SLIDERS`.
    """
    sliders = [alt.param(name, value=start[name], bind=alt.binding_range(min=low, max=high, step=step, name=label))
               for name, (label, low, high, step) in SLIDERS.items()]
    figures = {"pending": f"{pending:.0f}"}
    reading = alt.param("reading", expr=READING.format(**figures))
    years = alt.X("years:Q", axis=alt.Axis(format="d", tickCount=6))
    base = alt.Chart(path, name="path").encode(x=years)
    compared = base.mark_line(color=COLOURS["muted"], strokeDash=[6, 4], strokeWidth=1.5).encode(
        y=alt.Y("pending:Q", axis=COUNTS))
    chosen = base.transform_calculate(recomputed=PATH.format(**figures)).mark_line(color=COLOURS["us"], strokeWidth=3).encode(
        y=alt.Y("recomputed:Q", axis=COUNTS),
        tooltip=[alt.Tooltip("years:Q", format=".1f"), alt.Tooltip("recomputed:Q", format=WHOLE)])
    in_progress = base.transform_calculate(in_progress=TARGET).mark_line(
        style="ink", strokeDash=[2, 3], strokeWidth=1).encode(y="in_progress:Q")
    named = base.transform_filter(f"datum.years == {path['years'].max()}").transform_calculate(in_progress=TARGET).mark_text(
        style="muted", align="right", baseline="bottom", dy=-3).encode(y="in_progress:Q", text=alt.value("always in progress"))
    words = base.transform_filter("datum.years == 0").mark_text(
        style="ink", align="left", baseline="bottom", fontWeight=600, fontSize=13, dy=-8, dx=2).encode(
        x=years, y=alt.value(0), text=alt.Text(value=alt.expr("reading")))
    return alt.layer(compared, in_progress, named, chosen, words).add_params(*sliders, reading).properties(height=280)


def months_by_source(named: dict[str, tuple[pd.Series, str]], measure: str) -> alt.Chart:
    """Monthly bars, each month from one source by colour and legend; months without a count stay empty."""
    frame = pd.concat([_dated(one, measure).assign(source=who) for who, (one, _) in named.items()])
    colours = alt.Scale(domain=list(named), range=[COLOURS[role] for _, role in named.values()])
    return alt.Chart(frame).mark_bar(width={"band": 0.8}).encode(
        x=alt.X("yearmonth(date):T", axis=alt.Axis(format="%b %y", tickCount=6)), y=alt.Y(f"{measure}:Q", axis=COUNTS),
        color=alt.Color("source:N", legend=alt.Legend(columns=1), scale=colours),
        tooltip=[alt.Tooltip("date:T", format="%B %Y"), "source:N", alt.Tooltip(f"{measure}:Q", format=WHOLE)],
    ).properties(height=260)
