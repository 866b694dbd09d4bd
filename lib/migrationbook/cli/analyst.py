"""Commands for those who question the book: is the machine fit, what is stale, what differs, everything as files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from migrationbook.cli import complete
from migrationbook.errors import BookError

DIFFERENT = 1  # exit status of `diff` and `status` when there is something to say, as of diff(1)


@click.command(epilog="Example:  migrationbook doctor")
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check Python, packages, kernel, browser, disk, memory, tables and chapters, and say the cure of what is wrong.

    A line a matter: ok, warn (something is slower or not possible) or fail. Exit status 1 if a line says fail.
    """
    from migrationbook.analyst.doctor import findings

    colours = {"ok": "green", "warn": "yellow", "fail": "red"}
    states = []
    for finding in findings():
        states.append(finding.state)
        text = str(finding)
        click.echo(click.style(text[:4], fg=colours[finding.state]) + text[4:])
    failed, warned = states.count("fail"), states.count("warn")
    click.echo(f"\n{len(states)} checks: {failed} failed, {warned} warnings")
    context.exit(1 if failed else 0)


@click.command(epilog="Example:  migrationbook status --vintages")
@click.option("--vintages", is_flag=True, help="Also list the tables that can be refreshed, with their last period and vintage.")
@click.pass_context
def status(context: click.Context, vintages: bool) -> None:
    """Say what is out of date, why, and the command that brings it up to date. Nothing is executed or written.

    Looked at are the environment, the lock, the tables, the outputs in the committed chapters, the record of which verdicts
    survive, and what is built on this machine. Exit status 0 if all is current, 1 if something is not.
    """
    from migrationbook.analyst import status as parts

    groups: dict[tuple[str, str], list[str]] = {}
    cures: dict[str, list[str]] = {}
    for entry in parts.entries():
        groups.setdefault((entry.part, entry.why), []).append(entry.name)
        if entry.why:
            cures.setdefault(entry.cure, []).append(entry.name)
    for (part, why), names in sorted(groups.items(), key=lambda group: bool(group[0][1])):
        state = click.style("stale  ", fg="yellow") if why else "current"
        click.echo(f"{state}  {part:11}  {', '.join(names)}{f': {why}' if why else ''}")
    for cure, names in cures.items():
        click.echo(f"try      {cure.format(' '.join(names))}")
    if vintages:
        click.echo()
        for name, last, vintage in parts.vintages():
            click.echo(f"{name:30} {last:10}  {vintage}")
    context.exit(DIFFERENT if cures else 0)


@click.command(epilog="""\b
Examples:
  migrationbook run security -p south isthmus
  migrationbook diff security                                as committed, and the run just made
  migrationbook diff runs/security executed/security         two results in _build
  migrationbook diff before.ipynb after.ipynb --format json""")
@click.argument("first", metavar="A", shell_complete=complete.execution)
@click.argument("second", metavar="[B]", required=False, shell_complete=complete.execution)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def diff(context: click.Context, first: str, second: str | None, form: str) -> None:
    """Compare two executions of a chapter: parameters, rows of figures and tables, estimates, verdicts that moved.

    A and B are chapters (as committed), notebook files, or results in _build such as runs/security. B is by default the run
    of the chapter in _build/runs. Exit status 0 if nothing differs, 1 if something does, 2 for a mistake in the command.
    """
    from migrationbook.analyst import compare

    try:
        one = compare.read(compare.find(first))
        other = compare.read(compare.find(second or f"runs/{one.notebook.stem}"))
    except BookError as error:
        refusal = click.ClickException(str(error))
        refusal.exit_code = 2
        raise refusal from None
    differences = compare.compare(one, other)
    if form == "json":
        click.echo(json.dumps(differences, ensure_ascii=False, indent=1))
    else:
        for line in compare.lines(one, other, differences):
            click.echo(line)
    context.exit(DIFFERENT if any(differences.values()) else 0)


@click.command(epilog="""\b
Examples:
  migrationbook export -o verdicts.csv            also writes verdicts_estimates.csv
  migrationbook export --format json""")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: claims.csv or claims.json in this folder.")
@click.option("--force", is_flag=True, help="Replace files of this name.")
def export(form: str, output: Path | None, force: bool) -> None:
    """Write every verdict and every estimate of the committed chapters for another program.

    As CSV two tidy tables, a row a claim and, in a second file, a row an estimate; as JSON one list with everything.
    """
    from migrationbook.claims.files import export as write

    for path in write(form, output or Path(f"claims.{form}"), force):
        click.echo(f"Written: {path}")


@click.command(epilog="Example:  migrationbook replication --write")
@click.option("--write", is_flag=True, help="Write REPLICATION.md; without it the text is printed.")
@click.option("--measured", is_flag=True, help="Note in chapters/run_times.json how long the chapters took here, and on what.")
def replication(write: bool, measured: bool) -> None:
    """Make the replication README: data and rights, software, hardware, run times, and where each figure and table is made.

    It comes from the data package, the lock and the committed chapters.
    """
    from migrationbook.analyst import replication as readme

    if measured:
        click.echo(f"Written: {readme.measure()}")
    if write:
        click.echo(f"Written: {readme.write()}")
    elif not measured:
        click.echo(readme.text(), nl=False)
