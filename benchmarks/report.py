"""The table that the documentation includes, and whether the aims are met."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

from cases import CASES, Row
from ways import ALL, FLOOR, Executing, Ours

TITLES = {
    "cold": "Cold: nothing there but the sources", "code": "One chapter's code edited", "text": "One chapter's text edited",
    "table": "One table revised", "nothing": "Nothing changed", "sweep": "A sweep over a small chapter's parameter",
    "efficiency": "The same runs on one kernel and on two",
    "pages": "Where the time of the pages goes",
}
# case, against which way, how many times as fast
AIMS = (("cold", Executing.name, 4), ("code", Executing.name, 8), ("nothing", "jupyter-book, its cache", 10),
        ("sweep", "papermill loop", 6))
EFFICIENCY = 0.85  # of two kernels
TOOLS = ("jupyter-book", "papermill", "jupyter-cache", "sphinx", "nbclient", "ipykernel")


def machine() -> str:
    """Processor, cores and versions, in one paragraph."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    told = [names[0] if names else platform.processor() or platform.machine(), f"{os.cpu_count()} cores",
            *(f"{kilobytes / 2**20:.0f} GiB" for kilobytes in memory), f"{platform.system()}, Python {platform.python_version()}"]
    return f"{date.today().isoformat()}; {', '.join(told)}; " + ", ".join(f"{name} {version(name)}" for name in TOOLS)


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def line(row: Row) -> str:
    """One row as a line on a terminal."""
    note = f"   ({row.note})" if row.note else ""
    return f"  {row.way:26} {row.typical:8.2f} s   {row.cpu:8.1f} s of processor   {row.peak / 2**20:6.0f} MiB{note}"


def aims(rows: list[Row]) -> list[str]:
    """A line for each aim that the rows allow to judge."""
    told = []
    for case, other, wanted in AIMS:
        found = {row.way: row.typical for row in rows if row.case == case}
        if {Ours.name, other} <= set(found):
            ratio = found[other] / found[Ours.name]
            bound = f"; {found[other] / found[FLOOR]:.1f} if nothing but the chapters' cells took time" if FLOOR in found else ""
            told.append(f"{TITLES[case]}: {ratio:.1f} times as fast as {other}{bound}; aim {wanted}, {_verdict(ratio >= wanted)}")
    one, two = ([row.typical for row in rows if row.case == "efficiency" and row.way.startswith(n)] for n in "12")
    if one and two:
        share = one[0] / two[0] / 2
        told.append(f"Efficiency of two kernels: {100 * share:.0f} %; aim {100 * EFFICIENCY:.0f} %, "
                    f"{_verdict(share >= EFFICIENCY)}")
    return told


def _verdict(met: bool) -> str:
    return "met" if met else "NOT met"


def markdown(rows: list[Row], how: str) -> str:
    """The page of results. how: the command."""
    parts = ["# Benchmarks", f"Written by `{how}`; not to be edited. {machine()}.",
             "Each number is the median of the repetitions, in seconds of wall time; *processor* adds up the seconds of all "
             "processes, *memory* is the most that all of them held at once (shared pages counted once). *Ratio*: how many "
             "times as long as ours. What each way runs:"]
    parts.append("\n".join(f"- **{kind.name}**: {kind.about}" for kind in ALL) + f"\n- **{FLOOR}**: no way at all, but what none "
                 "that executes them here can do without: libraries imported once, then their code, and nothing else")
    parts += ["## Aims", "\n".join(f"- {one}" for one in aims(rows))]
    for case in [name for name in CASES if name in TITLES]:
        chosen = [row for row in rows if row.case == case]
        if chosen:
            parts += [f"## {TITLES[case]}", _table(chosen)]
    if grown := [row for row in rows if row.case.startswith("growth")]:
        parts += ["## Cold, as chapters grow (copies of one)", _growth(grown)]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[Row]) -> str:
    ours = next((row.typical for row in rows if row.way == Ours.name), None)
    head = "| | seconds | ratio | processor, s | memory, MiB | runs | |\n|:--|--:|--:|--:|--:|--:|:--|\n"
    return head + "\n".join(
        f"| {row.way} | {row.typical:.2f} | {f'{row.typical / ours:.1f}' if ours else ''} | {row.cpu:.1f} | "
        f"{row.peak / 2**20:.0f} | {len(row.seconds)} | {row.note} |" for row in rows)


def _growth(rows: list[Row]) -> str:
    """Where the slow side was not measured, a straight line through its two largest books stands, marked as such."""
    found = {(int(row.case.split()[1]), row.way): row.typical for row in rows}
    numbers = sorted({number for number, _ in found})
    known = [(number, found[number, Executing.name]) for number in numbers if (number, Executing.name) in found]
    told = []
    for number in numbers:
        other, mark = found.get((number, Executing.name)), ""
        if other is None and len(known) > 1:
            (n1, s1), (n2, s2) = known[-2:]
            other, mark = s2 + (number - n2) * (s2 - s1) / (n2 - n1), " (extrapolated)"
        ours = found[number, Ours.name]
        told.append(f"| {number} | {ours:.1f} | {ours / number:.2f} | " +
                    (f"{other:.1f}{mark} | {other / ours:.1f} |" if other else " | |"))
    head = f"| chapters | {Ours.name}, s | s a chapter | {Executing.name}, s | ratio |\n|--:|--:|--:|--:|--:|\n"
    return head + "\n".join(told)
