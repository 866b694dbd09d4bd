"""Two executions of a chapter compared: parameters, rows of figures and tables, estimates, verdicts."""

from __future__ import annotations

import ast
import base64
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from migrationbook import paths
from migrationbook.charts.figure import MIME
from migrationbook.claims import tidy
from migrationbook.errors import BookError
from migrationbook.press import cache
from migrationbook.press.chapters import chapter, chapters, parameters
from migrationbook.press.execute import INJECTED

SHOWN = 20  # estimates named in the text; JSON has all
TABLE = re.compile(r'<figure class="table" id="([^"]+)">')
ROWS = re.compile(r'href="data:text/csv;charset=utf-8;base64,([^"]*)"')
BOUNDS = ("value", "low", "high")
Rows = list[dict]


@dataclass(frozen=True)
class Execution:
    """What an executed chapter holds.

    figures: the rows of each figure and table, data set by data set. described: what else there is of each, texts and
    drawing. recorded: `tidy.rows`.
    """

    notebook: Path
    parameters: dict[str, object]
    figures: dict[str, dict[str, Rows]]
    described: dict[str, dict[str, object]]
    recorded: Rows


def find(text: str) -> Path:
    """The notebook a user means: a file, a result below ``_build`` such as ``runs/enforcement``, or a chapter as committed."""
    for path in (Path(text), paths.BUILD / f"{text.removesuffix('.ipynb')}.ipynb"):
        if path.suffix == ".ipynb" and path.is_file():
            return path.resolve()
    if Path(text).stem in {path.stem for path in chapters()} and "/" not in text.removeprefix("chapters/"):
        return chapter(text)
    if text.removeprefix("runs/") in {path.stem for path in chapters()}:
        raise BookError(f"{text.removeprefix('runs/')} has no run yet; first: migrationbook run {text.removeprefix('runs/')}")
    raise BookError(f"no execution '{text}'; give a chapter (as committed), a notebook file, or a result in _build such as "
                    f"{', '.join(results()) or 'runs/CHAPTER, after: migrationbook run CHAPTER'}")


def results() -> list[str]:
    """What was executed on this machine, as `find` takes it."""
    return [f"{folder}/{path.stem}" for folder in ("runs", "executed") for path in sorted((paths.BUILD / folder).glob("*.ipynb"))
            if not path.stem.endswith(".failed")]


def read(notebook: Path) -> Execution:
    """What ``notebook`` recorded. Raises BookError for a file that is no notebook or was never executed."""
    code = cache.cells(notebook)
    if not any(cell["outputs"] for cell in code):
        raise BookError(f"{notebook.name} has no outputs; execute it first: migrationbook run {notebook.stem}")
    figures: dict[str, dict[str, Rows]] = {}
    described: dict[str, dict[str, object]] = {}
    for name, data, about in shown(code):
        figures[name], described[name] = data, about
    return Execution(notebook, _values(notebook, code), figures, described, tidy.rows(notebook))


def shown(code: Iterable[dict]) -> Iterator[tuple[str, dict[str, Rows], dict[str, object]]]:
    """Every figure and table in the outputs of code cells: name, rows by data set, and its texts and drawing by name."""
    for cell in code:
        for output in cell["outputs"]:
            data = output.get("data", {})
            if MIME in data:
                spec = data[MIME]
                about = spec["usermeta"]["figure"]
                apart = ("datasets", "usermeta", "title", "$schema")
                drawing = {key: value for key, value in spec.items() if key not in apart}
                yield about["name"], spec.get("datasets", {}), about | {"drawing": drawing}
            html = "".join(data.get("text/html", ""))
            if (name := TABLE.search(html)) and (rows := ROWS.search(html)):
                text = base64.b64decode(rows[1]).decode("utf-8")
                facts = html.rpartition('<p class="figure-facts">')[2]
                yield name[1], {name[1]: list(csv.DictReader(io.StringIO(text)))}, {
                    "caption": html.partition("<div")[0], "source": facts.partition("<a ")[0]}


def _values(notebook: Path, code: Iterable[dict]) -> dict[str, object]:
    """The parameters the notebook was executed with: those of its own cell, then those put after it."""
    values = {name: entry.default for name, entry in parameters(notebook).items()}
    for cell in code:
        if INJECTED in cell["metadata"].get("tags", []):
            for node in ast.parse("".join(cell["source"])).body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    values[node.targets[0].id] = ast.literal_eval(node.value)
    return values


def compare(first: Execution, second: Execution) -> dict:
    """All that differs as plain data: lists under ``parameters``, ``figures``, ``estimates``, ``verdicts``; empty where equal."""
    pairs = {name: (first.parameters.get(name), second.parameters.get(name))
             for name in {**first.parameters, **second.parameters}}
    names = list({**first.figures, **second.figures})
    return {
        "parameters": [{"parameter": name, "before": was, "after": now} for name, (was, now) in pairs.items() if was != now],
        "figures": [change for name in names if (change := _figure(name, first, second))],
        "estimates": list(_estimates(first.recorded, second.recorded)),
        "verdicts": list(_verdicts(first.recorded, second.recorded)),
    }


def _figure(name: str, first: Execution, second: Execution) -> dict | None:
    """What differs in one figure: rows changed, new and gone, the largest change; None if nothing does."""
    if name not in first.figures or name not in second.figures:
        return {"figure": name, "only_in": "A" if name in first.figures else "B"}
    was, now = first.figures[name], second.figures[name]
    changed = added = gone = 0
    cells: list[tuple] = []
    for data in {**was, **now}:
        before, after = _by_key(was.get(data, []), now.get(data, []))
        added, gone = added + len(after.keys() - before.keys()), gone + len(before.keys() - after.keys())
        found = list(_cells(before, after))
        changed, cells = changed + len({place for place, *_ in found}), cells + found
    if not (changed or added or gone):
        one, other = first.described[name], second.described[name]
        differ = [part for part in {**one, **other} if one.get(part) != other.get(part)]
        return {"figure": name, "same_rows_other": differ} if differ else None
    about = {"figure": name, "rows": sum(map(len, was.values())), "changed": changed, "new": added, "gone": gone}
    if numbers := [cell for cell in cells if cell[4] is not None]:
        place, column, before, after, _ = max(numbers, key=lambda cell: cell[4])
        about["largest"] = {"row": ", ".join(map(str, place)), "column": column, "before": before, "after": after}
    return about


def _by_key(was: Rows, now: Rows) -> tuple[dict[tuple, dict], dict[tuple, dict]]:
    """Both sets of rows under what tells rows apart: the first columns of texts (dates, names) that do, else their position."""
    texts = [name for name in (was or now or [{}])[0] if all(isinstance(row.get(name), str) for row in [*was, *now])]
    for number in range(1, len(texts) + 1):
        keyed = [{tuple(row[name] for name in texts[:number]): row for row in rows} for rows in (was, now)]
        if len(keyed[0]) == len(was) and len(keyed[1]) == len(now):
            return keyed[0], keyed[1]
    before, after = ({(f"row {number}",): row for number, row in enumerate(rows, start=1)} for rows in (was, now))
    return before, after


def _cells(before: dict[tuple, dict], after: dict[tuple, dict]) -> Iterator[tuple]:
    """Cells that differ in rows both sides have: place, column, was, now, and the change against the column's largest figure."""
    largest: dict[str, float] = {}
    for row in [*before.values(), *after.values()]:
        for column, value in row.items():
            if _number(value):
                largest[column] = max(largest.get(column, 0.0), abs(value))
    for place in before.keys() & after.keys():
        was, now = before[place], after[place]
        for column in {**was, **now}:
            one, other = was.get(column), now.get(column)
            if not same(one, other):
                change = abs(other - one) / (largest[column] or 1) if _number(one) and _number(other) else None
                yield place, column, one, other, change


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: object, other: object) -> bool:
    """Whether two values agree; figures are rounded to nine digits when drawn, so their last may differ."""
    if _number(one) and _number(other):
        return math.isclose(one, other, rel_tol=1e-8)
    return one == other


def _estimates(was: Rows, now: Rows) -> Iterator[dict]:
    """Estimates and bounds of intervals that differ, the largest change against its own size first."""
    before, after = ({(row["claim"], row["estimate"]): row for row in rows if row["estimate"]} for rows in (was, now))
    found = []
    for key in {**before, **after}:
        one, other = before.get(key, {}), after.get(key, {})
        for bound in BOUNDS:
            if not same(one.get(bound), other.get(bound)):
                found.append({"claim": key[0], "estimate": key[1] if bound == "value" else f"{key[1]} {bound}",
                              "before": one.get(bound), "after": other.get(bound), "unit": {**one, **other}.get("unit")})
    return iter(sorted(found, key=lambda row: -_relative(row["before"], row["after"])))


def _relative(was: float | None, now: float | None) -> float:
    """How large a change is against the larger of the two; 1 where one of them is missing."""
    return 1.0 if was is None or now is None else abs(now - was) / (max(abs(was), abs(now)) or 1)


def _verdicts(was: Rows, now: Rows) -> Iterator[dict]:
    before, after = ({row["claim"]: row["verdict"] for row in rows} for rows in (was, now))
    for claim in {**before, **after}:
        if before.get(claim) != after.get(claim):
            yield {"claim": claim, "before": before.get(claim), "after": after.get(claim)}


def lines(first: Execution, second: Execution, differences: dict) -> Iterator[str]:
    """The differences as a person reads them."""
    yield f"A  {_short(first.notebook)}"
    yield f"B  {_short(second.notebook)}"
    totals = {"parameters": len({**first.parameters, **second.parameters}), "figures": len({**first.figures, **second.figures}),
              "estimates": sum(row["estimate"] is not None for row in second.recorded),
              "verdicts": len({row["claim"] for row in second.recorded})}
    names = {"parameters": "Parameters", "figures": "Figures and tables", "estimates": "Estimates and intervals",
             "verdicts": "Verdicts"}
    for kind, rows in differences.items():
        yield f"\n{names[kind]}: {len(rows)} of {totals[kind]} differ" if rows else f"\n{names[kind]}: no difference"
        width = max((len(_label(row)) for row in rows), default=0)
        for row in rows[:SHOWN] if kind == "estimates" else rows:
            yield f"  {_label(row):{width}}  {_told(row)}"
        if kind == "estimates" and len(rows) > SHOWN:
            yield f"  and {len(rows) - SHOWN} smaller ones; --format json has all"


def _label(row: dict) -> str:
    return " ".join(str(row[key]) for key in ("parameter", "figure", "claim", "estimate") if key in row)


def _told(row: dict) -> str:
    if "parameter" in row:  # as one would give it: a year is no quantity
        return f"{row['before']} → {row['after']}"
    if "figure" not in row:
        unit = f"  ({row['unit']})" if row.get("unit") else ""
        return f"{_value(row['before'])} → {_value(row['after'])}{_share(row)}{unit}"
    if "only_in" in row:
        return f"only in {row['only_in']}"
    if "same_rows_other" in row:
        return f"same rows, other {', '.join(row['same_rows_other'])}"
    parts = [f"{row['changed']} of {row['rows']} rows differ" if row["changed"] else f"{row['rows']} rows in A"]
    parts += [f"{row[kind]} {kind}" for kind in ("new", "gone") if row[kind]]
    told = ", ".join(parts)
    if most := row.get("largest"):
        told += f"; most: {most['column']} {_value(most['before'])} → {_value(most['after'])}{_share(most)} at {most['row']}"
    return told


def _value(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:,.6g}" if _number(value) else str(value)


def _share(row: dict) -> str:
    """`` (+1.3 %)`` where both values are figures and the first is not 0."""
    was, now = row["before"], row["after"]
    return f" ({100 * (now - was) / abs(was):+.3g} %)" if _number(was) and _number(now) and was else ""


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
