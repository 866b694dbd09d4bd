"""The drawing of the first page."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.enforcement import lines


def hero(named: dict[str, tuple[pd.Series, str]], events: pd.DataFrame, marked: pd.DataFrame, height: int = 340) -> alt.LayerChart:
    """Monthly lines with dated events above and a few of their points named beside them.

    named, events: as `enforcement.lines` takes them. marked: columns date, events (the height), label, and side: right of the
    point or left of it.
    """
    base = alt.Chart(marked, name="marked").encode(x="date:T", y="events:Q")
    labels = [base.transform_filter(alt.FieldEqualPredicate(side, "side"))
              .mark_text(style="ink", align=align, baseline="bottom", dx=dx, dy=-3, fontWeight=600).encode(text="label:N")
              for side, align, dx in (("right", "left", 4), ("left", "right", -4))]
    return alt.layer(lines(named, events=events, height=height), base.mark_point(style="ink", size=42, filled=True, opacity=1), *labels).properties(height=height)
