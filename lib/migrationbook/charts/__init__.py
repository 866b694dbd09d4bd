"""Charts: the colours (`theme`), the frame that makes a chart a figure, shared layers, and the strip of key figures."""

from migrationbook.charts.figure import Figure, figure
from migrationbook.charts.key_figures import KeyFigures, key_figures
from migrationbook.charts.layers import dot_interval, end_labels, event_rules, interval_band
from migrationbook.charts.theme import COLOURS

__all__ = [
    "COLOURS", "Figure", "KeyFigures", "dot_interval", "end_labels", "event_rules", "figure", "interval_band",
    "key_figures",
]
