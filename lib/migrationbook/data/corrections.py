"""Declared corrections of publishers' errors: one reviewable table, applied to a built table before it is checked."""

from __future__ import annotations

import csv

import pandas as pd

from migrationbook import paths
from migrationbook.errors import BookError

FILE = "reference/corrections.csv"
WHOLE_ROW = "*"  # in the column `column`: the row is left out


def declared(table: str) -> list[dict[str, str]]:
    """The corrections of one table, in the order of the file: table, key, column, was, is, reason, source."""
    path = paths.DATA / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["table"] == table]


def corrected(table: str, frame: pd.DataFrame, lenient: bool = False) -> pd.DataFrame:
    """The frame with the table's declared corrections.

    ``key`` names the rows as ``column=value`` pairs joined by ``; ``; every one of them must hold ``was`` in ``column``
    and gets ``is`` (no value if that is empty). With column ``*`` the rows are left out. Raises BookError for a correction
    that meets no row or another value than it expects: then the publisher has changed something and a person has to look.
    ``lenient`` passes over those: a new file has other periods, and the error may be mended in it.
    """
    for correction in declared(table):
        name, key = correction["column"], correction["key"]
        rows = _named(table, frame, key)
        if lenient and name in frame.columns:
            rows &= _texts(frame[name]) == correction["was"]
        if not rows.any():
            if lenient:
                continue
            raise BookError(f"{FILE}: no row of {table} has {key}; the source has changed: review the correction")
        if name == WHOLE_ROW:
            frame = frame[~rows]
            continue
        if name not in frame.columns:
            raise BookError(f"{FILE}: {table} has no column '{name}'; it has: {', '.join(frame.columns)}")
        found = _texts(frame.loc[rows, name])
        other = found[found != correction["was"]]
        if len(other):
            raise BookError(f"{FILE}: {table}, {key}, column '{name}': expected '{correction['was']}', found "
                            f"'{other.iloc[0]}'; the source has changed: review the correction")
        frame = frame.copy()
        frame.loc[rows, name] = pd.Series([correction["is"] or None]).astype(frame[name].dtype).iloc[0]
    return frame


def _named(table: str, frame: pd.DataFrame, key: str) -> pd.Series:
    chosen = pd.Series(True, index=frame.index)
    for pair in key.split("; "):
        name, _, value = pair.partition("=")
        if name not in frame.columns:
            raise BookError(f"{FILE}: {table} has no column '{name}'; it has: {', '.join(frame.columns)}")
        chosen &= _texts(frame[name]) == value
    return chosen


def _texts(column: pd.Series) -> pd.Series:
    """Cells as the table's file writes them."""
    return column.dt.strftime("%Y-%m-%d") if column.dtype.kind == "M" else column.astype("str")
