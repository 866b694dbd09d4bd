"""Mutation proof: how many random faults in every table of the package are refused, and what escapes."""

from __future__ import annotations

import copy
import csv
import io
import multiprocessing
import random
import textwrap
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from faults import FAULTS, Table
from migrationbook import paths
from migrationbook.data import load, names, package, resource
from migrationbook.data.controls import control_sums
from migrationbook.data.package import table_problems
from migrationbook.data.validate import cells, digest, schema_problems
from migrationbook.errors import BookError

REPEATS = 3  # of each fault in each table
LAST_RESORT = 0.80  # the least that must be refused when the editor has brought hash and control sums up to date
ESCAPES = {  # why no other check can see it
    "changed digit": "the figure stays within its column's range, and no published total, balance or order holds it",
    "wrong sign": "the column may be negative, and no published total, balance or order holds the figure",
    "unit times 1000": "the figures are so small that a thousand times as much is still within the range",
    "swapped columns": "both columns have like ranges, and no total or balance tells them apart",
    "shifted rows": "the same figures in another order: only an order, a balance or a total over a part sees it",
    "dropped period": "the table has gaps of its own, or its rows are no series, and no total holds what is lost",
    "wrong code": "the code exists and makes no row a double",
}


def _as_bytes(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8")


def _with(entry: dict, content: bytes, header: list[str], rows: list[list[str]], controls: bool) -> dict:
    """The table's description as an editor leaves it who updates what a faulty table makes visibly wrong."""
    edited = copy.deepcopy(entry) | {"hash": digest(content), "bytes": len(content), "rows": len(rows)}
    return edited | {"controls": control_sums(header, rows)} if controls else edited


def _refused(entry: dict, content: bytes, schema: bool) -> bool:
    """Whether `data check` would refuse the table; the cheap checks first."""
    try:
        if table_problems(entry, content):
            return True
    except (ValueError, TypeError, OverflowError, BookError):
        return True  # a cell that cannot be read as its type: the schema says so at greater length
    return schema and bool(_schema_problems(entry, content))


def _schema_problems(entry: dict, content: bytes) -> list[str]:
    """`schema_problems` of a folder in which this one table is another."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in paths.DATA.rglob("*.csv"):
            target = folder / path.relative_to(paths.DATA)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
        (folder / entry["path"]).unlink()
        (folder / entry["path"]).write_bytes(content)
        others = [entry if other["name"] == entry["name"] else other for other in package()["resources"]]
        return schema_problems(folder, package() | {"resources": others}, entry["name"])


def _try(name: str) -> list[tuple[str, str, bool, bool, bool]]:
    """Each fault of one table: (fault, table, refused with the hash on, hash updated, control sums updated too)."""
    entry = resource(name)
    content = (paths.DATA / entry["path"]).read_bytes()
    header, rows = cells(content)
    table, chance = Table(entry, header, rows), random.Random(f"faults of {name}")
    codes = {(resource, field): sorted(set(load(resource)[field].astype("str"))) for _, resource, field in table.codes}
    results = []
    for fault, inflict in FAULTS.items():
        for _ in range(REPEATS):
            faulty = inflict(table, chance, codes)
            if faulty is None or faulty == rows or not faulty:
                continue
            changed = _as_bytes(header, faulty)
            updated, everything = (_with(entry, changed, header, faulty, controls) for controls in (False, True))
            last = _refused(everything, changed, schema=True)
            results.append((fault, name, digest(changed) != entry["hash"],
                            last or _refused(updated, changed, schema=False), last))
    return results


@pytest.fixture(scope="module")
def results() -> list[tuple[str, str, bool, bool, bool]]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        found = [row for rows in pool.map(_try, sorted(names(), key=lambda name: -resource(name)["bytes"])) for row in rows]
    return found


def _report(results: list[tuple[str, str, bool, bool, bool]]) -> str:
    """Shares refused by kind of fault, and where the faults are that only the hash or the control sums see."""
    lines = [f"{'random faults, per cent refused':34}{'n':>6}{'hash on':>10}{'hash updated':>14}{'sums updated too':>18}"]
    for fault in [*FAULTS, "all"]:
        of = [row for row in results if fault in (row[0], "all")]
        shares = [100 * sum(row[level] for row in of) / len(of) for level in (2, 3, 4)]
        lines.append(f"{fault:34}{len(of):>6}{shares[0]:>10.0f}{shares[1]:>14.0f}{shares[2]:>18.0f}")
    escaped = defaultdict(list)
    for fault, name, _, _, last in results:
        if not last:
            escaped[fault].append(name)
    lines += ["", "what escapes when hash and control sums are updated too, and in which tables:"]
    for fault, tables in escaped.items():
        lines += [f"{fault}: {ESCAPES.get(fault, 'not expected')}"]
        lines += textwrap.wrap(", ".join(sorted(set(tables))), 118, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def test_with_its_hash_no_fault_passes(results, record_property) -> None:
    record_property("report", _report(results))  # printed at the end of the run: see conftest
    assert len(results) > 500
    assert all(row[2] for row in results)


def test_with_the_hash_updated_the_other_checks_refuse_four_fifths(results) -> None:
    assert sum(row[3] for row in results) / len(results) >= 0.95


def test_with_the_control_sums_updated_too_schema_keys_totals_and_ranges_still_do(results) -> None:
    assert sum(row[4] for row in results) / len(results) >= LAST_RESORT
