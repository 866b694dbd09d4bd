"""World Bank indicators, as its API gives them (JSON) and as its pages offer them for download (CSV).

JSON, ``https://api.worldbank.org/v2/country/BLZ;COL;…/indicator/CODE?format=json&per_page=20000``: a list of two, what the
answer is (``page``, ``pages``, ``lastupdated``) and one object for each country and year, ``value`` null where there is no
figure. Several indicators of one source may be asked for together (``CODE;CODE?source=2``). CSV, the file
``API_CODE_DS2_en_csv_v2_….csv`` in the archive behind "Download CSV": title lines with the date of the last update, a row for
each country, a column for each year. Both layouts rest on recorded answers of 2025 and 2026 in public repositories.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.indicators import INDICATORS, PANEL
from migrationbook.sources.readers.cells import decimal, unique
from migrationbook.sources.readers.files import csv_chunks, csv_head, first_bytes, json_document
from migrationbook.sources.reading import refuse

FIRST_YEAR = 1990
MOST = 1e15  # of any figure in any unit
UPDATED = "Last Updated Date"
LISTED = INDICATORS[INDICATORS["world_bank_code"] != ""]
CODES = dict(zip(LISTED["world_bank_code"], LISTED["indicator"], strict=True))
ALL = f"country/{';'.join(PANEL)}"  # how the API is asked for them


def worldbank_indicators(path: Path) -> pd.DataFrame:
    """Figures of the panel's countries from 1990 on, in the units of the indicators' list. Table ``worldbank_indicators``.

    ``vintage`` is the month of the World Bank's last update. Other countries and groups of countries are left out; a
    file without one of the panel's countries is refused, because it replaces the indicators it holds.
    """
    path = Path(path)
    updated, frame = _from_json(path) if first_bytes(path)[:1] in (b"[", b"{") else _from_csv(path)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", updated):
        raise BookError(f"{path.name}: expected the date of the last update (YYYY-MM-DD), found '{updated}'")
    frame = frame[frame["iso3"].isin(PANEL)]
    if frame.empty:
        raise BookError(f"{path.name}: expected figures of the panel's countries ({ALL}), found none")
    for code, rows in frame.groupby("code"):
        missing = sorted(set(PANEL) - set(rows["iso3"]))
        if missing:
            raise BookError(f"{path.name}: expected {code} for all countries of the panel, found none for {', '.join(missing)}; "
                            f"download them together: {ALL}")
    frame = frame[frame["value"].notna() & (frame["year"] >= FIRST_YEAR)]
    indicator = frame["code"].map(CODES)
    return frame.assign(indicator=indicator, vintage=updated[:7])[["indicator", "iso3", "year", "value", "vintage"]]


def _from_json(path: Path) -> tuple[str, pd.DataFrame]:
    """Date of the last update, and code, country, year and value (NaN for none); row n is the n-th object."""
    answer = json_document(path)
    if not (isinstance(answer, list) and len(answer) == 2 and isinstance(answer[0], dict) and isinstance(answer[1], list)):
        raise BookError(f"{path.name}: expected a World Bank answer [what it is, figures], found: {str(answer)[:150]}")
    about, objects = answer
    if about.get("pages") != 1:
        raise BookError(f"{path.name}: expected all figures on one page, found page {about.get('page')} of {about.get('pages')}; "
                        "ask for them with per_page=20000")
    if about.get("total") != len(objects):
        raise BookError(f"{path.name}: expected {about.get('total')} figures, found {len(objects)}; download the file again")
    try:
        cells = [[one["indicator"]["id"], one["countryiso3code"], one["date"], one["value"]] for one in objects]
    except (KeyError, TypeError):
        raise BookError(f"{path.name}: expected figures with indicator, countryiso3code, date and value, found others; "
                        "is this an answer of the API, version 2?") from None
    texts = [["" if cell is None else str(cell) for cell in row] for row in cells]
    index = pd.RangeIndex(1, len(texts) + 1, name="row")
    frame = pd.DataFrame(texts, columns=["code", "iso3", "year", "value"], index=index, dtype="str")
    frame.attrs["file"] = path.name
    _known_codes(frame)
    refuse(frame, "year", ~frame["year"].str.fullmatch(r"(19|20)\d\d"), "a year")
    frame = unique(frame[frame["iso3"].isin(PANEL)], ["code", "iso3", "year"])
    value = decimal(frame, "value", -MOST, MOST, missing=[""])
    return str(about.get("lastupdated", "")), frame.assign(year=frame["year"].astype("int64"), value=value)


def _from_csv(path: Path) -> tuple[str, pd.DataFrame]:
    """The same from the table with a column for each year."""
    fixed = ["Country Code", "Indicator Code"]
    titles, header = csv_head(path, fixed)
    updated = next((row[1] for row in titles if row[:1] == [UPDATED] and len(row) > 1), "")
    years = [name for name in header if re.fullmatch(r"(19|20)\d\d", name)]
    wide = pd.concat(csv_chunks(path, [*fixed, *years])).rename(columns={"Country Code": "iso3", "Indicator Code": "code"})
    wide.attrs["file"] = path.name
    _known_codes(wide)
    wide = unique(wide[wide["iso3"].isin(PANEL)], ["code", "iso3"])
    figures = wide.assign(**{year: decimal(wide, year, -MOST, MOST, missing=[""]) for year in years})
    frame = figures.melt(["code", "iso3"], years, var_name="year", value_name="value")
    return updated, frame.assign(year=frame["year"].astype("int64"))


def _known_codes(frame: pd.DataFrame) -> None:
    refuse(frame, "code", ~frame["code"].isin(list(CODES)), "a World Bank code that sources/indicators.csv lists")
