"""Do the verdicts survive other parameters? On a throw-away book with real kernels, and that the book's own record is fresh."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from migrationbook import paths
from migrationbook.claims import robustness
from migrationbook.claims.judge import MIME
from migrationbook.claims.robustness import Alternative, Survival, alternatives, published, recorded, stale
from migrationbook.cli import main
from migrationbook.errors import BookError
from migrationbook.press import warm
from migrationbook.press.chapters import chapters
from migrationbook.sphinx import robustness as page
from test_press import book, chapter  # noqa: F401 (a fixture)

LIBRARY = f'''
from pathlib import Path

class Judged:
    def __init__(self, *rows):
        self.rows = [dict(zip(("id", "verdict", "estimates"), row)) for row in rows]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {{"{MIME}": self.rows, "text/plain": "judged"}}

def number(name):
    return float(Path("data", name).read_text())
'''
JUDGING = '''drawn = open("lib/migrationbook/charts/draw.py").read()
if factor > 8: raise ValueError("factor is too large")
size = factor * tiny.number("one.csv")
tiny.Judged(("T1", "supported" if size < 6 else "mixed", {"size": size, "fixed": 1.0}), ("T2", "supported", {"fixed": 1.0}),
            ("T3", "normative", {}))'''
CHAPTER = ["import sys; sys.path.insert(0, 'lib')\nimport tiny",
           "factor: int = 2  # how often\nother: str = 'a'  # nothing", JUDGING,
           "print('an exercise')"]
TWO = '[\n  { factor = 3, why = "More." },\n  { factor = 1, why = "Less." },\n  { other = "b", why = "Another." },\n]\n'


@pytest.fixture
def small(book):  # noqa: F811
    """A book whose chapter ``one`` judges T1, which hangs on a parameter, T2, which does not, and T3, not measured."""
    (book / "lib/tiny.py").write_text(LIBRARY)
    (book / "lib/migrationbook/charts").mkdir(parents=True)
    (book / "lib/migrationbook/charts/draw.py").write_text("")
    (book / "data/one.csv").write_text("2\n")
    chapter(book / "chapters/one.ipynb", *CHAPTER)
    (book / "chapters/alternatives.toml").write_text(f"one = {TWO}")
    robustness.survivals.cache_clear()
    yield book
    robustness.survivals.cache_clear()
    warm.stop()


def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def rejudge(*arguments: str):
    assert run("execute", "one", "--write").exit_code == 0
    return run("rejudge", "-j", "1", *arguments)


def test_the_record_holds_what_differs_and_is_made_once(small):
    first = rejudge("--write")
    assert first.exit_code == 0, first.output
    assert "T1: supported, survives 2 of 3, mixed with factor 3" in first.output
    entry = recorded()["one"]
    assert entry["published"] == {"T1": {"verdict": "supported", "estimates": {"size": 4.0, "fixed": 1.0}},
                                  "T2": {"verdict": "supported", "estimates": {"fixed": 1.0}}}
    assert entry["alternatives"] == [
        {"values": {"factor": 3}, "differs": {"T1": {"verdict": "mixed", "estimates": {"size": 6.0}}}},
        {"values": {"factor": 1}, "differs": {"T1": {"verdict": "supported", "estimates": {"size": 2.0}}}},
        {"values": {"other": "b"}, "differs": {}},
    ]
    text = (small / "chapters/robustness.json").read_bytes()
    again = run("rejudge", "--write")
    assert "nothing its verdicts depend on has changed" in again.output
    assert "executed" not in again.output
    (small / "chapters/robustness.json").unlink()
    from_store = run("rejudge", "--write")
    assert "executed" not in from_store.output
    assert (small / "chapters/robustness.json").read_bytes() == text
    assert robustness.summary("T1") == {"alternatives": 3, "survived": 2, "entered": 2, "verdicts": ["supported", "mixed"]}
    assert robustness.summary("T2") == {"alternatives": 3, "survived": 3, "entered": 0, "verdicts": ["supported"]}
    assert robustness.summary("T3") == {}


def test_without_write_it_only_says_what_would_change(small):
    said = rejudge()
    assert "T1: supported, survives 2 of 3, mixed with factor 3" in said.output
    assert not (small / "chapters/robustness.json").exists()


def test_a_new_alternative_alone_is_executed_and_the_change_is_told(small):
    rejudge("--write")
    (small / "chapters/alternatives.toml").write_text(f"one = {TWO[:-2]}  {{ factor = 4, why = \"Most.\" }},\n]\n")
    said = run("rejudge", "--write")
    assert said.output.count(": executed in") == 1
    assert "survives 2 of 4, mixed with factor 3; mixed with factor 4 (was: supported, survives 2 of 3" in said.output


def test_alternatives_in_another_order_are_no_change_to_tell(small):
    both = '{ other = "b", factor = 3, why = "Both." }'
    (small / "chapters/alternatives.toml").write_text(f"one = {TWO[:-2]}  {both},\n]\n")
    assert "mixed with factor 3 + other b" in rejudge("--write").output
    turned = '{ factor = 3, other = "b", why = "Both." }'
    (small / "chapters/alternatives.toml").write_text(f"one = [\n  {turned},\n{TWO[2:]}")
    said = run("rejudge", "--write")
    assert "one: 4 alternatives; alternatives changed" in said.output and "was:" not in said.output


def edit_cell(number: int, source: str):
    def edit(root):
        path = root / "chapters/one.ipynb"
        notebook = json.loads(path.read_text())
        notebook["cells"][number]["source"] = source
        path.write_text(json.dumps(notebook))
    return edit


def write(path: str, text: str):
    return lambda root: (root / path).write_text(text)


CHANGES = [  # what is changed, what the record then says
    (write("data/one.csv", "3\n"), ["data/one.csv changed"]),
    (write("lib/tiny.py", LIBRARY + "\n"), ["lib/tiny.py changed"]),
    (write("requirements.txt", "pandas==9\n"), ["requirements.txt changed"]),
    (write("chapters/alternatives.toml", f"one = {TWO.replace('3', '5')}"), ["alternatives changed"]),
    (edit_cell(3, JUDGING.replace("6", "7")), ["code changed"]),
    (edit_cell(4, "print('another exercise')"), []),
    (edit_cell(0, "# Another title"), []),
    (write("lib/migrationbook/charts/draw.py", "colour = 'red'\n"), []),
    (write("data/other.csv", "5\n"), []),
    (write("chapters/alternatives.toml", f"one = {TWO.replace('More.', 'Much more.')}"), []),
]


def test_a_record_is_stale_when_something_changed_that_verdicts_hang_on(small):
    rejudge("--write")
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file() and "_build" not in path.parts}
    for change, told in CHANGES:
        assert stale("one", recorded()["one"]) == []
        change(small)
        assert stale("one", recorded()["one"]) == told
        for path, content in before.items():
            path.write_bytes(content)


def test_in_another_book_the_librarys_files_are_named_from_where_it_lies(small, tmp_path, monkeypatch):
    """Nothing of the machine gets into the record, a changed module counts, and what only draws does not."""
    rejudge("--write")
    library = tmp_path / "elsewhere/lib"
    (library / "migrationbook/charts").mkdir(parents=True)
    for name in ("judging.py", "charts/draw.py"):
        (library / "migrationbook" / name).write_text("")
    monkeypatch.setattr(paths, "LIBRARY", library)
    reads = ["data/one.csv", *(str(library / "migrationbook" / name) for name in ("judging.py", "charts/draw.py"))]
    found = robustness.depends("one", reads)
    assert [path for path in found if "/" in path] == ["data/one.csv", "lib/migrationbook/judging.py"]
    assert None not in (found["data/one.csv"], found["lib/migrationbook/judging.py"])
    entry = recorded()["one"] | {"depends": found}
    assert stale("one", entry) == []
    (library / "migrationbook/judging.py").write_text("changed = True\n")
    assert stale("one", entry) == ["lib/migrationbook/judging.py changed"]


def test_a_chapter_that_records_another_verdict_is_stale_and_not_judged_again(small):
    rejudge("--write")
    path = small / "chapters/one.ipynb"
    path.write_text(path.read_text().replace('"verdict": "supported"', '"verdict": "overstated"', 1))
    assert stale("one", recorded()["one"]) == ["the published verdict on T1 is another"]
    said = run("rejudge", "--write")
    assert said.exit_code == 1
    assert "first: migrationbook execute one --write" in said.output


def test_a_failure_is_named_with_its_values_and_nothing_is_written(small):
    (small / "chapters/alternatives.toml").write_text(f"one = {TWO.replace('1', '9')}")
    said = rejudge("--write")
    assert said.exit_code == 1
    assert "ValueError: factor is too large" in said.output
    assert "with factor 9" in said.output
    assert "Error: 1 execution failed" in said.output
    assert said.output.count("failed (") <= 1
    assert not (small / "chapters/robustness.json").exists()


@pytest.mark.parametrize(("row", "told"), [
    ("{ factor = 3 }", "alternative 2: it needs at least one parameter, and 'why'"),
    ('{ why = "No value." }', "alternative 2: it needs at least one parameter"),
    ('{ size = 3, why = "?" }', "no parameter 'size'; there are: factor, other"),
    ('{ factor = "3", why = "?" }', "factor is '3'; it takes int"),
    ('{ factor = true, why = "?" }', "factor is True; it takes int"),
    ('{ factor = 2, why = "?" }', "factor is 2, as published"),
    ('{ factor = 7, why = "Once more." }', "alternative 2: given before"),
    ("{ factor = ", "alternatives.toml: "),
])
def test_alternatives_that_make_no_sense_are_refused(small, row, told):
    (small / "chapters/alternatives.toml").write_text(f'one = [{{ factor = 7, why = "Seven." }}, {row}]')
    with pytest.raises(BookError) as refusal:
        alternatives()
    assert told in str(refusal.value)


def survive(*verdicts: str, moved: bool = True, changed: tuple[str, ...] = ()) -> Survival:
    tried = [Alternative({"window_end": f"2019-{number:02}"}, f"Reason <{number}>.") for number in range(1, len(verdicts) + 1)]
    return Survival("E7", "enforcement", "supported", tried, list(verdicts),
                    [moved or verdict != "supported" for verdict in verdicts], list(changed))


@pytest.mark.parametrize(("one", "said"), [
    (survive("supported", "supported"), "Survives all 2 alternatives."),
    (survive("supported", "mixed"), "Survives 1 of 2 alternatives; changes to Mixed with window_end 2019-02."),
    (survive("supported", "mixed", moved=False),
     "Survives 1 of 2 alternatives, 1 of which changes its figures; changes to Mixed with window_end 2019-02."),
    (survive("mixed", "mixed", "overstated"),
     "Survives 0 of 3 alternatives; changes to Mixed with window_end 2019-01, window_end 2019-02 "
     "and Overstated with window_end 2019-03."),
    (survive("mixed", "mixed", "mixed", "overstated", "supported"),
     "Survives 1 of 5 alternatives; changes to Mixed (3 times) and Overstated (once)."),
])
def test_the_strip_in_words(monkeypatch, one, said):
    assert page.sentence(one) == said


def strip(monkeypatch, one: Survival, verdict: str = "supported") -> str:
    monkeypatch.setattr(page, "survivals", lambda: {"E7": one})
    return page.strip({"id": "E7", "verdict": verdict})


def test_the_strip_has_a_square_an_alternative_and_names_what_changes_it(monkeypatch):
    html = strip(monkeypatch, survive("supported", "mixed", "supported", moved=False))
    assert html.count("<i ") == 3
    assert html.count(' same"') == 2
    assert 'title="window_end 2019-02: Mixed">±</i>' in html
    assert "<b>Mixed</b> with <code>window_<wbr/>end</code> 2019-02. Reason &lt;2&gt;." in html


def test_no_strip_where_there_is_nothing_to_show(monkeypatch):
    assert page.strip({"id": "T99", "verdict": "supported"}) == ""
    untouched = strip(monkeypatch, survive("supported", "supported", moved=False))
    assert "None of 2 alternatives changes its figures." in untouched
    assert "<i " not in untouched


@pytest.mark.parametrize(("changed", "verdict"), [(("code changed",), "supported"), ((), "mixed")])
def test_a_stale_record_is_not_shown(monkeypatch, changed, verdict):
    html = strip(monkeypatch, survive("supported", "mixed", changed=changed), verdict)
    assert "<code>migrationbook rejudge enforcement --write</code>" in html
    assert "<i " not in html
    assert "of 2" not in html


# ---- the book's own record

@pytest.mark.parametrize("name", sorted(alternatives()))
def test_the_committed_record_is_fresh(name):
    changed = stale(name, recorded().get(name))
    assert not changed, f"{changed[0]}; run: migrationbook rejudge {name} --write"


def test_every_chapter_that_measures_has_alternatives_and_every_record_a_chapter():
    measuring = {path.stem for path in chapters() if published(path.stem)}
    assert measuring == set(alternatives()) == set(recorded())
