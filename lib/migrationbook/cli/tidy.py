"""The command that keeps the committed notebooks clean."""

from __future__ import annotations

import click

from migrationbook.errors import BookError


@click.command(epilog="Example:  migrationbook tidy --check")
@click.argument("names", nargs=-1, metavar="[CHAPTER]...")
@click.option("--check", is_flag=True, help="Write nothing; fail if there is something to tidy.")
def tidy(names: tuple[str, ...], check: bool) -> None:
    """Bring chapters (all by default) into the one form that is committed, and say whose outputs are not of one run."""
    from migrationbook.press import cache
    from migrationbook.press.chapters import chapter, chapters
    from migrationbook.press.tidy import problems, tidied

    found = []
    for path in [chapter(name) for name in names] or chapters():
        text = path.read_text(encoding="utf-8")
        clean = tidied(text, path.name)
        if clean != text:
            if not check:
                cache.write(path, clean)
            found.append(f"{path.name}: metadata or form {'differ; run migrationbook tidy' if check else 'tidied'}")
        found += [f"{path.name}: {problem}" for problem in problems(clean)]
    for line in found:
        click.echo(line, err=True)
    if found:
        raise BookError(f"{len(found)} things to look at in the notebooks")
