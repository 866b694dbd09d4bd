"""Commands for analysts: doctor, status, diff, export, replication and completion; parameters that say what they take."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from migrationbook import paths
from migrationbook.analyst import compare, doctor, replication, status
from migrationbook.claims import files
from migrationbook.claims.judge import MIME as CLAIMS
from migrationbook.cli import main
from migrationbook.data import names
from migrationbook.errors import BookError
from migrationbook.press import warm
from migrationbook.press.cache import Job, cells
from migrationbook.press.chapters import chapter as find_chapter
from migrationbook.press.chapters import chapters, parameters
from migrationbook.press.execute import execute_jobs, write_back
from migrationbook.press.site import store
from migrationbook.sphinx.api import prepare
from test_press import book, chapter  # noqa: F401 (a fixture)

CHAPTERS = [path.stem for path in chapters()]
WITH_PARAMETERS = [name for name in CHAPTERS if parameters(find_chapter(name))]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    told = run(*command, "--help")
    assert told.exit_code == 0
    assert "Example" in told.output
    assert f"migrationbook {' '.join(command)}".strip() in " ".join(told.output.split())


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_papermill_shows_meaning_type_default_and_range(name: str) -> None:
    from papermill.inspection import inspect_notebook  # what --help-notebook shows

    told = inspect_notebook(str(find_chapter(name)))
    ours = parameters(find_chapter(name))
    assert list(told) == list(ours)
    for entry in ours.values():
        assert told[entry.name]["help"] == entry.help
        assert told[entry.name]["inferred_type_name"] == entry.type
        assert ast.literal_eval(told[entry.name]["default"]) == entry.default


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_the_range_told_is_the_range_checked(name: str) -> None:
    """Bounds and choices in the chapter's own ``check`` calls are in the comments of its parameters."""
    known, held = parameters(find_chapter(name)), set()
    for cell in cells(find_chapter(name)):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("check.")):
                continue
            if isinstance(node.args[0], ast.Constant) and (entry := known.get(node.args[0].value)):
                held.add(entry.name)
                for bound in (one.value for one in node.args[2:] if isinstance(one, ast.Constant)):
                    forms = {f"{bound:,}", f"{bound:g}"} if isinstance(bound, int | float) else {bound}
                    assert any(form in entry.help for form in forms), (entry.name, bound)
    free = {entry.name for entry in known.values() if entry.type == "str"}  # lists of names and codes are checked where used
    assert set(known) - held <= free | {"judges", "cases_per_judge", "months_per_case"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_asks_for_the_kernel_that_every_jupyter_has(name: str) -> None:
    metadata = json.loads(find_chapter(name).read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"


def test_plain_papermill_executes_a_chapter_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "papermill", find_chapter("asylum"), tmp_path / "out.ipynb", "-k", "python3",
               "-p", "weeks", "12", "--no-progress-bar"]
    done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(paths.LIBRARY)})
    assert done.returncode == 0, done.stderr
    told = run("diff", "asylum", tmp_path / "out.ipynb")
    assert told.exit_code == 1
    assert "weeks  10 → 12" in told.output


# -- diff --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The chapter on security as committed, with a figure, an estimate and a verdict changed, and a parameter given."""
    content = json.loads(find_chapter("security").read_text(encoding="utf-8"))
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if compare.MIME in data and data[compare.MIME]["usermeta"]["figure"]["name"] == "security-hero":
                rows = data[compare.MIME]["datasets"]["security-hero-forces"]
                rows[0]["people"] = 43000
                rows.append(rows[-1] | {"date": "2026-01-01T00:00:00"})
            for judged in data.get(CLAIMS, []):
                if judged["id"] == "S8":
                    judged["verdict"] = "mixed"
                    name = next(iter(judged["estimates"]))
                    judged["estimates"][name] += 1
    place = next(number for number, cell in enumerate(content["cells"]) if "parameters" in cell["metadata"].get("tags", []))
    content["cells"].insert(place + 1, {"cell_type": "code", "execution_count": 1, "id": "given", "outputs": [], "source": [
        "# Parameters\n", 'south = "isthmus"\n'], "metadata": {"tags": ["injected-parameters"]}})
    path = tmp_path / "changed.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_what_differs_is_named(changed: Path) -> None:
    told = run("diff", "security", changed)
    assert told.exit_code == 1
    for line in ("Parameters: 1 of 9 differ\n  south  border → isthmus", "Figures and tables: 1 of",
                 "Estimates and intervals: 1 of",
                 "security-hero  1 of", "rows differ, 1 new; most: people 21,500 → 43,000 (+100 %) at 2019-06-24T00:00:00, EFE",
                 "Verdicts: 1 of 8 differ\n  S8  "):
        assert line in told.output, told.output


def test_a_parameter_is_shown_as_it_is_given(tmp_path: Path) -> None:
    content = json.loads(find_chapter("asylum").read_text(encoding="utf-8"))
    place = next(number for number, cell in enumerate(content["cells"]) if "parameters" in cell["metadata"].get("tags", []))
    content["cells"].insert(place + 1, {"cell_type": "code", "execution_count": 1, "id": "given", "outputs": [], "source": [
        "base_year = 2012\n"], "metadata": {"tags": ["injected-parameters"]}})
    (tmp_path / "later.ipynb").write_text(json.dumps(content), encoding="utf-8")
    assert "  base_year  2008 → 2012\n" in run("diff", "asylum", tmp_path / "later.ipynb").output


def test_a_chapter_without_a_run_says_the_command_that_makes_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    told = run("diff", "asylum")
    assert (told.exit_code, told.output) == (2, "Error: asylum has no run yet; first: migrationbook run asylum\n")


def test_the_same_as_data_the_other_way_round(changed: Path) -> None:
    there = json.loads(run("diff", "security", changed, "--format", "json").output)
    back = json.loads(run("diff", changed, "security", "--format", "json").output)
    assert there["parameters"] == [{"parameter": "south", "before": "border", "after": "isthmus"}]
    for kind in ("parameters", "estimates", "verdicts"):
        assert [(row["before"], row["after"]) for row in there[kind]] == [(row["after"], row["before"]) for row in back[kind]]
    assert there["figures"][0]["new"] == back["figures"][0]["gone"] == 1


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_does_not_differ_from_itself(name: str, tmp_path: Path) -> None:
    copy = shutil.copy(find_chapter(name), tmp_path / "same.ipynb")
    told = run("diff", name, copy)
    assert told.exit_code == 0, told.output
    assert "differ\n" not in told.output
    one = compare.read(find_chapter(name))
    assert one.figures
    assert all(rows for data in one.figures.values() for rows in data.values())


@pytest.mark.parametrize(("was", "now", "changes", "new", "gone"), [
    ([{"m": "a", "x": 1}, {"m": "b", "x": 2}], [{"m": "b", "x": 2}, {"m": "a", "x": 1}], 0, 0, 0),  # order is no difference
    ([{"m": "a", "x": 1}, {"m": "b", "x": 2}], [{"m": "a", "x": 1}, {"m": "c", "x": 2}], 0, 1, 1),
    ([{"m": "a", "w": "p", "x": 1}, {"m": "a", "w": "q", "x": 2}],
     [{"m": "a", "w": "p", "x": 1}, {"m": "a", "w": "q", "x": 3}], 1, 0, 0),
    ([{"x": 1.0}, {"x": 1.0}], [{"x": 1.0}, {"x": 1.5}, {"x": 1.0}], 1, 1, 0),  # nothing tells rows apart: by position
    ([{"m": "a", "x": 1.000000001}], [{"m": "a", "x": 1.0}], 0, 0, 0),  # the last digit drawn
    ([{"m": "a", "x": None}], [{"m": "a", "x": 1}], 1, 0, 0),
])
def test_rows_are_matched_by_what_tells_them_apart(was, now, changes, new, gone) -> None:
    before, after = compare._by_key(was, now)
    assert len(list(compare._cells(before, after))) == changes
    assert (len(after.keys() - before.keys()), len(before.keys() - after.keys())) == (new, gone)


def test_what_cannot_be_compared_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    empty = tmp_path / "empty.ipynb"
    content = json.loads(find_chapter("security").read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    empty.write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "text.ipynb").write_text("no notebook")
    for arguments, told in (((("nowhere"),), "no execution 'nowhere'; give a chapter"),
                            (("security", empty), "empty.ipynb has no outputs; execute it first"),
                            (("security", tmp_path / "text.ipynb"), "not a notebook")):
        result = run("diff", *arguments)
        assert result.exit_code == 2
        assert told in result.output
        assert result.output.startswith("Error: ")
        assert result.output.count("\n") == 1


# -- export ------------------------------------------------------------------------------------------------------------


def test_all_verdicts_and_estimates_are_exported(tmp_path: Path) -> None:
    assert run("export", "-o", tmp_path / "v.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "v.csv").read_text(encoding="utf-8"))))
    numbers = list(csv.DictReader(io.StringIO((tmp_path / "v_estimates.csv").read_text(encoding="utf-8"))))
    assert run("export", "--format", "json", "-o", tmp_path / "v.json").exit_code == 0
    claims = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == [one["id"] for one in claims]
    assert len(rows) == 72
    assert tuple(rows[0]) == files.COLUMNS
    assert len(numbers) == sum(len(one["estimates"]) for one in claims)
    found = {(row["claim"], row["estimate"]): float(row["value"]) for row in numbers}
    assert all(found[one["id"], name] == value for one in claims for name, value in one["estimates"].items())


def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:
    (tmp_path / "v_estimates.csv").write_text("mine")
    refused = run("export", "-o", tmp_path / "v.csv")
    assert refused.exit_code == 1
    assert "v_estimates.csv: there is a file of this name already; give --force" in refused.output
    assert not (tmp_path / "v.csv").exists()
    assert run("export", "-o", tmp_path / "v.csv", "--force").exit_code == 0
    assert "expected a file, found a folder" in run("export", "-o", tmp_path).output


# -- doctor and status -------------------------------------------------------------------------------------------------


def test_a_sound_machine_has_no_failure() -> None:
    told = run("doctor")
    lines = [line for line in told.output.splitlines() if line[:4].strip() in ("ok", "warn", "fail")]
    assert len(lines) == len(doctor.CHECKS)
    assert [line for line in lines if line.startswith("fail") and "packages" not in line and "library" not in line] == []
    assert told.exit_code == any(line.startswith("fail") for line in lines)


def test_a_sick_one_hears_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "book"
    shutil.copytree(paths.DATA, root / "data")
    (root / "data/events.csv").write_text("damaged")
    (root / "requirements.txt").write_text("-e ./lib\nnumpy==0.1\n    # via pandas\nnosuchpackage==1 ; python_version > '3'\n"
                                           "onlyhere==1 ; sys_platform == 'plan9'\n")
    for name, folder in (("ROOT", ""), ("LIBRARY", "lib"), ("DATA", "data"), ("CHAPTERS", "nowhere"), ("BUILD", "_build")):
        monkeypatch.setattr(paths, name, root / folder)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "DISK", (1e9, 2e9))
    checks = (doctor.packages, doctor.tables, doctor.writing, doctor.git, doctor.disk)
    found = {check.__name__: check(check.__name__) for check in checks}
    assert {name: one.state for name, one in found.items()} == {
        "packages": "fail", "tables": "fail", "writing": "fail", "git": "warn", "disk": "fail"}
    assert all(one.cure for one in found.values())
    assert "2 differ" in found["packages"].found
    assert "nosuchpackage is missing" in found["packages"].found
    assert f"1 of {len(names())} are missing or altered: events" in str(found["tables"])


def test_a_check_that_breaks_is_a_failure_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(matter: str) -> doctor.Finding:
        raise ModuleNotFoundError("No module named 'psutil'")

    def refused(matter: str) -> doctor.Finding:
        raise BookError("no data\npackage")

    def fine(matter: str) -> doctor.Finding:
        return doctor.Finding("ok", matter, "fine")

    monkeypatch.setattr(doctor, "CHECKS", (broken, refused, fine))
    told = run("doctor")
    assert told.exit_code == 1
    assert told.output.splitlines()[:3] == [
        "fail  broken        No module named 'psutil'; run: make book (or: pip install -r requirements.txt)",
        "fail  refused       no data package", "ok    fine          fine"]


def test_status_tells_outputs_older_than_code(book: Path) -> None:  # noqa: F811
    job = Job(book / "chapters/one.ipynb", book / "_build/executed/one.ipynb")
    assert status.committed(job) == "not executed from top to bottom"
    results = list(execute_jobs([job], store(), workers=1))
    warm.stop()
    assert not results[0].problem
    assert status.committed(job) == "not executed from top to bottom"  # executed, not yet written back
    write_back(job.notebook, job.output)
    assert status.committed(job) == ""
    (book / "data/one.csv").write_text("else\n")
    assert status.committed(job) == "data/one.csv changed"
    (book / "data/one.csv").write_text("one\n")
    content = json.loads(job.notebook.read_text())
    content["cells"][-1]["outputs"][0]["text"] = ["by hand\n"]
    job.notebook.write_text(json.dumps(content))
    assert status.committed(job) == "an execution gives other outputs"


def test_status_tells_a_lock_older_than_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/pyproject.toml").write_text('[project]\ndependencies = ["one==1.0", "two_a==2.0", "free"]\n'
                                                 '[project.optional-dependencies]\nmore = ["three==3"]\n')
    (tmp_path / "requirements.txt").write_text("one==1.0\ntwo-a==1.9\nfree==7\n")
    monkeypatch.setattr(paths, "LIBRARY", tmp_path / "lib")
    assert status.unlocked() == ["two_a 1.9 is locked, ==2.0 is asked for", "three is not in requirements.txt"]


def test_status_ends_with_1_if_something_is_stale() -> None:
    told = run("status", "--vintages")
    assert told.exit_code == any(line.startswith("stale") for line in told.output.splitlines())
    parts = {line.split()[1] for line in told.output.splitlines() if line.startswith(("stale", "current"))}
    assert {"environment", "lock", "data", "outputs", "robustness", "built"} == parts
    assert "crime_victims_by_state" in told.output


# -- replication -------------------------------------------------------------------------------------------------------


def test_the_replication_readme_is_that_of_the_book_as_it_is() -> None:
    written = (paths.ROOT / "REPLICATION.md").read_text(encoding="utf-8")
    assert written == replication.text(), "out of date; make it again: migrationbook replication --write"


def test_it_names_every_table_figure_and_chapter() -> None:
    text = replication.text()
    assert all(f"`{name}`" in text for name in names())
    exhibits = list(replication.figures_and_tables())
    assert {name for name, *_ in exhibits} == {figure for path in chapters() for figure in compare.read(path).figures}
    assert all(title and used for _, _, title, _, _, used in exhibits)
    assert sum(not set(used) <= set(names()) for *_, used in exhibits) <= 2  # these compute which; their source line is given
    assert set(replication.recorded_times()["seconds"]) == set(CHAPTERS)
    one = next(row for row in exhibits if row[0] == "security-hero")
    assert "security-hero" in "".join(cells(find_chapter(one[3]))[one[4] - 1]["source"])


# -- completion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str) -> None:
    told = run("completion", shell)
    assert told.exit_code == 0
    assert f"_MIGRATIONBOOK_COMPLETE={shell}_complete" in told.output


@pytest.mark.parametrize(("words", "incomplete", "offered"), [
    (["run"], "sec", ["security"]),
    (["data", "show"], "cbp_m", ["cbp_monthly"]),
    (["data", "refresh"], "crime", ["crime_victims_by_state"]),
    (["run", "security", "-p"], "so", ["south"]),
    (["run", "security", "-p", "south"], "", ["border", "isthmus"]),
    (["sweep", "security", "--grid"], "so", ["south="]),
    (["rejudge"], "in", ["investment"]),
    (["diff"], "did", ["did_it_last"]),
    (["run", "nowhere", "-p"], "", []),
])
def test_chapters_tables_and_parameters_are_completed(words, incomplete, offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", " ".join(["migrationbook", *words, incomplete]))
    complete = ShellComplete(main, {}, "migrationbook", "_MIGRATIONBOOK_COMPLETE")
    assert [item.value for item in complete.get_completions(words, incomplete)] == offered


# -- reference ---------------------------------------------------------------------------------------------------------


INTERNAL = {"estimators", "polynomial", "quick_structural", "regression", "structural"}  # parts of the methods beside them


def test_the_reference_has_every_method() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (paths.CHAPTERS / "api").glob("*.md"))
    modules = {path.stem for path in (paths.LIBRARY / "migrationbook" / "models").glob("*.py")} - {"__init__"}
    assert {module for module in modules if f".. automodule:: migrationbook.models.{module}\n" in text} == modules - INTERNAL


@pytest.mark.parametrize(("docstring", "prepared"), [
    ("One line with `code` and ``code``s.", ["One line with ``code`` and ``code``\\ s."]),
    ("Stars *.ipynb, a|b and name_ stay.", ["Stars \\*.ipynb, a\\|b and name\\_ stay."]),
    ("Before.\nname: what\n    it is.\none, two: both.", ["Before.", "- **name**: what it is.", "- **one, two**: both."]),
    ("See https://example.org/a_b_ now.", ["See https://example.org/a_b_ now."]),
])
def test_plain_docstrings_are_made_safe(docstring: str, prepared: list[str]) -> None:
    assert [line for line in prepare(docstring.split("\n")) if line] == prepared
