"""The press: what is executed again and what is not, and a site that no accident leaves half made. Kernels are real."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from migrationbook import paths, settings
from migrationbook.cli import main
from migrationbook.press import execute, site, warm
from migrationbook.press.cache import Job, Store

LIBRARY = "from pathlib import Path\n\ndef table(name):\n    return Path('data', name).read_text()\n"
# The chapter imports a library of the book's own and reads one table with it; what it prints comes from both.
CHAPTER = ["import sys; sys.path.insert(0, 'lib')\nimport tiny", "factor: int = 2  # how often",
           "print(tiny.table('one.csv') * factor)"]


@pytest.fixture(scope="module", autouse=True)
def end_servers():
    yield
    warm.stop()


def chapter(path: Path, *sources: str, text: str = "A sentence.") -> Path:
    """Write a notebook: a title, then the code cells; a cell that starts with ``factor`` holds the parameters."""
    cells = [nbformat.v4.new_markdown_cell(f"# {path.stem}\n\n{text}", id="title")]
    for number, source in enumerate(sources, start=1):
        tags = ["parameters"] if source.startswith("factor") else []
        cells.append(nbformat.v4.new_code_cell(source, id=f"cell{number}", metadata={"tags": tags}))
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), path)
    return path


@pytest.fixture
def book(tmp_path, monkeypatch) -> Path:
    """A book of two chapters, ``one`` and ``two``, in a folder of its own, in place of the real one."""
    root = make_book(tmp_path / "book")
    kernel = json.loads((paths.ROOT / "lib/share/jupyter/kernels" / settings.KERNEL / "kernel.json").read_text())
    kernel["metadata"]["kernel_provisioner"]["config"]["preload"] = ["ipykernel_launcher"]  # what these chapters need
    spec = tmp_path / "jupyter/kernels/tiny/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setattr(settings, "KERNEL", "tiny")
    for name, folder in (("ROOT", ""), ("CHAPTERS", "chapters"), ("DATA", "data"), ("BUILD", "_build"), ("LIBRARY", "lib")):
        monkeypatch.setattr(paths, name, root / folder)
    return root


def make_book(root: Path) -> Path:
    (root / "lib").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "lib" / "tiny.py").write_text(LIBRARY)
    (root / "lib" / "unused.py").write_text("")
    for name in ("one", "other"):
        (root / "data" / f"{name}.csv").write_text(f"{name}\n")
    (root / "requirements.txt").write_text("")
    (root / "_config.yml").write_text("title: Tiny\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n")
    (root / "_toc.yml").write_text("format: jb-book\nroot: chapters/one\nchapters:\n- file: chapters/two\n")
    chapter(root / "chapters" / "one.ipynb", *CHAPTER)
    chapter(root / "chapters" / "two.ipynb", "print('two')")
    return root


@pytest.fixture
def pages(monkeypatch) -> list[Path]:
    """Stand-in for Sphinx, which takes seconds: the pages are the executed chapters. Holds an entry for each time."""
    made = []

    def fake(stage: Path, output: Path, *_) -> int:
        made.append(stage)
        output.mkdir(parents=True)
        texts = [path.read_text() for path in sorted((stage / "chapters").glob("*.ipynb"))]
        (output / "index.html").write_text("\n".join(texts))
        return 0

    monkeypatch.setattr(site, "print_pages", fake)
    monkeypatch.setattr(site.pages, "PRELOAD", [])
    return made


def build(*options: str):
    return CliRunner().invoke(main, ["build", *options])


def executed(output: str) -> set[str]:
    return {line.split()[1].rstrip(":") for line in output.splitlines() if ": executed in" in line}


def printed(notebook: Path) -> str:
    """The last thing a notebook printed."""
    return nbformat.read(notebook, 4).cells[-1].outputs[-1].text


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- what is executed again

def test_first_everything_then_nothing(book, pages):
    first = build()
    assert first.exit_code == 0, first.output
    assert executed(first.output) == {"one", "two"}
    assert printed(book / "_build/executed/one.ipynb") == "one\none\n\n"
    before = everything(book / "_build" / "html")
    again = build("--explain")
    assert executed(again.output) == set()
    assert "one: nothing it depends on has changed" in again.output
    assert "Nothing to do" in again.output
    assert len(pages) == 1
    assert everything(book / "_build" / "html") == before


def test_nothing_to_do_needs_no_heavy_library(book, pages):
    build()
    code = (f"import sys; from pathlib import Path; from migrationbook import paths\n{_moved(book)}"
            "from migrationbook.press import site; site.build()\n"
            "print(sorted({name.partition('.')[0] for name in sys.modules} & "
            "{'pandas', 'numpy', 'sphinx', 'nbformat', 'nbclient', 'jupyter_client', 'jsonschema', 'rich'}))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Nothing to do", "[]"]


@pytest.mark.parametrize(("file", "text", "reason"), [
    ("lib/tiny.py", LIBRARY + "\nmore = 1\n", "lib/tiny.py changed"),
    ("data/one.csv", "won\n", "data/one.csv changed"),
])
def test_a_chapter_is_executed_again_when_what_it_read_changed_and_the_others_are_not(book, pages, file, text, reason):
    build()
    (book / file).write_text(text)
    again = build("--explain")
    assert executed(again.output) == {"one"}
    assert f"one: {reason}" in again.output
    assert "two: nothing it depends on has changed" in again.output
    assert printed(book / "_build/executed/one.ipynb") == (book / "data/one.csv").read_text() * 2 + "\n"


@pytest.mark.parametrize("file", ["lib/unused.py", "data/other.csv"])
def test_what_no_chapter_reads_makes_none_execute(book, pages, file):
    build()
    (book / file).write_text("x = 2\n")
    again = build("--explain")
    assert executed(again.output) == set()
    assert len(pages) == 2  # the pages may use it


def test_the_lock_and_named_variables_concern_every_chapter(book, pages, monkeypatch):
    build()
    (book / "requirements.txt").write_text("numpy==1\n")
    again = build("--explain")
    assert executed(again.output) == {"one", "two"}
    assert "two: requirements.txt changed" in again.output
    monkeypatch.setenv(settings.ENVIRONMENT[0], "elsewhere")
    assert f"two: {settings.ENVIRONMENT[0]} changed" in build("--explain").output


def test_changed_code_is_executed_and_named(book, pages):
    build()
    chapter(book / "chapters/one.ipynb", *CHAPTER[:-1], "print('new')")
    again = build("--explain")
    assert executed(again.output) == {"one"}
    assert "one: code cell 3 changed" in again.output
    assert printed(book / "_build/executed/one.ipynb") == "new\n"


def test_changed_text_is_printed_without_executing_and_as_if_it_had_been(book, pages):
    build()
    chapter(book / "chapters/one.ipynb", *CHAPTER, text="Another sentence.")
    again = build("--explain")
    assert executed(again.output) == set()
    assert "pages: chapters/one.ipynb changed" in again.output
    merged = (book / "_build/executed/one.ipynb").read_bytes()
    assert b"Another sentence." in merged
    assert b"Another sentence." in (book / "_build/html/index.html").read_bytes()
    assert executed(build("--all").output) == {"one", "two"}
    assert (book / "_build/executed/one.ipynb").read_bytes() == merged


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes().replace(b"one", b"two")),
                                    lambda path: path.write_bytes(path.read_bytes()[:-20]), lambda path: path.write_bytes(b"")])
def test_a_damaged_result_is_noticed_and_made_again(book, pages, damage):
    build()
    before = (book / "_build/executed/one.ipynb").read_bytes()
    damage(book / "_build/results/one.result")
    again = build("--explain")
    assert executed(again.output) == {"one"}
    assert "one: the stored one.result is damaged" in again.output
    assert (book / "_build/executed/one.ipynb").read_bytes() == before


def test_a_damaged_site_is_noticed_and_made_again(book, pages):
    build()
    (book / "_build/html/index.html").write_text("")
    again = build("--explain")
    assert "pages: _build/html is not as it was made" in again.output
    assert executed(again.output) == set()
    assert "one" in (book / "_build/html/index.html").read_text()


def test_a_table_that_changes_while_a_chapter_reads_it_is_read_again_next_time(book, pages):
    chapter(book / "chapters/one.ipynb", *CHAPTER, "open('data/one.csv', 'a').write('late\\n')")
    build()
    assert executed(build().output) == {"one"}


def test_a_chapter_edited_while_it_executes_is_not_taken_for_either(book, pages):
    path = book / "chapters/one.ipynb"
    chapter(path, f"from pathlib import Path\npath = Path({str(path)!r})\n"
            "path.write_text(path.read_text().replace('tit' + 'le', 'x'))", "title = 1")
    result = build()
    assert result.exit_code == 1
    assert "one.ipynb: changed while it was executed; build again" in result.output
    chapter(path, "print('calm')")
    assert build().exit_code == 0


def test_a_file_that_is_no_notebook_is_named(book, pages):
    (book / "chapters/one.ipynb").write_text("{")
    result = build()
    assert result.exit_code == 1
    assert "Error: one.ipynb: not a notebook" in result.output
    assert "Traceback" not in result.output


def test_only_the_used_entries_of_a_descriptor_count(book, pages, monkeypatch):
    def describe(**titles: str) -> None:
        entries = [{"name": name, "title": title} for name, title in titles.items()]
        (book / "data/datapackage.json").write_text(json.dumps({"resources": entries}))

    describe(one="1", other="2")
    use = "import json, os, sys\nwhole = json.load(open('data/datapackage.json'))\n"
    chapter(book / "chapters/one.ipynb", use + "sys.audit('press.read', os.path.abspath('data/datapackage.json'), 'one')")
    chapter(book / "chapters/two.ipynb", use + "sys.audit('press.read', os.path.abspath('data/datapackage.json'), None)")
    build()
    describe(one="1", other="new")
    assert executed(build().output) == {"two"}
    describe(one="new", other="new")
    again = build("--explain")
    assert executed(again.output) == {"one", "two"}
    assert "one: data/datapackage.json (one) changed" in again.output


def test_the_real_data_package_tells_which_tables_are_used(tmp_path):
    notebook = chapter(tmp_path / "use.ipynb", "from migrationbook.data import load\nload('events');")
    store = Store(tmp_path / "store")
    assert [result.problem for result in execute.execute_jobs([Job(notebook, tmp_path / "out.ipynb")], store)] == [""]
    read = {(path, part) for path, part, _ in store.get(Job(notebook, tmp_path / "out.ipynb")).reads if path.startswith("data")}
    assert read == {("data/datapackage.json", "events"), ("data/events.csv", None)}


# ---- jobs: many, parallel, with parameters

def test_jobs_with_parameters_are_kept_apart_and_can_be_resumed(book):
    store = Store(book / "store")
    jobs = [Job(book / "chapters/one.ipynb", book / f"runs/{factor}.ipynb", {"factor": factor}) for factor in (1, 3, 4)]
    first = list(execute.execute_jobs(jobs[:2], store, workers=2))
    assert all(result.why and not result.problem for result in first)
    assert printed(jobs[1].output) == "one\none\none\n\n"
    again = {result.job.values["factor"]: bool(result.why) for result in execute.execute_jobs(jobs, store)}
    assert again == {1: False, 3: False, 4: True}


def test_a_run_with_parameters_has_the_cells_papermill_would_write(book):
    job = Job(book / "chapters/one.ipynb", book / "run.ipynb", {"factor": 3})
    list(execute.execute_jobs([job], Store(book / "store")))
    papermill = book / "papermill.ipynb"
    subprocess.run([sys.executable, "-m", "papermill", job.notebook, papermill, "-p", "factor", "3", "--cwd", book,
                    "-k", "python3"], check=True, capture_output=True)
    ours, theirs = (nbformat.read(path, 4).cells for path in (job.output, papermill))
    assert [(cell.source, cell.get("outputs"), cell.metadata.get("tags", [])) for cell in ours] == [
        (cell.source, cell.get("outputs"), cell.metadata.get("tags", [])) for cell in theirs]


def test_chapters_run_at_the_same_time_the_longest_of_last_time_first(book, pages):
    order = book / "order"
    order.mkdir()
    # Each chapter leaves a mark and waits for the other's: alone it would wait in vain.
    for name, other in (("one", "two"), ("two", "one")):
        chapter(book / f"chapters/{name}.ipynb", f"import pathlib, time\npathlib.Path('order/{name}').touch()\n"
                f"end = time.time() + 60\nwhile not pathlib.Path('order/{other}').exists():\n"
                "    assert time.time() < end\n    time.sleep(.01)")
    result = build("--jobs", "2")
    assert result.exit_code == 0, result.output
    for name, seconds in (("one", 1.0), ("two", 9.0)):
        job = Job(book / f"chapters/{name}.ipynb", book / "x")
        entry = site.store().get(job)
        entry.seconds = seconds
        site.store().put(job, entry)
    again = build("--jobs", "1", "--all")
    assert [line.split()[1] for line in again.output.splitlines() if "executed in" in line] == ["two:", "one:"]


@pytest.mark.parametrize(("record", "first"), [('{"seconds": {"one": 1, "two": 9}}', "two"), ("[]", "one"), ("", "one")])
def test_what_was_never_executed_here_goes_by_the_books_record_if_it_has_one(book, pages, record, first):
    (book / "chapters/run_times.json").write_text(record)
    result = build("--jobs", "1")
    assert [line.split()[1] for line in result.output.splitlines() if "executed in" in line][0] == f"{first}:"


# ---- unbreakable

@pytest.fixture
def good(book, pages) -> dict[str, bytes]:
    """A good site of the book, as the bytes of its files."""
    assert build().exit_code == 0
    return everything(book / "_build/html")


@pytest.mark.parametrize(("code", "options", "message"), [
    ("x = 1\n1 / 0", [], "one.ipynb, cell 3: ZeroDivisionError: division by zero (see _build/executed/one.failed.ipynb)"),
    ("import time\ntime.sleep(60)", ["--timeout", "0.05"], "one.ipynb, cell 3: stopped after 0.05 minutes; see --timeout"),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", [], "one.ipynb, cell 3: its kernel was killed or crashed"),
    ("import os\nos._exit(3)", [], "one.ipynb, cell 3: its kernel was killed or crashed"),
])
def test_a_chapter_that_fails_is_named_the_others_finish_and_the_site_stays(book, good, code, options, message):
    chapter(book / "chapters/one.ipynb", "print('so far')", code)
    chapter(book / "chapters/two.ipynb", "print('new')")
    result = build(*options)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert "Error: 1 of 2 chapters failed; the last good site stays" in result.output
    assert everything(book / "_build/html") == good
    kept = nbformat.read(book / "_build/executed/one.failed.ipynb", 4)
    assert kept.cells[1].outputs[0].text == "so far\n"
    assert printed(book / "_build/executed/two.ipynb") == "new\n"
    chapter(book / "chapters/one.ipynb", "print('mended')")
    mended = build()
    assert mended.exit_code == 0
    assert executed(mended.output) == {"one"}
    assert not (book / "_build/executed/one.failed.ipynb").exists()


def test_a_chapter_whose_kernel_went_with_the_process_it_came_from_is_executed_again(book, good):
    chapter(book / "chapters/one.ipynb", "import os, pathlib, signal, time\nmark = pathlib.Path('mark')\n"
            "if not mark.exists() and 'forkserver' in open(f'/proc/{os.getppid()}/cmdline').read():\n"
            "    mark.touch()\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(60)\nprint('after all')")
    result = build()
    assert result.exit_code == 0, result.output
    assert (book / "mark").exists()
    assert printed(book / "_build/executed/one.ipynb") == "after all\n"


def test_a_full_disk_leaves_the_site_and_nothing_half_written(book, good, monkeypatch):
    chapter(book / "chapters/one.ipynb", "print('x' * 100_000)")
    write = Path.write_text

    def full(path: Path, text: str, **options) -> int:
        if len(text) > 50_000:
            write(path, text[:1000], **options)
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    result = build()
    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert "Traceback" not in result.output
    assert everything(book / "_build/html") == good
    assert not list((book / "_build").rglob("*.part"))
    monkeypatch.undo()


def test_pages_that_cannot_be_written_leave_the_site(book, good, monkeypatch):
    chapter(book / "chapters/one.ipynb", *CHAPTER, text="New.")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "_build/next")

    monkeypatch.setattr(site, "print_pages", full)
    result = build()
    assert result.exit_code == 1
    assert "Error: No space left on device: _build/next; the last good site stays" in result.output
    assert everything(book / "_build/html") == good


def test_a_build_ended_between_two_renames_is_recovered(book, good):
    (book / "_build/html").rename(book / "_build/previous")
    assert "Nothing to do" in build().output
    assert everything(book / "_build/html") == good


def _moved(book: Path) -> str:
    return (f"book = Path({str(book)!r})\npaths.ROOT, paths.CHAPTERS, paths.DATA, paths.BUILD, paths.LIBRARY = "
            "book, book / 'chapters', book / 'data', book / '_build', book / 'lib'\n"
            "from migrationbook import settings\nfrom migrationbook.press import pages\n"
            f"settings.KERNEL, pages.PRELOAD[:] = {settings.KERNEL!r}, []\n")


def command(book: Path, *options: str, arguments: list[str] | None = None) -> subprocess.Popen:
    """The build, or another command, as a process of its own, as from a shell."""
    code = (f"import sys; from pathlib import Path; from migrationbook import paths\n{_moved(book)}"
            f"from migrationbook.cli import main; sys.argv[1:] = {arguments or ['build', *options]}; main()")
    # Where the tests run in the background of a shell, interrupts are ignored; a user's command at a terminal heeds them.
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def wait_for(path: Path) -> None:
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_interrupt_ends_all_kernels_and_the_site_stays(book, good):
    chapter(book / "chapters/one.ipynb",
            "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)")
    with command(book) as process:
        wait_for(book / "pid")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert output.splitlines()[-1] == "Interrupted; the last good site stays"
    assert "Traceback" not in output
    assert everything(book / "_build/html") == good
    assert not Path(f"/proc/{(book / 'pid').read_text() or 'none'}").exists()


def test_a_second_build_waits_and_says_so(book, good):
    chapter(book / "chapters/one.ipynb", "import pathlib, time\npathlib.Path('at').touch()\n"
            "while not pathlib.Path('go').exists():\n    time.sleep(.05)")
    with command(book, "--jobs", "1") as first:
        wait_for(book / "at")
        with command(book) as second:
            assert second.stdout.readline() == "Another build is at work in this folder; waiting until it is done\n"
            first.kill()  # as the system may do: its lock and its kernels go with it
            (book / "go").touch()
            output, _ = second.communicate(timeout=120)
            assert second.returncode in (0, 1)
            assert executed(output) == {"one"}


# ---- with Sphinx

def test_what_sphinx_keeps_serves_after_changed_texts_only_and_if_it_is_as_it_was_left(book, pages, monkeypatch):
    served, fake, kept = [], site.print_pages, book / "_build/pages"

    def keep(*given) -> int:
        served.append(kept.exists())
        kept.mkdir(exist_ok=True)
        (kept / "mark").write_text("left")
        return fake(*given)

    def after(change, *options: str) -> bool:
        change()
        assert build(*options).exit_code == 0
        return served[-1]

    def text(number: int) -> Path:
        return chapter(book / "chapters/two.ipynb", "print('two')", text=f"Sentence {number}.")

    monkeypatch.setattr(site, "print_pages", keep)
    assert not after(lambda: None)
    assert after(lambda: text(1))
    assert after(lambda: chapter(book / "chapters/two.ipynb", "print(2)"))
    assert not after(lambda: (book / "data/other.csv").write_text("changed\n"))
    assert not after(lambda: (text(2), (kept / "mark").write_text("damaged")))
    assert not after(lambda: text(3), "--all")
    assert not after(lambda: (text(4), (book / "_build/site.json").unlink()))
    assert after(lambda: text(5))


def test_real_pages_are_built_into_place_and_a_warning_keeps_the_old_ones(book):
    first = build()
    assert first.exit_code == 0, first.output
    assert "KeyboardInterrupt" not in first.output
    good = everything(book / "_build/html")
    assert b"one\none\n" in good["chapters/one.html"]
    chapter(book / "chapters/two.ipynb", "print('two')", text="See [nothing](nowhere.md).")
    result = build()
    assert result.exit_code == 1
    assert "chapters/two.ipynb" in result.output
    assert "Error: the pages could not be built, so the last good site stays; details: _build/site.log" in result.output
    assert everything(book / "_build/html") == good


def test_another_folder_and_time_zone_give_the_same_bytes(tmp_path, monkeypatch):
    built = []
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    for name, zone, processes in (("here", "UTC", "2"), ("in/another/place", "Asia/Tokyo", "1")):
        monkeypatch.setenv("TZ", zone)
        book = make_book(tmp_path / name)
        with command(book, "--jobs", processes) as process:
            output, _ = process.communicate()
        assert process.returncode == 0, output
        built.append({**everything(book / "_build/html"), **everything(book / "_build/executed")})
    assert sorted(built[0]) == sorted(built[1])
    assert [name for name in built[0] if built[0][name] != built[1][name]] == []
    assert not any(str(tmp_path).encode() in content for content in built[0].values())


def test_pages_that_hang_are_ended_and_the_site_stays(book, monkeypatch):
    assert build().exit_code == 0
    good = everything(book / "_build/html")
    chapter(book / "chapters/two.ipynb", "print('two')", text="New.")
    monkeypatch.setattr(settings, "MINUTES", 0.0005)
    monkeypatch.setattr(execute, "execute_jobs", lambda jobs, store, **_: iter(()))
    result = build()
    assert result.exit_code == 1
    assert "Error: the pages took more than 0.0005 minutes, so the last good site stays" in result.output
    assert everything(book / "_build/html") == good
