"""Re-execution with other parameters: it works, and a mistake gives one clear line."""

from __future__ import annotations

import nbformat
import pytest
from click.testing import CliRunner
from migrationbook import check, paths
from migrationbook.cli import main
from migrationbook.errors import BookError
from migrationbook.press.chapters import chapter, chapters, parameters
from migrationbook.press.execute import execute


def run(*arguments: str):
    return CliRunner().invoke(main, ["run", "enforcement", *arguments])


def test_the_parameters_are_typed_and_explained():
    found = parameters(chapter("enforcement"))
    assert found["window_end"].default == "2020-02"
    assert all(entry.help and entry.type in ("str", "int", "float") for entry in found.values())


def test_other_parameters_give_another_result_and_a_complete_notebook(tmp_path):
    result = run("-p", "model", "unobserved_components", "-p", "window_end", "2019-12", "-o", str(tmp_path / "out.ipynb"))
    assert result.exit_code == 0, result.output
    text = (tmp_path / "out.ipynb").read_text()
    assert "December 2019" in text
    assert all(cell.get("execution_count") for cell in nbformat.reads(text, 4).cells if cell.cell_type == "code")


@pytest.mark.parametrize(("given", "message"), [
    (("windowend", "2019-12"), "has no parameter 'windowend'; did you mean 'window_end'? It has: vintage"),
    (("threshold", "many"), "'threshold' takes int such as 70000, not 'many'"),
    (("window_end", "2018-01"), "window_end is '2018-01'; it takes a date from 2019-07 to 2020-02"),
    (("window_end", "2020-12"), "window_end is '2020-12'; it takes a date from 2019-07 to 2020-02"),
    (("model", "crystal_ball"), "model is 'crystal_ball'; it takes one of: sarimax"),
    (("comparison", "GTM"), "comparison is 'GTM', one of the countries compared"),
    (("comparison", "ALB"), "ALB: "),
    (("vintage", "tomorrow"), "vintage is 'tomorrow'; it takes one of"),
])
def test_a_mistake_is_one_line_that_names_it(tmp_path, given, message):
    result = run("-p", *given, "-o", str(tmp_path / "out.ipynb"))
    assert result.exit_code == 1
    errors = [line for line in result.output.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in result.output
    assert not (tmp_path / "out.ipynb").exists()


def test_a_value_of_another_type_is_one_line_in_a_plain_execution_too(tmp_path):
    with pytest.raises(BookError) as refusal:
        execute(chapter("enforcement"), tmp_path / "out.ipynb", {"interval": "abc"})
    assert "interval is 'abc'; it takes a number from 0.5 to 0.99 (see" in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("call", "good", "bad", "told"), [
    (lambda value: check.one_of("it", value, ["a", "b"]), ["a"], ["c", 1, None], "it takes one of: a, b"),
    (lambda value: check.number("it", value, 0.5, 0.99), [0.5, 0.99], ["0.9", 1, None, True, float("nan")],
     "a number from 0.5 to 0.99"),
    (lambda value: check.number("it", value, 1, 9), [1, 9], [0, 10, 1.5, "3"], "a whole number from 1 to 9"),
    (lambda value: check.date("it", value, "2019-01", "2019-12"), ["2019-01", "2019-12"],
     ["2019-1", "2020-01", "2019-06-07", "soon", 2019, None], "a date from 2019-01 to 2019-12"),
    (lambda value: check.date("it", value, "2019-01-01", "2019-12-31"), ["2019-06-07"], ["2019-06", "2019-06-31"], "a date from"),
])
def test_parameters_are_refused_with_what_would_do(call, good, bad, told):
    for value in good:
        call(value)
    for value in bad:
        with pytest.raises(BookError, match=told):
            call(value)


def test_notebooks_are_found_in_parts_chapters_and_sections_in_reading_order(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "_toc.yml").write_text("""
root: index
parts:
- caption: Chapters
  chapters:
  - file: one
    sections: [{file: one-a, sections: [{file: one-a-1}]}, {file: page}]
- caption: Appendices
  chapters: [{url: "https://example.org"}, {file: two}]
""")
    for name in ("index", "one", "one-a", "one-a-1", "two", "elsewhere"):
        (tmp_path / f"{name}.ipynb").touch()
    (tmp_path / "page.md").touch()
    assert [path.stem for path in chapters()] == ["index", "one", "one-a", "one-a-1", "two"]


def test_an_unknown_chapter_suggests_the_nearest():
    result = CliRunner().invoke(main, ["run", "enforcemen"])
    assert result.exit_code == 1
    assert "did you mean 'enforcement'?" in result.output
