"""Layers that several charts share: dated events, an interval, labels at the ends of lines."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.theme import COLOURS, SIZE

NARROW = 230  # px: the plot of a figure on a phone, without axis and end labels
CHARACTER = 6.6  # px: mean width of a character at the label size, on the generous side
ROW = SIZE + 4  # px between two rows of labels


def event_rules(events: pd.DataFrame, domain: tuple | None = None) -> alt.LayerChart:
    """Thin vertical rules with labels above the plot.

    events: one row an event, columns ``date`` (datetime) and ``label`` (a few words, each label once).
    domain: first and last date of the chart's x axis. With it labels share a row where they have room at 340 px;
        without it each label has a row of its own.
    """
    events = events[["date", "label"]].sort_values("date")
    layers, base = [], alt.Chart(events, name="events").encode(x="date:T")
    for (row, side), labels in _rows(events, domain).items():
        chosen = base.transform_filter(alt.FieldOneOfPredicate("label", labels))
        top = -ROW * row - 2
        layers += [
            chosen.mark_rule(style="event", strokeDash=[2, 3], y=top, y2="height"),
            chosen.mark_text(style="event", align=side, baseline="bottom", y=top + 3, dx=4 if side == "left" else -4)
            .encode(text="label:N"),
        ]
    return alt.layer(*layers)


def _rows(events: pd.DataFrame, domain: tuple | None) -> dict[tuple[int, str], list[str]]:
    """Place labels in rows, so that on a phone none meets another label or another event's rule: (row, side) → labels.

    A label runs over the rules of the events on its side, so those must be the shorter ones: labels to the right are
    placed from the last event to the first, labels to the left from the first to the last.
    """
    if domain is None:
        return {(row, "left"): [label] for row, label in enumerate(events["label"].iloc[::-1])}
    start, end = (pd.Timestamp(edge) for edge in domain)
    wanted = []  # label, x of its rule, left and right edge, side
    for date, label in zip(events["date"], events["label"], strict=True):
        x = NARROW * ((date - start) / (end - start))
        width = CHARACTER * len(label) + 8
        if x + width <= NARROW or x < NARROW / 2:
            wanted.append((label, x, x, x + width, "left"))
        else:
            wanted.append((label, x, x - width, x, "right"))
    placed: list[tuple[int, float, float, float]] = []  # row, x of the rule, left and right edge of the label
    rows: dict[tuple[int, str], list[str]] = {}
    in_turn = [one for one in wanted if one[4] == "right"] + [one for one in wanted[::-1] if one[4] == "left"]
    for label, x, left, right, side in in_turn:
        def meets(row: int, x: float = x, left: float = left, right: float = right) -> bool:
            return any(
                (other == row and left < other_right and other_left < right)
                or (other > row and left <= rule <= right)
                or (other < row and other_left < x < other_right)
                for other, rule, other_left, other_right in placed
            )

        row = next((row for row in range(len(events)) if not meets(row)), len(placed))
        placed.append((row, x, left, right))
        rows.setdefault((row, side), []).append(label)
    return rows


def interval_band(frame: pd.DataFrame, low: str, high: str, role: str, x: str = "date:T", name: str = "interval") -> alt.Chart:
    """A translucent band between the columns ``low`` and ``high``, in the colour of ``role``; ``name`` is that of its rows."""
    return alt.Chart(frame, name=name).mark_area(color=COLOURS[role], opacity=0.18).encode(
        x=x, y=alt.Y(f"{low}:Q"), y2=f"{high}:Q"
    )


def end_labels(frame: pd.DataFrame, y: str, label: str, roles: dict[str, str], x: str = "date",
               height: int = 320, top: float | None = None) -> alt.LayerChart:
    """Direct labels where lines end, in the colours of their lines, moved apart where they would overlap.

    frame: long table with the columns ``x``, ``y`` and ``label`` (names the line).
    roles: line name → role of its colour. height, top: the chart's height in px and the highest value of its y axis
        (default: the highest in ``frame``), which tell how near to each other two labels come.
    """
    last = frame.dropna(subset=[y]).sort_values(x).groupby(label, sort=False).tail(1).sort_values(y)
    scale = height / (top or frame[y].max())
    layers, previous = [], float("-inf")
    for name, value in zip(last[label], last[y], strict=True):
        position = max(value * scale, previous + SIZE + 2)
        previous = position
        layers.append(
            alt.Chart(last, name="labels").transform_filter(alt.FieldEqualPredicate(name, label))
            .mark_text(align="left", dx=6, dy=value * scale - position, style=f"label-{roles[name]}", fontWeight=600)
            .encode(x=f"{x}:T", y=f"{y}:Q", text=f"{label}:N")
        )
    return alt.layer(*layers)
