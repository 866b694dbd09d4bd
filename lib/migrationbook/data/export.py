"""Write a table for other programs: CSV as published, Parquet, or an Excel workbook, with types and metadata."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from migrationbook.data.package import load, published, resource
from migrationbook.errors import BookError

FORMATS = ("csv", "parquet", "xlsx")
SHEET_NAME = 31  # characters Excel allows
CELL = 32_767  # characters Excel keeps of a cell
TOLD = ("name", "title", "description", "sources", "licenses", "vintage", "caveats", "coverage", "hash")


def export(name: str, form: str, output: Path, force: bool = False) -> Path:
    """Write table ``name`` to ``output`` in ``form`` (one of FORMATS) and return the path.

    csv: the published bytes. parquet: typed columns (dates as dates), unit and meaning with each column, the
    table's description under the key ``datapackage``. xlsx: the rows, dates as dates, and a sheet ``about``.
    The file is written aside and renamed. Raises BookError if it exists (unless ``force``) or cannot be written.
    """
    entry = resource(name)
    write = {"csv": _csv, "parquet": _parquet, "xlsx": _xlsx}[form]
    if output.is_dir():
        raise BookError(f"{output}: expected a file, found a folder; give a file name such as {output / name}.{form}")
    if output.exists() and not force:
        raise BookError(f"{output}: there is a file of this name already; give --force to replace it, or another --output")
    aside = output.with_name(f".{output.name}.part")
    try:
        write(entry, aside)
        aside.replace(output)
    except OSError as error:
        raise BookError(f"{output}: cannot be written ({error.strerror}); give another place with --output") from None
    finally:
        if aside.parent.is_dir():
            aside.unlink(missing_ok=True)
    return output


def _csv(entry: dict, path: Path) -> None:
    path.write_bytes(published(entry["name"]))


def _parquet(entry: dict, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    frame = load(entry["name"])
    types = {"integer": pa.int64(), "year": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
    columns = [
        pa.field(field["name"], types.get(field["type"], pa.string()),
                 metadata={key: field[key] for key in ("title", "description", "unit") if key in field})
        for field in entry["schema"]["fields"]
    ]
    table = pa.Table.from_pandas(frame, schema=pa.schema(columns), preserve_index=False)
    about = json.dumps({key: entry[key] for key in (*TOLD, "schema") if key in entry}, ensure_ascii=False)
    with path.open("wb") as file:  # an OSError of ours names its cause; pyarrow's own does not always
        parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, "datapackage": about}), file)


def _xlsx(entry: dict, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)

    def put(sheet, row, style: str = "Normal") -> None:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = is a text, not a formula
            elif isinstance(value, datetime.date):
                cell.number_format = "yyyy-mm-dd"
            if style != "Normal":
                cell.style = style
            cells.append(cell)
        sheet.append(cells)

    with path.open("wb") as file:  # before any row: openpyxl leaves its own files behind if it cannot finish
        rows = book.create_sheet(entry["name"][:SHEET_NAME])
        rows.freeze_panes = "A2"
        frame = load(entry["name"])
        put(rows, frame.columns, "Headline 3")
        for row in frame.itertuples(index=False):
            put(rows, map(_excel_value, row))
        about = book.create_sheet("about")
        about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 110
        for label, text in _about(entry):
            put(about, (label, text))
        book.save(file)


def _excel_value(value: object) -> object:
    if isinstance(value, str):
        if len(value) > CELL:
            raise BookError(f"a cell has {len(value):,} characters and Excel keeps {CELL:,}; export as csv or parquet")
        return value or None
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def _about(entry: dict) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the sheet ``about``."""
    for key in TOLD:
        values = entry.get(key) or []
        for value in values if isinstance(values, list) else [values]:
            yield key, "; ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
    for field in entry["schema"]["fields"]:
        told = [field["type"], field.get("unit"), field.get("title"), field.get("description")]
        yield f"column {field['name']}", "; ".join(filter(None, told))
