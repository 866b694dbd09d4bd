"""The rows a figure is drawn from, for readers who want them: which tables, which columns under which names, as CSV.

A column whose name begins with an underscore only helps drawing (words beside a bar, which colour): nobody is offered it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

from migrationbook.words import word

MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?")


def tables(spec: dict) -> dict[str, list[dict]]:
    """The rows drawn, by data set; what another set holds already (labels at line ends) is left out."""
    found: dict[str, list[dict]] = {}
    held: list[set[str]] = []
    for name, rows in sorted(spec["datasets"].items(), key=lambda item: len(item[1]), reverse=True):
        rows_here = {json.dumps({key: value for key, value in row.items() if not key.startswith("_")}) for row in rows}
        if not any(rows_here <= other for other in held):
            found[name] = rows
            held.append(rows_here)
    return found


def label(table: str, name: str) -> str:
    """What table ``table`` of figure ``name`` is called among several; nothing if it only has a number."""
    own = table.removeprefix(f"{name}-").replace("-", " ")
    return "" if own == name.replace("-", " ") or own.isdigit() else own


def columns(rows: list[dict], spec: dict) -> dict[str, str]:
    """The columns of ``rows`` and what readers call them: first those the figure draws, words before numbers.

    A map's outlines are for drawing: whoever wants them finds them in their own table.
    """
    kinds: dict[str, type] = {}
    for row in rows:
        kinds |= {key: type(value) for key, value in row.items() if value is not None or key not in kinds}
    names = [name for name, kind in kinds.items() if not issubclass(kind, dict) and not name.startswith("_")]
    drawn = list(dict.fromkeys(_drawn(spec)))
    shown = [name for name in drawn if name in names]
    ordered = sorted(shown, key=lambda name: kinds[name] is not str) + [name for name in names if name not in shown]
    return {name: word(f"chart.column.{name}", name.replace("_", " ").capitalize()) for name in ordered}


def _drawn(part: object) -> Iterator[str]:
    """Every column a specification names; what a hint shows comes first."""
    if isinstance(part, dict):
        if isinstance(part.get("field"), str):
            yield part["field"]
        for key in sorted(part, key=lambda key: key != "tooltip"):
            if key not in ("datasets", "usermeta"):
                yield from _drawn(part[key])
    elif isinstance(part, list):
        for inner in part:
            yield from _drawn(inner)


def as_csv(rows: list[dict], names: dict[str, str] | None = None) -> str:
    """Rows as CSV: columns as in ``names``, days as ISO dates, missing values empty."""
    names = columns(rows, {}) if names is None else names
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items() if key in names})
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        day = MIDNIGHT.fullmatch(value)
        return day[1] if day else value
    return str(value).lower() if isinstance(value, bool) else value
