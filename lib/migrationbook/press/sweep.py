"""Execute a chapter with many combinations of parameters, and collect what they recorded in one table and its charts.

What a chapter records is the book's affair: the module named in ``settings.RECORDED`` turns an executed notebook into rows
(``rows(notebook)``: dicts, one observation each) and draws them (``draw(rows, varying, folder)``: displayable figures,
also written as files). Finished combinations stay in the store that builds use, so the same sweep goes on where it ended.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import click

from migrationbook import paths, settings
from migrationbook.errors import BookError
from migrationbook.press import cache, grid, site, standalone
from migrationbook.press.cache import Job, Store
from migrationbook.press.execute import Press, Result, execute_jobs, processors
from migrationbook.press.standalone import code
from migrationbook.prose import counted
from migrationbook.words import word

NOTEBOOKS = "notebooks"
TABLE = "sweep.csv"
PAGE = "sweep.html"


def sweep(notebook: Path, combinations: grid.Rows, folder: Path | None = None, workers: int | None = None,
          minutes: float | None = None, press: Callable[[Store, float], Press] | None = None) -> tuple[list[Result], Path]:
    """Execute every combination and write table, charts, page and notebooks to ``folder``: (those that failed, the page).

    workers, minutes, press: as for `execute_jobs`. An interrupt leaves finished combinations in the store.
    """
    folder = (folder or paths.BUILD / "sweeps" / notebook.stem).resolve()
    jobs = [Job(notebook, folder / NOTEBOOKS / f"combination-{number:04}.ipynb", values)
            for number, values in enumerate(combinations, start=1)]
    names = {job.output.name for job in jobs}
    for path in (folder / NOTEBOOKS).glob("combination-*.ipynb"):
        if path.name.replace(".failed", "") not in names:  # of a longer sweep before this one
            path.unlink()
    click.echo(f"{counted(len(jobs), 'combination')} of {notebook.stem}: {_axes(combinations)}")

    def announce(todo: list[Job]) -> None:
        known = [seconds for job in jobs if (seconds := site.store().seconds(job))]
        expected = len(todo) * sum(known) / len(known) / min(workers or processors(), len(todo)) if known else None
        time = f"about {expected:.0f} s" if expected else "time not known yet"
        click.echo(f"{len(todo)} to execute ({time}), {len(jobs) - len(todo)} kept from before")

    site.prepare_pages()
    results = list(execute_jobs(jobs, site.store(), workers=workers, minutes=minutes, announce=announce, press=press))
    failed = [result for result in results if result.problem]
    if not any(result.why for result in results):
        click.echo("All of them are kept from before")
    _collect(jobs, failed, folder)
    return failed, folder / PAGE


def _axes(combinations: grid.Rows) -> str:
    """The parameters with the number of their values, as "south (2), model (3)"."""
    return ", ".join(f"{name} ({len({json.dumps(row[name]) for row in combinations})})" for name in combinations[0])


def _collect(jobs: list[Job], failed: list[Result], folder: Path) -> None:
    """Write the table of all combinations that were executed, then the charts and the page of it."""
    recorded = importlib.import_module(settings.RECORDED)
    varying = grid.varying([job.values for job in jobs])
    lost = {id(result.job) for result in failed}
    rows = [{"combination": number} | {name: job.values[name] for name in varying} | row
            for number, job in enumerate(jobs, start=1) if id(job) not in lost for row in recorded.rows(job.output)]
    cache.write(folder / TABLE, as_csv(rows))
    figures = recorded.draw(rows, varying, folder) if rows else []
    book = folder / ".page" / f"{PAGE.partition('.')[0]}.ipynb"
    try:
        cache.write(book, json.dumps(_notebook(jobs, failed, figures)))
        for line in standalone.make(book, folder / PAGE):
            click.echo(f"  {line}", err=True)
    finally:
        book.unlink(missing_ok=True)
        book.parent.rmdir()


def as_csv(rows: list[dict]) -> str:
    """Rows as CSV, columns in the order in which they appear, missing values empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _notebook(jobs: list[Job], failed: list[Result], figures: list) -> dict:
    """The page of a sweep as an executed notebook: what was varied, what failed, the figures."""
    combinations = [job.values for job in jobs]
    values = {name: list(dict.fromkeys(row[name] for row in combinations)) for name in combinations[0]}
    text = [f"# {word('sweep.title').format(chapter=jobs[0].name)}", word("sweep.count").format(n=len(jobs))]
    text += [f"- {code(name)}: {', '.join(map(code, given))}" for name, given in values.items()]
    text += [word("sweep.files").format(table=code(TABLE), folder=code(NOTEBOOKS))]
    if failed:
        text += [word("sweep.missing").format(n=len(failed))]
        text += [f"- {code(result.job.label)}: {code(result.problem)}" for result in failed]
    if not figures:
        text += [word("sweep.nothing")]
    cells: list[dict] = [{"cell_type": "markdown", "id": "text", "metadata": {}, "source": "\n\n".join(text)}]
    for number, figure in enumerate(figures, start=1):
        output = {"output_type": "display_data", "data": figure._repr_mimebundle_(), "metadata": {}}
        cells.append({"cell_type": "code", "id": f"figure{number}", "metadata": {"tags": ["remove-input"]}, "source": "figure",
                      "execution_count": number, "outputs": [output]})
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernelspec, "language_info": {"name": "python"}}, "nbformat": 4,
            "nbformat_minor": 5}


def checked(failed: list[Result], total: int) -> None:
    """Name each combination that failed with its cause; raises BookError if there are any."""
    for result in failed:
        click.echo(f"{result.job.label}: {result.problem}", err=True)
    if failed:
        raise BookError(f"{len(failed)} of {total} combinations failed; the others are in the table")
