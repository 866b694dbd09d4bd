"""Time the reading and checking of tables beside the plain alternatives: `python benchmarks/tables.py`.

Prints a table of seconds and ratios (above 1: ours is faster).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOAD = "from migrationbook.data import load; load('{name}')"
READ = "import pandas; pandas.read_csv('{path}', parse_dates=['date'])"


def seconds(call, repeat: int = 5) -> float:
    """Best of ``repeat`` runs of ``call``, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def in_process(code: str, repeat: int = 5) -> float:
    """Seconds that ``code`` takes in a fresh interpreter, imports included."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True), repeat)


def row(label: str, ours: float, other: str, theirs: float) -> None:
    print(f"{label:44} {ours:8.3f} s   {other:44} {theirs:8.3f} s   ratio {theirs / ours:6.2f}")


def tables() -> None:
    """Reading a monthly table: ours (typed, hash checked, metadata attached) against the plain alternatives."""
    import pandas as pd
    from frictionless import Resource
    from migrationbook.data import load

    for name in ("cbp_monthly", "cbp_encounters"):
        path = ROOT / "data" / "enforcement" / f"{name}.csv"
        ours = seconds(lambda name=name: load(name))
        row(f"load('{name}')", ours, "pandas.read_csv", seconds(lambda path=path: pd.read_csv(path, parse_dates=["date"])))
        table = Resource.from_descriptor({"name": name, "path": f"{name}.csv"}, basepath=str(path.parent))
        frictionless = seconds(table.to_pandas, 2)
        row(f"load('{name}')", ours, "frictionless Resource.to_pandas", frictionless)
    path = ROOT / "data" / "enforcement" / "cbp_monthly.csv"
    row("import and load, fresh process", in_process(LOAD.format(name="cbp_monthly")),
        "import pandas and read_csv", in_process(READ.format(path=path)))


def package() -> None:
    """The slowest table to load, and a check of the whole package beside Frictionless' own."""
    from migrationbook.data import load, names

    taken = {name: seconds(lambda name=name: load(name), 3) for name in names()}
    slowest = max(taken, key=taken.get)
    print(f"load of {len(taken)} tables: slowest {slowest} {1000 * taken[slowest]:.0f} ms, all {sum(taken.values()):.2f} s")
    check = [sys.executable, "-m", "migrationbook.cli", "data", "check"]
    theirs = [str(Path(sys.executable).with_name("frictionless")), "validate", "data/datapackage.json"]
    row("migrationbook data check", seconds(lambda: subprocess.run(check, check=True, cwd=ROOT, capture_output=True), 2),
        "frictionless validate", seconds(lambda: subprocess.run(theirs, check=True, cwd=ROOT, capture_output=True), 1))


if __name__ == "__main__":
    tables()
    package()
