"""Refuse a chapter's parameters at its start when they cannot work, each in one line that says what would."""

from __future__ import annotations

from collections.abc import Collection

from migrationbook.errors import BookError
from migrationbook.models import calendar


def one_of(name: str, value: str, allowed: Collection[str]) -> None:
    """Raise BookError unless the value is one of those allowed."""
    if value not in allowed:
        raise BookError(f"{name} is '{value}'; it takes one of: {', '.join(allowed)}")


def number(name: str, value: float, low: float, high: float) -> None:
    """Raise BookError unless the value is a number from low to high; a whole one where both of these are whole."""
    whole = isinstance(low, int) and isinstance(high, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
        raise BookError(f"{name} is {value!r:.40}; it takes a {'whole ' if whole else ''}number from {low} to {high}")


def date(name: str, value: str, first: str, last: str) -> None:
    """Raise BookError unless the value is a month (2019-06) or day (2019-06-07), as `first` is, from first to last."""
    form = "%Y-%m" if len(first) == len("2019-06") else "%Y-%m-%d"
    try:
        good = isinstance(value, str) and f"{calendar.date(value):{form}}" == value and first <= value <= last
    except BookError:
        good = False
    if not good:
        raise BookError(f"{name} is {value!r:.40}; it takes a date from {first} to {last}, written like these")
