"""SEGOB's migration policy unit (UPMRIP): tables of its yearly statistical bulletin, one workbook (.xls) a table.

Cuadro 3.1.1, "Eventos de personas en situación migratoria irregular en México, según continente y país de
nacionalidad", and cuadro 3.2.4, events of return by nationality and kind.
https://portales.segob.gob.mx/es/PoliticaMigratoria/Boletines_Estadisticos

No original could be had while this was written. The layout rests on what programs that read these files expect of them:
the functions `pull_mex` and `pull_mex_returns` of Paul Beach (USAID) for the title lines with the year, the row of
months, from 2021 three columns below each month in 3.1.1 (people presented, channelled, subtotal), groups of countries
among the countries, a row "Total general" and the spelling of names; the documentation of IOM's gdidata for which table
holds what. How 3.2.4 tells the kinds of return apart is not described anywhere we found: the kind is taken from the
columns below the month, else from a heading row, else from the title, and a table that names none is refused. Every
month must sum to the printed "Total general", so that a layout misread is an error and not a wrong figure.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.countries import spanish
from migrationbook.sources.readers.cells import complete_months, month_number, unique, whole
from migrationbook.sources.readers.files import sheet_rows
from migrationbook.sources.reading import folded, refuse

HEADER_ROWS = 15  # the months are looked for among the first so many rows
MOST = 500_000  # in one cell; the largest total of a month so far is about 125,000
NOTHING = ["", "-", "–", "—"]  # how the bulletin prints none
TOTAL = ["total", "total general", "gran total"]
SUBTOTAL = ["subtotal", "total"]  # of the columns below a month
GROUPS = [
    "africa", "america", "america central", "america del norte", "america del sur", "asia", "caribe", "centroamerica",
    "europa", "islas del caribe", "norteamerica", "oceania", "sudamerica",
]  # fmt: skip
# words of the title by which a table is known, as it is called now or was before; without accents
DETENTIONS = ("situacion migratoria irregular", "extranjeros presentados")
RETURNS = ("devolucion", "devuelt", "retorno asistido", "deporta")
NOTE_MARK = re.compile(r"\s*(\(\d\)|\d/|\*+)+$")  # "Honduras (1)", "Abr 2/"


def mexico_detentions(path: Path) -> pd.DataFrame:
    """Detentions by nationality and month (events) from cuadro 3.1.1 of one year. Table ``mexico_detentions``."""
    frame, figures = _cuadro(path, DETENTIONS)
    parts = {part for _, part in figures.values()}
    if parts & set(SUBTOTAL):
        figures = {name: (month, part) for name, (month, part) in figures.items() if part in SUBTOTAL}
    elif parts not in ({""}, {"presentados", "canalizados"}):
        raise BookError(
            f"{frame.attrs['file']}: expected columns 'Presentados', 'Canalizados' and 'Subtotal' below each month, "
            f"or none, found: {', '.join(sorted(parts))}; is this cuadro 3.1.1?"
        )
    rows = _by_nationality(frame, figures).rename(columns={"events": "detentions"})
    return rows.groupby(["date", "nationality"], as_index=False)["detentions"].sum()


def mexico_returns(path: Path) -> pd.DataFrame:
    """Returns by nationality, kind and month (events) from a cuadro 3.2 of one year. Table ``mexico_returns``."""
    frame, figures = _cuadro(path, RETURNS)
    if any(_kind(part) for _, part in figures.values()):
        figures = {name: (month, part) for name, (month, part) in figures.items() if _kind(part)}
    rows = _by_nationality(frame, figures).rename(columns={"events": "returns"})
    of_title = _kind(frame.attrs["title"])
    rows["return_type"] = [_kind(part) or block or of_title for part, block in zip(rows["part"], rows["block"], strict=True)]
    if rows["return_type"].isna().any():
        raise BookError(
            f"{frame.attrs['file']}: expected the kind of return (deportación, retorno asistido, retorno asistido de menores) "
            "in the columns, a heading row or the title, found none; is this cuadro 3.2.4?"
        )
    return rows.groupby(["date", "nationality", "return_type"], as_index=False)["returns"].sum()


def _cuadro(path: Path, about: tuple[str, ...]) -> tuple[pd.DataFrame, dict[str, tuple[pd.Timestamp, str]]]:
    """A bulletin table as text cells, and of each column of figures the month and the part (label below the month).

    Columns of the frame: ``label`` (country, group or total), ``block`` (kind of return that the heading row above it
    names) and those of figures. Rows without figures (headings, notes, also those in merged cells) drop out.
    """
    file, rows = Path(path).name, sheet_rows(path)
    header, months = _header(file, rows)
    title = " ".join(cell for row in rows[:header] for cell in dict.fromkeys(row))
    if not any(words in folded(title) for words in about):
        raise BookError(f"{file}: expected a title with '{about[0]}', found '{title[:150]}'; is this the right table?")
    years = set(re.findall(r"\b(?:19|20)\d\d\b", title))
    if len(years) != 1:
        raise BookError(f"{file}: expected one year in the title, found {', '.join(sorted(years)) or 'none'}: '{title[:150]}'")
    year, below = int(years.pop()), rows[header + 1]
    has_parts = any(below[at].isalpha() for at in months)
    parts = {at: folded(_plain(below[at])) if has_parts else "" for at in months}
    figures = {f"{rows[header][at]} {parts[at]}".strip(): (pd.Timestamp(year, months[at], 1), parts[at]) for at in months}
    if len(figures) < len(months):
        raise BookError(f"{file}, row {header + 1}: expected one column for each month, found several of one name")
    records, numbers, block = [], [], ""
    for number, row in enumerate(rows[header + 1 + has_parts :], start=header + 2 + has_parts):
        labels = [cell for cell in row[: min(months)] if cell]
        label = _plain(labels[-1]) if labels else ""
        if kind := _kind(label):
            block, label = kind, TOTAL[0]
        cells = [row[at] for at in months]
        if label and not any(cell in labels for cell in cells) and not all(cell in NOTHING for cell in cells):
            records.append([label, block, *cells])
            numbers.append(number)
    frame = pd.DataFrame(records, columns=["label", "block", *figures], index=pd.Index(numbers, name="row"), dtype="str")
    frame.attrs = {"file": file, "title": title}
    return frame, figures


def _header(file: str, rows: list[list[str]]) -> tuple[int, dict[int, int]]:
    """Which row names the months, and the month of each of its columns."""
    found = [
        {at: month for at, cell in enumerate(row) if (month := month_number(_plain(cell))) is not None}
        for row in rows[:HEADER_ROWS]
    ]
    most = max(found, key=len, default={})
    if not most or found.index(most) + 1 >= len(rows):
        raise BookError(f"{file}: expected a row of months (Ene, Feb, …) among the first {HEADER_ROWS}, found none")
    return found.index(most), most


def _by_nationality(frame: pd.DataFrame, figures: dict[str, tuple[pd.Timestamp, str]]) -> pd.DataFrame:
    """Events by date, part, block and nationality, held to the printed totals; a cell that says none is no row."""
    frame = frame[~frame["label"].map(folded).isin(GROUPS)]
    total = frame["label"].map(folded).isin(TOTAL)
    codes = frame["label"].map({label: spanish(label) for label in frame["label"].unique()})
    refuse(frame, "label", codes.isna() & ~total, "a country's Spanish name that sources/countries.py knows")
    unique(frame[~total], ["block", "label"])
    pieces = []
    for column, (date, part) in figures.items():
        events = whole(frame, column, MOST, NOTHING).fillna(0).astype("int64")
        _hold_to_total(frame, column, events, total)
        piece = {"date": date, "part": part, "block": frame["block"], "nationality": codes, "events": events}
        pieces.append(pd.DataFrame(piece)[~total & (events > 0)])
    table = pd.concat(pieces)
    table.attrs = frame.attrs
    if table.empty:
        raise BookError(f"{frame.attrs['file']}: expected figures by country, found none")
    return complete_months(table)


def _hold_to_total(frame: pd.DataFrame, column: str, events: pd.Series, total: pd.Series) -> None:
    """Refuse a column whose countries do not sum to the total printed for them: for all, or for those of a block."""
    if not total.any():
        raise BookError(
            f"{frame.attrs['file']}: expected a row 'Total general', found none (cut off?); download the file again"
        )
    for row in events[total].index:
        block = frame.at[row, "block"]
        found = events[~total & (frame["block"].eq(block) | (block == ""))].sum()
        if found != events[row]:
            raise BookError(
                f"{frame.attrs['file']}, row {row}, column '{column}': expected countries that sum to {events[row]:,} (the "
                f"printed total), found {found:,}: a row is missing, twice or misread"
            )


def _kind(label: str) -> str | None:
    """The kind of return a label names, if any."""
    text = folded(label)
    if "retorno asistido" in text:
        minors = ("menor", "nina", "nino", "nna", "adolescente")
        return "assisted_return_of_children" if any(word in text for word in minors) else "assisted_return"
    return "deportation" if "deporta" in text else None


def _plain(label: str) -> str:
    return NOTE_MARK.sub("", label).strip()
