"""UNHCR's Refugee Data Finder: asylum applications, decisions and end-year stocks, from its API or its download page.

Three layouts hold the same rows. The API answers JSON (``{"page": 1, "maxPages": 1, "items": [...]}``, numbers partly as
texts, ``-`` for none). With ``download=true``, and on the download page, it packs a CSV file with headings in words and a
file of footnotes into a zip archive. UNHCR's R package ``refugees`` has the API's column names.
https://api.unhcr.org/docs/refugee-statistics.html, https://www.unhcr.org/refugee-statistics/download/

No original could be fetched while this was written: columns and headings rest on the package's documentation and on
programs and notes of 2026 by people who use the API and the archives.

A file must be broken down by origin and by asylum country (``coo_all=true``): rows that sum all countries are refused.
The tables keep the countries of asylum of the route to the United States and, of stocks, two sets of pairs (`_in_pairs`).
"""

from __future__ import annotations

import codecs
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.readers.cells import unique, whole
from migrationbook.sources.readers.files import AGAIN, csv_chunks, json_document
from migrationbook.sources.reading import recode, refuse

ASYLUM = ["BLZ", "CAN", "CRI", "ESP", "GTM", "HND", "MEX", "NIC", "PAN", "SLV", "USA"]
CENTRAL_AMERICA = ["GTM", "HND", "NIC", "SLV"]
ORIGINS = [*CENTRAL_AMERICA, "AFG", "BRA", "CHL", "COL", "CUB", "DOM", "ECU", "HTI", "MEX", "PER", "VEN"]

PROCEDURES = {"G": "government", "J": "joint", "U": "unhcr"}
APPLICATION_TYPES = {"N": "new", "R": "repeat", "A": "appeal", "V": "new_and_repeat"}
LEVELS = {
    "FI": "first_instance",
    "FA": "first_instance_and_appeal",
    "AR": "administrative_review",
    "RA": "repeat_or_reopened",
    "JR": "judicial_review",
    "IN": "uscis",
    "EO": "immigration_court",
}
UNITS = {"P": "persons", "C": "cases"}

# the API's names and, where the zip archive has others, its headings
PAIR = {"year": "Year", "coo_iso": "Country of origin (ISO)", "coa_iso": "Country of asylum (ISO)"}
APPLICATIONS = PAIR | {
    "procedure_type": "Authority",
    "app_type": "Application type",
    "dec_level": "Stage of procedure",
    "app_pc": "Cases / Persons",
    "applied": "applied",
}
DECISIONS = PAIR | {
    "procedure_type": "Authority",
    "dec_level": "Stage of procedure",
    "dec_pc": "Cases / Persons",
    "dec_recognized": "Recognized decisions",
    "dec_other": "Complementary protection",
    "dec_rejected": "Rejected decisions",
    "dec_closed": "Otherwise closed",
    "dec_total": "Total decisions",
}
STOCKS = PAIR | {
    "refugees": "Refugees under UNHCR's mandate",
    "asylum_seekers": "Asylum-seekers",
    "oip": "Other people in need of international protection",
    "ooc": "Others of concern",
}
NONE = ["-", ""]  # how a category that did not exist, or does not apply, is written
MOST = 3_000_000  # in one cell; the largest so far is 620,074
MOST_ROWS = 500_000  # of interest; in 2026 the largest of UNHCR's tables has 138,893 for all pairs of countries
LARGEST_JSON = 100_000_000

Wanted = Callable[[pd.Series, pd.Series], pd.Series]  # origins and countries of asylum -> whether the table has the pair


def unhcr_applications(path: Path) -> pd.DataFrame:
    """Asylum applications by calendar year, origin, country of asylum, stage and unit. Table ``unhcr_applications``."""
    frame, at = _rows(path, APPLICATIONS, _in_asylum)
    unique(frame, list(at.values())[:-1])
    return pd.DataFrame(
        {
            **_pair(frame, at),
            "procedure": recode(frame, at["procedure_type"], PROCEDURES),
            "application_type": recode(frame, at["app_type"], APPLICATION_TYPES),
            "level": recode(frame, at["dec_level"], LEVELS),
            "unit": recode(frame, at["app_pc"], UNITS),
            "applications": whole(frame, at["applied"], MOST),
        }
    )


def unhcr_decisions(path: Path) -> pd.DataFrame:
    """Decisions by calendar year, origin, country of asylum, stage and unit, with their outcome. Table ``unhcr_decisions``.

    ``not_itemised`` is what the publisher's total has and its outcomes do not (negative where they exceed it).
    """
    frame, at = _rows(path, DECISIONS, _in_asylum)
    unique(frame, list(at.values())[:6])
    outcomes = {
        "recognized": whole(frame, at["dec_recognized"], MOST),
        "complementary": whole(frame, at["dec_other"], MOST),
        "rejected": whole(frame, at["dec_rejected"], MOST),
        "closed": whole(frame, at["dec_closed"], MOST),
    }
    total = whole(frame, at["dec_total"], MOST)
    return pd.DataFrame(
        {
            **_pair(frame, at),
            "procedure": recode(frame, at["procedure_type"], PROCEDURES),
            "level": recode(frame, at["dec_level"], LEVELS),
            "unit": recode(frame, at["dec_pc"], UNITS),
            **outcomes,
            "not_itemised": total - sum(outcomes.values()),
            "decisions": total,
        }
    )


def unhcr_stocks(path: Path) -> pd.DataFrame:
    """People at the end of the year by origin and country of asylum. Table ``unhcr_stocks``; pairs without anybody drop out."""
    frame, at = _rows(path, STOCKS, _in_pairs)
    unique(frame, [at[name] for name in PAIR])
    people = {
        "refugees": whole(frame, at["refugees"], MOST),
        "asylum_seekers": whole(frame, at["asylum_seekers"], MOST),
        "others_in_need": whole(frame, at["oip"], MOST, NONE),
        "others_of_concern": whole(frame, at["ooc"], MOST),
    }
    table = pd.DataFrame({**_pair(frame, at), **people})
    return table[table[list(people)].fillna(0).any(axis=1)]


def _in_asylum(origin: pd.Series, asylum: pd.Series) -> pd.Series:
    return asylum.isin(ASYLUM)


def _in_pairs(origin: pd.Series, asylum: pd.Series) -> pd.Series:
    """Fifteen origins in the eleven countries of asylum, and four Central American origins wherever they are."""
    return (asylum.isin(ASYLUM) & origin.isin(ORIGINS)) | origin.isin(CENTRAL_AMERICA)


def _pair(frame: pd.DataFrame, at: dict[str, str]) -> dict[str, pd.Series]:
    return {"year": frame[at["year"]].astype("int64"), "origin": frame[at["coo_iso"]], "asylum": frame[at["coa_iso"]]}


def _rows(path: Path, columns: dict[str, str], wanted: Wanted) -> tuple[pd.DataFrame, dict[str, str]]:
    """The ``wanted`` rows of a file in any of the layouts as text cells, and the file's own name for each column.

    The years from the first to the last are all there.
    """
    path = Path(path)
    start = _start(path)
    if start.startswith(b"PK"):
        frame = _from_archive(path, columns, wanted)
    elif start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        frame = _of_interest(_from_json(path, list(columns)), wanted)
    else:
        frame = _from_csv(path, columns, wanted)
    if frame.empty:
        raise BookError(f"{path.name}: expected rows for {', '.join(ASYLUM)}, found none of them")
    at = dict(zip(columns, frame.columns, strict=True))
    refuse(frame, at["year"], ~frame[at["year"]].str.fullmatch(r"(19|20)\d\d"), "a year")
    years = frame[at["year"]].astype("int64")
    gap = sorted(set(range(years.min(), years.max())) - set(years))
    if gap:
        raise BookError(f"{path.name}: expected rows for {gap[0]}, found none; years before and after it are there: {AGAIN}")
    return frame, at


def _of_interest(frame: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The wanted rows; origin and country of asylum are the second and the third column."""
    _, origin, asylum, *_ = frame.columns
    for column in (origin, asylum):
        code = "a country's ISO code (ask for every country: coo_all=true, and coa or coa_all=true)"
        refuse(frame, column, ~frame[column].str.fullmatch("[A-Z]{3}"), code)
    return frame[wanted(frame[origin], frame[asylum])]


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise BookError(f"{path}: expected a file that can be read, found: {error.strerror}") from None


def _from_json(path: Path, columns: list[str]) -> pd.DataFrame:
    """The API's answer, which must be whole: one page of one."""
    if path.stat().st_size > LARGEST_JSON:
        raise BookError(f"{path.name}: expected at most {LARGEST_JSON:,} bytes of JSON, found more; ask for fewer years")
    answer = json_document(path)
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise BookError(f"{path.name}: expected an answer of UNHCR's API with rows under 'items', found none; {AGAIN}")
    page, pages = answer.get("page", 1), answer.get("maxPages", 1)
    if pages != 1:
        raise BookError(
            f"{path.name}: expected the whole answer, found page {page} of {pages}; ask with a larger limit or download=true"
        )
    for number, item in enumerate(items, start=1):
        missing = [column for column in columns if column not in item]
        if missing:
            raise BookError(
                f"{path.name}, item {number}: expected a field '{missing[0]}', found: {', '.join(item)}; "
                "is this another table's file? else the publisher may have changed the format"
            )
    cells = {column: ["" if item[column] is None else str(item[column]).strip() for item in items] for column in columns}
    frame = pd.DataFrame(cells, index=pd.RangeIndex(1, len(items) + 1, name="row"), dtype="str")
    frame.attrs["file"] = path.name
    return frame


def _from_archive(path: Path, columns: dict[str, str], wanted: Wanted) -> pd.DataFrame:
    """The one CSV file of the archive that is not the footnotes."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as aside:
            tables = [name for name in archive.namelist() if name.lower().endswith(".csv") and "footnote" not in name.lower()]
            if len(tables) != 1:
                raise BookError(f"{path.name}: expected one table and its footnotes, found: {', '.join(archive.namelist())}")
            return _from_csv(Path(archive.extract(tables[0], aside)), columns, wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BookError(f"{path.name}: expected a zip archive, found a damaged one ({error}); {AGAIN}") from None


def _from_csv(path: Path, columns: dict[str, str], wanted: Wanted) -> pd.DataFrame:
    """A CSV file with the API's column names or with the archive's headings, read and cut in pieces."""
    headings = list(columns.values()) if b"(iso)" in _start(path).replace(b"\0", b"").lower() else list(columns)
    pieces, rows = [], 0
    for frame in csv_chunks(path, headings):
        pieces.append(_of_interest(frame, wanted))
        rows += len(pieces[-1])
        if rows > MOST_ROWS:
            raise BookError(f"{path.name}: expected at most {MOST_ROWS:,} rows (UNHCR's whole table has fewer), found more")
    return pd.concat(pieces)
