"""Build the static site from executed chapters: aside first, swapped in whole only when it is good."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.press.execute import execute_all

LOG = "site.log"


def build() -> Path:
    """Execute what is out of date, build the site and return its first page.

    An error leaves the last good site in ``_build/html`` as it was.
    """
    click.echo("Executing chapters")
    executed = list(execute_all())
    click.echo("Building pages")
    stage = _stage(executed)
    fresh = _sphinx(stage)
    _swap(fresh, paths.BUILD / "html")
    return paths.BUILD / "html" / "index.html"


def _stage(executed: list[Path]) -> Path:
    """Lay out the book with executed chapters in place of the committed ones."""
    stage = paths.BUILD / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(paths.CHAPTERS, stage / "chapters", ignore=shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints"))
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(paths.ROOT / name, stage / name)
    for path in executed:
        shutil.copy(path, stage / "chapters" / path.name)
    return stage


def _sphinx(stage: Path) -> Path:
    """Run Jupyter Book on the staged book, every warning an error, and return the folder of pages.

    Always into an empty folder: over an old one `-W` forgets the warnings of the pages it does not read again.
    """
    output = paths.BUILD / "next"
    shutil.rmtree(output, ignore_errors=True)
    command = [
        str(Path(sys.executable).with_name("jupyter-book")), "build", str(stage), "--path-output", str(output),
        "-W", "-n", "--keep-going",
    ]
    log = paths.BUILD / LOG
    result = subprocess.run(command, capture_output=True, text=True, cwd=paths.ROOT)
    text = result.stdout + result.stderr
    log.write_text(text, encoding="utf-8")
    pages = output / "_build" / "html"
    if result.returncode or not (pages / "index.html").exists():
        told = [line for line in text.splitlines() if "WARNING" in line or "ERROR" in line or "Error:" in line]
        for line in told[:8]:
            click.echo(f"  {line.replace(str(stage) + '/', '')}", err=True)
        raise BookError(f"the pages could not be built, so the last good site stays; details: _build/{LOG}")
    return pages


def _swap(fresh: Path, site: Path) -> None:
    """Put the finished site where readers look for it, in two renames."""
    old = site.with_name("previous")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(paths.BUILD / "next", ignore_errors=True)
