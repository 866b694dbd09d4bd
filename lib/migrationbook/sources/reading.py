"""What every builder needs: reading a publisher's file with clear errors, and matching published totals."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError

WHOLE = r"[0-9]+"
DECIMAL = r"-?[0-9]+(\.[0-9]+)?"
FISCAL = r"FY(\d{4})(?:-(?:(\d{1,2})M|Q([1-4])|(H1)))?"
# how far a gathered figure can be trusted, as the hand-made lists say it
STATUS = {
    "official": "official",
    "press-reported-official": "press_reported_official",
    "secondary": "secondary",
    "unconfirmed, do not use for a headline": "unconfirmed, do not use for a headline",
}


class Raw:
    """The folder of publishers' files as the builder of one table sees it.

    ``checks`` collects the published totals the table has matched, in the order they were asked for.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.folder = Path(folder)
        self.table = table
        self.files: list[str] = []
        self.checks: list[dict] = []

    def of(self, table: str) -> Raw:
        """The same folder for another table, whose checks are recorded there and not here."""
        return Raw(self.folder, table)

    def path(self, file: str) -> Path:
        """Where ``file`` is, for a reader of the publisher's own format; BookError if it is not there."""
        path = self.folder / file
        if not path.exists():
            raise BookError(
                f"{file}: not in the folder {self.folder.resolve()}; name the folder of the publishers' files with --raw, "
                "or get the file from its publisher"
            )
        self.files.append(file)
        return path

    def read(self, file: str, columns: list[str]) -> pd.DataFrame:
        """Read ``file`` as text cells, with at least ``columns``; empty cells become "".

        Raises BookError naming the file and what is missing or cannot be read.
        """
        path = self.path(file)
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise BookError(
                f"{file}: expected a CSV file in UTF-8, found: {' '.join(str(error).split())}"
            ) from None
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise BookError(
                f"{file}, row 1: expected a column '{missing[0]}', found: {', '.join(frame.columns)}"
            )
        frame.attrs["file"] = file
        return frame

    def expect_total(
        self, label: str, found: float, expected: float, source: str, tolerance: float = 0
    ) -> None:
        """Hold ``found`` to the published ``expected``, at most ``tolerance`` apart, or raise BookError.

        source: who published the expected figure, with the address where there is one.
        """
        found, expected = _plain(found), _plain(expected)
        if not abs(found - expected) <= tolerance:
            files = ", ".join(dict.fromkeys(self.files)) or "raw files"
            raise BookError(
                f"{self.table} from {files}: {label}: expected {expected:,} (tolerance {tolerance:,}; "
                f"{source}), found {found:,}; nothing was written: compare the file with the publisher's page"
            )
        self.checks.append(
            {"label": label, "expected": expected, "found": found, "tolerance": tolerance, "source": source}
        )


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else float(number)


def numbers(frame: pd.DataFrame, column: str, kind: str = "int64") -> pd.Series:
    """Turn a column of text cells into numbers: whole and not negative (``int64``) or decimal (``float64``).

    With ``Float64`` a cell may be empty (<NA>). Raises BookError naming file, row, column, expected and found.
    """
    pattern, wanted = (WHOLE, "a whole number") if kind == "int64" else (DECIMAL, "a number")
    empty = (frame[column] == "") & (kind == "Float64")
    refuse(frame, column, ~(frame[column].str.fullmatch(pattern).fillna(False) | empty), wanted)
    return frame[column].mask(empty).astype(kind)


def months(frame: pd.DataFrame, column: str = "date") -> pd.Series:
    """Turn ISO dates (first day of a month) into timestamps; raises BookError like `numbers`."""
    parsed = pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")
    refuse(frame, column, parsed.isna() | (parsed.dt.day != 1), "the first day of a month (YYYY-MM-01)")
    return parsed


def recode(frame: pd.DataFrame, column: str, names: Mapping[str, object]) -> pd.Series:
    """Replace a publisher's labels by ours; a label we do not know raises BookError rather than pass unseen.
    """
    refuse(
        frame, column, ~frame[column].isin(list(names)), "one of " + ", ".join(f"'{name}'" for name in names)
    )
    return frame[column].map(names)


def folded(name: str) -> str:
    """A name as it is compared: without accents, in lower case, with single blanks."""
    plain = unicodedata.normalize("NFKD", name)
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().split())


def gathered(raw: Raw, file: str, value: str, kind: str = "int64") -> pd.DataFrame:
    """A hand-made list of dated points: period, measure, value, page it was read on, how far to trust it."""
    frame = raw.read(file, ["date", "series", "value", "unit", "publisher", "url", "quality", "note"])
    # the notes open with the date on which a row was reviewed; the reader needs what follows
    note = frame["note"].str.replace(
        r"^(Added in the |Corrected in the )?[Aa]udit (of )?2026-11-23[:;] ", "", regex=True
    )
    return periods(frame).assign(
        **{
            "measure": frame["series"],
            value: numbers(frame, "value", kind),
            "unit": frame["unit"],
            "publisher": frame["publisher"],
            "url": frame["url"],
            "status": recode(frame, "quality", STATUS),
            "note": note.str.replace(" (undated in the stored copy)", " (the page is undated)", regex=False),
        }
    )


def periods(frame: pd.DataFrame, column: str = "date") -> pd.DataFrame:
    """First day, last day and precision of cells like ``2019``, ``2019-06``, ``2019-06-24`` or ``start/end``.

    Halves and quarters of a year are written ``2020-H1``, ``2018-Q4``; US fiscal years and their beginnings ``FY2019``,
    ``FY2019-7M`` (seven months), ``FY2019-Q2`` (two quarters), ``FY2019-H1``. Columns ``start``, ``end`` (timestamps) and
    ``date_precision`` (day, month, year, fiscal_year or period). Raises BookError like `numbers`.
    """
    form = r"\d{4}(-\d{2}(-\d{2})?|-H[12]|-Q[1-4])?"
    matches = frame[column].str.fullmatch(f"{form}(/{form})?|{FISCAL}").fillna(False)
    refuse(frame, column, ~matches, "YYYY, YYYY-MM, YYYY-MM-DD, start/end or a fiscal year such as FY2019")
    parts = frame[column].map(_period)
    table = pd.DataFrame(
        {
            "start": pd.to_datetime(parts.str[0], errors="coerce"),
            "end": pd.to_datetime(parts.str[1], errors="coerce"),
            "date_precision": parts.str[2],
        }
    )
    refuse(frame, column, table["start"].isna() | table["end"].isna(), "a date that exists")
    return table


def _period(text: str) -> tuple[str, str, str]:
    if text.startswith("FY"):
        return _fiscal(text)
    first, slash, last = text.partition("/")
    start, _, precision = _day_range(first)
    _, end, _ = _day_range(last or first)
    return start, end, "period" if slash else precision


def _fiscal(text: str) -> tuple[str, str, str]:
    """A US fiscal year, October to September, or its first months, quarters or half."""
    found = re.fullmatch(FISCAL, text)
    assert found is not None  # the caller looked
    year, months, quarters, half = found.groups()
    length = int(months or 3 * int(quarters or 0) or (6 if half else 12))
    start = pd.Timestamp(int(year) - 1, 10, 1)
    end = start + pd.DateOffset(months=length, days=-1)
    return f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", "fiscal_year" if length == 12 else "period"


def _day_range(text: str) -> tuple[str, str, str]:
    parts = text.split("-")
    if len(parts) == 1:
        return f"{text}-01-01", f"{text}-12-31", "year"
    if parts[1][0] in "HQ":
        length = {"H": 6, "Q": 3}[parts[1][0]]
        last = length * int(parts[1][1])
        return f"{parts[0]}-{last - length + 1:02d}-01", _day_range(f"{parts[0]}-{last:02d}")[1], "period"
    if len(parts) == 2 and 1 <= int(parts[1]) <= 12:
        return f"{text}-01", f"{text}-{calendar.monthrange(int(parts[0]), int(parts[1]))[1]}", "month"
    return text, text, "day" if len(parts) == 3 else "month"


def refuse(frame: pd.DataFrame, column: str, wrong: pd.Series, wanted: str) -> None:
    """Raise BookError for the first cell marked ``wrong``, naming file, row, column, expected and found.

    The row is the index where that is named ``row`` (the file's own numbers); else the index counts rows from the
    first one below the header, as pandas does.
    """
    if wrong.any():
        row = wrong.idxmax()  # readers keep the index of the file, so that the row named is the file's own
        number = row if frame.index.name == "row" else row + 2
        raise BookError(
            f"{frame.attrs.get('file', 'table')}, row {number}, column '{column}': "
            f"expected {wanted}, found '{frame.at[row, column]}'"
        )
