"""Execute one chapter with other parameters, and print the result as a page that says what differs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.press import site, standalone
from migrationbook.press.chapters import parameters, read_parameters
from migrationbook.press.execute import execute
from migrationbook.press.standalone import code
from migrationbook.words import word

MARKUP = re.compile(r"([\\`*_{}\[\]()#|<>])")


def run(notebook: Path, given: tuple[tuple[str, str], ...], output: Path | None = None,
        minutes: float | None = None) -> tuple[Path, Path]:
    """Execute ``notebook`` with the parameters given as texts; return the paths of its result and of the page beside it.

    output: of the result, ``*.ipynb``. Raises BookError for a parameter that is unknown, given twice or of another type.
    """
    names = [name for name, _ in given]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BookError(f"parameter '{min(twice)}' is given twice; give it once")
    values = read_parameters(notebook, dict(given))
    output = (output or paths.BUILD / "runs" / notebook.name).resolve()
    if output.suffix != ".ipynb":
        raise BookError(f"-o {output.name}: the result is a notebook; give a name that ends in .ipynb")
    if output == notebook:
        raise BookError(f"-o {output.name} is the chapter itself; give another file")
    site.prepare_pages()
    execute(notebook, output, values, minutes)
    page = output.with_suffix(".html")
    click.echo("Making the page")
    for line in standalone.make(output, page, note(notebook, values)):
        click.echo(f"  {line}", err=True)
    return output, page


def note(notebook: Path, values: dict[str, object]) -> str:
    """Markdown that says which parameters differ from the published ones, and how the page was made."""
    known = parameters(notebook)
    changed = {name: value for name, value in values.items() if value != known[name].default}
    items = [f"- **{name}**: {code(value)} {word('run.instead')} {code(known[name].default)} ({_plain(known[name].help)})"
             for name, value in changed.items()]
    command = shlex.join(["migrationbook", "run", notebook.stem,
                          *(part for name, value in values.items() for part in ("-p", name, str(value)))])
    kind = "changed" if changed else "same"
    body = [word(f"run.{kind}_text"), "\n".join(items), f"{word('run.made')} {code(command)}"]
    return "\n\n".join([f"````{{admonition}} {word(f'run.{kind}')}", *(part for part in body if part), "````"])


def _plain(text: str) -> str:
    """Text that Markdown takes as it is."""
    return MARKUP.sub(r"\\\1", text)
