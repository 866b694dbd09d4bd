"""The drawings of the investment chapter: ledgers, shares and estimates in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from migrationbook.charts.asylum import lines
from migrationbook.charts.theme import COLOURS

MONEY = alt.Axis(format=",d", tickCount=4)
STAGES = {"promised": "counterfactual", "intended": "muted", "committed": "us", "paid out": "returns"}  # → role of the colour
SHADES = ["#c6dbef", "#8fb8de", "#5492c8", "#2a6ba8", "#0b3d6e"]  # of the map, light is less; they also tell apart in grey


def money_and_people(aid: dict[str, pd.Series], apprehensions: pd.Series, events: pd.DataFrame) -> alt.VConcatChart:
    """Two stacked panels over the same fiscal years: stages of aid in million dollars, and apprehensions below.

    aid: name → series by fiscal year, the first solid. events: columns date and label, drawn above the first panel.
    """
    first = min(one.index.min() for one in aid.values())
    roles = dict(zip(aid, ("us", "returns"), strict=False))
    upper = lines({name: (one, roles[name]) for name, one in aid.items()}, "million_usd", events=events, height=190, name="aid")
    lower = lines({"Apprehensions": (apprehensions.loc[first:], "mexico")}, "apprehensions", height=190, name="apprehensions")
    headed = [(upper, "US aid to the three countries, million dollars", 34),
              (lower, "Border Patrol apprehensions of their citizens", 10)]
    return alt.vconcat(*[panel.properties(title=alt.Title(text, anchor="start", fontSize=13, fontWeight=600, offset=offset))
                         for panel, text, offset in headed]).resolve_scale(color="independent", strokeDash="independent")


def ledger(rows: pd.DataFrame) -> alt.LayerChart:
    """Bars from zero for stages of several promises, each with its amount in words. rows: label, stage, million, text."""
    rows = rows.rename(columns={"text": "_text"})
    order = list(rows["label"])
    base = alt.Chart(rows, name="ledger").encode(y=alt.Y("label:N", sort=order, axis=alt.Axis(labelLimit=175)))
    kinds = list(STAGES)
    bars = base.mark_bar(size=15).encode(
        x=alt.X("million:Q", axis=MONEY, scale=alt.Scale(domain=[0, 1.6 * float(rows["million"].max())], nice=False)),
        color=alt.Color("stage:N", legend=alt.Legend(columns=1), scale=alt.Scale(
            domain=kinds, range=[COLOURS[STAGES[kind]] for kind in kinds])),
        tooltip=["label:N", "stage:N", alt.Tooltip("million:Q", format=",.0f")])
    words = base.mark_text(style="ink", align="left", dx=5).encode(x="million:Q", text="_text:N")
    return (bars + words).properties(height=30 * len(rows))


def parts(rows: pd.DataFrame) -> alt.LayerChart:
    """Stacked bars of a whole's parts. rows: whole, part, million, in drawing order; the parts' names in a legend."""
    wholes, kinds = list(dict.fromkeys(rows["whole"])), list(dict.fromkeys(rows["part"]))
    rows = rows.assign(_end=rows.groupby("whole", sort=False)["million"].cumsum())
    rows = rows.assign(_start=rows["_end"] - rows["million"], _middle=rows["_end"] - rows["million"] / 2,
                       _text=[f"{one:,.0f}" for one in rows["million"]])
    base = alt.Chart(rows, name="parts").encode(y=alt.Y("whole:N", sort=wholes, axis=alt.Axis(labelLimit=150)))
    bars = base.mark_bar(size=26, stroke="white", strokeWidth=1).encode(
        x=alt.X("_start:Q", axis=MONEY), x2="_end:Q",
        color=alt.Color("part:N", legend=alt.Legend(columns=1), scale=alt.Scale(
            domain=kinds, range=[COLOURS[role] for role in ("us", "highlight", "muted")][:len(kinds)])))
    words = base.mark_text(color="white", fontWeight=600).encode(x="_middle:Q", text="_text:N")
    return (bars + words).properties(height=46 * len(wholes))


def scale(table: pd.DataFrame) -> alt.FacetChart:
    """Every country's flows on one scale, a panel a country. table: indexed by name, columns flows in per cent of GDP."""
    long = table.rename_axis("country").reset_index().melt("country", var_name="flow", value_name="percent_of_gdp")
    long["_text"] = [f"{one:.1f}" for one in long["percent_of_gdp"]]
    flows, roles = list(table.columns), ["us", "muted", "mexico"]
    base = alt.Chart(long, name="flows").encode(
        y=alt.Y("flow:N", sort=flows, axis=alt.Axis(labelLimit=170)),
        x=alt.X("percent_of_gdp:Q", axis=alt.Axis(format="d", tickCount=5),
                # room for the number behind the longest bar on a phone too, where a panel is 200 px wide
                scale=alt.Scale(domain=[0, max(1.3 * float(table.max().max()), 1)])))
    bars = base.mark_bar(size=13).encode(color=alt.Color(
        "flow:N", legend=None, scale=alt.Scale(domain=flows, range=[COLOURS[role] for role in roles])))
    words = base.mark_text(style="ink", align="left", dx=4).encode(text="_text:N")
    return alt.layer(bars, words).properties(height=62).facet(
        facet=alt.Facet("country:N", sort=list(table.index)), columns=1, spacing=8)


def states(table: pd.DataFrame, measures: dict[str, str], south: list[str]) -> alt.LayerChart:
    """Mexico's states by one of several measures, chosen inside the chart; the south has a heavy outline.

    table: state (INEGI code), name, geometry (a GeoJSON feature) and the measures, per cent of the national mean.
    measures: column → words of the choice; the first is drawn where nothing can be chosen.
    """
    choice = alt.param("measure", value=next(iter(measures)), bind=alt.binding_select(
        options=list(measures), labels=list(measures.values()), name="Show "))
    colour = alt.Color("chosen:Q", scale=alt.Scale(type="threshold", domain=[50, 80, 125, 200], range=SHADES),
                       legend=alt.Legend(format="d", symbolStrokeWidth=0, columns=5))
    base = alt.Chart(table.assign(south=table["state"].isin(south)), name="states").encode(shape=alt.Shape("geometry:G"))
    filled = base.transform_calculate(chosen="datum[measure]").mark_geoshape(stroke="white", strokeWidth=0.6).encode(
        color=colour, tooltip=["name:N", alt.Tooltip("chosen:Q", format=".0f")])
    edged = base.transform_filter(alt.datum.south).mark_geoshape(filled=False, stroke=COLOURS["mexico"], strokeWidth=2)
    return alt.layer(filled, edged).project("mercator").add_params(choice).properties(height=330)


def estimates(rows: pd.DataFrame, zero: float = 0.0) -> alt.LayerChart:
    """Estimates with intervals, a row each; an interval that reaches no end is drawn to the edge with an open circle.

    rows: label, percent, lower, upper (infinite where nothing is rejected), group (a colour each).
    """
    ends = rows[["percent", "lower", "upper"]].replace([math.inf, -math.inf], np.nan)
    low, high = float(min(ends.min().min(), zero)), float(max(ends.max().max(), zero))
    room = 0.05 * (high - low)
    drawn = rows.assign(_bounded=np.isfinite(rows["lower"]) & np.isfinite(rows["upper"]),
                        _shown_lower=rows["lower"].clip(lower=low - room), _shown_upper=rows["upper"].clip(upper=high + room))
    drawn = drawn.assign(lower=ends["lower"], upper=ends["upper"])
    scale = alt.Scale(domain=[low - room, high + room], nice=False)
    groups = list(dict.fromkeys(rows["group"]))
    colour = alt.Color("group:N", legend=None, scale=alt.Scale(
        domain=groups, range=[COLOURS[role] for role in ("us", "mexico", "returns")][:len(groups)]))
    base = alt.Chart(drawn, name="estimates").encode(
        y=alt.Y("label:N", sort=list(rows["label"]), axis=alt.Axis(labelLimit=200)))
    rule = alt.Chart(drawn, name="estimates").mark_rule(style="ink").encode(x=alt.datum(zero))
    bar = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("_shown_lower:Q", scale=scale, axis=alt.Axis(format="d")), x2="_shown_upper:Q", color=colour,
        strokeDash=alt.StrokeDash("_bounded:N", legend=None, scale=alt.Scale(domain=[True, False], range=[[1, 0], [3, 4]])))
    point = base.encode(x=alt.X("percent:Q", scale=scale), color=colour, tooltip=[
        "label:N", *[alt.Tooltip(f"{name}:Q", format="+.0f") for name in ("percent", "lower", "upper")]])
    full = point.transform_filter("datum._bounded").mark_point(filled=True, size=64, opacity=1)
    empty = point.transform_filter("!datum._bounded").mark_point(filled=False, size=64, opacity=1, strokeWidth=2)
    return (rule + bar + full + empty).properties(height=30 * len(rows))


def life_cycle(points: pd.DataFrame, curves: dict[str, tuple[pd.DataFrame, str]], highlight: list[str]) -> alt.LayerChart:
    """Income against net emigration, a dot a country with its name, and curves through the same dots.

    points: name, income, net_emigration. curves: name → (income, net_emigration, role of its colour). highlight: names.
    """
    axis = alt.X("income:Q", scale=alt.Scale(type="log", domain=[2400, 42000], nice=False),
                 axis=alt.Axis(format="~s", values=[3000, 5000, 10000, 20000, 40000]))
    both = pd.concat([curve.assign(curve=name) for name, (curve, _) in curves.items()])
    colours = alt.Scale(domain=list(curves), range=[COLOURS[role] for _, role in curves.values()])
    dashes = alt.Scale(domain=list(curves), range=[[6, 4], [1, 0]][:len(curves)])
    drawn = alt.Chart(both, name="curves").mark_line(strokeWidth=1.8).encode(
        x=axis, y="net_emigration:Q", color=alt.Color("curve:N", scale=colours),
        strokeDash=alt.StrokeDash("curve:N", scale=dashes))
    points = points.assign(_role=points["name"].isin(highlight))
    base = alt.Chart(points, name="countries").encode(x=axis, y=alt.Y("net_emigration:Q", axis=alt.Axis(format="d")))
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        color=alt.Color("_role:N", legend=None, scale=alt.Scale(
            domain=[True, False], range=[COLOURS["mexico"], COLOURS["muted"]])),
        tooltip=["name:N", alt.Tooltip("income:Q", format=",.0f"), alt.Tooltip("net_emigration:Q", format=".1f")])
    words = base.mark_text(style="ink", dy=-11).encode(text="name:N")
    return alt.layer(drawn, dots, words).resolve_scale(
        color="independent", strokeDash="independent").properties(height=340)


SLIDERS = {  # name → (label, lowest, highest, step)
    "rate": ("Tariff, per cent ", 0, 25, 1),
    "response": ("Fall of imports per cent of price ", 0, 4, 0.1),
}
# The arithmetic of models/tariff.py once more, in the words of the drawing; a test holds both together.
DUTY = "{imports} * {rate} / 100 * pow(1 + {rate} / 100, -response)"


def tariff(imports: float, curve: pd.DataFrame, start: dict[str, float]) -> alt.LayerChart:
    """A calculator: sliders for the rate and for the response of buyers, the duty a year, recomputed in the page.

    imports: dollars a year. curve: columns rate and duty (billion dollars), static arithmetic, drawn to compare with.
    start: the sliders' first positions by the names of `SLIDERS`.
    """
    sliders = [alt.param(name, value=start[name], bind=alt.binding_range(min=low, max=high, step=step, name=label))
               for name, (label, low, high, step) in SLIDERS.items()]
    duty = DUTY.format(imports=f"{imports / 1e9:.6g}", rate="rate")
    reading = alt.param("reading", expr=(
        f"'At ' + format(rate, 'd') + ' per cent: ' + format({duty}, '.1f') + ' billion dollars a year'"))
    x = alt.X("rate:Q", axis=alt.Axis(values=[0, 5, 10, 15, 20, 25], format="d"))
    base = alt.Chart(curve, name="curve").encode(x=x)
    static = base.mark_line(color=COLOURS["muted"], strokeDash=[6, 4], strokeWidth=1.5).encode(
        y=alt.Y("duty:Q", axis=alt.Axis(format="d")))
    chosen = base.transform_calculate(recomputed=DUTY.format(imports=f"{imports / 1e9:.6g}", rate="datum.rate"))
    line = chosen.mark_line(color=COLOURS["us"], strokeWidth=3).encode(
        y="recomputed:Q", tooltip=[alt.Tooltip("rate:Q"), alt.Tooltip("recomputed:Q", format=".1f")])
    dot = chosen.transform_filter("datum.rate == rate").mark_point(
        filled=True, size=120, opacity=1, color=COLOURS["highlight"]).encode(y="recomputed:Q")
    words = base.transform_filter("datum.rate == 0").mark_text(
        style="ink", align="left", baseline="bottom", fontWeight=600, fontSize=13, dy=-8, dx=2).encode(
        y=alt.value(0), text=alt.Text(value=alt.expr("reading")))
    return alt.layer(static, line, dot, words).add_params(*sliders, reading).properties(height=260)
