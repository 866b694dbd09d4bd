"""Commands that measure the built site: scores and weight of its pages, and its links to elsewhere."""

from __future__ import annotations

import click

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.prose import counted


@click.command(epilog="Example:  migrationbook audit index enforcement --runs 1")
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Lighthouse runs a page; the median counts.")
@click.option("--plain/--no-plain", default=True, help="Measure the same pages of a plain Jupyter Book as well.")
def audit(pages: tuple[str, ...], runs: int, plain: bool) -> None:
    """Measure built pages (all by default) with Lighthouse against tests/audit/budget.toml."""
    from migrationbook.press.audit import audit as measure

    over = measure(list(pages), runs, plain, click.echo)
    for line in over:
        click.echo(line, err=True)
    if over:
        raise BookError("the pages do not keep to their budget")


@click.command(epilog="Example:  migrationbook linkcheck")
def linkcheck() -> None:
    """Try every link of the built site that leads elsewhere, and say which are dead or have moved."""
    from migrationbook.press import links

    tried, dead = links.check(paths.BUILD / "html", click.echo)
    click.echo(f"{counted(tried, 'link')} tried, {dead} dead")
    if dead:
        raise BookError(f"links that lead nowhere: {dead}")
