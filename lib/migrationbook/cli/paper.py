"""Commands that print the book: as a PDF and for e-readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from migrationbook import settings

JOBS = click.option("-j", "--jobs", "workers", type=click.IntRange(1), help="Kernels at a time. Default: one a processor.")
TIMEOUT = click.option("--timeout", "minutes", type=click.FloatRange(0, min_open=True), metavar="MINUTES",
                       help=f"Stop a chapter that takes longer. Default: {settings.MINUTES}.")


@click.command(epilog="Example:  migrationbook pdf --jobs 1")
@JOBS
@TIMEOUT
def pdf(workers: int | None, minutes: float | None) -> None:
    """Execute the chapters that changed and print the book as _build/book.pdf."""
    from migrationbook.press import paper

    _tell(paper.pdf, workers, minutes)


@click.command(epilog="Example:  migrationbook epub --jobs 1")
@JOBS
@TIMEOUT
def epub(workers: int | None, minutes: float | None) -> None:
    """Execute the chapters that changed and print the book for e-readers as _build/book.epub."""
    from migrationbook.press import paper

    _tell(paper.epub, workers, minutes)


def _tell(make: Callable[[int | None, float | None], Path], workers: int | None, minutes: float | None) -> None:
    made = make(workers, minutes)
    click.echo(f"Done: {made} ({made.stat().st_size / 1e6:.1f} MB)")
