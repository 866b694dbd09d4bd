"""The drawings of the opinion chapter: polls and pools in, Altair charts out; `figure` adds title and source."""

from __future__ import annotations

from collections.abc import Iterable

import altair as alt
import pandas as pd

from migrationbook.charts.layers import end_labels, interval_band
from migrationbook.charts.theme import COLOURS

PERCENT = alt.Axis(format="d")
SHAPES = {"telephone": "circle", "face to face": "square", "online": "triangle-up", "not stated": "cross"}
DASHES = [[1, 0], [7, 5], [2, 4], [9, 5, 2, 5], [12, 4]]
# questions of mexico_migrant_attitudes in a few words: (house, question) -> what was asked, with the choices offered
ASKED = {
    ("El Universal", "what_to_do"): "Expel at once, decide first, let pass, jail?",
    ("GEA-ISA", "deport"): "Deport them, or let them pass to the US?",
    ("Reforma", "what_to_do3"): "Deport, temporary stay, or residency?",
    ("El Financiero", "deport"): "Should they be deported? Yes or no",
    ("El Financiero", "ng_south"): "Send the National Guard to the south?",
    ("El Financiero", "militarize"): "Militarise the southern border?",
    ("El Financiero", "close_border"): "Close the southern border, or help them?",
    ("Reforma", "ng_use"): "Use the National Guard against migration?",
    ("El Universal", "stop_passage"): "Stop people who enter without papers?",
    ("UVM", "stricter"): "Be stricter at the borders?",
}
DAY = alt.Tooltip("date:T", format="%-d %B %Y")


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of `data.opinion.readings` with the words `readings` draws: label and detail; the lowest share comes first."""
    mode = frame["mode"].replace("unknown", "mode not stated").str.replace("_", " ")
    size = ["n not published" if pd.isna(n) else f"n = {n:,}" for n in frame["n"]]
    facts = [f"{how}, {many}" for how, many in zip(mode, size, strict=True)]
    facts = [fact.replace("mode not stated, n not published", "mode and n not published") for fact in facts]
    asked = [ASKED.get((house, question), wording)
             for house, question, wording in zip(frame["house"], frame["question"], frame["wording"], strict=True)]
    detail = [f"{house}, {fact}, {day:%B %Y}" for house, fact, day in zip(frame["house"], facts, frame["end"], strict=True)]
    return frame.assign(label=asked, detail=detail).sort_values("percent", kind="stable")


def readings(frame: pd.DataFrame, role: str = "mexico") -> alt.LayerChart:
    """Answers of several polls, one under the other, each under its question and the facts of the poll.

    frame: label (the question), detail (house, mode, n, days), percent, lower, upper (missing where n is not published:
    the dot is then hollow and has no interval).
    """
    frame = _rounded(frame).rename(columns={"detail": "_detail"})
    frame = frame.assign(_text=frame["percent"].map(lambda value: f"{value:.0f} %"), _known=frame["lower"].notna())
    base = alt.Chart(frame, name="readings").encode(y=alt.Y("label:N", sort=list(frame["label"]), axis=None))
    across = alt.X("percent:Q", axis=PERCENT, scale=alt.Scale(domain=[0, 100], nice=False))
    half = base.mark_tick(color=COLOURS["muted"], thickness=1.5, size=18, yOffset=14).encode(x=alt.datum(50))
    words = [
        base.mark_text(style="ink", align="left", dy=-20, fontWeight="bold").encode(x=alt.datum(0), text="label:N"),
        base.mark_text(style="muted", align="left", dy=-4).encode(x=alt.datum(0), text="_detail:N"),
    ]
    bar = base.mark_rule(color=COLOURS[role], strokeWidth=3, opacity=0.5, yOffset=14).encode(x="lower:Q", x2="upper:Q")
    dots = [
        base.transform_filter("datum._known").mark_point(
            filled=True, color=COLOURS[role], size=90, opacity=1, yOffset=14).encode(x=across),
        base.transform_filter("!datum._known").mark_point(
            filled=False, color=COLOURS[role], size=80, opacity=1, strokeWidth=2, yOffset=14).encode(x=across),
    ]
    sides = [("datum.percent < 50", "lower", "right", -9), ("datum.percent >= 50", "upper", "left", 9)]
    beside = [  # on the side away from the mark of one half
        base.transform_filter(where).transform_calculate(edge=f"isValid(datum.{end}) ? datum.{end} : datum.percent").mark_text(
            style="ink", align=align, dx=dx, yOffset=14, fontWeight="bold").encode(x="edge:Q", text="_text:N")
        for where, end, align, dx in sides]
    return alt.layer(half, *words, bar, *dots, *beside).properties(height=66 * len(frame))


def waves(frame: pd.DataFrame, roles: dict[str, str]) -> alt.LayerChart:
    """Questions that were repeated; a wave's shape says how people were interviewed.

    Waves of one stated mode are joined by a full line, others by a dotted one: they mix modes, or may. frame: date, percent, line
    (its name), mode (a key of SHAPES), in order of line and date. roles: line → role of its colour.
    """
    scale, last_day = alt.Scale(domain=[0, 80]), frame["date"].max()
    following = frame.groupby("line", sort=False)[["date", "percent", "mode"]].shift(-1)
    same = (frame["mode"] == following["mode"]) & (frame["mode"] != "not stated")
    steps = frame.assign(_until=following["date"], _then=following["percent"],
                         _joined=same.map({True: "same mode", False: "other"}))
    last = frame.groupby("line", sort=False).tail(1).assign(_until=last_day)  # each name stands at the right edge
    dashes = alt.StrokeDash("_joined:N", legend=None, scale=alt.Scale(domain=["same mode", "other"], range=[[1, 0], [2, 4]]))
    joins = alt.Chart(steps.dropna(subset=["_until"]), name="steps").mark_rule(strokeWidth=2).encode(
        x="date:T", x2="_until:T", y=alt.Y("percent:Q", axis=PERCENT, scale=scale), y2="_then:Q", color=_colours(roles),
        strokeDash=dashes)
    leaders = alt.Chart(last, name="last").mark_rule(strokeWidth=1, opacity=0.35).encode(
        x="date:T", x2="_until:T", y=alt.Y("percent:Q", scale=scale), color=_colours(roles))
    dots = alt.Chart(frame, name="waves").mark_point(filled=True, size=80, opacity=1).encode(
        x="date:T", y=alt.Y("percent:Q", scale=scale), color=_colours(roles), shape=_shapes(frame["mode"]),
        tooltip=[DAY, "line:N", "mode:N", alt.Tooltip("percent:Q", format=".1f")])
    names = end_labels(last, "percent", "line", roles, x="_until", height=340, top=80)
    return alt.layer(leaders, joins, dots, names).properties(height=340)


def pooled(path: pd.DataFrame, polls: pd.DataFrame, role: str = "mexico", truth: pd.Series | None = None,
           low: float = 30, high: float = 95) -> alt.LayerChart:
    """Polls as dots, the pooled level as a line in its interval, and a planted level as a dashed line.

    path: of a `Pool`. polls: date, share, house and, to tell them apart by shape, mode. truth: planted level by day.
    """
    scale = alt.Scale(domain=[low, high], nice=False)
    up = alt.Y("share:Q", axis=PERCENT, scale=scale)
    faint = 0.55 if len(polls) < 300 else 0.2
    dots = alt.Chart(_rounded(polls), name="polls").mark_point(
        filled=True, size=34, opacity=faint, color=COLOURS["muted"]).encode(
        x="date:T", y=up, tooltip=[DAY, "house:N", alt.Tooltip("share:Q", format=".1f")])
    if "mode" in polls:
        dots = dots.encode(shape=_shapes(polls["mode"]))
    path = _rounded(path[["date", "mean", "lower", "upper"]])
    line = alt.Chart(path, name="pool").mark_line(color=COLOURS[role], strokeWidth=2.5).encode(
        x="date:T", y=alt.Y("mean:Q", scale=scale), tooltip=[DAY, *_figures("mean", "lower", "upper")])
    band = interval_band(path, "lower", "upper", role, name="pool").encode(y=alt.Y("lower:Q", axis=PERCENT, scale=scale))
    layers = [band, dots, line]
    if truth is not None:
        known = truth.round(2).rename("level").rename_axis("date").reset_index()
        layers.append(alt.Chart(known, name="planted").mark_line(style="ink", strokeDash=[4, 3], strokeWidth=1.5).encode(
            x="date:T", y=alt.Y("level:Q", scale=scale)))
    return alt.layer(*layers).properties(height=340)


def estimates(frame: pd.DataFrame, role: str = "mexico") -> alt.LayerChart:
    """Estimates in points with intervals around zero, a row each. frame: label, points, lower, upper."""
    base = alt.Chart(_rounded(frame), name="estimates").encode(
        y=alt.Y("label:N", sort=list(frame["label"]), axis=alt.Axis(labelLimit=190)))
    zero = base.mark_rule(style="ink").encode(x=alt.datum(0))
    bar = base.mark_rule(color=COLOURS[role], strokeWidth=2).encode(x=alt.X("lower:Q", axis=PERCENT), x2="upper:Q")
    dot = base.mark_point(filled=True, color=COLOURS[role], size=60, opacity=1).encode(
        x="points:Q", tooltip=["label:N", *_figures("points", "lower", "upper")])
    return (zero + bar + dot).properties(height=27 * len(frame) + 10)


def three_lines(approval: pd.DataFrame, handling: pd.DataFrame, unsafe: pd.Series, start: str, end: str) -> alt.LayerChart:
    """The president's approval, pooled, the approval of his handling of security, and the people who feel unsafe.

    approval: path of a pool. handling: date, positive. unsafe: per cent by quarter. Each keeps its gaps.
    """
    names = {"Approve of him": "mexico", "Feel unsafe in their city": "us", "Security handled well": "highlight"}
    quarters = unsafe.asfreq("3MS")[start:end].rename("percent").rename_axis("date").reset_index()
    parts = [approval.rename(columns={"mean": "percent"}), quarters, handling.rename(columns={"positive": "percent"})]
    frame = pd.concat([part[["date", "percent"]].assign(line=name) for name, part in zip(names, parts, strict=True)])
    frame = _rounded(frame[frame["date"].between(start, end)])
    scale = alt.Scale(domain=[0, 90], nice=False)
    base = alt.Chart(frame, name="series").encode(
        x="date:T", y=alt.Y("percent:Q", axis=PERCENT, scale=scale), color=_colours(names))
    lines, dots = list(names)[:2], list(names)[2]
    return alt.layer(
        interval_band(_rounded(approval[["date", "lower", "upper"]]), "lower", "upper", "mexico"),
        base.transform_filter(alt.FieldOneOfPredicate("line", lines)).mark_line().encode(
            strokeDash=_dashes(lines)),
        base.transform_filter(alt.FieldEqualPredicate(dots, "line")).mark_point(filled=True, size=55, opacity=1).encode(
            tooltip=[DAY, alt.Tooltip("percent:Q", format=".0f")]),
        end_labels(frame, "percent", "line", names, height=340, top=90),
    ).properties(height=340)


def countries(frame: pd.DataFrame, highlight: str) -> alt.LayerChart:
    """One dot a country on a row for each statement; one country stands out. frame: statement, country, percent."""
    row = alt.Y("statement:N", sort=list(dict.fromkeys(frame["statement"])), axis=None)
    base = alt.Chart(frame, name="countries").encode(y=row)
    words = base.transform_filter(alt.FieldEqualPredicate(highlight, "country")).mark_text(
        style="ink", align="left", dy=-15, fontWeight="bold").encode(x=alt.datum(0), text="statement:N")
    across = alt.X("percent:Q", axis=PERCENT, scale=alt.Scale(domain=[0, 100], nice=False))
    tip = ["country:N", alt.Tooltip("percent:Q", format=".0f")]
    others = base.transform_filter(alt.datum.country != highlight).mark_tick(
        color=COLOURS["muted"], thickness=2, size=15, opacity=0.8, yOffset=6).encode(x=across, tooltip=tip)
    own = base.transform_filter(alt.FieldEqualPredicate(highlight, "country")).mark_point(
        filled=True, color=COLOURS["mexico"], size=110, opacity=1, yOffset=6).encode(x=across, tooltip=tip)
    return (words + others + own).properties(height=52 * frame["statement"].nunique() + 10)


def among(frame: pd.DataFrame, highlight: str) -> alt.LayerChart:
    """One country's share by survey wave with intervals, and the other countries as ticks in the years of their own rounds.

    frame: country, year, percent, lower, upper.
    """
    dated = _rounded(frame.assign(date=pd.to_datetime(frame["year"].astype(str) + "-07-01")))
    across = alt.X("date:T")
    scale = alt.Scale(domain=[0, 5 * (frame["upper"].max() // 5 + 1)], nice=False)
    tip = ["country:N", alt.Tooltip("year:Q", format="d"), alt.Tooltip("percent:Q", format=".1f")]
    others = alt.Chart(dated[dated["country"] != highlight], name="others").mark_tick(
        orient="horizontal", color=COLOURS["muted"], thickness=2, size=11, opacity=0.8).encode(
        x=across, y=alt.Y("percent:Q", axis=PERCENT, scale=scale), tooltip=tip)
    own = alt.Chart(dated[dated["country"] == highlight], name="own").encode(x=across)
    line = own.mark_line(color=COLOURS["mexico"]).encode(y=alt.Y("percent:Q", scale=scale))
    bars = own.mark_rule(color=COLOURS["mexico"], strokeWidth=2, opacity=0.6).encode(
        y=alt.Y("lower:Q", scale=scale), y2="upper:Q")
    dots = own.mark_point(filled=True, color=COLOURS["mexico"], size=80, opacity=1).encode(
        y=alt.Y("percent:Q", scale=scale), tooltip=[*tip, *_figures("lower", "upper")])
    return alt.layer(others, line, bars, dots).properties(height=280)


def rounds(frame: pd.DataFrame, roles: dict[str, str], high: float = 70) -> alt.LayerChart:
    """Shares by survey round with their intervals: frame: date, line, percent, lower, upper; roles: line → role."""
    frame = _rounded(frame)
    base = alt.Chart(frame, name="rounds").encode(x=alt.X("date:T"), color=_colours(roles))
    scale = alt.Scale(domain=[0, high], nice=False)
    line = base.mark_line().encode(y=alt.Y("percent:Q", axis=PERCENT, scale=scale), strokeDash=_dashes(roles))
    bars = base.mark_rule(strokeWidth=2, opacity=0.6).encode(y=alt.Y("lower:Q", scale=scale), y2="upper:Q")
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(
        y="percent:Q", tooltip=[alt.Tooltip("date:T", format="%Y"), "line:N", *_figures("percent", "lower", "upper")])
    return alt.layer(bars, line, dots, end_labels(frame, "percent", "line", roles, height=320, top=high)).properties(height=320)


def against(frame: pd.DataFrame) -> alt.LayerChart:
    """One estimate of each house's leaning against another's, with the line of equality. frame: house, ours, theirs, polls."""
    edge = float(frame[["ours", "theirs"]].abs().to_numpy().max()) + 0.5
    scale = alt.Scale(domain=[-edge, edge], nice=False)
    ends = pd.DataFrame({"ours": [-edge, edge], "theirs": [-edge, edge]})
    equal = alt.Chart(ends, name="equality").mark_line(style="ink", strokeDash=[4, 3], strokeWidth=1).encode(
        x=alt.X("theirs:Q", scale=scale), y=alt.Y("ours:Q", scale=scale))
    dots = alt.Chart(_rounded(frame), name="houses").mark_point(filled=True, color=COLOURS["us"], opacity=0.75).encode(
        x=alt.X("theirs:Q", axis=alt.Axis(format="+d", title="FiveThirtyEight's estimate"), scale=scale),
        y=alt.Y("ours:Q", axis=alt.Axis(format="+d", title="This chapter's"), scale=scale),
        size=alt.Size("polls:Q", legend=None, scale=alt.Scale(range=[25, 260])),
        tooltip=["house:N", "polls:Q", alt.Tooltip("ours:Q", format="+.1f"), alt.Tooltip("theirs:Q", format="+.1f")])
    most = _rounded(frame[(frame["polls"] >= 100) & (frame["ours"].abs() > 3)])
    named = alt.Chart(most, name="most polls").mark_text(style="ink", align="right", dx=-9).encode(
        x="theirs:Q", y="ours:Q", text="house:N")
    return (equal + dots + named).properties(height=340)


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures to a hundredth of a point: more than any eye, fewer than two processors may differ in."""
    return frame.round(dict.fromkeys(frame.select_dtypes("number"), 2))


def _colours(roles: dict[str, str]) -> alt.Color:
    return alt.Color("line:N", legend=None, scale=alt.Scale(domain=list(roles), range=[COLOURS[role] for role in roles.values()]))


def _dashes(lines: Iterable[str]) -> alt.StrokeDash:
    lines = list(lines)
    return alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=lines, range=DASHES[:len(lines)]))


def _figures(*columns: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{column}:Q", format=".1f") for column in columns]


def _shapes(modes: pd.Series) -> alt.Shape:
    present = [mode for mode in SHAPES if mode in set(modes)]
    legend = alt.Legend(title=None, symbolFillColor=COLOURS["muted"], symbolStrokeColor=COLOURS["muted"])
    return alt.Shape("mode:N", legend=legend,
                     scale=alt.Scale(domain=present, range=[SHAPES[mode] for mode in present]))
