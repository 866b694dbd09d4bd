"""Read the data package: a table is returned whole, typed and with its metadata, or refused with the reason."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
from functools import cache
from pathlib import Path

import pandas as pd

from migrationbook import paths
from migrationbook.data.controls import locate
from migrationbook.errors import BookError

DESCRIPTOR = "datapackage.json"
WAY_OUT = "restore it from version control, or rebuild it with: migrationbook data build --raw DIR {name}"
DTYPES = {"integer": "int64", "number": "float64", "string": "str", "boolean": "bool", "year": "int64"}


@cache
def _read_descriptor(path: Path, stamp: float) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def package() -> dict:
    """The Frictionless descriptor of the whole package, as a dictionary."""
    path = paths.DATA / DESCRIPTOR
    if not path.exists():
        raise BookError(f"{path}: no data package there; check MIGRATIONBOOK_DATA or restore data/ from version control")
    try:
        return _read_descriptor(path, path.stat().st_mtime)
    except json.JSONDecodeError as error:
        raise BookError(f"{DESCRIPTOR}, line {error.lineno}: not valid JSON ({error.msg}); restore it") from None


def names() -> list[str]:
    """Names of all tables, in the order of the catalogue."""
    return [entry["name"] for entry in package()["resources"]]


def resource(name: str) -> dict:
    """Metadata of one table. An unknown name raises BookError suggesting the nearest."""
    for entry in package()["resources"]:
        if entry["name"] == name:
            return entry
    near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else "see: migrationbook data list"
    raise BookError(f"no table '{name}' in the data package; {hint}")


def load(name: str) -> pd.DataFrame:
    """Return table ``name``: one observation a row, columns typed by its schema.

    Dates are ``datetime64``, whole numbers ``int64``, texts ``str``. ``frame.attrs`` holds name, title, description,
    sources, licenses, vintage, caveats and ``units`` (column → unit). A file that is missing, damaged or altered is
    refused with a BookError naming file, row, column, expected and found.
    """
    entry = resource(name)
    path = paths.DATA / entry["path"]
    if not path.exists():
        raise BookError(f"{entry['path']}: the file is missing; {WAY_OUT.format(name=name)}")
    content = path.read_bytes()
    if "sha256:" + hashlib.sha256(content).hexdigest() != entry["hash"]:
        raise BookError(f"{entry['path']}: {_damage(entry, content)}; {WAY_OUT.format(name=name)}")
    fields = entry["schema"]["fields"]
    dates = [field["name"] for field in fields if field["type"] == "date"]
    types = {field["name"]: DTYPES[field["type"]] for field in fields if field["type"] != "date"}
    frame = pd.read_csv(io.BytesIO(content), dtype=types, parse_dates=dates, keep_default_na=False,
                        true_values=["true"], false_values=["false"])
    kept = ("name", "title", "description", "sources", "licenses", "vintage", "caveats")
    frame.attrs = {key: entry.get(key) for key in kept}
    frame.attrs["units"] = {field["name"]: field["unit"] for field in fields if "unit" in field}
    return frame


def check(wanted: list[str] | None = None) -> list[str]:
    """Validate tables (all by default) with Frictionless, and their hashes and months; return the problems found."""
    problems = []
    for name in wanted or names():
        entry = resource(name)
        path = paths.DATA / entry["path"]
        if not path.exists():
            problems.append(f"{entry['path']}: the file is missing")
            continue
        content = path.read_bytes()
        problems += [f"{entry['path']}: {problem}" for problem in schema_problems(entry, content)]
        if "sha256:" + hashlib.sha256(content).hexdigest() != entry["hash"]:
            problems.append(f"{entry['path']}: {_damage(entry, content)}")
        elif entry.get("monthly"):
            problems += [f"{entry['path']}: no row for {gap}" for gap in _missing_months(load(name))]
    return problems


def schema_problems(entry: dict, content: bytes) -> list[str]:
    """Where a table's content breaks its schema: row, column, expected and found, one sentence each."""
    from frictionless import Resource, Schema, formats

    table = Resource(data=content, format="csv", schema=Schema.from_descriptor(entry["schema"]),
                     control=formats.CsvControl(), encoding="utf-8")
    report = table.validate(limit_errors=20)
    types = {field["name"]: field["type"] for field in entry["schema"]["fields"]}
    told = []
    for error in report.task.errors if report.tasks else report.errors:
        row, column = getattr(error, "row_number", None), getattr(error, "field_name", None)
        if row and column in types:
            told.append(f"row {row}, column '{column}': expected {types[column]}, found '{error.cell}' ({error.note})")
        else:
            told.append(f"row {row}: {error.note}" if row else error.message)
    return told


def _damage(entry: dict, content: bytes) -> str:
    """Say as exactly as possible how a file differs from the published table."""
    schema = schema_problems(entry, content)
    if schema:
        return schema[0]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    header, body = rows[0], rows[1:]
    if len(body) != entry["rows"]:
        return f"expected {entry['rows']:,} rows, found {len(body):,}"
    return "; ".join(locate(entry["controls"], header, body)) or "its bytes differ from the published table (line ends?)"


def _missing_months(frame: pd.DataFrame) -> list[str]:
    present = pd.DatetimeIndex(frame["date"].unique())
    return [f"{gap:%Y-%m}" for gap in pd.date_range(present.min(), present.max(), freq="MS").difference(present)]
