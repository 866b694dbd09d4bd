"""Runs and sweeps: what is refused beforehand, pages in one file, the table, resuming, a cluster that loses a worker."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from migrationbook import paths, settings
from migrationbook.claims import tidy
from migrationbook.claims.scoreboard import collect
from migrationbook.cli import main
from migrationbook.press import cluster, grid, standalone
from test_press import book, chapter, command, end_servers, everything, executed, printed, wait_for  # noqa: F401

PARAMETERS = ('factor: int = 2  # how often, 1 to 9\nword: str = "a"  # what is printed\nshare: float = 0.5  # part of it\n'
              "loud: bool = False  # in capitals")
FAIL = "if factor == 3:\n    raise ValueError('three is too many')"
LATE = "import time\nprint(word * factor, share)"
# What stands for a book's own idea of what a chapter recorded: one row a printed line.
RECORDED = '''
import json
from pathlib import Path


def rows(notebook):
    cells = json.loads(Path(notebook).read_text())["cells"]
    texts = [output["text"] for cell in cells for output in cell.get("outputs", []) if "text" in output]
    return [{"printed": line} for text in texts for line in "".join(text).splitlines()]


class Shown:
    def __init__(self, text):
        self.text = text

    def _repr_mimebundle_(self):
        return {"text/plain": self.text}


def draw(table, varying, folder):
    (folder / "chart.svg").write_text("<svg/>")
    return [Shown(f"{len(table)} rows by {varying}")]
'''


@pytest.fixture
def tiny(book, monkeypatch) -> Path:  # noqa: F811
    """The throw-away book with a chapter of four parameters, and a module that reads what it printed."""
    chapter(book / "chapters/one.ipynb", PARAMETERS, FAIL, LATE, text="See [the other](two.ipynb) and [more](nowhere).")
    (book / "lib/recorded_here.py").write_text(RECORDED)
    monkeypatch.syspath_prepend(str(book / "lib"))
    monkeypatch.setattr(settings, "RECORDED", "recorded_here")
    sys.modules.pop("recorded_here", None)
    return book


@pytest.fixture
def no_page(monkeypatch) -> list[Path]:
    """Stand-in for Sphinx, which takes seconds: the page is the notebook."""
    made = []

    def fake(notebook: Path, page: Path, note: str = "") -> list[str]:
        made.append(page)
        page.write_text(note + notebook.read_text())
        return []

    monkeypatch.setattr(standalone, "make", fake)
    return made


def call(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def table(book: Path) -> list[dict]:  # noqa: F811
    with (book / "_build/sweeps/one/sweep.csv").open() as file:
        return list(csv.DictReader(file))


# ---- grids

def test_every_combination_of_the_grids_in_order_and_in_the_chapters_types(tiny):
    notebook = tiny / "chapters/one.ipynb"
    found = grid.combinations(notebook, ["factor=1, 2", "share=1,1e-1", "loud=true"])
    assert found == [{"factor": factor, "share": share, "loud": True} for factor in (1, 2) for share in (1.0, 0.1)]
    assert grid.varying(found) == ["factor", "share"]


def test_files_give_combinations_or_axes(tiny):
    notebook = tiny / "chapters/one.ipynb"
    (tiny / "plan.csv").write_text("\ufefffactor,word\n1,a\n2,2019\n\n1,a\n")
    assert grid.combinations(notebook, [str(tiny / "plan.csv")]) == [{"factor": 1, "word": "a"}, {"factor": 2, "word": "2019"}]
    (tiny / "plan.toml").write_text('factor = [1, 2]\nword = ["x,y"]\n')
    found = grid.combinations(notebook, [str(tiny / "plan.toml"), "loud=no"])
    assert found == [{"factor": 1, "word": "x,y", "loud": False}, {"factor": 2, "word": "x,y", "loud": False}]


@pytest.mark.parametrize(("given", "message"), [
    (["factr=1"], "one.ipynb has no parameter 'factr'; did you mean 'factor'? It has: factor, word, share, loud"),
    (["factor=1,two"], "one.ipynb: parameter 'factor' takes int such as 2, not 'two' (how often, 1 to 9)"),
    (["factor=1.5"], "parameter 'factor' takes int such as 2, not '1.5'"),
    (["factor=["], "parameter 'factor' takes int such as 2, not '['"),
    (["factor=1,"], "--grid factor=1,: 'factor' has no list of values"),
    (["factor=1", "word=b", "factor=2"], "--grid factor=2: 'factor' is in another grid already"),
    (["nothing.csv"], "--grid nothing.csv: no grid and no file that can be read"),
    (["{book}/bad.toml"], "bad.toml: not TOML"),
    (["{book}/one.toml"], "'factor' has no list of values"),
    (["{book}/text.toml"], "parameter 'word' takes str such as 'a', not '3'"),
    (["{book}/short.csv"], "short.csv, line 3: expected a value for each of factor, word, found '2'"),
    (["{book}/empty.csv"], "empty.csv: expected a header"),
    (["{book}/plan.xlsx"], "give name=a,b,c"),
])
def test_a_grid_that_cannot_be_is_refused_in_one_line_before_anything_starts(tiny, given, message):
    for name, text in {"bad.toml": "factor 1", "one.toml": "factor = 1", "text.toml": "word = [3]", "empty.csv": "factor\n",
                       "short.csv": "factor,word\n1,a\n2\n", "plan.xlsx": ""}.items():
        (tiny / name).write_text(text)
    options = [option for text in given for option in ("--grid", text.format(book=tiny))]
    result = call("sweep", "one", *options)
    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.splitlines()) == 1
    assert not (tiny / "_build").exists()


# ---- sweeps here

def test_a_sweep_gives_one_table_with_the_parameters_that_vary(tiny, no_page):
    result = call("sweep", "one", "--grid", "factor=1,2", "--grid", "word=a,b", "--grid", "share=0.25", "--jobs", "2")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[:2] == ["4 combinations of one: factor (2), word (2), share (1)",
                                              "4 to execute (time not known yet), 0 kept from before"]
    assert table(tiny) == [
        {"combination": str(number), "factor": factor, "word": word, "printed": f"{word * int(factor)} 0.25"}
        for number, (factor, word) in enumerate([("1", "a"), ("1", "b"), ("2", "a"), ("2", "b")], start=1)]
    folder = tiny / "_build/sweeps/one"
    assert sorted(path.name for path in folder.iterdir()) == ["chart.svg", "notebooks", "sweep.csv", "sweep.html"]
    assert "4 rows by ['factor', 'word']" in (folder / "sweep.html").read_text()
    assert printed(folder / "notebooks/combination-0004.ipynb") == "bb 0.25\n"


def test_what_fails_is_listed_and_the_rest_is_in_the_table(tiny, no_page):
    result = call("sweep", "one", "--grid", "factor=1,3,2")
    assert result.exit_code == 1
    assert "one factor=3: one.ipynb, cell 4: ValueError: three is too many (see _build/sweeps/one/notebooks/" in result.output
    assert "Error: 1 of 3 combinations failed; the others are in the table" in result.output
    assert [(row["combination"], row["printed"]) for row in table(tiny)] == [("1", "a 0.5"), ("3", "aa 0.5")]
    page = (tiny / "_build/sweeps/one/sweep.html").read_text()
    assert "three is too many" in page
    chapter(tiny / "chapters/one.ipynb", PARAMETERS, LATE)
    assert call("sweep", "one", "--grid", "factor=1,3,2").exit_code == 0
    assert len(table(tiny)) == 3
    assert not list((tiny / "_build/sweeps/one/notebooks").glob("*.failed.ipynb"))


def test_what_is_finished_is_not_executed_again_and_a_smaller_sweep_leaves_nothing_of_a_larger_one(tiny, no_page):
    call("sweep", "one", "--grid", "factor=1,2,4")
    before = (tiny / "_build/sweeps/one/sweep.csv").read_bytes()
    again = call("sweep", "one", "--grid", "factor=1,2,4")
    assert executed(again.output) == set()
    assert "All of them are kept from before" in again.output
    assert (tiny / "_build/sweeps/one/sweep.csv").read_bytes() == before
    smaller = call("sweep", "one", "--grid", "factor=5,4")
    assert "1 to execute (about" in smaller.output
    assert [row["printed"] for row in table(tiny)] == ["aaaaa 0.5", "aaaa 0.5"]
    assert len(list((tiny / "_build/sweeps/one/notebooks").iterdir())) == 2


def test_an_interrupted_sweep_goes_on_where_it_was(tiny, no_page):
    slow = ("from pathlib import Path\nimport time\nif factor > 1 and not Path('go').exists():\n"
            "    Path('at').touch()\n    time.sleep(60)\nprint(word * factor)")
    chapter(tiny / "chapters/one.ipynb", PARAMETERS, slow)
    sweep = ["sweep", "one", "--grid", "factor=1,2", "--jobs", "1"]
    with command(tiny, arguments=sweep) as process:
        wait_for(tiny / "at")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output.splitlines()[-1] == "Interrupted; what is finished is kept, and the same command goes on from there"
    assert "Traceback" not in output
    (tiny / "go").touch()
    again = call(*sweep)
    assert "1 to execute" in again.output
    assert "1 kept from before" in again.output
    assert [row["printed"] for row in table(tiny)] == ["a", "aa"]


# ---- what this book records

def test_a_row_is_an_estimate_an_interval_or_a_claim_without_either():
    rows = tidy.rows(paths.CHAPTERS / "enforcement.ipynb")
    judged = {one["id"]: one for one in collect([paths.CHAPTERS / "enforcement.ipynb"])}
    assert list(dict.fromkeys(row["claim"] for row in rows)) == list(judged)
    for claim, one in judged.items():
        own = [row for row in rows if row["claim"] == claim]
        assert {row["verdict"] for row in own} == {one["verdict"]}
        assert {row["estimate"]: row["value"] for row in own if row["value"] is not None} == one["estimates"]
        bounds = [(row["low"], row["high"], row["meaning"]) for row in own if row["estimate"] == tidy.INTERVAL]
        assert bounds == ([(*one["interval"], one["interval_of"])] if one["interval"] else [])
        assert len(own) == max(1, len(one["estimates"]) + len(bounds))


def test_charts_of_a_sweep_tell_which_verdicts_and_estimates_depend_on_parameters(tmp_path):
    one = {"claim": "E4", "confidence": "high", "estimate": "total_june", "low": None, "high": None, "unit": "events",
           "meaning": "m"}
    firm = one | {"claim": "E6", "estimate": "ports_change", "value": 5.0, "verdict": "mixed"}
    table = [{"combination": number, "factor": number} | row for number in (1, 2, 3)
             for row in (one | {"value": 1.0 * number, "verdict": "overstated" if number > 1 else "supported"}, firm)]
    verdicts, estimates = tidy.draw(table, ["factor"], tmp_path)
    assert verdicts.spec["usermeta"]["figure"]["title"] == "1 of 2 verdicts depend on these parameters"
    assert [(row["claim"], row["verdict"], row["n"]) for row in verdicts.spec["datasets"]["verdicts"]] == [
        ("E4", "Supported", 1), ("E6", "Mixed", 3), ("E4", "Overstated", 2)]
    assert {row["estimate"] for row in estimates.spec["datasets"]["estimates"]} == {"E4: total_june"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "estimates.json", "estimates.svg", "verdicts.json", "verdicts.svg"]
    assert "1 of 2 verdicts depend" in (tmp_path / "verdicts.svg").read_text()
    assert json.loads((tmp_path / "estimates.json").read_text()) == estimates.spec


# ---- pages in one file

class Addresses(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.links: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "srcset") or (tag, name) == ("link", "href"):
                self.loads.add(value or "")
            elif (tag, name) == ("a", "href"):
                self.links.add(value or "")


def test_a_run_makes_a_page_in_one_file_that_says_what_differs(tiny):
    result = call("run", "one", "-p", "factor", "4", "-p", "word", "a")
    assert result.exit_code == 0, result.output
    page = tiny / "_build/runs/one.html"
    text = page.read_text(encoding="utf-8")
    assert sorted(path.name for path in page.parent.iterdir()) == ["one.html", "one.ipynb"]
    assert "aaaa 0.5" in text
    note = " ".join(BeautifulSoup(text, "html.parser").select_one(".admonition").get_text().split())
    assert note == ("Not the published edition This page was computed with other parameters than the book: factor: 4 instead "
                    "of 2 (how often, 1 to 9) Made by migrationbook run one -p factor 4 -p word a")
    found = Addresses(page)
    assert all(address.startswith("data:") for address in found.loads)
    assert all(address.startswith(("#", "data:")) for address in found.links)
    assert "@import" not in text
    assert str(tiny) not in text


def test_a_run_with_published_parameters_says_so(tiny):
    from migrationbook.press.run import note

    assert "The published parameters" in note(tiny / "chapters/one.ipynb", {"factor": 2})
    assert "**factor**" not in note(tiny / "chapters/one.ipynb", {"factor": 2})


@pytest.mark.parametrize(("options", "message"), [
    (["-p", "factr", "1"], "has no parameter 'factr'; did you mean 'factor'? It has: factor, word, share, loud"),
    (["-p", "loud", "perhaps"], "parameter 'loud' takes bool such as False, not 'perhaps' (in capitals)"),
    (["-p", "factor", "1", "-p", "factor", "2"], "parameter 'factor' is given twice"),
    (["-o", "{book}/chapters/one.ipynb"], "-o one.ipynb is the chapter itself"),
    (["-o", "{book}/one.html"], "-o one.html: the result is a notebook"),
])
def test_a_run_that_cannot_be_is_refused_in_one_line(tiny, options, message):
    before = everything(tiny)
    result = call("run", "one", *(option.format(book=tiny) for option in options))
    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.splitlines()) == 1
    assert everything(tiny) == before


def test_styles_scripts_and_downloads_go_inside(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/base.css").write_text("p {background: url(dot.png)}")
    (tmp_path / "s/main.css").write_text("@import 'base.css';\n@font-face {src: url(f.woff2), url('f.ttf')}")
    for name in ("dot.png", "f.woff2", "f.ttf"):
        (tmp_path / "s" / name).write_bytes(name.encode())
    (tmp_path / "s/late.js").write_text("document.title = '</script>'")
    (tmp_path / "rows.csv").write_text("a\n1\n")
    (tmp_path / "other.html").write_text("")
    page = tmp_path / "page.html"
    page.write_text('<html><head><link rel="stylesheet" href="s/main.css?v=1"><link rel="preload" href="s/late.js">'
                    '<script defer src="s/late.js"></script></head><body><a href="rows.csv">rows</a><a href="other.html#x">other'
                    '</a><a href="#here">here</a><a href="https://example.org/">out</a><img src="s/dot.png"></body></html>')
    text = standalone.one_file(page)
    assert "<link" not in text
    assert text.count("base64,ZG90LnBuZw==") == 2
    assert "base64,Zi53b2ZmMg==" in text
    assert "base64,Zi50dGY=" not in text
    assert "document.title = '<\\/script>'" in text
    assert text.index("<img") < text.index("document.title")
    assert '<a download="rows.csv" href="data:text/csv;base64,YQoxCg==">rows</a>' in text
    assert '<span>other</span><a href="#here">here</a><a href="https://example.org/">out</a>' in text


# ---- a cluster

def moved(book: Path) -> str:  # noqa: F811
    """What makes a worker, a process of its own, take the throw-away book for the real one."""
    return ("from pathlib import Path\nfrom migrationbook import paths, settings\n"
            f"book = Path({str(book)!r})\npaths.ROOT, paths.CHAPTERS, paths.DATA, paths.BUILD, paths.LIBRARY = "
            f"book, book / 'chapters', book / 'data', book / '_build', book / 'lib'\nsettings.KERNEL = {settings.KERNEL!r}\n")


@pytest.fixture
def dask(tiny, tmp_path):
    """A local cluster of two worker processes, started anew by Dask when they die, and its address."""
    distributed = pytest.importorskip("distributed")
    preload = tmp_path / "preload.py"
    preload.write_text(moved(tiny))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                                  preload=[str(preload)], silence_logs=50, local_directory=str(tmp_path / "dask")) as running:
        yield running


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the chapter finds its worker in /proc")
def test_a_worker_killed_in_the_middle_changes_nothing_in_the_table(tiny, dask, no_page):
    # Once, the first time factor is 4, the chapter kills the worker it runs on: the parent of its kernel's parent.
    kill = ("import os, pathlib, signal, time\nmark = pathlib.Path('killed')\n"
            "def parent(pid):\n    return int(open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1])\n"
            "if factor == 4 and pathlib.Path('cluster').exists() and not mark.exists():\n"
            "    worker = parent(os.getppid())\n    mark.write_text(str(worker))\n    os.kill(worker, signal.SIGKILL)\n"
            "    time.sleep(60)\nprint(word * factor)")
    chapter(tiny / "chapters/one.ipynb", PARAMETERS, kill)
    sweep = ["sweep", "one", "--grid", "factor=1,2,4,5,6,7", "--grid", "word=a,b"]
    assert call(*sweep).exit_code == 0
    here = (tiny / "_build/sweeps/one/sweep.csv").read_bytes()
    for stored in (tiny / "_build/results").iterdir():
        stored.unlink()
    (tiny / "cluster").touch()
    result = call(*sweep, "--scheduler", dask.scheduler_address)
    assert result.exit_code == 0, result.output
    assert int((tiny / "killed").read_text()) != os.getpid()
    assert (tiny / "_build/sweeps/one/sweep.csv").read_bytes() == here
    again = call(*sweep, "--scheduler", dask.scheduler_address)
    assert "All of them are kept from before" in again.output


def test_failures_on_a_cluster_are_those_of_here(tiny, dask, no_page):
    outcomes = []
    for options in ([], ["--scheduler", dask.scheduler_address]):
        result = call("sweep", "one", "--grid", "factor=3,1", *options)
        assert result.exit_code == 1
        outcomes.append(sorted(line for line in result.output.splitlines() if "three is too many" in line))
    assert outcomes[0] == outcomes[1] != []
    assert "three is too many" in (tiny / "_build/sweeps/one/notebooks/combination-0001.failed.ipynb").read_text()
    assert [row["printed"] for row in table(tiny)] == ["a 0.5"]


def test_an_interrupt_leaves_a_cluster_at_once_and_what_is_finished_is_kept(tiny, dask):
    slow = ("from pathlib import Path\nimport time\nif factor > 1:\n    Path('at').touch()\n"
            "    while not Path('go').exists():\n        time.sleep(.05)\nprint(word * factor)")
    chapter(tiny / "chapters/one.ipynb", PARAMETERS, slow)
    arguments = ["sweep", "one", "--grid", "factor=1,2,3,4,5,6", "--scheduler", dask.scheduler_address]
    with command(tiny, arguments=arguments) as process:
        wait_for(tiny / "at")
        while not list((tiny / "_build/results").glob("*.result")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    (tiny / "go").touch()
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert output.splitlines()[-1] == "Interrupted; what is finished is kept, and the same command goes on from there"


def test_a_worker_with_another_state_of_the_book_is_refused_in_one_line(tiny, dask, monkeypatch):
    other = tiny.with_name("other")
    for path, content in everything(tiny).items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(content)
    (other / "data/one.csv").write_text("won\n")
    for name, folder in (("ROOT", ""), ("CHAPTERS", "chapters"), ("DATA", "data"), ("BUILD", "_build"), ("LIBRARY", "lib")):
        monkeypatch.setattr(paths, name, other / folder)
    result = call("sweep", "one", "--grid", "factor=1", "--scheduler", dask.scheduler_address)
    assert result.exit_code == 1
    assert "has the book in another state (data); bring both to the same one" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_task_checks_the_state_of_the_book_again(tiny):
    theirs = cluster.state() | {"library": "another"}
    text = (tiny / "chapters/one.ipynb").read_text()
    assert cluster.attempt_here("one", text, {}, 60, theirs) == (
        None, "one.ipynb: its worker has the book in another state (library)", "")


def test_nobody_at_the_address_and_no_workers_are_said_in_one_line(tiny, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    result = call("sweep", "one", "--grid", "factor=1", "--scheduler", "tcp://127.0.0.1:9")
    assert result.exit_code == 1
    assert result.output.startswith("Error: --scheduler tcp://127.0.0.1:9: no Dask scheduler answers")
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty:
        result = call("sweep", "one", "--grid", "factor=1", "--scheduler", empty.scheduler_address)
    assert result.exit_code == 1
    assert "it has no workers; start some with: dask worker" in result.output
