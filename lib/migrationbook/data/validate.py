"""What is wrong with a table: against its schema (Frictionless), its months, and the control sums kept of it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from migrationbook.data.controls import altered_cells, cell_number, control_sums, figure

MANY = 20  # problems named per table


def digest(content: bytes) -> str:
    """The hash as the descriptor writes it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def cells(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file, as texts; ValueError if it is none."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    if not rows:
        raise ValueError("an empty file")
    return rows[0], rows[1:]


def schema_problems(folder: Path, descriptor: dict, name: str) -> list[str]:
    """Where table ``name`` of the package in ``folder`` breaks its schema: one line for each cell or column.

    Types, required cells, minimum, allowed values, patterns, primary and foreign keys.
    """
    from frictionless import Package  # a second to import, so only where something is to be said

    # hash and size are ours to judge: a difference there deserves a better answer than two long numbers
    kept = ("name", "path", "format", "encoding", "schema")
    schema = next(entry["schema"] for entry in descriptor["resources"] if entry["name"] == name)
    # only the table and those its keys point to: describing all of them takes longer than checking most
    needed = {name} | {key["reference"]["resource"] for key in schema.get("foreignKeys", [])}
    resources = [
        {key: entry[key] for key in kept if key in entry} | {"type": "table"}
        for entry in descriptor["resources"] if entry["name"] in needed
    ]
    # a copy in which nothing is shared: Frictionless empties the dictionaries it is given
    copied = json.loads(json.dumps({"name": descriptor["name"], "resources": resources}))
    package = Package.from_descriptor(copied, basepath=str(folder))
    types = {field["name"]: field["type"] for field in schema["fields"]}
    report = package.get_resource(name).validate(limit_errors=MANY)
    errors = report.errors + [error for task in report.tasks for error in task.errors]
    return [_told(error, types) for error in errors]


def _told(error, types: dict[str, str]) -> str:
    """One Frictionless error as a line of ours."""
    row, column = getattr(error, "row_number", None), getattr(error, "field_name", None)
    place = f"row {row}, column '{column}'"
    found = "" if getattr(error, "cell", None) in (None, "None") else error.cell
    if error.type == "type-error":
        return f"{place}: expected {types[str(column)]}, found '{found}'"
    if error.type == "constraint-error":
        rule, _, value = error.note.removeprefix("constraint ").replace('"', "").partition(" is ")
        wanted = {"required": "a value", "enum": f"one of {value}"}.get(rule, f"{rule} {value}")
        return f"{place}: expected {wanted}, found '{found}'"
    if error.type == "primary-key":
        return f"row {row}: expected a key of its own, found {', '.join(map(str, error.cells))}, {error.note}"
    if error.type == "missing-label":
        return f"row 1: expected a column '{column}', found none"
    if error.type == "incorrect-label":
        return f"row 1: expected a column '{column}', found '{error.label}'"
    if error.type == "extra-label":
        return f"row 1: found a column '{error.label}' that the schema does not have"
    words = " ".join((error.note or error.title).split())
    return f"row {row}: {words}" if row else words


def missing_months(entry: dict, content: bytes) -> list[str]:
    """Months between the first and the last without a row, for tables declared ``monthly``; one line per gap.

    ``monthly_by`` names columns within whose every value the months must be complete.
    """
    if not entry.get("monthly"):
        return []
    header, rows = cells(content)
    date = header.index("date")
    by = [header.index(column) for column in entry.get("monthly_by", [])]
    present: dict[tuple[str, ...], set[int]] = {}
    for row in rows:
        month = 12 * int(row[date][:4]) + int(row[date][5:7]) - 1
        present.setdefault(tuple(row[position] for position in by), set()).add(month)
    problems = []
    for group, found in present.items():
        for month in sorted(set(range(min(found), max(found))) - found):
            of = f" for {', '.join(group)}" if group else ""
            problems.append(f"expected a row for {month // 12}-{month % 12 + 1:02d}{of}, found none")
    return problems[:MANY]


def unsorted_rows(entry: dict, frame: pd.DataFrame) -> list[str]:
    """The first row that breaks the order of the primary key, in which every built table is written."""
    key = entry["schema"].get("primaryKey")
    if entry.get("authored") or not key or len(frame) < 2:
        return []
    order = frame.sort_values(key, kind="stable").index
    wrong = frame.index[frame.index != order]
    return [f"row {wrong[0] + 2}: the rows are not in the order of their key ({', '.join(key)})"] if len(wrong) else []


def control_problems(entry: dict, content: bytes) -> list[str]:
    """Columns whose control sums are not the recorded ones although the table's hash is: somebody updated the hash alone."""
    if "controls" not in entry:
        return []
    header, rows = cells(content)
    sums = control_sums(header, rows)
    columns = ", ".join(f"'{name}'" for name in header if sums[name] != entry["controls"].get(name))
    return [f"the control sums of column {columns} are not the recorded ones; rebuild the table"] if columns else []


def damage(entry: dict, content: bytes, problems: list[str]) -> str:
    """Say as exactly as possible how a file differs from the published table.

    ``problems`` are those of its schema. What a cell should hold is said only if putting it back restores the
    published hash.
    """
    try:
        header, rows = cells(content)
    except (ValueError, csv.Error) as error:
        return f"expected a CSV file in UTF-8, found: {error}"
    fields = [field["name"] for field in entry["schema"]["fields"]]
    if header != fields:
        order = f"row 1: expected the columns {', '.join(fields)}, found {', '.join(header)}"
        return problems[0] if problems else order
    uneven = next((number for number, row in enumerate(rows, start=2) if len(row) != len(fields)), None)
    if uneven:
        row = rows[uneven - 2]
        return f"row {uneven}: expected {len(fields)} cells, found {len(row)}: {','.join(row)}"
    if len(rows) != entry["rows"]:
        sums, kept = control_sums(header, rows), entry["controls"]
        columns = ", ".join(name for name in fields if sums[name] != kept[name])
        told = f"expected {entry['rows']:,} rows, found {len(rows):,} (columns that differ: {columns})"
        return f"{told}; {problems[0]}" if problems else told
    altered = altered_cells(entry["controls"], header, rows)
    if not altered:
        return "every value agrees with the published table, but not every byte (line ends or quotes?)"
    return "; ".join(_cells_told(entry, header, rows, altered, problems))


def _cells_told(
    entry: dict, header: list[str], rows: list[list[str]], altered: dict[str, int | None], problems: list[str]
) -> list[str]:
    figures = {field["name"] for field in entry["schema"]["fields"] if field["type"] in ("integer", "number")}
    sums = control_sums(header, rows)
    restored = [list(row) for row in rows]
    told, known = [], True
    for name, index in altered.items():
        if index is None:
            known = False
            continue
        position = header.index(name)
        cell = rows[index][position]
        before = cell_number(cell) - (sums[name][0] - entry["controls"][name][0])
        old = figure(before) if name in figures else _text(before, (row[position] for row in rows))
        known = known and old is not None
        restored[index][position] = cell if old is None else old
        told.append(f"row {index + 2}, column '{name}': expected {old}, found '{cell}'")
    if known and _restores(entry, header, restored):
        return told
    if (
        len(altered) == 1 and not known and told
    ):  # one text that occurs nowhere else: the place is sure, the text is not
        return [told[0].replace("expected None", "expected the published text")]
    columns = ", ".join(f"'{name}'" for name in altered)
    return [f"several cells differ from the published table, in column {columns}", *problems[:1]]


def _text(number: int, candidates: Iterable[str]) -> str | None:
    """The text that counts as ``number``, if it is one of ``candidates``."""
    return next((text for text in candidates if cell_number(text) == number), None)


def _restores(entry: dict, header: list[str], rows: list[list[str]]) -> bool:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return digest(text.getvalue().encode("utf-8")) == entry["hash"]
