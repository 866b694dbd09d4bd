"""The guides' own commands work, from the first to the last."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import guides
import pytest
from migrationbook import paths
from test_readers_security import victims_with_a_month_more

NEWER = paths.CHAPTERS / "guides" / "newer-data.md"


def test_blocks_are_taken_in_order_and_others_left(tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("Text\n\n```shell\nfalse || echo one\n```\n\n```text\nno\n```\n\n```shell\necho two\n```\n")
    assert guides.commands(guide) == ["false || echo one\n", "echo two\n"]
    assert guides.execute(guides.commands(guide), tmp_path).splitlines()[-1] == "two"


def test_a_command_that_fails_ends_a_guide(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="before"):
        guides.execute(["echo before\nfalse\n", "echo after\n"], tmp_path)


def test_newer_data(tmp_path: Path) -> None:
    """Refresh, diff, rebuild and commit, with a stand-in for the publisher's file and one alternative instead of all."""
    book = guides.copy_book(tmp_path / "book")
    alternatives = book / "chapters" / "alternatives.toml"
    text = alternatives.read_text(encoding="utf-8")
    first = re.search(r"^security = \[\n(.*?\n)", text, re.MULTILINE)
    kept = re.sub(r"^security = \[\n.*?^\]\n", f"security = [\n{first[1]}]\n", text, flags=re.MULTILINE | re.DOTALL)
    alternatives.write_text(kept, encoding="utf-8")
    victims_with_a_month_more(tmp_path).rename(tmp_path / "victims.csv")
    said = guides.execute(guides.commands(NEWER), book)
    for line in ("new: 1 period, 2025-07 to 2025-07, 32 rows", "1 table is sound",
                 "4,032 rows before, 4,064 now; last month 2025-07", "data/datapackage.json (crime_victims_by_state) changed",
                 "Verdicts: no difference", "security: 1 alternative;"):
        assert line in said, said
    assert re.search(r"security-hero +397 rows in A, 6 new, 3 gone", said)  # three lines, a month and a label more each
    log = subprocess.run(["git", "show", "--stat", "--format="], cwd=book, capture_output=True, text=True).stdout
    for file in ("chapters/security.ipynb", "chapters/robustness.json", "data/datapackage.json", "REPLICATION.md"):
        assert file in log
    assert "July 2025" in (book / "_build/html/chapters/security.html").read_text(encoding="utf-8")
