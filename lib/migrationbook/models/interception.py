"""Where people on the way north were stopped: Mexico's share of the stops on both sides of the border."""

from __future__ import annotations

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.models.calendar import month


def interception_share(detentions: pd.Series, encounters_of_non_mexicans: pd.Series) -> pd.DataFrame:
    """Detentions in Mexico as a percentage of these plus US encounters of people who are not Mexican.

    Returns month, detentions, encounters, share (percent, 0 to 100) for the months both series have. Both count
    events: one person may be stopped in both countries, and whoever is stopped in neither is in neither, so this is
    no share of the people on the move. Raises BookError for no common month, a negative figure, or two zeros.
    """
    both = pd.DataFrame({"detentions": detentions, "encounters": encounters_of_non_mexicans}).dropna().sort_index()
    if both.empty:
        raise BookError("interception share: the two series have no month in common; check their dates")
    stops = both.sum(axis=1)
    wrong = both.index[(both < 0).any(axis=1) | (stops == 0)]
    if len(wrong):
        raise BookError(f"interception share: no share in {wrong[0]:%Y-%m} (a negative figure or no stops at all); "
                        "choose other months")
    both["share"] = 100 * both["detentions"] / stops
    return both.rename_axis("month").reset_index()


def share_over(stopped: pd.DataFrame, start: str, end: str) -> float:
    """The share (percent) over the months from start to end together. stopped: what `interception_share` returns.

    Raises BookError when a month of the window is missing.
    """
    wanted = pd.date_range(month(start), month(end), freq="MS")
    window = stopped.set_index("month").reindex(wanted)[["detentions", "encounters"]]
    if window.isna().any(axis=None):
        raise BookError(f"interception share: no figures for every month from {start} to {end}; choose another window")
    return float(100 * window["detentions"].sum() / window.sum(axis=None))
