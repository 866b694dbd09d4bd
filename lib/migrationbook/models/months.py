"""Monthly series: what a model may be given, and how much of each month lies after a date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from migrationbook.errors import BookError


def monthly(series: pd.Series, name: str = "series") -> pd.Series:
    """The series as floats with one row for every month, or an error that says what is wrong.

    series: index of month starts (``DatetimeIndex``), values in events per month.
    Raises BookError for any other index, repeated or missing months, and empty values.
    """
    index = series.index
    if not isinstance(index, pd.DatetimeIndex) or len(index) == 0 or (index.day != 1).any():
        raise BookError(f"{name}: a model needs dates on the first of the month as index; set it with asfreq('MS')")
    if index.has_duplicates:
        twice = index[index.duplicated()][0]
        raise BookError(f"{name}: month {twice:%Y-%m} appears twice; add the rows up first (groupby(level=0).sum())")
    regular = series.sort_index().astype(float).asfreq("MS")
    if regular.isna().any():
        gap = regular.index[regular.isna()][0]
        raise BookError(f"{name}: no value for {gap:%Y-%m}; models take no gaps, start after it or drop the tail")
    return regular


def log_counts(series: pd.Series, name: str = "series") -> pd.Series:
    """Natural logarithm of a monthly series. Raises BookError where a month has no events."""
    regular = monthly(series, name)
    if (regular <= 0).any():
        first = regular.index[regular <= 0][0]
        raise BookError(
            f"{name}: {first:%Y-%m} counts {regular[first]:g} events and a logarithm needs more than 0; "
            "start later or add groups together")
    return np.log(regular)


def month(value: str | pd.Timestamp, what: str = "month") -> pd.Timestamp:
    """The first day of the month that ``value`` (date or text) falls in."""
    try:
        stamp = pd.Timestamp(value)
    except ValueError:
        stamp = pd.NaT
    if stamp is pd.NaT:
        raise BookError(f"{what} is '{value}'; write a month as 2019-06 or a date as 2019-06-07")
    return stamp.replace(day=1).normalize()


def exposure(months: pd.DatetimeIndex, after: str | pd.Timestamp) -> pd.Series:
    """Share of each calendar month's days that come after a date: 23/30 in June 2019 for 7 June, then 1.

    months: month starts. after: the last day that is not exposed. Returns floats from 0 to 1 indexed by month.
    """
    month(after, "after")
    next_month = months + pd.offsets.MonthBegin(1)
    exposed = np.clip((next_month - (pd.Timestamp(after).normalize() + pd.Timedelta(days=1))).days, 0, None)
    return pd.Series(np.minimum(exposed / months.days_in_month, 1.0), index=months, name="exposure")


def window(series: pd.Series, start: str | None, end: str | None, name: str = "series") -> pd.Series:
    """The months from start to end (both included; None: as far as the series goes).

    Raises BookError for a window of no months and for a bound outside the series.
    """
    first = series.index[0] if start is None else month(start, "start")
    last = series.index[-1] if end is None else month(end, "end")
    if first > last:
        raise BookError(f"impossible window: start {first:%Y-%m} is after end {last:%Y-%m}; swap or widen them")
    for bound, label in ((first, "start"), (last, "end")):
        if not series.index[0] <= bound <= series.index[-1]:
            raise BookError(
                f"impossible window: {label} {bound:%Y-%m} lies outside {name}, "
                f"which runs from {series.index[0]:%Y-%m} to {series.index[-1]:%Y-%m}")
    return series.loc[first:last]


def before_and_after(
    series: pd.Series, after: str | pd.Timestamp, start: str | None, end: str | None,
    minimum: int, name: str = "series",
) -> tuple[pd.Series, pd.Series]:
    """Cut a monthly series into the months wholly before a date and the months it touches, up to ``end``.

    minimum: months needed before. Raises BookError if there are fewer, or if no month comes after.
    """
    cut = window(series, start, end, name)
    treated = exposure(cut.index, after)
    before, touched = cut[treated == 0], cut[treated > 0]
    if len(touched) == 0:
        raise BookError(
            f"impossible window: no month of {name} up to {cut.index[-1]:%Y-%m} comes after {after}; "
            "choose a later end or an earlier date")
    if len(before) < minimum:
        raise BookError(
            f"impossible window: {name} has {len(before)} whole months before {after} and this model needs {minimum}; "
            "start earlier or use break_against_trend")
    return before, touched
