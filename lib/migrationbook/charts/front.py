"""The drawing of the first page."""

from __future__ import annotations

import altair as alt
import pandas as pd

from migrationbook.charts.enforcement import lines

HEADROOM = 1.12  # of the highest figure: room for the label of its month
LINE = 14  # px: the second line of a label hangs below the first


def hero(named: dict[str, tuple[pd.Series, str]], events: pd.DataFrame, marked: pd.DataFrame,
         height: int = 340) -> alt.LayerChart:
    """Monthly lines with dated events above and a few of their points named beside them.

    named, events: as `enforcement.lines` takes them. marked: columns date, events (the height), label (lines parted by a line
    break), and side: right of the point or left of it.
    """
    top = max(one.max() for one, _ in named.values())
    marked = marked.rename(columns={"side": "_side", "label": "_label"})
    base = alt.Chart(marked, name="marked").encode(x="date:T", y=alt.Y("events:Q", scale=alt.Scale(domain=[0, HEADROOM * top])))
    labels = [base.transform_filter(alt.FieldEqualPredicate(side, "_side"))
              .mark_text(style="ink", align=align, baseline="line-bottom", lineBreak="\n", dx=dx, dy=-LINE, fontWeight=600)
              .encode(text="_label:N")
              for side, align, dx in (("right", "left", 7), ("left", "right", -7))]
    points = base.mark_point(style="ink", size=42, filled=True, opacity=1)
    return alt.layer(lines(named, events=events, height=height), points, *labels).properties(height=height)
