"""What every list of polls needs: the days of fieldwork, figures that may be missing, remarks for the reader."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import STATUS, numbers, periods, recode

YES_NO = {"1": True, "0": False}


def fieldwork(frame: pd.DataFrame) -> pd.DataFrame:
    """First and last day of fieldwork (``start``, ``end``) and the precision with which they are known.

    Cells of ``field_start`` and ``field_end`` are days, months or years; raises BookError like `reading.periods`.
    """
    first, last = periods(frame, "field_start"), periods(frame, "field_end")
    return first.assign(end=last["end"])


def shares(frame: pd.DataFrame, column: str) -> pd.Series:
    """Percentages, NaN where the pollster's was not found; raises BookError like `reading.numbers`."""
    return numbers(frame[frame[column] != ""], column, "float64").reindex(frame.index)


def respondents(frame: pd.DataFrame, column: str = "n") -> pd.Series:
    """People interviewed (``Int64``), empty where not published: never filled in. Lists write 1000 or 1000.0."""
    whole = frame.assign(**{column: frame[column].str.removesuffix(".0")})
    return numbers(whole[whole[column] != ""], column).reindex(frame.index).astype("Int64")


def origin(frame: pd.DataFrame) -> pd.DataFrame:
    """Where each figure was read, how far it can be trusted, and a remark: ``url``, ``status``, ``note``."""
    return pd.DataFrame({"url": frame["url"], "status": recode(frame, "quality", STATUS), "note": _remarks(frame)})


def _remarks(frame: pd.DataFrame) -> pd.Series:
    """Notes without the date on which a row was reviewed; the reader needs what was found."""
    reviewed = r"[aA]udit (?:of )?2026-11-23[:;] "
    first_read = frame["note"].str.replace(rf"{reviewed}((?:n |period )?)was ", r"\1first read as ", regex=True)
    return first_read.str.replace(reviewed, "", regex=True)
