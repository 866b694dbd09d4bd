"""The drawings of the agreement chapter: frames in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.theme import COLOURS

ROLES = ["us", "mexico", "highlight", "counterfactual", "muted", "returns"]  # of the lanes, in their order
SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down"]
EVERY = "all"
BOTH = ["us", "mexico"]  # whose count it is: colours and shapes
LINE = 34  # characters of an event that fit a phone beside its date
DATES = 80  # px for the dates beside the list
ROW = 45  # px for an event of up to three lines
WRAPPED = f"trim(replace(datum.event, regexp('(.{{1,{LINE}}})(\\\\s+|$)', 'g'), '$1\\n'))"


def timeline(events: pd.DataFrame, lanes: list[str], periods: dict[str, str], chosen: str) -> alt.VConcatChart:
    """All events in lanes over the years, and below them those of one period as a list; both follow two choices.

    events: number, date, when, event, lane, period, sure. lanes: in their order. periods: name → words of the choice.
    chosen: the period shown at first, and in the drawing without scripts. A hollow mark is a date not given to the day.
    """
    period = alt.param("period", value=chosen, bind=alt.binding_select(
        options=list(periods), labels=list(periods.values()), name="Period "))
    lane = alt.param("lane", value=EVERY, bind=alt.binding_select(
        options=[EVERY, *lanes], labels=["Everything", *lanes], name="Show "))
    of_lane = f"lane == '{EVERY}' || datum.lane == lane"
    paint = alt.Scale(domain=lanes, range=[COLOURS[role] for role in ROLES])
    colour, stroke = alt.Color("lane:N", legend=None, scale=paint), alt.Stroke("lane:N", legend=None, scale=paint)
    shape = alt.Shape("lane:N", legend=None, scale=alt.Scale(domain=lanes, range=SHAPES))
    inside = alt.condition(alt.datum.sure, alt.value(1), alt.value(0))
    tooltip = ["when:N", "event:N", "lane:N"]
    base = alt.Chart(events, name="events")
    years = [alt.DateTime(year=events["date"].min().year), alt.DateTime(year=events["date"].max().year + 1)]  # whatever is shown
    mark = {"filled": True, "strokeWidth": 1.5, "strokeOpacity": 1}
    rows = base.encode(y=alt.Y("lane:N", sort=lanes, axis=None))
    once = rows.transform_aggregate(events="count()", groupby=["lane"])
    lines = once.mark_rule(style="event", opacity=0.35)
    over = rows.transform_filter(of_lane).mark_point(size=55, **mark).encode(
        x=alt.X("date:T", axis=alt.Axis(format="%Y", tickCount="year"), scale=alt.Scale(domain=years)),
        color=colour, stroke=stroke, shape=shape, fillOpacity=inside, tooltip=tooltip,
        opacity=alt.condition("datum.period == period", alt.value(1), alt.value(0.4)))
    # names stand above their rows: beside them they would push the list to the right, off a phone
    heads = once.mark_text(style="muted", align="left", baseline="bottom", dy=-6).encode(x=alt.value(0), text="lane:N")
    listed = base.transform_filter(f"datum.period == period && ({of_lane})").encode(y=alt.Y("number:O", axis=None))
    dates = listed.mark_text(style="muted", align="left").encode(x=alt.value(0), text="when:N")
    points = listed.mark_point(size=75, opacity=1, **mark).encode(
        x=alt.value(DATES), color=colour, stroke=stroke, shape=shape, fillOpacity=inside, tooltip=tooltip)
    words = listed.transform_calculate(words=WRAPPED).mark_text(
        style="ink", align="left", baseline="middle", lineBreak="\n", lineHeight=13, clip=True).encode(  # no say in the width
        x=alt.value(DATES + 12), text="words:N")
    return alt.vconcat(
        alt.layer(lines, heads, over).properties(height=34 * len(lanes)),
        alt.layer(dates, points, words).properties(height={"step": ROW}),
    ).add_params(period, lane).resolve_scale(y="independent")


def measures(frame: pd.DataFrame) -> alt.LayerChart:
    """Horizontal bars of one month in several measures, each with its number. frame: label, events, party (us, mexico)."""
    frame = frame.assign(_text=frame["events"].map("{:,.0f}".format))
    domain = [0, frame["events"].max() * 1.3]  # room for the number beside the longest bar
    base = alt.Chart(frame, name="measures").encode(y=alt.Y("label:N", sort=list(frame["label"]), axis=alt.Axis(labelLimit=170)))
    bars = base.mark_bar(size=18).encode(
        x=alt.X("events:Q", axis=None, scale=alt.Scale(domain=domain, nice=False)),
        color=alt.Color("party:N", legend=None, scale=alt.Scale(domain=BOTH, range=[COLOURS[one] for one in BOTH])))
    words = base.mark_text(style="ink", align="left", dx=5).encode(x="events:Q", text="_text:N")
    return alt.layer(bars, words).properties(height=36 * len(frame))


def revised(frame: pd.DataFrame, order: list[str]) -> alt.LayerChart:
    """How far each month's count moved, a row a measure. frame: measure (words), month, change (per cent), first, latest."""
    base = alt.Chart(frame, name="revisions").encode(
        x=alt.X("change:Q", axis=alt.Axis(labelExpr="datum.value + ' %'", tickCount=6, grid=True),
                scale=alt.Scale(padding=34)),  # room for a name at the edge
        y=alt.Y("measure:N", sort=order, axis=alt.Axis(grid=True, labelLimit=150)))
    zero = alt.Chart(frame, name="revisions").mark_rule(style="ink").encode(x=alt.datum(0))
    dots = base.mark_point(filled=True, size=80, opacity=0.75).encode(
        color=alt.Color("party:N", legend=None, scale=alt.Scale(domain=BOTH, range=[COLOURS[one] for one in BOTH])),
        shape=alt.Shape("party:N", legend=None, scale=alt.Scale(domain=BOTH, range=["circle", "square"])),
        tooltip=["measure:N", "month:N", alt.Tooltip("first:Q", format=","), alt.Tooltip("latest:Q", format=","),
                 alt.Tooltip("change:Q", format="+.1f")])
    far = frame.loc[frame.groupby("measure")["change"].agg(lambda one: one.abs().idxmax())]
    named = alt.Chart(far, name="farthest").mark_text(style="ink", dy=-12).encode(
        x="change:Q", y=alt.Y("measure:N", sort=order), text="month:N")
    return alt.layer(zero, dots, named).properties(height=46 * len(order))
