"""Commands for teaching with the book."""

from __future__ import annotations

from pathlib import Path

import click

from migrationbook import paths
from migrationbook.errors import BookError


@click.command(epilog="Example:  migrationbook exercises --edition student -o ~/class")
@click.option("--edition", type=click.Choice(["student", "instructor"]), required=True,
              help="student: without solutions, room for your own instead; instructor: solutions open, each with its point.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder. Default: _build/EDITION")
@click.option("--force", is_flag=True, help="Replace notebooks that are there already, with whatever was written in them.")
def exercises(edition: str, output: Path | None, force: bool) -> None:
    """Write the chapters that have exercises as notebooks for students or instructors."""
    from migrationbook.exercises import editions

    folder = output or paths.BUILD / edition
    try:
        written = editions.write(edition, folder, force)
    except OSError as error:
        raise BookError(f"{error.strerror or error}: {error.filename or folder}") from None
    if not written:
        raise BookError("no chapter has a cell tagged exercise; CONTRIBUTING.md says what belongs to one")
    click.echo(f"{len(written)} notebooks in {folder}. Open them with the book's own Jupyter: .venv/bin/jupyter lab {folder}")
