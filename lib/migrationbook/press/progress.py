"""Say how far the execution is: bars with the time that remains on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from migrationbook.press.cache import Job

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

BARS = 20  # as many as a terminal has lines for


class Progress:
    """Told by the threads that execute; ``jobs`` come with the seconds they took last time, None if unknown.

    On a terminal every job has a bar; of more than ``BARS`` jobs only those at work.
    """

    def __init__(self, jobs: list[tuple[Job, float | None]], workers: int):
        self.expected = {id(job): seconds for job, seconds in jobs}
        self.jobs = [job for job, _ in jobs]
        self.workers = workers
        self.started: dict[int, float] = {}
        self.done = 0
        self.lock = threading.Lock()
        self.bars: Bars | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bars

            self.bars = Bars(TextColumn("{task.description:24}", markup=False), BarColumn(), TextColumn("{task.fields[state]}"),
                             console=Console(stderr=True), transient=True)
            self.tasks = {id(job): self.bars.add_task(job.label, total=1, state="waiting", visible=len(self.jobs) <= BARS)
                          for job in self.jobs}
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars:
            self.bars.stop()

    def reached(self, job: Job, cell: int, cells: int) -> None:
        """The job is about to execute cell number ``cell`` (from 0) of ``cells``."""
        with self.lock:
            self.started.setdefault(id(job), time.monotonic())
            if self.bars and id(job) in self.tasks:
                self.bars.update(self.tasks[id(job)], completed=cell, total=cells, visible=True,
                                 state=f"cell {cell + 1} of {cells}{self._left()}")

    def finished(self, job: Job, problem: str, seconds: float) -> None:
        with self.lock:
            self.done += 1
            self.expected.pop(id(job))
            for other in self.jobs:  # the chapter with other parameters: the best guess there is
                if not problem and other.name == job.name and id(other) in self.expected and self.expected[id(other)] is None:
                    self.expected[id(other)] = seconds
            label = f"[{self.done}/{len(self.jobs)}] {job.label}"
            if self.bars and id(job) in self.tasks:
                self.bars.remove_task(self.tasks.pop(id(job)))
            line = f"{label}: failed" if problem else f"{label}: executed in {seconds:.0f} s{'' if self.bars else self._left()}"
            self.bars.console.print(line, highlight=False, markup=False) if self.bars else click.echo(line)

    def _left(self) -> str:
        """What remains at the pace of last time, as ", about 12 s left"; empty where a chapter never ran before."""
        now = time.monotonic()
        if not self.expected or None in self.expected.values():
            return ""
        left = [max(0.0, seconds - (now - self.started.get(job, now))) for job, seconds in self.expected.items()
                if seconds is not None]
        return f", about {max(max(left), sum(left) / self.workers):.0f} s left"
