"""A publisher's file to text cells: CSV in pieces, the sheets of a workbook, JSON. Every reader starts here.

The frames have the file's own row numbers as index (named ``row``) and the file's name in ``attrs["file"]``, so that
whoever refuses a cell later can say where it stands. All cells are texts without blanks around them, empty ones "".
"""

from __future__ import annotations

import codecs
import csv
import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from migrationbook.errors import BookError
from migrationbook.sources.reading import folded

DELIMITERS = ",;\t|"
TITLE_LINES = 40  # the header is looked for among the first so many rows
AGAIN = "download the file again"
# how files of other kinds begin
OTHER_KINDS = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel spreadsheet",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
}


def csv_chunks(path: Path, columns: list[str], rows: int = 50_000) -> Iterator[pd.DataFrame]:
    """Read ``columns`` of a CSV file in frames of at most ``rows`` rows, in memory that does not grow with the file.

    Copes with , ; tab and | as delimiter, with UTF-8 (BOM or not), UTF-16 with BOM and Windows-1252, and with title
    lines above the header. Names are compared without regard to case, accents and blanks. Raises BookError for a file
    of another kind, an empty or truncated one, rows of uneven length, and a column that is missing (with the nearest).
    """
    path = Path(path)
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = [line for line in islice(file, TITLE_LINES)]
        delimiter, header, positions = _csv_header(path, head, columns)
        file.seek(0)
        numbered = _csv_rows(path, file, delimiter, header, list(positions.values()))
        found = False
        while piece := list(islice(numbered, rows)):
            found = True
            lines, *cells = zip(*piece, strict=True)
            yield _frame(path, dict(zip(positions, cells, strict=True)), lines)
        if not found:
            raise BookError(f"{path.name}: expected rows below the header, found none; {AGAIN}")


def csv_head(path: Path, columns: list[str]) -> tuple[list[list[str]], list[str]]:
    """The rows of title above the header of a CSV file, and all names in that header, which has to have ``columns``."""
    path = Path(path)
    with path.open(encoding=_encoding(path), newline="") as file:
        head = list(islice(file, TITLE_LINES))
    delimiter, header, _ = _csv_header(path, head, columns)
    rows = [[cell.strip() for cell in row] for row in islice(csv.reader(head, delimiter=delimiter), header + 1)]
    return rows[:-1], rows[-1]


def first_bytes(path: Path) -> bytes:
    """How a file begins, BOM and blanks aside: enough to tell JSON, a workbook and a table apart."""
    try:
        with Path(path).open("rb") as file:
            return file.read(4096).removeprefix(codecs.BOM_UTF8).lstrip()
    except OSError as error:
        raise BookError(f"{path}: expected a file that can be read, found: {error.strerror}") from None


def sheet_rows(path: Path, sheet: str | None = None) -> list[list[str]]:
    """All rows of one sheet of a workbook (xlsx, xls, xlsb, ods) as lists of texts; row n of the sheet is item n - 1.

    sheet: its name (the first sheet if None). Numbers are written without needless zeros, dates as YYYY-MM-DD. The text
    of merged cells stands in each of them, so that a merged header names all its columns; a merged figure stands once.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    path = Path(path)
    _refuse_text(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = {folded(name): name for name in workbook.sheet_names}
        wanted = workbook.sheet_names[0] if sheet is None else names.get(folded(sheet))
        if wanted is None:
            raise BookError(f"{path.name}: expected a sheet '{sheet}', found: {', '.join(workbook.sheet_names)}")
        found = workbook.get_sheet_by_name(wanted)
        rows = [[_text(cell) for cell in row] for row in found.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError) as error:
        raise BookError(f"{path.name}: expected a spreadsheet, found a damaged one ({_short(str(error))}); {AGAIN}") from None
    for (top, left), (bottom, right) in found.merged_cell_ranges or []:
        text = rows[top][left]
        if not _is_number(text):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [text] * len(row[left : right + 1])
    return rows


def sheet_table(path: Path, sheet: str | None, columns: list[str]) -> pd.DataFrame:
    """``columns`` of a sheet that holds one plain table, like `csv_chunks`: blank rows are passed over."""
    rows = sheet_rows(path, sheet)
    at, positions = _find_header(Path(path), rows[:TITLE_LINES], columns)
    body = [(number, row) for number, row in enumerate(rows[at + 1 :], start=at + 2) if any(row)]
    if not body:
        raise BookError(f"{Path(path).name}: expected rows below the header, found none; {AGAIN}")
    cells: dict[str, Sequence[str]] = {name: [row[place] for _, row in body] for name, place in positions.items()}
    return _frame(Path(path), cells, [number for number, _ in body])


def json_document(path: Path) -> Any:
    """The parsed content of a JSON file; BookError for anything else, a truncated one included."""
    path = Path(path)
    _refuse_other_kinds(path, "JSON")
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BookError(f"{path.name}: expected JSON in UTF-8, found other bytes; {AGAIN}") from None
    except json.JSONDecodeError as error:
        raise BookError(
            f"{path.name}, row {error.lineno}: expected complete JSON, found: {error.msg} (cut off?); {AGAIN}"
        ) from None


def _refuse_other_kinds(path: Path, expected: str) -> bytes:
    """Refuse an empty file, a web page and well-known binary formats; return the first bytes."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BookError(f"{path}: expected a file that can be read, found: {error.strerror}") from None
    if not start.removeprefix(codecs.BOM_UTF8).strip():
        raise BookError(f"{path.name}: expected {expected}, found an empty file; {AGAIN}")
    kind = next((kind for magic, kind in OTHER_KINDS.items() if start.startswith(magic)), None)
    if kind:
        raise BookError(f"{path.name}: expected {expected}, found {kind}; save or download it as {expected}")
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"<"):
        raise BookError(
            f"{path.name}: expected {expected}, found a web page ('{_short(text.decode('latin-1'))}'); "
            "open the address in a browser and download the file itself"
        )
    return start


def _refuse_text(path: Path) -> None:
    """Refuse what is no workbook before the spreadsheet library gives a puzzling answer."""
    with path.open("rb") as file:
        binary = file.read(4).startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if not binary:
        start = _refuse_other_kinds(path, "a spreadsheet")
        raise BookError(f"{path.name}: expected a spreadsheet, found text ('{_short(start.decode('latin-1'))}'); {AGAIN}")


def _encoding(path: Path) -> str:
    """UTF-16 if it says so, UTF-8 if every byte of the file fits, else Windows-1252."""
    start = _refuse_other_kinds(path, "a CSV file")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            if b"\0" in block:
                raise BookError(f"{path.name}: expected a CSV file, found binary data; {AGAIN}")
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return "cp1252" if _decodable(path, "cp1252") else "latin-1"
    # a file cut off in the middle of a letter ends in half a character, which is not another encoding
    if decoder.getstate()[0]:
        raise BookError(f"{path.name}, last row: expected a whole character, found half of one (cut off?); {AGAIN}")
    return "utf-8-sig"


def _decodable(path: Path, encoding: str) -> bool:
    """Whether every byte of the file has a meaning in ``encoding``."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            for _ in iter(lambda: file.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _csv_header(path: Path, head: list[str], columns: list[str]) -> tuple[str, int, dict[str, int]]:
    """Delimiter, index of the header among the rows, and position of each column; the best answer is told if none fits."""
    refusals = []
    for delimiter in DELIMITERS:
        rows: list[list[str]] = []
        try:
            rows.extend(csv.reader(head, delimiter=delimiter))
        except csv.Error:
            continue
        try:
            return delimiter, *_find_header(path, rows, columns)
        except BookError as error:
            known = {folded(name) for name in columns}
            refusals.append((max(len(known & {folded(cell) for cell in row}) for row in rows), error))
    if not refusals:
        raise BookError(f"{path.name}: expected a CSV file, found no rows that can be read; {AGAIN}")
    raise max(refusals, key=lambda refusal: refusal[0])[1]


def _find_header(path: Path, rows: list[list[str]], columns: list[str]) -> tuple[int, dict[str, int]]:
    """Index of the first row that has all ``columns``, and where in it each stands."""
    wanted = {folded(name): name for name in columns}
    nearest, most = 0, -1
    for index, row in enumerate(rows):
        names = [folded(cell) for cell in row]
        hits = sum(name in names for name in wanted)
        if hits == len(wanted):
            twice = next((name for name in wanted if names.count(name) > 1), None)
            if twice:
                raise BookError(f"{path.name}, row {index + 1}: expected one column '{wanted[twice]}', found several")
            return index, {column: names.index(name) for name, column in wanted.items()}
        if hits > most:
            nearest, most = index, hits
    if not rows:
        raise BookError(f"{path.name}: expected a table, found an empty sheet; {AGAIN}")
    present = {folded(cell): cell for cell in rows[nearest] if cell.strip()}
    missing = next(name for name in wanted if name not in present)
    near = difflib.get_close_matches(missing, [name for name in present if name not in wanted], n=1, cutoff=0.5)
    hint = f" (the nearest is '{present[near[0]].strip()}')" if near else ""
    raise BookError(
        f"{path.name}, row {nearest + 1}: expected a column '{wanted[missing]}', found: "
        f"{_short(', '.join(cell.strip() for cell in present.values()), 200)}{hint}; the publisher may have changed the format"
    )


def _csv_rows(path: Path, file: Iterable[str], delimiter: str, header: int, positions: list[int]) -> Iterator[tuple]:
    """Line number and wanted cells of each row below the header; blank rows are passed over, uneven ones refused."""
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    wanted = itemgetter(*positions, *positions[:1])  # the first again, so that one column makes a tuple too
    width, line = 0, 1
    try:
        for index, row in enumerate(reader):
            if index == header:
                width = len(row)
            elif index > header and any(row):
                if len(row) != width:
                    raise BookError(
                        f"{path.name}, row {line}: expected {width} cells, found {len(row)}: "
                        f"{_short(delimiter.join(row))} (cut off?); {AGAIN}"
                    )
                yield line, *wanted(row)[:-1]
            line = reader.line_num + 1
    except csv.Error as error:
        raise BookError(f"{path.name}, row {line}: expected a CSV row, found: {error} (cut off?); {AGAIN}") from None


def _frame(path: Path, cells: dict[str, Sequence[str]], numbers: Sequence[int]) -> pd.DataFrame:
    index = pd.Index(numbers, name="row")
    frame = pd.DataFrame({name: pd.Series(texts, index=index, dtype="str").str.strip() for name, texts in cells.items()})
    frame.attrs["file"] = path.name
    return frame


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
