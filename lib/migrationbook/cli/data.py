"""The `migrationbook data` commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from migrationbook.cli import complete
from migrationbook.cli.group import Commands
from migrationbook.errors import BookError


@click.group(cls=Commands, epilog="Example:  migrationbook data list")
def data() -> None:
    """Build, check, show and export the tables of the data package."""


@data.command("build", epilog="Example:  migrationbook data build --raw ~/sources cbp_monthly")
@click.argument("names", nargs=-1, metavar="[TABLE]...", shell_complete=complete.table)
@click.option("--raw", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder with the publishers' files, one subfolder a theme. Tables written by hand need none.")
def data_build(names: tuple[str, ...], raw: Path) -> None:
    """Rebuild tables from raw files, describe those written by hand; each must match its published totals and its schema."""
    from migrationbook.data.build import build as build_tables

    build_tables(raw, list(names) or None)


@data.command("refresh", epilog="""\b
Examples:
  migrationbook data refresh cbp_encounters
  migrationbook data refresh cbp_encounters --from ~/Downloads/encounters.csv --write""")
@click.argument("names", nargs=-1, required=True, metavar="TABLE...", shell_complete=complete.refreshable)
@click.option("--from", "source", metavar="FILE|URL", help="Default: the address in the data package.")
@click.option("--write", is_flag=True, help="Write what would change; without it nothing is written.")
def data_refresh(names: tuple[str, ...], source: str | None, write: bool) -> None:
    """Read the publisher's new file, show what would change in the table, and write it if told to."""
    from migrationbook.data.refresh import refresh

    for name in names:
        refresh(name, source, write)


@data.command("check", epilog="Example:  migrationbook data check cbp_monthly events")
@click.argument("names", nargs=-1, metavar="[TABLE]...", shell_complete=complete.table)
def data_check(names: tuple[str, ...]) -> None:
    """Check schema, keys, ranges, gaps and hashes of the tables (all by default)."""
    from migrationbook.data import check
    from migrationbook.data import names as all_names

    problems = check(list(names) or None)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise BookError("not as described; what nobody meant to change restores: git checkout data; what you changed by hand "
                        "describes anew: migrationbook data build TABLE")
    count = len(names or all_names())
    click.echo("1 table is sound" if count == 1 else f"{count} tables are sound")


@data.command("list", epilog="Example:  migrationbook data list")
def data_list() -> None:
    """List the tables: name, rows, coverage, title."""
    from migrationbook.data import package

    for resource in package()["resources"]:
        covered = "…".join(resource.get("coverage") or [])
        click.echo(f"{resource['name']:32} {resource['rows']:>7,} rows  {covered:22} {resource['title']}")


@data.command("show", epilog="Example:  migrationbook data show cbp_monthly")
@click.argument("name", metavar="TABLE", shell_complete=complete.table)
def data_show(name: str) -> None:
    """Describe a table: columns, units, caveats, source, licence, first rows."""
    from migrationbook.data.card import card

    click.echo(card(name, min(shutil.get_terminal_size().columns, 100)))


@data.command("export", epilog="Example:  migrationbook data export cbp_monthly --format xlsx")
@click.argument("name", metavar="TABLE", shell_complete=complete.table)
@click.option("--format", "form", type=click.Choice(["csv", "parquet", "xlsx"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: TABLE.csv (.parquet, .xlsx) in this folder.")
@click.option("--force", is_flag=True, help="Replace a file of this name.")
def data_export(name: str, form: str, output: Path | None, force: bool) -> None:
    """Write a table for another program, with its types and metadata."""
    from migrationbook.data.export import export

    click.echo(f"Written: {export(name, form, output or Path(f'{name}.{form}'), force)}")
