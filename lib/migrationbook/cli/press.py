"""Commands that execute chapters, build the site, check and lock the book."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from migrationbook import paths, settings
from migrationbook.cli import complete
from migrationbook.errors import BookError
from migrationbook.prose import counted


@click.command(epilog="Example:  migrationbook build --explain --jobs 1")
@click.option("--explain", is_flag=True, help="Say why each chapter is executed or not.")
@click.option("-j", "--jobs", "workers", type=click.IntRange(1), help="Kernels at a time. Default: one a processor.")
@click.option("--all", "everything", is_flag=True, help="Execute every chapter, whatever changed.")
@click.option("--timeout", "minutes", type=click.FloatRange(0, min_open=True), metavar="MINUTES",
              help=f"Stop a chapter that takes longer. Default: {settings.MINUTES}.")
def build(explain: bool, workers: int | None, everything: bool, minutes: float | None) -> None:
    """Execute the chapters that changed and build the site in _build/html."""
    from migrationbook.press import site

    start = time.perf_counter()
    page = site.build(workers, minutes, explain, everything)
    click.echo(f"Done in {time.perf_counter() - start:.0f} s. Open {page}")


@click.command(epilog="Example:  migrationbook execute enforcement --write")
@click.argument("names", nargs=-1, metavar="[CHAPTER]...", shell_complete=complete.chapter)
@click.option("--write", is_flag=True, help="Store the outputs in the chapters themselves (what gets committed).")
def execute(names: tuple[str, ...], write: bool) -> None:
    """Execute chapters (all by default) with their published parameters."""
    from migrationbook.press import site
    from migrationbook.press.chapters import chapter
    from migrationbook.press.execute import execute_jobs, write_back

    wanted = {chapter(name) for name in names}
    failed = 0
    with site.alone():
        for result in execute_jobs([job for job in site.jobs() if not wanted or job.notebook in wanted], site.store()):
            if result.problem:
                failed += 1
                click.echo(result.problem, err=True)
            elif not result.why:
                click.echo(f"{result.job.name}: unchanged")
            if write and not result.problem and write_back(result.job.notebook, result.job.output):
                click.echo(f"  outputs of chapters/{result.job.notebook.name} updated")
    if failed:
        raise BookError(f"chapters that failed: {failed}")


@click.command(epilog="""\b
Examples:
  migrationbook run enforcement --list
  migrationbook run enforcement -p model autoregressive -p window_end 2019-12""")
@click.argument("name", metavar="CHAPTER", shell_complete=complete.chapter)
@click.option("-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="Repeatable.",
              shell_complete=complete.value)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: _build/runs/CHAPTER.ipynb")
@click.option("--timeout", "minutes", type=click.FloatRange(0, min_open=True), metavar="MINUTES",
              help=f"Stop if it takes longer. Default: {settings.MINUTES}.")
@click.option("--list", "show", is_flag=True, help="List the chapter's parameters and stop.")
def run(name: str, given: tuple[tuple[str, str], ...], output: Path | None, minutes: float | None, show: bool) -> None:
    """Execute one chapter with other parameters into a notebook of its own, and print that as one HTML file beside it."""
    from migrationbook.press.chapters import chapter, parameters

    if show:
        for entry in parameters(chapter(name)).values():
            click.echo(f"{entry.name}: {entry.type} = {entry.default!r}\n    {entry.help}")
        return
    from migrationbook.press.run import run as run_chapter

    try:
        for path in run_chapter(chapter(name), given, output, minutes):
            click.echo(f"Result: {path}")
    except OSError as error:
        raise BookError(f"{error.strerror or error}: {error.filename or output or paths.BUILD}") from None


@click.command(epilog="""\b
Examples:
  migrationbook sweep security --grid south=border,isthmus --grid model=sarimax,autoregressive
  migrationbook sweep enforcement --grid plan.csv -o ~/plan --jobs 2
  migrationbook sweep enforcement --grid plan.toml --scheduler tcp://192.168.0.7:8786

\b
plan.csv                      plan.toml
  model,window_end              model = ["sarimax", "unobserved_components"]
  sarimax,2019-12               window_end = ["2019-12", "2020-02"]
  autoregressive,2020-02""")
@click.argument("name", metavar="CHAPTER", shell_complete=complete.chapter)
@click.option("--grid", "grids", multiple=True, required=True, metavar="FILE|NAME=A,B,C", shell_complete=complete.grid,
              help="Values of a parameter, or a file of them. Repeatable: every combination of the grids is executed.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder. Default: _build/sweeps/CHAPTER")
@click.option("-j", "--jobs", "workers", type=click.IntRange(1), help="Kernels at a time. Default: one a processor.")
@click.option("--timeout", "minutes", type=click.FloatRange(0, min_open=True), metavar="MINUTES",
              help=f"Stop a combination that takes longer. Default: {settings.MINUTES}.")
@click.option("--scheduler", metavar="ADDRESS",
              help="Execute on the workers of this Dask cluster, a kernel a worker thread. No file system need be shared: "
                   "notebooks and results are sent. Each worker needs the book installed, with the same library, tables and "
                   "lock; an interrupt leaves it to finish the chapter it is at.")
def sweep(name: str, grids: tuple[str, ...], output: Path | None, workers: int | None, minutes: float | None,
          scheduler: str | None) -> None:
    """Execute a chapter with every combination of parameters; collect what it recorded in a table and charts.

    Combinations that were finished before an interruption are not executed again. Those that fail are listed.
    """
    from contextlib import nullcontext

    from migrationbook.press import cluster, grid
    from migrationbook.press.chapters import chapter
    from migrationbook.press.sweep import checked
    from migrationbook.press.sweep import sweep as sweep_chapter

    combinations = grid.combinations(chapter(name), list(grids))
    try:
        with cluster.press(scheduler) if scheduler else nullcontext((None, workers)) as (press, at_a_time):
            failed, page = sweep_chapter(chapter(name), combinations, output, workers or at_a_time, minutes, press)
    except KeyboardInterrupt:
        click.echo("\nInterrupted; what is finished is kept, and the same command goes on from there", err=True)
        raise click.exceptions.Exit(130) from None
    except OSError as error:
        raise BookError(f"{error.strerror or error}: {error.filename or output or paths.BUILD}") from None
    click.echo(f"Result: {page}")
    checked(failed, len(combinations))


@click.command(epilog="Example:  migrationbook rejudge enforcement --write")
@click.argument("names", nargs=-1, metavar="[CHAPTER]...", shell_complete=complete.judging)
@click.option("--write", is_flag=True, help="Write chapters/robustness.json; without it nothing is written.")
@click.option("-j", "--jobs", "workers", type=click.IntRange(1), help="Kernels at a time. Default: one a processor.")
def rejudge(names: tuple[str, ...], write: bool, workers: int | None) -> None:
    """Judge the measured claims again with the values in chapters/alternatives.toml, where something changed."""
    from migrationbook.claims.rejudge import rejudge as judge_again

    problems = judge_again(list(names), write, workers, click.echo)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise BookError(f"{counted(len(problems), 'execution')} failed")


@click.command(epilog="Example:  migrationbook test")
def test() -> None:
    """Run every check: style, types, library, data, re-execution of the chapters, the built site in a browser."""
    python = [sys.executable, "-m"]
    chapters = sorted(str(path) for path in paths.CHAPTERS.glob("*.ipynb"))
    code = ["lib", "tests", "benchmarks", "chapters"]
    spelled = [*code, ".github", "_config.yml", *sorted(path.name for path in paths.ROOT.glob("*.md"))]
    of_pages = sorted(str(path) for path in (paths.ROOT / "tests").glob("test_site*.py"))
    steps = {
        "style": [*python, "ruff", "check", "--config", "lib/pyproject.toml", *code],
        "spelling": [*python, "codespell_lib", "--toml", "lib/pyproject.toml", *spelled],
        "types": [*python, "mypy", "--config-file", "lib/pyproject.toml", "lib/migrationbook"],
        "library and data": [*python, "pytest", "-q", "-n", "2", "tests", "--ignore-glob", "*/test_site*.py",
                             "--ignore", "tests/test_guides.py"],
        "chapters re-executed": [*python, "pytest", "-q", "--nbval", *chapters],
        "book": [*python, "migrationbook.cli", "build"],
        "guides": [*python, "pytest", "-q", "tests/test_guides.py"],  # after the book: what is executed already is kept
        "site in a browser": [*python, "pytest", "-q", "-n", "2", *of_pages],
    }
    if paths.LIBRARY.parent != paths.ROOT:  # another book: the library has its tests where it lies
        steps = {"data": [*python, "migrationbook.cli", "data", "check"],
                 **{name: steps[name] for name in ("chapters re-executed", "book")}}
    # Two workers on two processors: numerical libraries that start threads of their own would only get in their way.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    failed = []
    for name, command in steps.items():
        click.secho(f"\n== {name}", bold=True)
        start = time.perf_counter()
        if subprocess.run(command, cwd=paths.ROOT, env=environment).returncode:
            failed.append(name)
        click.echo(f"== {name}: {'FAILED' if name in failed else 'passed'} in {time.perf_counter() - start:.0f} s")
    if failed:
        raise BookError(f"failed: {', '.join(failed)}")
    click.echo("\nEverything passed.")


@click.command(epilog="Example:  migrationbook lab")
def lab() -> None:
    """Open the chapters in JupyterLab."""
    sys.exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(paths.CHAPTERS)], cwd=paths.ROOT))


@click.command(epilog="Example:  migrationbook lock")
def lock() -> None:
    """Rewrite requirements.txt: every package, exact, for Python 3.11 to 3.13."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
               "--custom-compile-command", "make lock", "requirements.in", "--output-file", "requirements.txt"]
    if subprocess.call([str(Path(sys.executable).with_name(command[0])), *command[1:]], cwd=paths.LIBRARY.parent):
        raise BookError("requirements.txt was not rewritten: the resolver's message is above")
    click.echo("requirements.txt rewritten; run make book to install it")
