"""Read the data package: a table comes whole, typed and with its metadata, or is refused with the reason."""

from __future__ import annotations

import copy
import difflib
import io
import json
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path, PurePosixPath

import pandas as pd

from migrationbook import paths
from migrationbook.data import totals, validate
from migrationbook.errors import BookError

DESCRIPTOR = "datapackage.json"
WAY_OUT = "restore it from version control, or rebuild it with: migrationbook data build --raw DIR {name}"
KEPT = ("name", "title", "description", "sources", "licenses", "vintage", "caveats")


@lru_cache(maxsize=4)
def _read_descriptor(path: Path, stamp: tuple[int, int]) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def package() -> dict:
    """The Frictionless descriptor of the whole package, as a dictionary (shared: do not change it)."""
    _used(None)
    return _descriptor()


def _used(name: str | None) -> None:
    """Tell whoever listens that the entry of a table, or the whole descriptor, was used: what a result depends on."""
    sys.audit("press.read", str(paths.DATA / DESCRIPTOR), name)


def _descriptor() -> dict:
    path = paths.DATA / DESCRIPTOR
    if not path.exists():
        raise BookError(
            f"{path}: no data package there; check MIGRATIONBOOK_DATA or restore data/ from version control"
        )
    try:
        stat = path.stat()
        return _read_descriptor(path, (stat.st_mtime_ns, stat.st_size))
    except json.JSONDecodeError as error:
        raise BookError(
            f"{DESCRIPTOR}, line {error.lineno}: expected valid JSON, found: {error.msg}; "
            "restore it from version control"
        ) from None


def names() -> list[str]:
    """Names of all tables, in the order of the catalogue."""
    return [entry["name"] for entry in package()["resources"]]


def resource(name: str) -> dict:
    """Metadata of one table. An unknown name raises BookError suggesting the nearest."""
    for entry in _descriptor()["resources"]:
        if entry["name"] == name:
            _used(name)
            return entry
    near = difflib.get_close_matches(str(name), names(), n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else "see: migrationbook data list"
    raise BookError(f"no table '{name}' in the data package; {hint}")


def published(name: str) -> bytes:
    """The bytes of table ``name`` as published; a file that is missing, damaged or altered is refused with a BookError.
    """
    entry = resource(name)
    content = _content(entry)
    if validate.digest(content) != entry["hash"]:
        problems = validate.schema_problems(paths.DATA, package(), name)
        raise BookError(
            f"{entry['path']}: {validate.damage(entry, content, problems)}; {WAY_OUT.format(name=name)}"
        )
    return content


def theme(entry: dict) -> str:
    """The theme of a table: the folder of its file, or the name of a file outside any folder (``events.csv``)."""
    return PurePosixPath(entry["path"]).with_suffix("").parts[0]


def first_rows(name: str, rows: int = 5) -> tuple[list[str], list[list[str]]]:
    """Header and first ``rows`` of table ``name``, as the texts in its file."""
    header, found = validate.cells(published(name))
    return header, found[:rows]


def load(name: str, vintage: str | None = None) -> pd.DataFrame:
    """Return table ``name``: one observation a row, columns typed by its schema.

    vintage: the table as it was until that day, before a refresh (``previous`` in the descriptor); by default as it is.

    Dates are ``datetime64``, whole numbers ``int64`` (``Int64`` where cells may be empty), decimals
    ``float64``, texts ``str`` (empty cells ""), truth values ``bool``. ``frame.attrs`` holds name, title,
    description, sources, licenses, vintage, caveats and ``units`` (column → unit). A file that is missing,
    damaged or altered is refused with a BookError naming file, row, column, expected and found.
    """
    entry = resource(name) if vintage is None else _earlier(name, vintage)
    content = published(name) if vintage is None else _set_aside(entry)
    frame = _parsed(content, json.dumps(entry["schema"]["fields"])).copy()
    frame.attrs = copy.deepcopy({key: entry.get(key) for key in KEPT})
    frame.attrs["units"] = {
        field["name"]: field["unit"] for field in entry["schema"]["fields"] if "unit" in field
    }
    return frame


@lru_cache(maxsize=128)
def _parsed(content: bytes, fields: str) -> pd.DataFrame:
    """The table of these bytes (shared: copy it). A file is read whenever it is asked for, but the same bytes are parsed once."""
    return typed(content, json.loads(fields))


def _earlier(name: str, vintage: str) -> dict:
    """The resource of a table as it was: ``vintage`` is the day it was replaced, or its vintage in words."""
    entry = resource(name)
    for previous in entry.get("previous", []):
        if vintage in (previous["until"], previous["vintage"]):
            return entry | previous
    days = ", ".join(f"'{previous['until']}'" for previous in entry.get("previous", []))
    raise BookError(f"{name}: no vintage '{vintage}'; there {f'are: {days}' if days else 'is only the table as it is'}")


def _set_aside(entry: dict) -> bytes:
    content = _content(entry)
    if validate.digest(content) != entry["hash"]:
        raise BookError(f"{entry['path']}: expected the table set aside then, found another; restore it from version control")
    return content


def check(wanted: list[str] | None = None) -> list[str]:
    """Problems of tables (all by default), each a line that names its file. Empty = sound.

    Checked are schema, keys and foreign keys, hash, control sums, number of rows, missing months, published totals and
    columns that have to add up.
    """
    return [problem for _, problems in checked(wanted) for problem in problems]


def checked(wanted: list[str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """The same table by table, as (name, problems) in the order asked for; several processes share the work."""
    chosen = [resource(name)["name"] for name in wanted or names()]
    if len(chosen) < 4 or "fork" not in multiprocessing.get_all_start_methods():
        yield from ((name, _problems(name)) for name in chosen)
        return
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as pool:
        largest_first = sorted(chosen, key=lambda name: -resource(name)["bytes"])
        jobs = {name: pool.submit(_problems, name) for name in largest_first}
        yield from ((name, jobs[name].result()) for name in chosen)


def _problems(name: str) -> list[str]:
    entry = resource(name)
    try:
        content = _content(entry)
    except BookError as error:
        return [str(error)]
    found = validate.schema_problems(paths.DATA, package(), name)
    if validate.digest(content) != entry["hash"]:
        found = [validate.damage(entry, content, found)]
    return [f"{entry['path']}: {problem}" for problem in found or table_problems(entry, content)]


def table_problems(entry: dict, content: bytes) -> list[str]:
    """What a schema cannot say of a table: rows, months, control sums, published totals, ranges, columns that add up."""
    least, rows = entry.get("minimum_rows", 1), entry["rows"]
    few = [f"expected at least {least:,} rows, found {rows:,}"] if rows < least else []
    frame = typed(content, entry["schema"]["fields"])
    return [
        *few,
        *validate.missing_months(entry, content),
        *validate.control_problems(entry, content),
        *validate.unsorted_rows(entry, frame),
        *totals.missed(entry, frame),
        *totals.out_of_range(entry, frame),
        *totals.unbalanced(entry, frame),
    ]


def _content(entry: dict) -> bytes:
    try:
        return (paths.DATA / entry["path"]).read_bytes()
    except OSError:
        raise BookError(
            f"{entry['path']}: the file is missing; {WAY_OUT.format(name=entry['name'])}"
        ) from None


def typed(content: bytes, fields: list[dict]) -> pd.DataFrame:
    """The table's bytes as a frame with the types of its schema, as `load` describes them."""
    types, empty, dates = {}, {}, []
    for field in fields:
        name, kind = field["name"], field["type"]
        required = field.get("constraints", {}).get("required", False)
        if kind == "date":
            dates.append(name)
        else:
            types[name] = {
                "integer": "int64" if required else "Int64",
                "year": "int64" if required else "Int64",
                "number": "float64",
                "boolean": "bool",
            }.get(kind, "str")
        if kind in ("integer", "year", "number", "date"):
            empty[name] = [""]
    return pd.read_csv(
        io.BytesIO(content),
        dtype=types,
        parse_dates=dates,
        date_format="%Y-%m-%d",
        na_values=empty,
        keep_default_na=False,
        true_values=["true"],
        false_values=["false"],
    )
