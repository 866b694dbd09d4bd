"""How unusual one year's change between two months is, against the same months of other years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from migrationbook.errors import BookError
from migrationbook.models.calendar import logarithm


@dataclass(frozen=True)
class PlaceboRank:
    """One year's value among `n` reference years: their mean and sd, the distance z in sd, the rank (1 = lowest).

    `as_low` lists the reference years at or below the value; `p` is (1 + how many they are) / (1 + n).
    """

    value: float
    mean: float
    sd: float
    n: int
    z: float
    rank: int
    as_low: list[int]
    p: float


def month_change(series: pd.Series, first: int = 5, last: int = 6) -> pd.Series:
    """Percentage change from one calendar month to another, indexed by the year of the first month.

    When `last` is not later in the calendar than `first`, it is that month of the following year. Years in which
    either month has no figure are left out. Raises BookError for months outside 1 to 12 and figures not above 0.
    """
    for number in (first, last):
        if number not in range(1, 13):
            raise BookError(f"month {number}: not a calendar month; use 1 to 12")
    known = series.dropna()
    starts, ends = known[known.index.month == first], known[known.index.month == last]
    logarithm(starts)  # a change from zero is no percentage
    starts = pd.Series(starts.to_numpy(dtype=float), index=starts.index.year)
    ends = pd.Series(ends.to_numpy(dtype=float), index=ends.index.year - (last <= first))
    change = (100 * (ends / starts - 1)).dropna().rename("percent").rename_axis("year")
    if change.empty:
        raise BookError(f"{series.name or 'series'}: no year with both month {first} and month {last}; "
                        "choose months the series has")
    return change


def placebo_rank(changes: pd.Series, year: int, reference_years: list[int] | None = None) -> PlaceboRank:
    """Place one year's change among the reference years (all others when none are named).

    The p-value is that of a random year being as low; the year itself counts once in it and is never a reference.
    Raises BookError for a year without a figure and for fewer than three reference years.
    """
    if year not in changes.index:
        raise BookError(f"year {year}: no change to rank; choose one of {changes.index.min()} to {changes.index.max()}")
    wanted = changes.index if reference_years is None else list(reference_years)
    missing = [other for other in wanted if other not in changes.index]
    if missing:
        raise BookError(f"reference year {missing[0]}: no change known; leave it out")
    reference = changes[[other for other in wanted if other != year]]
    if len(reference) < 3:
        raise BookError(f"{len(reference)} reference years: too few to rank {year}; name at least three")
    value, mean, sd = float(changes[year]), float(reference.mean()), float(reference.std(ddof=1))
    below = sorted(int(other) for other in reference.index[reference <= value])
    return PlaceboRank(value=value, mean=mean, sd=sd, n=len(reference), z=(value - mean) / sd if sd > 0 else np.nan,
                       rank=1 + int((reference < value).sum()), as_low=below, p=(1 + len(below)) / (1 + len(reference)))
