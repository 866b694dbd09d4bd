"""The combinations of a sweep: what a user wrote after ``--grid``, typed and checked before anything is executed."""

from __future__ import annotations

import csv
import io
import itertools
import tomllib
from pathlib import Path
from typing import Any

from migrationbook.errors import BookError
from migrationbook.press.chapters import read_parameters

FORMS = "name=a,b,c, a .toml file (name = [a, b, c]) or a .csv file (a column a parameter, a row a combination)"
Rows = list[dict[str, object]]  # parts of combinations: values by parameter


def combinations(notebook: Path, given: list[str]) -> Rows:
    """Every combination of the grids ``given``, each once, in their order, in the types the chapter declares.

    Raises BookError for a grid that cannot be read, a name the chapter does not have, one given by two grids, a value of
    another type.
    """
    grids = [_read(text) for text in given]
    names: set[str] = set()
    for text, rows in zip(given, grids, strict=True):
        if twice := names & set(rows[0]):
            raise BookError(f"--grid {text}: '{twice.pop()}' is in another grid already; give each parameter once")
        names |= set(rows[0])
    typed = [[read_parameters(notebook, row) for row in rows] for rows in grids]
    found: Rows = []
    for parts in itertools.product(*typed):
        values = {name: value for part in parts for name, value in part.items()}
        if values not in found:
            found.append(values)
    return found


def varying(rows: Rows) -> list[str]:
    """The parameters that have more than one value in these combinations."""
    return [name for name in rows[0] if any(row[name] != rows[0][name] for row in rows)]


def _read(text: str) -> Rows:
    """The rows of one grid; each has the same names."""
    name, sign, values = text.partition("=")
    if sign:
        return _axes(text, {name.strip(): [value.strip() for value in values.split(",")]})
    path = Path(text)
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BookError(f"--grid {text}: no grid and no file that can be read ({error}); give {FORMS}") from None
    if path.suffix == ".toml":
        try:
            return _axes(text, tomllib.loads(content))
        except tomllib.TOMLDecodeError as error:
            raise BookError(f"{text}: not TOML ({error}); write lines such as name = [1, 2]") from None
    if path.suffix == ".csv":
        return _table(text, content)
    raise BookError(f"--grid {text}: give {FORMS}")


def _axes(where: str, axes: dict[str, Any]) -> Rows:
    """Every combination of the values of each name."""
    for name, values in axes.items():
        if not isinstance(values, list) or not values or "" in values or isinstance(values[0], dict):
            raise BookError(f"--grid {where}: '{name}' has no list of values; give {FORMS}")
    if not axes:
        raise BookError(f"--grid {where}: there are no values; give {FORMS}")
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def _table(where: str, content: str) -> Rows:
    """A row a combination; every cell filled."""
    header, *rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(content)) if row] or [[]]
    if not rows or len(set(header)) != len(header):
        raise BookError(f"{where}: expected a header with each parameter once, then a row a combination")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header) or "" in row:
            raise BookError(f"{where}, line {number}: expected a value for each of {', '.join(header)}, found '{','.join(row)}'")
    return [dict(zip(header, row, strict=True)) for row in rows]
