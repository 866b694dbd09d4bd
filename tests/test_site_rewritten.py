"""Pages made from what an earlier build left are, to the byte, those of a build that begins from nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import unstyle
from migrationbook import paths
from migrationbook.charts.figure import MIME
from migrationbook.press import site
from migrationbook.press.chapters import chapters
from migrationbook.sphinx.claim import MIME as CLAIMS

WRITTEN = re.compile(r"writing output\.\.\. \[ *\d+%\] (\S+)")
EDITED = "security"


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    """The book with its committed outputs, laid out to be printed."""
    return site.lay_out(tmp_path_factory.mktemp("again") / "stage", chapters())


def printed(stage: Path, name: str, kept: str) -> tuple[dict[str, bytes], list[str]]:
    """Every file of the site, and the pages that were written for it."""
    output = stage.parent / name / "html"
    command = [sys.executable, "-m", "migrationbook.press.pages", stage, output, "html", stage.parent / kept]
    done = subprocess.run(command, capture_output=True, text=True, cwd=paths.ROOT, env=site.pages_environment())
    assert done.returncode == 0, done.stderr
    files = {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    return files, WRITTEN.findall(unstyle(done.stdout).replace("\r", "\n"))


def change(stage: Path, edit) -> None:
    path = stage / "chapters" / f"{EDITED}.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    edit(book["cells"])
    path.write_text(json.dumps(book, ensure_ascii=False, indent=1), encoding="utf-8")


def shown(cells: list[dict], mime: str) -> list[dict]:
    """The outputs of this kind, in the order of the page."""
    return [output for cell in cells for output in cell.get("outputs", []) if mime in output.get("data", {})]


def add_sentence(cells: list[dict]) -> None:
    text = [cell for cell in cells if cell["cell_type"] == "markdown"][1]
    text["source"] = [*text["source"], "\n\nA sentence that was not there."]


def change_what_others_show(cells: list[dict]) -> None:
    """The title is in the sidebar of all pages, the words of a claim in badges, the figure's rows on the catalogue's list."""
    cells[0]["source"] = ["# Another title\n", *cells[0]["source"][1:]]
    shown(cells, CLAIMS)[0]["data"][CLAIMS][0]["claim"] += " Another word."
    shown(cells, MIME)[0]["data"][MIME]["datasets"] = {
        f"{name}-renamed": rows for name, rows in shown(cells, MIME)[0]["data"][MIME]["datasets"].items()}


def test_pages_made_again_are_those_made_from_nothing(stage):
    first, written = printed(stage, "first", "kept")
    pages = set(written)
    change(stage, add_sentence)
    again, written = printed(stage, "again", "kept")
    assert again == printed(stage, "again-from-nothing", "kept-2")[0]
    assert b"A sentence that was not there." in again[f"chapters/{EDITED}.html"]
    assert f"chapters/{EDITED}" in written
    assert len(written) < len(pages) / 3  # the others draw on nothing that has changed

    change(stage, change_what_others_show)
    other, written = printed(stage, "other", "kept")
    assert set(written) == pages
    assert other == printed(stage, "other-from-nothing", "kept-3")[0]
    assert b"Another title" in other["chapters/opinion.html"]
    assert set(first) - set(other)  # the files of the figure's rows under their old name
