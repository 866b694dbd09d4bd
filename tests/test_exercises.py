"""Exercises: their form in the chapters, the self-checks, and the editions made of them."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.cli import main
from migrationbook.errors import BookError
from migrationbook.exercises import answers as registered
from migrationbook.exercises import check_answer, editions
from migrationbook.exercises.check import EXERCISES, Exercise, told
from migrationbook.press.chapters import chapter
from migrationbook.press.execute import execute

LEVELS = {1: "change a parameter", 2: "change the data or the group", 3: "test the method", 4: "an estimator or rule of your own"}
HEAD = re.compile(r"```\{exercise\} .+\n:label: (\S+)\n\*Level (\d) of 4: (.+)\*\n\n")
TAGS = ("exercise", "hint", "check", "solution")
CHAPTERS = editions.with_exercises()
# A chapter just made by `migrationbook new` has one exercise; the others are asked for when its author takes this line out.
FINISHED = [path for path in CHAPTERS if "**This is a template:**" not in path.read_text(encoding="utf-8")]


def cells(path, tag):
    return [cell for cell in nbformat.read(path, 4).cells if editions.tagged(cell, tag)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_exercises_rise_in_level_and_have_a_point_a_hint_and_a_solution(path):
    book = nbformat.read(path, 4)
    form = "".join(next((tag[0] for tag in TAGS if editions.tagged(cell, tag)), "-") for cell in book.cells)
    assert re.fullmatch(r"-+(ehc?sss)+-*", form), form
    levels = []
    for cell in cells(path, "exercise"):
        label, level, words = HEAD.match(cell.source).groups()
        assert words == LEVELS[int(level)], label
        assert cell.metadata["point"][-1] in ".?", label
        assert any(f"```{{solution-start}} {label}\n" in one.source for one in book.cells), label
        levels.append(int(level))
    assert levels == sorted(levels)
    assert levels[-1] == 4
    if path in FINISHED:
        assert 3 <= len(levels) <= 5
        assert levels[0] == 1


@pytest.mark.parametrize("path", FINISHED, ids=lambda path: path.stem)
def test_two_checks_or_more_a_chapter_agree_with_the_solutions(path):
    """The committed outputs (which a re-execution must repeat) show an unanswered check, and each solution judged right."""
    checks = cells(path, "check")
    assert len(checks) >= 2
    for cell in checks:
        label = re.search(r'check_answer\("([\w-]+)", answer\)', cell.source)[1]
        assert cell.outputs[0].text == "No answer yet.\nReplace None and run this cell.\n"
        solved = [one for one in cells(path, "solution") if f'check_answer("{label}", ' in one.source]
        assert len(solved) == 1, label
        assert solved[0].outputs[-1].text.splitlines()[-1] == "Right.", label


def number(right: float, unit: str = "per cent", within: float = 0.5) -> Exercise:
    def candidates(chapter):
        yield right, ""
        yield chapter.other, "that is the other one."

    return Exercise(candidates, unit, within, "look there.")


@pytest.mark.parametrize(("answer", "reason"), [
    (-3.2, "Right."),
    (-3, "Right."),
    (None, "No answer yet"),
    (8, "that is the other one."),
    (3.2, "the sign is not"),
    (-0.032, "a factor of 100; the answer is asked for in per cent"),
    (96.8, "out of 100"),
    (50, "look there."),
    ("-3.2", "give one number (per cent), without quotes."),
    (True, "give one number"),
    (float("nan"), "give one number"),
    ([1, 2], "give one number"),
])
def test_a_wrong_number_gets_its_reason(answer, reason):
    assert reason in told(number(-3.2), answer, {"other": 8.0})


def test_a_logarithm_is_recognised_and_a_ratio_upside_down():
    assert "100 · (exp(d) − 1)" in told(number(-50.0), -69.3, {"other": 8.0})
    assert "upside down" in told(number(32.0, "ratio"), 1 / 32, {"other": 8.0})


@given(right=st.floats(-500, 500), answer=st.floats(-1e6, 1e6))
def test_only_the_right_answer_is_right_and_no_reason_gives_it_away(right, answer):
    words = told(number(right), answer, {"other": 7777.0})
    assert (words == "Right.") == (abs(answer - right) <= 0.5)
    assert words == "Right." or f"{right:.1f}" not in words


def test_texts_are_read_with_tolerance():
    month = Exercise(lambda chapter: iter([("2019-09-01", "")]), "month", 0, "look there.")
    assert {told(month, one, {}) for one in ("2019-09", "September 2019", "2019-09-15")} == {"Right."}
    assert "look there." in told(month, "2019-08", {})
    assert "give one month" in told(month, "autumn", {})
    code = Exercise(lambda chapter: iter([("GTM", ""), ("HND", "another.")]), "code", 0, "look there.")
    assert told(code, " gtm ", {}) == "Right."
    assert "another." in told(code, "HND", {})
    assert "as text" in told(code, 3, {})


def test_a_check_out_of_its_chapter_says_what_to_run():
    assert "run all cells above" in told(number(1.0), 5.0, {})


def test_an_unknown_exercise_suggests_the_nearest():
    with pytest.raises(BookError, match="did you mean 'security-exercise-south'"):
        check_answer("security-exercise-sout", 1)


def test_every_check_of_the_library_stands_in_a_chapter():
    text = "".join(path.read_text(encoding="utf-8") for path in CHAPTERS)
    assert registered and EXERCISES
    assert all(f'check_answer(\\"{name}\\", answer)' in text for name in EXERCISES)


def test_the_student_edition_has_no_solution_and_room_for_ones_own(tmp_path):
    done = CliRunner().invoke(main, ["exercises", "--edition", "student", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for path in CHAPTERS:
        source, student = nbformat.read(path, 4), nbformat.read(tmp_path / path.name, 4)
        nbformat.validate(student)
        text = json.dumps(student, ensure_ascii=False)
        for cell in cells(path, "solution"):
            if cell.cell_type == "code":
                assert json.dumps(cell.source, ensure_ascii=False)[1:-1] not in text
        assert not any(editions.tagged(cell, "solution") or "point" in cell.metadata for cell in student.cells)
        own = [cell for cell in student.cells if editions.tagged(cell, "own")]
        assert len(own) == len(cells(path, "exercise"))
        prose = "".join(cell.source for cell in student.cells if cell.cell_type == "markdown")
        assert not re.search(r"\{(glue|exercise|hint|solution)", prose)
        assert len(student.cells) == len(source.cells) - len(cells(path, "solution")) + len(own)


def test_the_student_edition_says_that_it_has_no_solutions_and_names_figures_by_their_titles(tmp_path):
    editions.write("student", tmp_path)
    prose = [cell.source for cell in nbformat.read(tmp_path / "asylum.ipynb", 4).cells if cell.cell_type == "markdown"]
    heading = next(text for text in prose if text.startswith("## Exercises"))
    assert heading.endswith("*Solutions are left out in this edition.*")
    assert not any("“asylum-clearance”" in text for text in prose)


def test_what_somebody_wrote_in_a_notebook_is_not_replaced_unasked(tmp_path):
    def make(*more: str):
        return CliRunner().invoke(main, ["exercises", "--edition", "student", "-o", str(tmp_path), *more])

    assert make().exit_code == make().exit_code == 0  # the same once more harms nobody
    mine = tmp_path / "asylum.ipynb"
    mine.write_text(mine.read_text(encoding="utf-8").replace("answer = None", "answer = 1"), encoding="utf-8")
    (tmp_path / "security.ipynb").unlink()
    refused = make()
    assert refused.exit_code == 1
    assert f"{tmp_path} has asylum.ipynb with other content" in refused.output
    assert "answer = 1" in mine.read_text(encoding="utf-8")
    assert not (tmp_path / "security.ipynb").exists()
    assert make("--force").exit_code == 0
    assert "answer = 1" not in mine.read_text(encoding="utf-8")


def test_the_instructors_edition_has_solutions_open_with_their_points(tmp_path):
    for path in editions.write("instructor", tmp_path):
        source, book = nbformat.read(chapter(path.stem), 4), nbformat.read(path, 4)
        prose = "".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        points = [cell.metadata["point"] for cell in source.cells if "point" in cell.metadata]
        assert points
        assert all(f"**The point:** {point}" in prose for point in points)
        assert "dropdown" not in prose
        assert [cell.source for cell in book.cells if cell.cell_type == "code"] == [
            cell.source for cell in source.cells if cell.cell_type == "code"]


@pytest.mark.parametrize(("edition", "answers"), [
    ("student", {"5": "the pandemic", "10": "Right.", "14": "that is at the level of the chapter", "-10": "the sign is not",
                 "'ten'": "without quotes"}),
    ("instructor", {}),
])
def test_an_edition_executes_and_its_checks_answer(tmp_path, edition, answers):
    editions.write(edition, tmp_path)
    path = tmp_path / "did_it_last.ipynb"
    book = nbformat.read(path, 4)
    at = next(number for number, cell in enumerate(book.cells) if "lasting-exercise-level\", answer" in cell.source)
    asked = book.cells[at]
    book.cells[at:at + 1] = [nbformat.v4.new_code_cell(asked.source.replace("None", given), metadata={"tags": ["check"]})
                             for given in answers or ["None"]]
    nbformat.write(book, path)
    execute(path, tmp_path / "out.ipynb")
    done = nbformat.read(tmp_path / "out.ipynb", 4)
    assert all(cell.execution_count for cell in done.cells if cell.cell_type == "code")
    heard = [cell.outputs[0].text for cell in done.cells if editions.tagged(cell, "check")]
    for reason, words in zip(answers.values(), heard, strict=False):
        assert reason in words
    if edition == "instructor":
        assert sum("Right." in str(cell.get("outputs", "")) for cell in done.cells) == 2
