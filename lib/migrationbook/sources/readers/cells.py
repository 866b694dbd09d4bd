"""Text cells to figures and months, and what the rows of a table owe each other: own keys, complete months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.reading import folded, refuse

BLANKS = "\u0020\u00a0\u2009\u202f"  # blank, no-break, thin and narrow no-break: what typesets thousands apart
GROUPED = r"[1-9]\d{0,2}(?:(?:%s\d{3})+)"  # 1,234,567 but neither 0,123 nor 12,34


def whole(frame: pd.DataFrame, column: str, maximum: int, missing: Sequence[str] = ()) -> pd.Series:
    """Counts from texts: ``1234``, ``1,234`` or ``1 234``, from 0 to ``maximum``. ``int64``.

    A comma in a count can only set thousands apart, so it is read so, and only before three digits; a point is refused.
    ``missing``: cells that mean "no figure" (``["", "-"]``); with any, the result is ``Int64`` and they are <NA>.
    """
    text, absent = _cells(frame, column, missing)
    form = "|".join([r"\d+", GROUPED % ",", *(GROUPED % blank for blank in BLANKS)])
    refuse(frame, column, ~(_matches(text, form) | absent), "a whole number, not negative")
    plain = text.str.replace(f"[,{BLANKS}]", "", regex=True)
    # longer than any count: refused before they overflow
    refuse(frame, column, ~absent & (plain.str.len() > 18), f"at most {maximum:,}")
    numbers = plain.mask(absent).astype("Int64") if missing else plain.astype("int64")
    refuse(frame, column, (numbers > maximum).fillna(False).astype(bool), f"at most {maximum:,}")
    return numbers.rename(column)


def decimal(
    frame: pd.DataFrame,
    column: str,
    minimum: float,
    maximum: float,
    mark: str = ".",
    thousands: str = "",
    missing: Sequence[str] = (),
) -> pd.Series:
    """Decimals from texts, from ``minimum`` to ``maximum``. ``float64``, NaN where the cell is one of ``missing``.

    The publisher's decimal ``mark`` and ``thousands`` separator are declared, never guessed: ``1,234`` is refused unless
    the comma is one of the two. Blanks set thousands apart in any case. ``1e-05`` is read.
    """
    text, absent = _cells(frame, column, missing)
    separators = [re.escape(thousands)] if thousands else []
    groups = "|".join([r"\d+", *(GROUPED % separator for separator in [*separators, *BLANKS])])
    form = rf"[-\u2212]?(?:{groups})?(?:{re.escape(mark)}\d+)?(?:[eE][-+]?\d+)?"
    fits = _matches(text, form) & text.str.contains(r"\d")
    refuse(frame, column, ~(fits | absent), f"a number (decimal mark '{mark}')")
    plain = text.str.replace(f"[{BLANKS}{re.escape(thousands)}]", "", regex=True)
    plain = plain.str.replace("\u2212", "-").str.replace(mark, ".")
    numbers = plain.mask(absent).astype("float64")
    refuse(frame, column, (numbers < minimum) | (numbers > maximum), f"a number from {minimum:,} to {maximum:,}")
    return numbers.rename(column)


def month_number(text: str) -> int | None:
    """1 to 12 for a month's name or abbreviation in English or Spanish (``OCT``, ``Enero``, ``sept.``), else None."""
    return _month_names().get(folded(text).rstrip("."))


@lru_cache(maxsize=1)
def _month_names() -> dict[str, int]:
    from babel import Locale

    names = {"set": 9, "setiembre": 9}  # the other Spanish spelling of September, which CLDR does not list
    for language in ("en", "es"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).months["format"][width].items():
                names |= {folded(name).rstrip("."): number, folded(name)[:3]: number}
    return names


def month_numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """`month_number` of a column of cells; a name it does not know raises BookError."""
    numbers = frame[column].map({name: month_number(name) for name in frame[column].unique()})
    refuse(frame, column, numbers.isna(), "the name of a month")
    return numbers.astype("int64")


def unique(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """``frame`` itself if no two rows share a key; else BookError naming the second of them."""
    again = frame.duplicated(key)
    if again.any():
        row = frame[again].iloc[0]
        told = ", ".join(_plain(row[column]) for column in key if row[column] != "")
        place = f"row {again.idxmax()}" if frame.index.name == "row" else "key"
        raise BookError(f"{frame.attrs.get('file', 'table')}, {place}: expected one row for {told}, found a second")
    return frame


def hold_apart(frame: pd.DataFrame, key: list[str], seen: pd.Series) -> pd.Series:
    """Refuse a row whose key was in an earlier piece of the file or stands twice in this one (a row counted twice).

    seen: what the call on the piece before returned (at first an empty series of ``uint64``): eight bytes a row.
    """
    seen = pd.concat([seen, pd.util.hash_pandas_object(frame[key], index=False)])
    again = seen.duplicated()
    if again.any():
        raise BookError(
            f"{frame.attrs['file']}, row {again.idxmax()}: expected one row for each combination of labels, "
            "found a second; download the file again"
        )
    return seen


def complete_months(frame: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """``frame`` itself if ``date`` has every month from first to last (within each value of ``by``); else BookError."""
    groups = frame.groupby(list(by)) if by else [((), frame)]
    for group, rows in groups:
        present = pd.DatetimeIndex(rows["date"].unique())
        gap = pd.date_range(present.min(), present.max(), freq="MS").difference(present)
        if len(gap):
            of = f" for {', '.join(map(str, group))}" if by else ""
            raise BookError(
                f"{frame.attrs.get('file', 'table')}: expected rows for {gap[0]:%Y-%m}{of}, found none; "
                "months before and after it are there: download the file again"
            )
    return frame


def _cells(frame: pd.DataFrame, column: str, missing: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    text = frame[column].str.strip()
    return text, text.isin(list(missing))


def _matches(text: pd.Series, form: str) -> pd.Series:
    return text.str.fullmatch(form, flags=re.ASCII).fillna(False).astype(bool)


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
