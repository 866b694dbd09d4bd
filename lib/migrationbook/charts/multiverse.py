"""Specification curves: sorted estimates with their intervals, the choices behind them, and the curves of placebo years."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from migrationbook.charts.theme import COLOURS

BINS = 40  # positions along the curve: what a phone can show
ROW = 15  # px of a line of the dashboard
LABEL = 132  # px
MODELS = {
    "sarimax": "Level stays (airline)", "autoregressive": "Level drifts back", "unobserved_components": "Level wanders (UC)",
    "regression": "Trend regression", "step": "Step regression", "poisson": "Poisson step", "usual_change": "Usual change",
    "last_year": "As last year", "last_year_at_level": "Last year, scaled up",
}
HALVES = [2.0**power for power in range(-5, 4)]
PERCENT = ("datum.value == 1 ? 'no change' : (datum.value < 1 ? '−' : '+') + format(abs(100 * datum.value - 100), '.0f') + ' %'")


def _said(column: str, option: str) -> str:
    """An option as a label: months and days in words, estimators by their names."""
    if column == "model":
        return MODELS[option]
    if column == "day":
        return f"{pd.Timestamp(option).day} {pd.Timestamp(option):%B}"
    if column in ("first", "last"):
        return f"{'from' if column == 'first' else 'to'} {pd.Timestamp(option):%B}"
    return f"from {option[:4]}" if column == "start" else option


def _parts(curve: pd.DataFrame, bins: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The estimates in order, and which of so many equal parts each is in."""
    known = curve.dropna(subset="percent")
    # Equal estimates stay in the menu's order, whatever a processor makes of their last digits.
    ordered = known.iloc[known["percent"].round(4).argsort(kind="stable")].reset_index(drop=True)
    return ordered, np.arange(len(ordered)) * bins // len(ordered)


def positions(curve: pd.DataFrame, bins: int = BINS) -> pd.DataFrame:
    """The curve in equal parts from the lowest estimate to the highest: position (0 to 100) and, as ratios rounded to
    hundredths, the median estimate, lower and upper end of each part."""
    ordered, part = _parts(curve, bins)
    ratios = 1 + ordered[["percent", "lower", "upper"]].groupby(part).median() / 100
    ratios.columns = ["estimate", "lower", "upper"]
    return ratios.round(2).assign(position=lambda rows: (rows.index + 0.5) * 100 / bins)


def dashboard(curve: pd.DataFrame, choices: dict[str, str], bins: int = BINS) -> pd.DataFrame:
    """Where the specifications with each option lie: label, start and end on the curve, and the share (per cent, whole) of
    them that lies in between.

    choices: column → heading, in capitals a row of its own without a share; options follow it by their median estimate.
    """
    ordered, part = _parts(curve, bins)
    rows = []
    for column, heading in choices.items():
        rows.append({"label": heading.upper(), "start": 0.0, "end": 0.0, "share": 0})
        for option in ordered.groupby(column)["percent"].median().round(3).sort_values(kind="stable").index:
            inside = part[(ordered[column] == option).to_numpy()]
            shares = np.round(100 * np.bincount(inside, minlength=bins) / len(inside)).astype(int)
            rows += [{"label": _said(column, option), "start": one * 100 / bins, "end": (one + 1) * 100 / bins, "share": share}
                     for one, share in enumerate(shares) if share]
    return pd.DataFrame(rows)


def _ratio(low: float, high: float) -> tuple[alt.Scale, alt.Axis]:
    ticks = [tick for tick in HALVES if low <= tick <= high]
    axis = alt.Axis(values=ticks, labelExpr=PERCENT, tickCount=2 * len(ticks))
    return alt.Scale(type="log", domain=[low, high], nice=False), axis


def curve(rows: pd.DataFrame, marked: float, place: float, label: str, choices: pd.DataFrame) -> alt.VConcatChart:
    """The curve above its dashboard. rows: of `positions`; choices: of `dashboard`; marked, place, label: the published estimate
    as a ratio, its position from 0 to 100 and its name."""
    low, high = float(rows["lower"].min()), 4.0
    scale, axis = _ratio(low, high)
    rows = rows.assign(upper=rows["upper"].clip(upper=high))
    x = alt.X("position:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=None)
    base = alt.Chart(rows, name="curve").encode(x=x)
    band = base.mark_area(color=COLOURS["us"], opacity=0.2, interpolate="step").encode(
        y=alt.Y("lower:Q", scale=scale, axis=axis), y2="upper:Q")
    line = base.mark_line(color=COLOURS["us"], strokeWidth=3, interpolate="step").encode(
        y=alt.Y("estimate:Q", scale=scale, axis=axis))
    one = pd.DataFrame([{"position": place, "estimate": marked, "label": label}])
    mark = alt.Chart(one, name="published").encode(x=x, y=alt.Y("estimate:Q", scale=scale))
    left = place < 50
    upper = alt.layer(
        alt.Chart(rows, name="curve").mark_rule(style="ink").encode(y=alt.datum(1, scale=scale)), band, line,
        mark.mark_point(style="ink", filled=True, size=90, shape="diamond", color=COLOURS["highlight"], opacity=1),
        mark.mark_text(style="ink", align="left" if left else "right", dx=8 if left else -8, dy=14, fontWeight="bold")
        .encode(text="label:N"),
    ).properties(height=230)
    labels = list(dict.fromkeys(choices["label"]))
    bold = alt.condition("upper(datum.value) == datum.value", alt.value(600), alt.value(400))
    lower = alt.Chart(choices, name="choices").mark_rect(style="ink").encode(
        x=alt.X("start:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=None), x2="end:Q",
        y=alt.Y("label:N", sort=labels, scale=alt.Scale(paddingInner=0.25),
                axis=alt.Axis(labelLimit=LABEL, labelFontWeight=bold)),
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 12], range=[0.06, 1], clamp=True)),
        tooltip=["label:N", alt.Tooltip("share:Q", format=".0f")],
    ).properties(height=ROW * len(labels))
    return alt.vconcat(upper, lower, spacing=6)


def placebo_curves(curves: dict[int, pd.DataFrame], year: int, named: int) -> alt.LayerChart:
    """One curve a year over the same specifications, from each year's lowest estimate to its highest; the event's year is thick.

    named: another year that gets its number.
    """
    frame = pd.concat([positions(one, 25).assign(year=which) for which, one in curves.items()])
    frame = frame[["year", "position", "estimate"]]
    scale, axis = _ratio(float(frame["estimate"].min()), float(frame["estimate"].max()))
    ends = alt.Axis(values=[2, 50, 98], ticks=False, domain=False,
                    labelExpr="datum.value == 50 ? 'median' : datum.value < 50 ? 'lowest' : 'highest'")
    x = alt.X("position:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=ends)
    y = alt.Y("estimate:Q", scale=scale, axis=axis)
    base = alt.Chart(frame, name="curves").encode(
        x=x, y=y, detail="year:O", tooltip=["year:O", alt.Tooltip("estimate:Q", format=".2f")])
    others = base.transform_filter(f"datum.year != {year}").mark_line(color=COLOURS["placebo"], strokeWidth=1.2)
    own = base.transform_filter(f"datum.year == {year}").mark_line(color=COLOURS["highlight"], strokeWidth=4)
    at = frame[frame["position"].between(29, 31)]  # where curves lie furthest apart
    names = alt.Chart(at, name="names").encode(x=x, y=y, text="year:O")
    text = [names.transform_filter(f"datum.year == {which}").mark_text(style="ink", align=align, dx=dx, dy=dy, fontWeight="bold")
            for which, align, dx, dy in ((named, "right", -2, -9), (year, "left", 4, 13))]
    zero = alt.Chart(frame, name="curves").mark_rule(style="ink").encode(y=alt.datum(1, scale=scale))
    return alt.layer(zero, others, own, *text).properties(height=320)
