"""Execute chapters in Jupyter kernels, several at a time, and keep only what a reader needs of the results."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from migrationbook import paths, settings
from migrationbook.errors import BookError
from migrationbook.press import cache, lean  # noqa: F401 (before nbformat)
from migrationbook.press.cache import Entry, Job, Store
from migrationbook.press.chapters import run_times
from migrationbook.press.progress import Progress

INJECTED = "injected-parameters"
DIED = "its kernel was killed or crashed; often the memory is too small"
# One thread a kernel, since chapters share the processors; the same sums in the same order, and the same order of sets.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


@dataclass
class Result:
    """What became of a job. problem: one line naming chapter, cell and cause, or empty; why: reasons it was executed."""

    job: Job
    seconds: float = 0.0
    problem: str = ""
    why: list[str] = field(default_factory=list)


def processors() -> int:
    """Number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute_jobs(jobs: list[Job], store: Store, *, workers: int | None = None, minutes: float | None = None,
                 ignore_store: bool = False, announce: Callable[[list[Job]], None] | None = None,
                 press: Callable[[Store, float], Press] | None = None) -> Iterator[Result]:
    """Bring every job's output up to date and yield the results as they finish.

    A job whose stored result still holds is not executed: its outputs are put into the text as it is now. The others run on
    ``workers`` kernels (one a processor by default), the longest first, by last time or by the book's record. A job that takes
    more than ``minutes`` or fails yields a result with its problem; the others go on. Leaving the loop early ends all kernels.
    announce is told which jobs will be executed before the first is. press makes what executes them (default: this machine).
    """
    todo: list[tuple[Job, dict, list[str]]] = []
    for job in jobs:
        now, entry = cache.basis(job), None
        try:
            entry = store.get(job)
            why = ["told to ignore stored results"] if ignore_store else cache.reasons(job, now, entry)
        except ValueError as error:
            why = [str(error)]
        if why or entry is None:
            todo.append((job, now, why))
        else:
            yield _deliver(Result(job, entry.seconds), entry)
    if not todo:
        return
    if announce:
        announce([job for job, _, _ in todo])
    working = (press or Press)(store, 60 * (minutes or settings.MINUTES))
    timed = run_times().get("seconds", {})  # where nothing has been executed yet
    expected = {id(job): store.seconds(job) or timed.get(job.name) for job, _, _ in todo}
    todo.sort(key=lambda one: -(expected[id(one[0])] or float("inf")))
    workers = min(workers or processors(), len(todo))
    with Progress([(job, expected[id(job)]) for job, _, _ in todo], workers) as progress:
        pool = ThreadPoolExecutor(workers)
        try:
            running = [pool.submit(working.run, job, now, why, progress) for job, now, why in todo]
            for future in as_completed(running):
                result = future.result()
                progress.finished(result.job, result.problem, result.seconds)
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            working.stop()
            pool.shutdown()


def _deliver(result: Result, entry: Entry) -> Result:
    """Write the job's output: the notebook's text of now with the outputs of ``entry``."""
    try:
        cache.write(result.job.output, merged(result.job.notebook, entry.outputs))
    except OSError as error:
        result.problem = f"{result.job.notebook.name}: the result could not be written: {error.strerror}"
    return result


def outputs(book: str) -> str:
    """The part of an executed notebook (its file's text) that the store keeps, as one line of JSON."""
    executed = json.loads(book)
    kept = [{"source": cell["source"] if INJECTED in cell["metadata"].get("tags", []) else None, "outputs": cell["outputs"],
             "execution_count": cell["execution_count"]} for cell in executed["cells"] if cell["cell_type"] == "code"]
    return json.dumps({"cells": kept, "widgets": executed["metadata"].get("widgets")}, ensure_ascii=False)


def merged(notebook: Path, stored: str) -> str:
    """The notebook's text as it is now with stored outputs in its code cells; no times, paths or process numbers.

    Plain JSON in the form nbformat writes: importing nbformat takes longer than a whole build in which nothing changed.
    """
    book = json.loads(notebook.read_text(encoding="utf-8"))
    kept = json.loads(stored)
    for entry in kept["cells"]:
        if entry["source"] is not None:  # the parameters given, put after the chapter's own as papermill does
            cell = {"cell_type": "code", "id": INJECTED, "metadata": {"tags": [INJECTED]}, "source": entry["source"]}
            place = next((i for i, one in enumerate(book["cells"]) if "parameters" in one["metadata"].get("tags", [])), -1)
            book["cells"].insert(place + 1, cell)
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    for cell, entry in zip(code, kept["cells"], strict=True):
        cell["outputs"], cell["execution_count"] = entry["outputs"], entry["execution_count"]
        cell["metadata"].pop("execution", None)
    book["metadata"].pop("papermill", None)
    book["metadata"]["language_info"] = {"name": "python"}
    if kept["widgets"]:
        book["metadata"]["widgets"] = kept["widgets"]
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


class Press:
    """Runs jobs in threads, each with a kernel of its own, and can end them all."""

    def __init__(self, store: Store, seconds: float):
        self.store = store
        self.seconds = seconds
        self.environment = os.environ | ENVIRONMENT | {
            "PRESS_ROOT": str(paths.ROOT),
            "PRESS_PARTS": json.dumps([os.path.realpath(paths.DATA / name) for name in settings.PARTS])}
        self.kernel = _warm_up(self.environment)
        self.clients: set = set()
        self.stopped = threading.Event()

    def run(self, job: Job, basis: dict, why: list[str], progress: Progress) -> Result:
        """Execute one job and store its result; never raises for what a chapter may do."""
        result = Result(job, why=why)
        failed = job.output.with_suffix(".failed.ipynb")
        try:
            failed.unlink(missing_ok=True)
            entry, result.problem, book = self.attempt(job, basis, progress)
            if entry and cache.basis(job) != basis:
                result.problem = f"{job.notebook.name}: changed while it was executed; build again"
            if entry and not result.problem:
                result.seconds = entry.seconds
                self.store.put(job, entry)
                return _deliver(result, entry)
            if book:
                cache.write(failed, book)
                result.problem += f" (see {_short(failed)})"
        except OSError as error:
            about = f": {_short(Path(error.filename))}" if error.filename else ""
            result.problem = result.problem or f"{job.notebook.name}: {error.strerror or error}{about}"
        return result

    def attempt(self, job: Job, basis: dict, progress: Progress) -> tuple[Entry | None, str, str]:
        """Execute one job: (entry for the store, "", notebook), or (None, what stopped it, notebook up to there)."""
        import nbformat

        from migrationbook.press import warm

        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="press-") as folder:
            record = Path(folder) / "reads"
            book, problem = self._execute(job, record, progress)
            if DIED in problem and warm.lost():  # not its own fault; the next kernel starts in the ordinary way
                book, problem = self._execute(job, record, progress)
            text = nbformat.writes(book) + "\n"
            seconds = time.monotonic() - start
            return None if problem else Entry(basis, cache.reads(record), seconds, outputs(text)), problem, text

    def _execute(self, job: Job, record: Path, progress: Progress) -> tuple[dict, str]:
        """Return the executed notebook and what stopped it (empty if nothing did)."""
        import nbformat
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        book = _with_values(nbformat.read(job.notebook, as_version=4), job.values)
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        deadline = time.monotonic() + self.seconds
        at = 0

        def on_cell_start(cell, cell_index: int) -> None:
            nonlocal at
            at = cell_index
            progress.reached(job, cell_index, len(book.cells))

        client = NotebookClient(
            book, kernel_name=self.kernel, resources={"metadata": {"path": str(paths.ROOT)}}, record_timing=False,
            coalesce_streams=True,  # whether two prints arrive in one message depends on the machine's load
            timeout_func=lambda cell: max(1, int(deadline - time.monotonic())), on_cell_start=on_cell_start,
            shutdown_kernel="immediate",  # the outputs are in; asking politely takes longer and may print an interrupt
            extra_arguments=["--IPKernelApp.log_level=CRITICAL", "--ext=migrationbook.press.record"],
        )
        self.clients.add(client)
        try:
            if self.stopped.is_set():
                return book, f"{job.notebook.name}: stopped"
            client.execute(env=self.environment | {"PRESS_RECORD": str(record)})
        except CellExecutionError as error:
            # A BookError in a chapter is already a sentence for the reader of the message; anything else keeps its type.
            cause = error.evalue if error.ename == "BookError" else f"{error.ename}: {error.evalue}"
            return book, f"{job.notebook.name}, cell {at + 1}: {_first_line(cause)}"
        except CellTimeoutError:
            return book, f"{job.notebook.name}, cell {at + 1}: stopped after {self.seconds / 60:g} minutes; see --timeout"
        except DeadKernelError:
            return book, f"{job.notebook.name}, cell {at + 1}: {'stopped' if self.stopped.is_set() else DIED}"
        except (RuntimeError, NoSuchKernel) as error:  # what jupyter_client raises for a kernel that does not start
            return book, f"{job.notebook.name}: {_first_line(error)}"
        finally:
            self.clients.discard(client)
        return book, ""

    def stop(self) -> None:
        """End every kernel that still runs; the threads that wait for them end, too."""
        self.stopped.set()
        for client in list(self.clients):
            process = client.km and client.km.provisioner and client.km.provisioner.process
            if process:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()


def _with_values(book, values: dict[str, object]):
    """The notebook with ``values`` in a cell after its parameters, as papermill writes it."""
    if not values:
        return book
    from papermill.parameterize import parameterize_notebook

    book.metadata["papermill"] = {}
    for cell in book.cells:
        cell.metadata.setdefault("tags", [])
    return parameterize_notebook(book, values)


def _warm_up(environment: dict[str, str]) -> str:
    """Start importing what kernels will need, and return the name of the kernel to use."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    from migrationbook.press import warm

    try:
        spec = KernelSpecManager().get_kernel_spec(settings.KERNEL)
        config = spec.metadata["kernel_provisioner"]["config"]
        warm.server(config["preload"], environment | spec.env)
    except NoSuchKernel:
        warm.tell_once(f"the kernel '{settings.KERNEL}' is not installed; make book installs it")
        return "python3"
    except warm.Unavailable:
        pass  # said when the first kernel is asked for
    return settings.KERNEL


def _first_line(text: object) -> str:
    return (str(text).strip().splitlines() or ["no message"])[0]


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)


def execute(notebook: Path, output: Path, values: dict[str, object] | None = None, minutes: float | None = None) -> None:
    """Execute ``notebook`` with ``values`` for its parameters and write the result to ``output``.

    The result is written aside and renamed, so ``output`` is complete or untouched. When a cell fails, the notebook
    up to there is kept beside it as ``*.failed.ipynb`` and a BookError names chapter, cell and cause.
    """
    with tempfile.TemporaryDirectory(prefix="press-") as folder:
        for result in execute_jobs([Job(notebook, output, values or {})], Store(Path(folder)), minutes=minutes):
            if result.problem:
                raise BookError(result.problem)


def write_back(notebook: Path, executed: Path) -> bool:
    """Store the outputs of ``executed`` in the chapter itself; return whether its bytes changed."""
    text = executed.read_text(encoding="utf-8")
    if notebook.read_text(encoding="utf-8") == text:
        return False
    cache.write(notebook, text)
    return True
