"""Execute chapters with papermill, each in a fresh kernel, and keep only what a reader needs of the result."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import nbformat

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.press.chapters import chapters

EXECUTED = "executed"
# What a chapter's result depends on besides its own cells: figures, library and lock.
REACHABLE = ("data/**/*.csv", "data/datapackage.json", "lib/migrationbook/**/*.py", "lib/migrationbook/**/*.toml",
             "requirements.txt")


def execute(notebook: Path, output: Path, values: dict[str, object] | None = None) -> None:
    """Execute ``notebook`` with ``values`` for its parameters and write the result to ``output``.

    The result is written aside and renamed, so ``output`` is complete or untouched. When a cell fails, the notebook
    up to there is kept beside it as ``*.failed.ipynb`` and a BookError names chapter, cell and cause.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the same sums in the same order on every machine
    output.parent.mkdir(parents=True, exist_ok=True)
    aside = output.with_suffix(".part.ipynb")
    failed = output.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)
    try:
        papermill.execute_notebook(
            str(notebook), str(aside), parameters=values or {}, cwd=str(paths.ROOT), kernel_name="python3",
            progress_bar={"leave": False} if sys.stderr.isatty() else False,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],  # else it warns at every start that it talks over TCP
            shutdown_kernel="immediate",  # a polite farewell interrupts the kernel first, which then reports an error
            request_save_on_cell_execute=False, autosave_cell_every=0,  # saving after every cell takes a fifth of the time
        )
    except PapermillExecutionError as error:
        aside.replace(failed)
        # A BookError in a chapter is already a sentence for the reader of the message; anything else keeps its type.
        cause = error.evalue if error.ename == "BookError" else f"{error.ename}: {error.evalue}"
        first = str(cause).strip().splitlines()[0]
        raise BookError(f"{notebook.name}, cell {error.cell_index + 1}: {first} (see {_short(failed)})") from None
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    book = nbformat.read(aside, as_version=4)
    nbformat.write(without_run_details(book), aside)
    aside.replace(output)


def without_run_details(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop times, paths and process numbers, so that the same inputs give the same bytes."""
    book.metadata.pop("papermill", None)
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    return book


def digest(notebook: Path) -> str:
    """Fingerprint of everything a chapter's outputs depend on: its cells, the data, the library and the lock."""
    total = hashlib.sha256()
    book = nbformat.read(notebook, as_version=4)
    for cell in book.cells:
        total.update(f"{cell.cell_type}\0{cell.source}\0{cell.metadata.get('tags') or []}\0".encode())
    for pattern in REACHABLE:
        root = paths.DATA.parent if pattern.startswith("data/") else paths.ROOT
        for path in sorted(root.glob(pattern)):
            total.update(path.relative_to(root).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def execute_all(wanted: set[Path] | None = None) -> Iterator[Path]:
    """Execute every chapter (or those ``wanted``) whose result is missing or out of date; yield the results in order."""
    todo = [notebook for notebook in chapters() if wanted is None or notebook in wanted]
    for number, notebook in enumerate(todo, start=1):
        output = paths.BUILD / EXECUTED / notebook.name
        stamp = output.with_suffix(".digest")
        key = digest(notebook)
        label = f"[{number}/{len(todo)}] {notebook.stem}"
        if output.exists() and stamp.exists() and stamp.read_text() == key:
            click.echo(f"{label}: unchanged")
        else:
            stamp.unlink(missing_ok=True)
            click.echo(f"{label}: executing …")
            start = time.perf_counter()
            execute(notebook, output)
            stamp.write_text(key)
            click.echo(f"{label}: executed in {time.perf_counter() - start:.0f} s")
        yield output


def write_back(notebook: Path, executed: Path) -> bool:
    """Store the outputs of ``executed`` in the chapter itself; return whether its bytes changed."""
    text = re.sub(r"\s*\Z", "\n", executed.read_text(encoding="utf-8"))
    if notebook.read_text(encoding="utf-8") == text:
        return False
    aside = notebook.with_suffix(".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(notebook)
    return True


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
