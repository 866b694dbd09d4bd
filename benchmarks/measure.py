"""Run a program and tell how long it took and how much memory it and all its children held at once."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

LOG = "benchmark.log"  # in the folder: what the program last run there printed
EVERY = 0.25  # s between two looks at the memory


@dataclass
class Taken:
    """seconds: wall time; cpu: seconds of processor, children included; peak: bytes held at the same moment."""

    seconds: float
    cpu: float
    peak: int


class Failed(Exception):
    """The program ended with an error; the message has the end of what it printed."""


def run(command: list[str], folder: Path, environment: dict[str, str], answer: str = "") -> Taken:
    """Run ``command`` in ``folder``, with ``answer`` typed into it. Raises Failed."""
    log = folder / LOG
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdin=subprocess.PIPE, stdout=output,
                                   stderr=subprocess.STDOUT)
        watch = _Watch(process.pid)
        process.stdin.write(answer.encode())
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    taken = Taken(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, watch.stop())
    if process.returncode:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{end}")
    return taken


class _Watch(threading.Thread):
    """Looks at a process and its children until told to stop.

    What counts is the proportional set size: a page of memory that several processes share is counted once in all, so that
    forked processes are charged neither for what they share nor for nothing.
    """

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(EVERY):
            try:
                root = psutil.Process(self.pid)
                processes = [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.peak = max(self.peak, sum(map(_size, processes)))

    def stop(self) -> int:
        self.over.set()
        self.join()
        return self.peak


def _size(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return getattr(memory, "pss", memory.uss)
