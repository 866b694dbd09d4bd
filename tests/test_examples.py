"""The second book in ``examples/``: built from a copy, its verdicts those of its rules; and the guide that starts from it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import guides
import pytest
from migrationbook import paths
from migrationbook.contract import gaps

EXAMPLE = paths.ROOT / "examples" / "remittances"
GUIDE = paths.CHAPTERS / "guides" / "replace-the-article.md"
VERDICTS = {"R1": "supported", "R2": "mostly-supported", "R3": "supported", "R4": "overstated", "R5": "normative"}
INDICATORS = {"remittances_usd": "remittances_received", "investment_usd": "fdi_inflows", "gdp_usd": "gdp"}


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """The book's command, typed in a folder."""
    call = [sys.executable, "-m", "migrationbook.cli", *arguments]
    return subprocess.run(call, cwd=folder, env=environment(), capture_output=True, text=True)


def environment() -> dict[str, str]:
    """This library and this Python first; nothing that points at the main book's data."""
    found = {name: value for name, value in os.environ.items() if name != "MIGRATIONBOOK_DATA"}
    return found | {"PYTHONPATH": str(paths.LIBRARY), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A copy of the example elsewhere, built."""
    book = tmp_path_factory.mktemp("elsewhere") / "remittances"
    shutil.copytree(EXAMPLE, book, ignore=shutil.ignore_patterns("_build"))
    done = command(book / "chapters", "build", "-j", "1")  # from a folder inside it
    log = book / "_build" / "site.log"
    assert done.returncode == 0, done.stdout + done.stderr + (log.read_text() if log.exists() else "")
    return book


def test_it_builds_without_a_warning_and_is_its_own_book(built):
    assert "WARNING" not in (built / "_build/site.log").read_text()
    site = built / "_build" / "html"
    board = (site / "chapters" / "scoreboard.html").read_text()
    assert "Money from abroad" in board and all(f'id="{claim}"' in board for claim in VERDICTS)
    for page in (site / "chapters").glob("*.html"):
        assert not re.search("Enforcement|Did it work|July 2019|The article", page.read_text()), page.name
    assert "5 of 5 claims, by theme and verdict" in (site / "index.html").read_text() + board


def test_its_verdicts_are_those_of_its_rules(built):
    judged = json.loads((built / "_build/html/claims.json").read_text())
    assert {one["id"]: one["verdict"] for one in judged} == VERDICTS
    low, high = next(one["interval"] for one in judged if one["id"] == "R3")
    assert 1 < low < high


def test_its_figures_are_those_of_the_main_book_to_the_digit():
    with (paths.DATA / "investment" / "worldbank_indicators.csv").open() as file:
        published = {(row["indicator"], row["iso3"], row["year"]): row["value"] for row in csv.DictReader(file)}
    with (EXAMPLE / "data" / "money" / "flows.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 24
    for row in rows:
        for column, indicator in INDICATORS.items():
            assert row[column] == published[indicator, row["country"], row["year"]], row


def test_its_tables_are_sound_and_described_as_they_are(built):
    before = (built / "data/datapackage.json").read_bytes()
    assert "5 tables are sound" in command(built, "data", "check").stdout
    assert command(built, "data", "build").returncode == 0
    assert (built / "data/datapackage.json").read_bytes() == before


def test_its_chapter_keeps_the_contract_and_is_committed_as_it_executes(built):
    assert gaps(EXAMPLE / "chapters" / "money.ipynb") == []
    assert (built / "_build/executed/money.ipynb").read_bytes() == (EXAMPLE / "chapters" / "money.ipynb").read_bytes()


def test_doctor_status_and_the_like_work_in_it_too(built):
    """The lock is the library's; and a book need not have alternatives, nor exercises."""
    healthy = command(built, "doctor")
    assert "ok    packages" in healthy.stdout or "differ from requirements.txt" in healthy.stdout
    current = command(built, "status")
    assert current.stderr == ""
    assert "current  outputs      money" in current.stdout and "robustness" not in current.stdout
    for asked, told in (("rejudge", "lists no alternatives"), ("exercises --edition student", "no chapter has a cell tagged")):
        refused = command(built, *asked.split())
        assert refused.returncode == 1 and told in refused.stderr and refused.stderr.count("\n") == 1


def test_outside_any_book_the_command_works_on_the_one_it_came_with(tmp_path):
    shown = command(tmp_path, "run", "enforcement", "--list")
    assert shown.returncode == 0 and "window_end" in shown.stdout


def test_the_words_of_a_book_that_are_no_toml_are_one_line(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "book", ignore=shutil.ignore_patterns("_build"))
    (tmp_path / "book/chapters/words.toml").write_text("[theme\n")
    code = "from migrationbook.words import word; word('theme.money')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "book", env=environment(), capture_output=True, text=True)
    assert "BookError: chapters/words.toml: " in done.stderr


def test_the_guide_does_what_it_says(tmp_path):
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book / "examples" / "remittances", ignore=shutil.ignore_patterns("_build"))
    (book / "lib").symlink_to(paths.LIBRARY)
    blocks = guides.commands(GUIDE)
    assert len(blocks) == 6
    guides.execute(blocks, book)
    assert gaps(tmp_path / "my-argument/chapters/honduras.ipynb") == []
