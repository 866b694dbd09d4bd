"""Banco de México: remittances received by month, in the three forms its information system (SIE) gives.

- The table CE81 as a workbook: months across (``Ene 1995``), below them ``Remesas Totales (Millones de dólares)``, ``Número de
  Remesas Totales (Miles de operaciones)`` and ``Remesa Promedio Total (Dólares)``, to which every month is held.
- The series SE27803 (value) and SE27808 (number) exported as CSV in Windows-1252: title lines, then ``"Fecha","SE27803",…``,
  days as dd/mm/yyyy, ``N/E`` for none.
- The same from the API (``bmx.series[].datos[{fecha, dato}]``), figures as texts with commas.

https://www.banxico.org.mx/SieInternet/consultarDirectorioInternetAction.do?accion=consultarCuadro&idCuadro=CE81&locale=es
https://www.banxico.org.mx/SieAPIRest/service/v1/series/SE27803,SE27808/datos
The layouts rest on programs in public repositories that read these files in 2025 and 2026. What Mexico sends abroad is another
table of the system, whose series codes we could not find: these readers return the inbound flow only.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.readers.cells import complete_months, decimal, month_number, unique
from migrationbook.sources.readers.files import csv_chunks, first_bytes, json_document, sheet_rows
from migrationbook.sources.reading import folded, refuse

VALUE, NUMBER = "SE27803", "SE27808"  # million USD; thousand operations
NONE = ["N/E", ""]
MOST = {VALUE: 20_000, NUMBER: 60_000}
# the rows of the workbook's table, as they begin
ROWS = {
    VALUE: "remesas totales (millones de dolares",
    NUMBER: "numero de remesas totales (miles de operaciones",
    "average": "remesa promedio total (dolares",
}
MONTH = re.compile(r"([^\W\d]{3,})\.? (\d{4})")
AVERAGE = (100, 2000)  # USD a transfer: outside it a unit is not what it is taken for
CLOSE = 1  # USD: the printed average is rounded


def remittances_mexico_monthly(path: Path) -> pd.DataFrame:
    """Transfers to Mexico by month: operations and USD. Rows of ``flow`` inbound of table ``remittances_mexico_monthly``.

    Months without a figure are left out; the others must follow each other.
    """
    path = Path(path)
    start = first_bytes(path)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        frame = _from_workbook(path)
    else:
        frame = _from_api(path) if start[:1] in (b"{", b"[") else _from_csv(path)
    refuse(frame, NUMBER, frame[NUMBER].isin(NONE) & ~frame[VALUE].isin(NONE), "a number of transfers beside the value")
    refuse(frame, VALUE, frame[VALUE].isin(NONE) & ~frame[NUMBER].isin(NONE), "a value beside the number of transfers")
    frame = unique(frame[~frame[VALUE].isin(NONE)], ["date"])
    million, thousand = (decimal(frame, name, 0.1, MOST[name], thousands=",") for name in (VALUE, NUMBER))
    average = 1000 * million / thousand
    refuse(frame, VALUE, ~average.between(*AVERAGE), f"million dollars, {AVERAGE[0]} to {AVERAGE[1]:,} dollars a transfer")
    if "average" in frame:
        printed = decimal(frame, "average", *AVERAGE, thousands=",")
        refuse(frame, "average", (printed - average).abs() > CLOSE, "the value divided by the number of transfers")
    if frame.empty:
        raise BookError(f"{path.name}: expected months with figures, found none")
    table = pd.DataFrame(
        {
            "date": frame["date"],
            "flow": "inbound",
            "operations": (1000 * thousand).round().astype("int64"),
            "value_usd": (1_000_000 * million).round().astype("int64"),
        }
    )
    table.attrs = frame.attrs
    return complete_months(table)


def _from_csv(path: Path) -> pd.DataFrame:
    frame = pd.concat(csv_chunks(path, ["Fecha", VALUE, NUMBER]))
    return frame.assign(date=_days(frame, "Fecha"))


def _from_api(path: Path) -> pd.DataFrame:
    """One row for each day of any series; a day that a series does not have is an empty cell."""
    answer = json_document(path)
    try:
        found = answer["bmx"]["series"]
        series = {one["idSerie"]: {point["fecha"]: str(point["dato"]) for point in one["datos"]} for one in found}
    except (KeyError, TypeError):
        raise BookError(f"{path.name}: expected bmx.series[].datos[], found: {str(answer)[:150]}") from None
    missing = [code for code in (VALUE, NUMBER) if code not in series]
    if missing:
        raise BookError(f"{path.name}: expected the series {VALUE} and {NUMBER}, found: {', '.join(series) or 'none'}")
    days = list(dict.fromkeys([*series[VALUE], *series[NUMBER]]))
    cells = {"Fecha": days} | {code: [series[code].get(day, "").strip() for day in days] for code in (VALUE, NUMBER)}
    frame = pd.DataFrame(cells, index=pd.RangeIndex(1, len(days) + 1, name="row"), dtype="str")
    frame.attrs["file"] = path.name
    return frame.assign(date=_days(frame, "Fecha"))


def _from_workbook(path: Path) -> pd.DataFrame:
    """The three rows of CE81 turned into columns, one row for each month (row n is the n-th column of the sheet)."""
    rows = sheet_rows(path)
    header = max(rows, key=lambda row: sum(_month(cell) is not None for cell in row), default=[])
    months = {at: month for at, cell in enumerate(header) if (month := _month(cell)) is not None}
    if not months:
        raise BookError(f"{path.name}: expected a row of months (Ene 1995, …), found none; is this the table CE81?")
    first = min(months)
    cells = {"date": list(months.values())}
    for name, label in ROWS.items():
        found = [row for row in rows if label in " ".join(folded(cell) for cell in row[:first])]
        if len(found) != 1:
            raise BookError(f"{path.name}: expected one row '{label}…)', found {len(found)}; is this the table CE81?")
        cells[name] = pd.array([found[0][at] for at in months], dtype="str")
    frame = pd.DataFrame(cells, index=pd.Index([at + 1 for at in months], name="row"))
    frame.attrs["file"] = path.name
    return frame


def _month(text: str) -> pd.Timestamp | None:
    """First day of a month written ``Ene 1995``, else None."""
    parts = MONTH.fullmatch(text)
    number = month_number(parts[1]) if parts else None
    return pd.Timestamp(int(parts[2]), number, 1) if parts and number else None


def _days(frame: pd.DataFrame, column: str) -> pd.Series:
    """Days written dd/mm/yyyy, which of monthly series are the first of a month."""
    days = pd.to_datetime(frame[column], format="%d/%m/%Y", errors="coerce")
    refuse(frame, column, days.isna() | (days.dt.day != 1), "the first day of a month (01/mm/yyyy)")
    return days
