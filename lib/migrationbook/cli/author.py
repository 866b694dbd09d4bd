"""Commands that make, rename and remove chapters."""

from __future__ import annotations

import os
from pathlib import Path

import click

from migrationbook import paths
from migrationbook.cli import complete


@click.command(epilog="""\b
Examples:
  migrationbook new aid --title "Aid: did it follow the agreement?" --theme investment
  migrationbook new homework --title "Is it true?" --theme security""")
@click.argument("name")
@click.option("--title", required=True, help="The chapter's question. What stands before a colon is its short name.")
@click.option("--theme", required=True, help="One of the themes of the data catalogue; its table goes to data/THEME/.")
def new(name: str, title: str, theme: str) -> None:
    """Make a chapter that builds at once: notebook, table with schema, cited work, test, entry in the table of contents.

    Its figures are real ones of another matter; replace them by yours. `remove` undoes it.
    """
    from migrationbook.press import scaffold

    made = [*scaffold.new(name, title, theme), *_followed()]
    for path in made:
        click.echo(f"  {os.path.relpath(path, paths.ROOT)}")
    click.echo(f"Made. Next: migrationbook build, then edit chapters/{name}.ipynb (migrationbook lab)")


@click.command(epilog="Example:  migrationbook rename aid assistance")
@click.argument("old", shell_complete=complete.chapter)
@click.argument("name", metavar="NEW")
@click.option("--force", is_flag=True, help="Also if other pages or tests name it; they are listed and stay as they are.")
def rename(old: str, name: str, force: bool) -> None:
    """Give a chapter, its table, its test and its labels another name, and execute it."""
    from migrationbook.press import scaffold

    _told(scaffold.rename(old, name, force), old)
    _followed()
    click.echo(f"{old} is now {name}")


@click.command(epilog="Example:  migrationbook remove aid")
@click.argument("name", shell_complete=complete.chapter)
@click.option("--force", is_flag=True, help="Also if other pages or tests name it; they are listed and stay as they are.")
def remove(name: str, force: bool) -> None:
    """Take a chapter out of the book with its table, its cited work, its test and its entry. It is kept in _build/removed."""
    from migrationbook.press import scaffold

    places, kept = scaffold.remove(name, force)
    _told(places, name)
    _followed()
    click.echo(f"{name} is removed; its files are kept in {os.path.relpath(kept, paths.ROOT)} until make clean")


def _told(places: list[str], name: str) -> None:
    for place in places:
        click.echo(f"still names {name}: {place}", err=True)


def _followed() -> list[Path]:
    """Let the replication README say what the book has now, and return what was written; an example may have none."""
    from migrationbook.analyst import replication

    return replication.follow()
