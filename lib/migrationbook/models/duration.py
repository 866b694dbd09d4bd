"""How long something held, whether a condition came and stayed, and the arithmetic of a month at the border."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from migrationbook.errors import BookError

CAME_AND_STAYED, CAME_AND_WENT, DID_NOT_COME = "came and stayed", "came and went", "did not come"


@dataclass(frozen=True)
class Spell:
    """A run of months in a row in which something held: first and last month, their number, and whether the series ended first.
    """

    first: pd.Timestamp
    last: pd.Timestamp
    months: int
    open: bool

    def before(self, month: str) -> int:
        """How many of its months lie before a month."""
        return len(pd.date_range(self.first, min(self.last, pd.Timestamp(month) - pd.DateOffset(months=1)), freq="MS"))


def spells(holds: pd.Series, start: str) -> list[Spell]:
    """Every run of true months from the month `start` on, in order of time.

    holds: true or false by month, complete. Raises BookError for a month that is missing.
    """
    after = holds.dropna()[start:]
    if after.empty or len(after) != len(pd.date_range(after.index[0], after.index[-1], freq="MS")):
        raise BookError(f"{holds.name or 'series'}: not every month from {start} is there; choose a window without gaps")
    after = after.astype(bool)
    runs = after.groupby((after != after.shift()).cumsum())
    return [Spell(run.index[0], run.index[-1], len(run), run.index[-1] == after.index[-1]) for _, run in runs if run.iloc[0]]


def judgement(then: float, later: pd.Series, enough: float) -> str:
    """What became of a condition: came and stayed, came and went, or did not come.

    then: the figure at the time; later: figures since, in order. It came when some later figure is at least `enough` times that
    of then (above zero, where that was zero), and stayed when the last one is. Raises BookError without later figures.
    """
    if later.empty:
        raise BookError("condition: no later figure to judge; say that there is no public measure")

    def reaches(value: float) -> bool:
        return value >= enough * then if then > 0 else value > 0
    if reaches(later.iloc[-1]):
        return CAME_AND_STAYED
    return CAME_AND_WENT if later.map(reaches).any() else DID_NOT_COME


def arrivals(flow: float, stopped: float, returned: float, onward: float, mexicans: float, expelled: float,
             again: float) -> float:
    """Encounters a month at the US border from a month's flow; shares in per cent.

    flow: stops of people who are not Mexican, in Mexico or at the border, a month; stopped: the share made by Mexico; returned:
    share of these sent back; onward: share of those not sent back who reach the border after all; mexicans: encounters of
    Mexicans; expelled: share of encounters that end in a return at once; again: share of those who try again, each time anew.

    Raises BookError when everybody is expelled and everybody tries again: that never ends.
    """
    repeated = expelled * again / 1e4
    if repeated >= 1:
        raise BookError("arrivals: everybody is expelled and everybody tries again, without end; lower one of the two shares")
    passed = flow * (1 - stopped / 100)
    let_go = flow * stopped / 100 * (1 - returned / 100) * onward / 100
    return (passed + let_go + mexicans) / (1 - repeated)
