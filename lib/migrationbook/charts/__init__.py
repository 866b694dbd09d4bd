"""Charts: the colours (`theme`), the frame that makes a chart a figure, shared layers, key figures and tables."""

from migrationbook.charts.figure import Figure, figure
from migrationbook.charts.key_figures import KeyFigures, key_figures
from migrationbook.charts.layers import end_labels, event_rules, interval_band
from migrationbook.charts.table import Table, table
from migrationbook.charts.theme import COLOURS

__all__ = [
    "COLOURS", "Figure", "KeyFigures", "Table", "end_labels", "event_rules", "figure", "interval_band", "key_figures",
    "table",
]
