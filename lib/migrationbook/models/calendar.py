"""Months, windows and the share of a month that follows a date."""

from __future__ import annotations

from typing import overload

import numpy as np
import pandas as pd

from migrationbook.errors import BookError


def date(value: str | pd.Timestamp) -> pd.Timestamp:
    """Read a date written as ``2019-06`` (its first day), ``2019-06-07`` or a Timestamp.

    Raises BookError when it is none of these.
    """
    try:
        read = pd.Timestamp(value)
    except (ValueError, TypeError):
        read = pd.NaT
    if read is pd.NaT:
        raise BookError(f"date {value!r}: not a date; write it as 2019-06 or 2019-06-07")
    return read.normalize()


def month(value: str | pd.Timestamp) -> pd.Timestamp:
    """First day of the month that contains the date. Raises BookError for what is no date."""
    return date(value).replace(day=1)


def exposure(months: pd.DatetimeIndex, after: str | pd.Timestamp) -> pd.Series:
    """Share of each month's days that lie after a date, between 0 and 1.

    The day itself does not count: June 2019 after 2019-06-07 is 23/30. Every month before is 0, every later one 1.
    The sum over a window is the number of months of exposure.
    """
    last_day = months + pd.offsets.MonthEnd(0)
    days_after = np.asarray((last_day - date(after)).days, dtype=float)
    return pd.Series(np.clip(days_after / np.asarray(last_day.day), 0.0, 1.0), index=months, name="exposure")


def first_exposed(after: str | pd.Timestamp) -> pd.Timestamp:
    """The first month with at least one day after the date: June 2019 for 2019-06-07, July 2019 for 2019-06-30."""
    return month(date(after) + pd.Timedelta(days=1))


def between(series: pd.Series, start: str | pd.Timestamp | None = None,
            end: str | pd.Timestamp | None = None) -> pd.Series:
    """The months from start to end, both included, as floats, complete.

    Without start or end the window runs from the first or to the last month with a figure.
    Raises BookError for an index that is not monthly, a window outside the series, and any month without a figure.
    """
    name = series.name or "series"
    index = series.index
    if not isinstance(index, pd.DatetimeIndex) or (index.day != 1).any() or not index.is_unique:
        raise BookError(f"{name}: the index is not one row per month start; index the series by its date column")
    known = series.dropna().sort_index()
    if known.empty:
        raise BookError(f"{name}: no figures at all; choose another series")
    first = known.index[0] if start is None else month(start)
    last = known.index[-1] if end is None else month(end)
    if last < first:
        raise BookError(f"{name}: the window {first:%Y-%m} to {last:%Y-%m} is empty; put the earlier month first")
    if first < known.index[0] or last > known.index[-1]:
        raise BookError(f"{name}: the window {first:%Y-%m} to {last:%Y-%m} leaves the series; "
                        f"stay within {known.index[0]:%Y-%m} to {known.index[-1]:%Y-%m}")
    wanted = pd.period_range(first, last, freq="M").to_timestamp()  # in a quarter of the time of date_range
    window = known.reindex(wanted).astype(float)
    if window.isna().any():
        gap = window.index[window.isna()][0]
        raise BookError(f"{name}: no figure for {gap:%Y-%m}; choose a window without gaps")
    return window


def logarithm(series: pd.Series) -> pd.Series:
    """Natural logarithm of positive figures. Raises BookError at the first zero or negative one."""
    wrong = series.index[~(series > 0)]
    if len(wrong):
        raise BookError(f"{series.name or 'series'}: {series[wrong[0]]:g} in {wrong[0]:%Y-%m} has no logarithm; "
                        "choose a window of positive figures or a broader series")
    return np.log(series)


def require(series: pd.Series, months: int, use: str) -> None:
    """Raise BookError when fewer months are left than a method needs; `use` says what they were needed for."""
    if len(series) < months:
        raise BookError(f"{series.name or 'series'}: {len(series)} months for {use}, at least {months} are needed; "
                        "start earlier")


def level_of(level: float) -> float:
    """An interval's level, strictly between 0 and 1. Raises BookError otherwise, for instance for 95."""
    if not 0 < level < 1:
        raise BookError(f"level {level!r}: not between 0 and 1; write 0.95 for 95 %")
    return level


@overload
def percent(log_change: float) -> float: ...
@overload
def percent(log_change: np.ndarray) -> np.ndarray: ...
def percent(log_change: float | np.ndarray) -> float | np.ndarray:
    """A difference of logarithms as a percentage change: -0.693 is -50."""
    return 100 * np.expm1(log_change)
