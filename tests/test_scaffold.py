"""New chapters: made, built, renamed and removed without a trace, in a copy of the example; what fails leaves nothing behind."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from migrationbook import paths
from migrationbook.contract import gaps
from migrationbook.data import load
from migrationbook.errors import BookError
from migrationbook.press import scaffold, toc
from test_examples import EXAMPLE, command, environment

TITLE = "Work: is there enough of it?"
MAIN = (paths.ROOT / "_toc.yml").read_text(encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def book(tmp_path) -> Path:
    """A copy of the example under version control."""
    root = tmp_path / "book"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("_build"))
    (root / ".gitignore").write_text("_build/\n__pycache__/\n.pytest_cache/\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "The example")
    return root


def make(book: Path, name: str = "work", title: str = TITLE, theme: str = "money"):
    return command(book, "new", name, "--title", title, "--theme", theme)


def pytest_in(book: Path, *arguments: str) -> str:
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    done = subprocess.run(call, cwd=book, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_chapter_is_made_built_renamed_and_removed_without_a_trace(book):
    made = make(book)
    assert made.returncode == 0, made.stderr
    assert git(book, "status", "--short", "-uall").split() == [
        "M", "_toc.yml", "M", "chapters/references.bib", "M", "data/datapackage.json", "??", "chapters/work.ipynb",
        "??", "data/money/work.csv", "??", "data/money/work.yaml", "??", "tests/test_work.py"]
    assert gaps(book / "chapters/work.ipynb") == []
    built = command(book, "build", "-j", "1")
    assert built.returncode == 0, built.stdout + built.stderr
    assert "work: executed" not in built.stdout  # it was when it was made
    page = (book / "_build/html/chapters/work.html").read_text()
    assert TITLE.removeprefix("Work: ") in page and "About" in page and "minutes to read" in page
    assert "6 tables are sound" in command(book, "data", "check").stdout
    assert "3 passed" in pytest_in(book, "tests")
    assert " passed" in pytest_in(book, "--nbval", "chapters/work.ipynb")

    renamed = command(book, "rename", "work", "jobs")
    assert renamed.returncode == 0, renamed.stderr
    assert not git(book, "ls-files", "-o", "--exclude-standard").count("work")
    assert command(book, "build", "-j", "1").returncode == 0
    assert (book / "_build/html/chapters/jobs.html").exists() and not (book / "_build/html/chapters/work.html").exists()
    assert "3 passed" in pytest_in(book, "tests")

    removed = command(book, "remove", "jobs")
    assert removed.returncode == 0, removed.stderr
    assert git(book, "status", "--short") == ""
    assert not (book / "tests").exists()
    assert sorted(path.name for path in (book / "_build/removed/jobs").iterdir()) == [
        "jobs.csv", "jobs.ipynb", "jobs.yaml", "test_jobs.py"]
    assert command(book, "data", "check").returncode == 0


@pytest.mark.parametrize(("name", "title", "theme", "told"), [
    ("Work", TITLE, "money", "'Work' cannot name a chapter; take lower case letters"),
    ("../work", TITLE, "money", "cannot name a chapter"),
    ("money", TITLE, "money", "the name 'money' is taken: there is chapters/money.ipynb"),
    ("scoreboard", TITLE, "money", "the name 'scoreboard' is taken: there is chapters/scoreboard.md"),
    ("flows", TITLE, "money", "the name 'flows' is taken: there is data/money/flows.csv"),
    ("claim_rules", TITLE, "money", "the name 'claim_rules' is taken: there is a table of that name"),
    ("work", "Work", "money", "the title of a chapter is its question; 'Work' does not end with a question mark"),
    ("work", TITLE, "jobs", "no theme 'jobs'; there are: money, claims (a new one needs a page"),
])
def test_a_mistake_is_one_line_and_leaves_nothing(book, name, title, theme, told):
    made = make(book, name, title, theme)
    assert made.returncode == 1
    assert made.stderr.startswith("Error: ") and told in made.stderr and made.stderr.count("\n") == 1
    assert git(book, "status", "--short") == ""


def test_a_chapter_that_fails_to_execute_leaves_nothing(book, monkeypatch):
    shutil.copytree(scaffold.TEMPLATE, book.parent / "template")
    notebook = book.parent / "template/chapter.ipynb"
    notebook.write_text(notebook.read_text().replace("found, low, high = mean(rates)", "found, low, high = mean(rate)"))
    code = ("from pathlib import Path; from migrationbook.press import scaffold; "
            f"scaffold.TEMPLATE = Path({str(notebook.parent)!r}); scaffold.new('work', {TITLE!r}, 'money')")
    done = subprocess.run([sys.executable, "-c", code], cwd=book, env=environment(), capture_output=True, text=True)
    assert "NameError: name 'rate' is not defined" in done.stderr and "nothing was changed" in done.stderr
    assert git(book, "status", "--short") == ""


def test_a_chapter_others_name_is_not_taken_from_them(book):
    index = book / "chapters/index.md"
    index.write_text(index.read_text() + "\nSee [the chapter](money.ipynb).\n")
    git(book, "commit", "-qam", "A link")
    line = len(index.read_text().splitlines())
    for refused in (command(book, "remove", "money"), command(book, "rename", "money", "cash")):
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert f"chapters/index.md:{line}: See [the chapter](money.ipynb)." in refused.stderr and "add --force" in refused.stderr
    assert git(book, "status", "--short") == ""
    forced = command(book, "remove", "money", "--force")
    assert forced.returncode == 0 and f"still names money: chapters/index.md:{line}" in forced.stderr
    assert not (book / "chapters/money.ipynb").exists()
    unknown = command(book, "remove", "money")
    assert unknown.returncode == 1 and "no chapter 'money'; there are: none" in unknown.stderr


def test_whatever_stops_a_change_everything_is_put_back(tmp_path):
    kept, gone, fresh = (tmp_path / name for name in ("kept", "gone", "new/fresh"))
    kept.write_text("as it was")
    gone.write_text("there")
    with pytest.raises(KeyboardInterrupt), scaffold._all_or_nothing({kept: "changed", gone: None, fresh: "new"}):
        assert kept.read_text() == "changed" and not gone.exists() and fresh.exists()
        raise KeyboardInterrupt
    assert kept.read_text() == "as it was" and gone.read_text() == "there" and not fresh.parent.exists()
    with pytest.raises(BookError, match="nothing was changed"), scaffold._all_or_nothing({kept: "changed", kept / "below": "x"}):
        pass
    assert kept.read_text() == "as it was"


def test_in_the_main_book_a_chapter_comes_before_the_closing_one():
    text = toc.added(MAIN, "chapters/work", "chapters/did_it_last")
    assert "      - file: chapters/work\n      - file: chapters/did_it_last\n" in text
    assert toc.removed(text, "chapters/work") == MAIN
    assert toc.renamed(toc.renamed(text, "chapters/work", "chapters/jobs"), "chapters/jobs", "chapters/work") == text
    assert {"enforcement", "asylum", "opinion", "investment", "security"} <= set(scaffold.themes())


@pytest.mark.parametrize(("text", "added"), [
    ("root: a\nchapters:\n- file: chapters/one  # first\n", "root: a\nchapters:\n- file: chapters/one  # first\n- file: x\n"),
    ("root: a\nchapters:\n- file: one\n  sections:\n  - file: two",
     "root: a\nchapters:\n- file: one\n  sections:\n  - file: two\n- file: x\n"),
])
def test_comments_sections_and_form_of_the_contents_stay(text, added):
    assert toc.added(text, "x", "not there") == added


@pytest.mark.parametrize(("text", "told"), [
    ("root: a\n", "no list of chapters found"), ("a: [", "no list of chapters found"),
    ("root: a\nchapters: [{file: one}]\n", "no line '- file: one'")])
def test_contents_that_cannot_be_edited_are_refused(text, told):
    with pytest.raises(BookError, match=told):
        toc.added(text, "x")


def test_a_page_with_sections_is_not_removed_from_under_them():
    with pytest.raises(BookError, match="has sections of its own"):
        toc.removed(MAIN, "chapters/data/index")


@pytest.mark.parametrize("text", [
    'load("work")', "tables=['work']", "`work`", "[see](work.ipynb)", "[see](work)", "[see](work.md#a)",
    "{glue:text}`work.ipynb::answer`", "{ref}`x <table-work>`", "{cite}`work-source`", ":label: work-exercise-median",
    "data/money/work.csv", 'name="work-figure-rates"'])
def test_names_are_changed_where_they_are_names(text):
    assert scaffold._renamed(text, "work", "jobs") == text.replace("work", "jobs")


@pytest.mark.parametrize("text", [
    "work", "people at work.", "(work)", "homework.ipynb", "work_done", '"work to do"', "network-figure", "a/workers",
    'path / "work.csv"'])
def test_words_that_only_look_like_the_name_stay(text):
    assert scaffold._renamed(text, "work", "jobs") == text


def test_the_template_holds_real_figures():
    december = load("us_labour_market").set_index("date")["unemployment_rate"]
    with (scaffold.TEMPLATE / "table.csv").open() as file:
        rows = {int(row["year"]): float(row["rate"]) for row in csv.DictReader(file)}
    assert rows == {year: december[f"{year}-12-01"] for year in range(2000, 2025)}


@pytest.mark.parametrize(("damage", "gap"), [
    (lambda cells: cells[0].update(source=cells[0]["source"][0].replace("?", "")), "its title is no question"),
    (lambda cells: cells[1]["metadata"].update(tags=[]), "no cell tagged parameters"),
    (lambda cells: cells[1].update(source="last: int = 2023"), "a parameter without a comment"),
    (lambda cells: cells.pop(), "no exercise with a solution"),
    (lambda cells: cells[2].update(execution_count=None), "a code cell without a committed execution"),
    (lambda cells: cells[2]["outputs"].append({"output_type": "error"}), "a committed error"),
    (lambda cells: [cell["outputs"].clear() for cell in cells if "outputs" in cell], "no figure with a frame"),
    (lambda cells: cells[3].update(source="Nothing"), "no section 'The question'"),
])
def test_what_a_chapter_lacks_is_named(tmp_path, damage, gap):
    content = json.loads((EXAMPLE / "chapters/money.ipynb").read_text())
    damage(content["cells"])
    (tmp_path / "money.ipynb").write_text(json.dumps(content))
    assert any(gap in found for found in gaps(tmp_path / "money.ipynb"))
