"""SESNSP, the secretariat of Mexico's public security system: victims of crime by state, the open data of 2015 to 2025.

https://www.gob.mx/sesnsp/acciones-y-programas/datos-abiertos-de-incidencia-delictiva, file "2015 - 2025 (Fuero común -
Víctimas). Incidencia delictiva estatal": Estatal-Víctimas-2015-2025_ago2026.zip, before 2025 IDVFC_NM_jul25.csv. The layout is
that which programs reading these files of 2021 to 2026 expect of them (no original could be had): one CSV in Windows-1252,
alone or in a zip archive, a row for each year, state, crime, means, sex and age, twelve columns of months, those to come
empty.

From January 2026 SESNSP counts in a new register (RNID) with 79 crimes defined anew, in files of the same columns. It is not
comparable: years after 2025 are refused.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.readers.cells import complete_months, hold_apart, month_number, whole
from migrationbook.sources.readers.files import csv_chunks
from migrationbook.sources.reading import refuse

# "Subtipo de delito" -> our name
CRIMES = {
    "Homicidio doloso": "intentional_homicide",
    "Feminicidio": "femicide",
    "Homicidio culposo": "unintentional_homicide",
    "Extorsión": "extortion",
    "Secuestro": "kidnapping",
    "Trata de personas": "human_trafficking",
    "Tráfico de menores": "trafficking_of_minors",
}
FIREARM = "Con arma de fuego"
MONTHS = [
    "Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto", "Septiembre", "Octubre", "Noviembre", "Diciembre",
]  # fmt: skip
LABELS = [
    "Año", "Clave_Ent", "Bien jurídico afectado", "Tipo de delito", "Subtipo de delito", "Modalidad", "Sexo", "Rango de edad",
]  # fmt: skip
STATES = [f"{number:02d}" for number in range(1, 33)]
MOST = 2000  # in one cell; all victims of a crime in a state and month are 587 at most so far


def crime_victims_by_state(path: Path) -> pd.DataFrame:
    """Victims (people) by month, state and crime. Table ``crime_victims_by_state``. Read and summed in pieces.

    A month in which no row has a figure above zero is still to come, if it stands at the end; one in which some rows have
    a figure and others an empty cell is refused.
    """
    pieces, seen = [], pd.Series(dtype="uint64")
    for frame in _chunks(path):
        frame = frame[frame["Subtipo de delito"].isin(CRIMES)]
        seen = hold_apart(frame, LABELS, seen)
        if len(frame):
            pieces.append(_summed(_long(frame)))
    name = Path(path).name
    if not pieces:
        raise BookError(f"{name}: expected victims of {', '.join(CRIMES)} in 'Subtipo de delito', found none")
    rows = _summed(pd.concat(pieces))
    rows.attrs["file"] = name
    return with_sums(_wide(_counted(rows)))


def with_sums(table: pd.DataFrame) -> pd.DataFrame:
    """The table with what is left of intentional homicide without firearms, and the victims of all crimes together."""
    other = table["intentional_homicide"] - table["intentional_homicide_firearm"]
    return table.assign(intentional_homicide_other_means=other, victims=table[list(CRIMES.values())].sum(axis=1))


def _chunks(path: Path) -> Iterator[pd.DataFrame]:
    """The file in pieces; of a zip archive, the one CSV file in it."""
    columns, inside = [*LABELS, *MONTHS], []
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    if len(inside) != 1:  # a CSV file, or something `csv_chunks` refuses by its right name
        yield from csv_chunks(path, columns)
        return
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        try:
            unpacked = Path(archive.extract(inside[0], folder))
        except (zipfile.BadZipFile, zlib.error, OSError) as error:
            raise BookError(f"{Path(path).name}: expected a whole zip archive, found: {error}; download the file again") from None
        yield from csv_chunks(unpacked, columns)


def _long(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each cell of a month: date, state, crime, victims, and how many cells were empty."""
    year = pd.to_numeric(frame["Año"], errors="coerce")
    refuse(frame, "Año", ~year.between(2015, 2025), "a year from 2015 to 2025 (what comes later is counted in another register)")
    state = frame["Clave_Ent"].str.zfill(2)
    refuse(frame, "Clave_Ent", ~state.isin(STATES), "a state's code from 1 to 32")
    crime = frame["Subtipo de delito"].map(CRIMES)
    armed = (frame["Modalidad"] == FIREARM) & (crime == "intentional_homicide")
    pieces = []
    for column in MONTHS:
        victims = whole(frame, column, MOST, missing=[""])
        date = pd.to_datetime({"year": year, "month": month_number(column), "day": 1})
        piece = pd.DataFrame({"date": date, "state": state, "crime": crime, "empty": victims.isna().astype("int64"),
                              "victims": victims.fillna(0).astype("int64")})
        pieces += [piece, piece[armed].assign(crime="intentional_homicide_firearm")]
    return pd.concat(pieces)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["date", "state", "crime"], as_index=False)[["empty", "victims"]].sum()


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without the months still to come at the end; BookError if figures are missing in a month that was counted."""
    counted = rows.groupby("date")[["empty", "victims"]].sum()
    last = counted.index[counted["victims"] > 0].max()
    gaps = counted[(counted.index <= last) & (counted["empty"] > 0)]
    if len(gaps):
        month = gaps.index[0]
        raise BookError(
            f"{rows.attrs['file']}, column '{MONTHS[month.month - 1]}': expected a figure in every row of {month.year}, "
            f"found {gaps['empty'].iloc[0]:,} empty cells; download the file again"
        )
    kept = rows[rows["date"] <= last]
    kept.attrs = rows.attrs
    return kept


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each month and state, one column for each crime; every state must have every month."""
    table = rows.pivot_table(index=["date", "state"], columns="crime", values="victims", aggfunc="sum", fill_value=0)
    names = [*CRIMES.values(), "intentional_homicide_firearm"]
    missing = [name for name in names if name not in table.columns or not table[name].any()]
    if missing:
        crime = next((label for label, ours in CRIMES.items() if ours == missing[0]), FIREARM)
        raise BookError(f"{rows.attrs['file']}: expected victims of '{crime}', found none (a label renamed?)")
    table = table[names].astype("int64").reset_index().rename_axis(columns=None)
    table.attrs = rows.attrs
    absent = sorted(set(STATES) - set(table["state"]))
    if absent:
        raise BookError(f"{rows.attrs['file']}: expected all 32 states, found none with code {', '.join(absent)} (cut off?)")
    return complete_months(table, ["state"])
