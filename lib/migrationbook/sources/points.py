"""Gathered figures under our names: what is measured, over which days, how exactly."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from migrationbook.sources.reading import Raw, gathered, recode

# in the notes: how a list was gathered, put into words for its readers
WORDS = {
    r" in the audit of 2026-11-23": " later",
    r"the stored text breaks off": "the text at hand breaks off",
    r"the OIG text was stored only in part": "the inspector's text was at hand only in part",
    r" \(checked\)": "",
}


def points(raw: Raw, file: str, others: Iterable[str] = ()) -> pd.DataFrame:
    """A gathered list with its file's name kept for messages; without the series ``others``, which another table has.

    An address that is none (a page that could not be found again) is left empty.
    """
    table = gathered(raw, file, "value", "float64")
    table = table[~table["measure"].isin(list(others))]
    table = table.assign(
        url=table["url"].where(table["url"].str.startswith("http"), ""),
        note=table["note"].replace(WORDS, regex=True),
    )
    table.attrs["file"] = file
    return table


def dated(table: pd.DataFrame, names: dict[str, tuple]) -> pd.DataFrame:
    """The list under our names, with its precision.

    names: the list's series -> our measure, and whether it is a state: of a state in a fiscal year or another period the
    figure holds for the last day, which is then both start and end. Raises BookError for a series not named.
    """
    state = recode(table, "measure", {name: bool(is_state) for name, (_, is_state, *_) in names.items()}).astype(bool)
    state &= table["date_precision"].isin(["fiscal_year", "period"])
    return table.assign(
        start=table["start"].mask(state, table["end"]),
        date_precision=table["date_precision"].mask(state, "day"),
        precision=precision(table["measure"]),
        measure=recode(table, "measure", {name: measure for name, (measure, *_) in names.items()}),
    )


def precision(series: pd.Series) -> pd.Series:
    """How exact a figure is, as its name in the list says: exact, rounded (or approximate), derived by subtraction."""
    rounded = series.str.contains(r"\b(?:rounded|approximate)\)")
    return pd.Series("exact", index=series.index).mask(rounded, "rounded").mask(series.str.contains(r"\(derived"), "derived")
