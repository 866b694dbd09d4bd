"""Refreshing a table from a publisher's new file, from disk and from a local server that behaves well and badly."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from migrationbook import cli, paths
from migrationbook.data import check, fetch, load, names, refresh, resource
from migrationbook.errors import BookError
from migrationbook.sources.readers import READERS
from test_readers import NATIONWIDE, southwest_file

TABLE = "cbp_encounters"
KNOWN, NEXT = ["2025-06", "2025-07", "2025-08"], ["2025-09", "2025-10"]


@pytest.fixture(autouse=True)
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data package to work on, and a download cache of its own; short pauses and patience."""
    folder = tmp_path / "data"
    shutil.copytree(paths.DATA, folder)
    # the small files made here have fewer rows than a table may lose
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    next(entry for entry in descriptor["resources"] if entry["name"] == TABLE)["minimum_rows"] = 9000
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    monkeypatch.setattr(paths, "DATA", folder)
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch, "PAUSE", 0.01)
    monkeypatch.setattr(fetch, "TIMEOUT", (2, 1))
    return folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["data", "refresh", *map(str, arguments)])


def _refused(told: str, folder: Path, *arguments: str | Path) -> None:
    """The command fails in one line that says ``told``, and every file of the package stays as it was, to the byte."""
    before = _bytes(folder)
    result = _run(*arguments, "--write")
    assert result.exit_code == 1, result.output
    errors = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert re.search(told, errors[0]), errors[0]
    assert _bytes(folder) == before


@pytest.fixture
def current(tmp_path: Path, copied: Path) -> Callable[..., Path]:
    """Make CBP's southwest file from the table itself: its months since 2025-06, others added, cells changed."""

    def make(more: list[str] = (), **changes: int) -> Path:
        path = southwest_file(tmp_path / "sbo.csv", [*KNOWN, *more])
        text = path.read_text()
        for count, now in changes.items():
            text = text.replace(f",{count.removeprefix('n')}\n", f",{now}\n", 1)
        path.write_text(text)
        return path

    first = make()
    refresh.refresh(TABLE, str(first), write=True)  # the table now has the small file's rows for those months
    return make


# -- merging ---------------------------------------------------------------------------------------------------------


def test_without_write_nothing_is_written(current: Callable[..., Path], copied: Path) -> None:
    before = _bytes(copied)
    result = _run(TABLE, "--from", current(NEXT))
    assert result.exit_code == 0
    assert "new: 2 periods, 2025-09 to 2025-10, 6 rows" in result.output
    assert result.output.endswith("nothing was written; add --write to write it\n")
    assert _bytes(copied) == before


def test_new_months_are_added_and_old_ones_stay(current: Callable[..., Path]) -> None:
    before = load(TABLE)
    result = _run(TABLE, "--from", current(NEXT), "--write")
    assert result.exit_code == 0, result.output
    table = load(TABLE)
    old = table[table["date"] < "2025-09-01"].drop(columns="vintage").reset_index(drop=True)
    pd.testing.assert_frame_equal(old, before.drop(columns="vintage"), check_like=True)
    assert table[table["date"] >= "2025-09-01"]["encounters"].tolist() == [100, 101, 102] * 2
    assert check([TABLE]) == []
    assert resource(TABLE)["coverage"] == ["2017-10-01", "2025-10-01"]


def test_months_before_those_the_file_may_replace_stay(tmp_path: Path) -> None:
    """The file groups nationalities: what the compilation tells apart until May 2025 must not be lost."""
    path = southwest_file(tmp_path / "sbo.csv", ["2025-03", "2025-04", "2025-05", *KNOWN])
    before = load(TABLE)
    refresh.refresh(TABLE, str(path), write=True)
    after = load(TABLE)
    until = "2025-06-01"
    pd.testing.assert_frame_equal(after[after["date"] < until], before[before["date"] < until])
    assert after.loc[after["date"] >= until, "encounters"].sum() == 3 * 303


def test_the_table_as_it_was_stays_reachable(copied: Path) -> None:
    original = (copied / "enforcement" / f"{TABLE}.csv").read_bytes()
    frame, words = load(TABLE), resource(TABLE)["vintage"]
    path = southwest_file(copied.parent / "sbo.csv", KNOWN)
    result = _run(TABLE, "--from", path, "--write")
    until = re.search(r"vintage='(.*)'\)", result.output).group(1)
    entry = resource(TABLE)
    assert [(copied / previous["path"]).read_bytes() for previous in entry["previous"]] == [original]
    pd.testing.assert_frame_equal(load(TABLE, vintage=until), frame)
    pd.testing.assert_frame_equal(load(TABLE, vintage=words), frame)
    assert load(TABLE, vintage=until).attrs["vintage"] == words
    with pytest.raises(BookError, match=f"{TABLE}: no vintage '1999'; there are: '{until}'"):
        load(TABLE, vintage="1999")
    with pytest.raises(BookError, match="khsm_total: no vintage '1999'; there is only the table as it is"):
        load("khsm_total", vintage="1999")
    (copied / entry["previous"][0]["path"]).write_bytes(original[:-1])
    with pytest.raises(BookError, match=f"vintages/{TABLE}/{until}.csv: expected the table set aside then"):
        load(TABLE, vintage=until)


def test_the_vintage_says_which_file_each_period_comes_from(current: Callable[..., Path]) -> None:
    entry = resource(TABLE)
    base = entry["refreshed"]["before"]
    path = current(NEXT)
    refresh.refresh(TABLE, str(path), write=True)
    after = resource(TABLE)
    (record,) = after["refreshed"]["files"]  # the first small file has nothing left in the table
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (record["from"], record["periods"]) == ("sbo.csv", ["2025-06", "2025-10"])
    assert after["vintage"] == f"{base}; 2025-06 to 2025-10: file read {record['read']}"
    assert [previous["until"] for previous in after["previous"]] == [record["read"], f"{record['read']}-2"]
    assert str(path.parent) not in json.dumps(after)


def test_a_file_with_nothing_new(current: Callable[..., Path], copied: Path) -> None:
    before = _bytes(copied)
    result = _run(TABLE, "--from", current(), "--write")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "nothing to change")
    assert _bytes(copied) == before


def test_revisions_are_told_largest_first(current: Callable[..., Path]) -> None:
    result = _run(TABLE, "--from", current(n100=90, n101=301))
    lines = result.output.splitlines()
    start = lines.index("revised: 2 figures")
    assert lines[start + 1 : start + 3] == [
        "  2025-06, border_patrol, title_8, apprehension, unaccompanied_children, GTM, encounters: 101 to 301 (+200, +198.0 %)",
        "  2025-06, border_patrol, title_8, apprehension, single_adults, MEX, encounters: 100 to 90 (-10, -10.0 %)",
    ]


def test_rows_gone_and_rows_new_in_old_months(current: Callable[..., Path]) -> None:
    path = current()
    path.write_text(path.read_text().replace("Guatemala", "Honduras", 1))
    result = _run(TABLE, "--from", path, "--write")
    assert "gone: 1 row\n  2025-06, border_patrol, title_8, apprehension, unaccompanied_children, GTM, 101" in result.output
    assert "new in periods the table had: 1 row\n  2025-06, border_patrol" in result.output
    june = load(TABLE).loc[lambda rows: rows["date"] == "2025-06-01"]
    assert sorted(june["citizenship"]) == ["HND", "MEX", "OOO"]


def test_many_changes_are_counted_and_not_all_listed() -> None:
    old = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=30, freq="MS"), "n": range(100, 130), "x": [1.5] * 30})
    new = old.assign(n=old["n"] + old.index, x=[None] * 30)
    changes = refresh.compared(old, new, ["date"], "date")
    lines = list(changes.lines("date"))
    assert lines[0] == "revised: 59 figures"
    assert lines[1] == "  2022-06, n: 129 to 158 (+29, +22.5 %)"
    assert lines[-1] == "  and 39 more"
    assert len(lines) == 22
    assert any(line.endswith("x: 1.5 to none") for line in refresh.compared(old[:3], new[:3], ["date"], "date").lines("date"))


def test_published_totals_are_not_claimed_for_rows_that_changed(current: Callable[..., Path]) -> None:
    kept = resource(TABLE)["checks"]
    refresh.refresh(TABLE, str(current(n100=90)), write=True)
    assert len(resource(TABLE)["checks"]) <= len(kept)
    matched = resource("cbp_monthly")["checks"]
    path = southwest_file(current().parent / "sbo.csv", KNOWN)
    refresh.refresh("cbp_monthly", str(path), write=True)
    changed = resource("cbp_monthly")["checks"]
    declared = {total["label"] for total in resource("cbp_monthly").get("totals", [])}
    assert matched
    assert {check["label"] for check in changed} == declared


@pytest.mark.parametrize("name", [name for name in READERS if name in names()])
def test_a_table_written_back_is_the_same_to_the_byte(name: str) -> None:
    """Periods a file does not cover pass through load and as_csv: nothing may change on the way."""
    from migrationbook.data.build import as_csv

    entry = resource(name)
    assert as_csv(load(name), entry) == (paths.DATA / entry["path"]).read_bytes()


def test_declared_corrections_are_applied_to_what_is_new() -> None:
    """STL is declared to be LCA; a file without it is none the worse."""
    entry = resource("mexico_detentions")
    new = pd.DataFrame({"date": pd.Timestamp("2026-01-01"), "nationality": ["STL", "HND"], "detentions": [1, 2]})
    assert refresh._in_scope(entry, new)["nationality"].tolist() == ["LCA", "HND"]
    assert refresh._in_scope(entry, new.tail(1))["nationality"].tolist() == ["HND"]


# -- what is refused -------------------------------------------------------------------------------------------------


def test_a_hole_between_the_table_and_the_file_is_refused(current: Callable[..., Path], copied: Path) -> None:
    path = southwest_file(copied.parent / "late.csv", ["2025-11", "2025-12"])
    _refused("expected a row for 2025-09 .*nothing was written", copied, TABLE, "--from", path)


def test_what_breaks_the_schema_is_refused(copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bad = load("khsm_total").assign(encounters=-5)
    monkeypatch.setitem(READERS, "khsm_total", lambda path: bad)
    (tmp_path / "file.xlsx").touch()
    _refused("khsm_total.csv: .*column 'encounters': expected minimum 0, found '-5'", copied, "khsm_total", "--from",
             tmp_path / "file.xlsx")  # fmt: skip
    monkeypatch.setitem(READERS, "khsm_total", lambda path: bad.iloc[[5, 5]].assign(encounters=5))
    _refused("khsm_total.csv: .*expected a key of its own", copied, "khsm_total", "--from", tmp_path / "file.xlsx")


def test_a_damaged_table_is_not_refreshed(current: Callable[..., Path], copied: Path) -> None:
    path = copied / "enforcement" / f"{TABLE}.csv"
    path.write_bytes(path.read_bytes().replace(b",101,", b",111,", 1))
    _refused(f"{TABLE}.csv: row .*expected 101, found '111'", copied, TABLE, "--from", current())


def test_names_and_sources_that_do_not_exist(copied: Path, tmp_path: Path) -> None:
    _refused("no table 'cbp_encounter'.*did you mean 'cbp_encounters", copied, "cbp_encounter")
    _refused("events: no reader .* can be refreshed are: cbp_monthly, cbp_encounters", copied, "events")
    _refused("khsm_total: no address in the data package; get the file from https://ohss.dhs.gov", copied, "khsm_total")
    _refused("expected a file or an address .* found neither", copied, TABLE, "--from", tmp_path / "none.csv")
    _refused("expected a CSV file, found a spreadsheet", copied, TABLE, "--from", _zip(tmp_path))


def _zip(folder: Path) -> Path:
    path = folder / "file.csv"
    path.write_bytes(b"PK\x03\x04")
    return path


def test_a_disk_that_fails_at_the_last_moment_leaves_all_as_it_was(
    current: Callable[..., Path], copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The descriptor, which is replaced last, cannot be: the table and its earlier vintage are put back."""
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if Path(target).name == "datapackage.json":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    path = current(NEXT)
    monkeypatch.setattr(Path, "replace", fail)
    told = "datapackage.json: expected a file that may be replaced, found: No space left on device"
    _refused(told, copied, TABLE, "--from", path)
    assert check([TABLE]) == []


# -- the network -----------------------------------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    """Answers with the functions in ``script``, one a request, the last for ever; counts bodies sent whole."""

    script: list[Callable[[BaseHTTPRequestHandler], None]]
    asked = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked += 1
        script = self.server.script
        (script.pop(0) if len(script) > 1 else script[0])(self)

    def log_message(self, *arguments: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def _address(server: _Server, name: str = "sbo.csv") -> str:
    return f"http://127.0.0.1:{server.server_port}/files/{name}?v=1"


def _answer(status: int, content: bytes = b"", length: int | None = None, **headers: str) -> Callable:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)
        if length is not None:
            request.close_connection = True

    return answer


def test_from_the_address_in_the_package(copied: Path, server: _Server, tmp_path: Path) -> None:
    content = southwest_file(tmp_path / "sbo.csv", [*KNOWN, *NEXT]).read_bytes()
    server.script = [_answer(200, content)]
    path = copied / "datapackage.json"
    url = resource(TABLE)["refresh"]["url"]
    path.write_text(path.read_text(encoding="utf-8").replace(url, _address(server)), encoding="utf-8")
    result = _run(TABLE, "cbp_monthly", "--write")
    assert result.exit_code == 0, result.output
    assert f"{TABLE}: {_address(server)} read, sha256 {hashlib.sha256(content).hexdigest()}" in result.output
    assert load(TABLE)["date"].max() == load("cbp_monthly")["date"].max() == pd.Timestamp("2025-10-01")
    assert resource(TABLE)["refreshed"]["files"][0]["from"] == _address(server)
    assert check([TABLE, "cbp_monthly"]) == []


def test_a_server_that_is_busy_is_asked_again(server: _Server, tmp_path: Path) -> None:
    content = southwest_file(tmp_path / "sbo.csv", KNOWN).read_bytes()
    server.script = [_answer(500), _answer(503), _answer(429, Retry_After="0"), _answer(200, content)]
    result = _run(TABLE, "--from", _address(server))
    assert result.exit_code == 0, result.output
    assert server.asked == 4


def test_an_unchanged_file_is_not_sent_twice(server: _Server, tmp_path: Path) -> None:
    content = southwest_file(tmp_path / "sbo.csv", KNOWN).read_bytes()
    asked = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.headers.get("If-None-Match"))
        same = asked[-1] == '"one"'
        _answer(304 if same else 200, b"" if same else content, ETag='"one"')(request)

    server.script = [answer]
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        assert fetch.fetch(_address(server), folder).read_bytes() == content
    assert asked == [None, '"one"']


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_answer(404), "expected the file, found an answer 404 Not Found; look whether it has moved, or download"),
        (_answer(500), "expected the file, found an answer 500 Internal Server Error"),
        (_answer(403, b"<html>"), "found an answer 403 Forbidden"),
        (_answer(200, b"<!DOCTYPE html><title>Sign in</title>"), "sbo.csv: expected a CSV file, found a web page"),
        (_answer(200, b""), "sbo.csv: expected a CSV file, found an empty file"),
        (_answer(200, b"Fiscal Year,Month", length=90_000), "expected the whole file, found a download cut off; try again"),
        (_answer(200, b'{"error": "gone"}'), r"sbo.csv, row 1: expected a column 'Fiscal Year', found: \{\"error"),
        (_answer(302, Location="ftp://example.org/x"), "expected an address to download from: No connection adapters"),
    ],
)
def test_answers_that_are_not_the_file(server: _Server, copied: Path, answer: Callable, told: str) -> None:
    server.script = [answer]
    _refused(told, copied, TABLE, "--from", _address(server))
    assert not list(copied.parent.glob("cache/**/*.body"))  # and is not kept as if it were


def test_a_download_cut_off_by_the_server_without_a_length(server: _Server, copied: Path, tmp_path: Path) -> None:
    """A chunked answer that never ends properly."""
    content = southwest_file(tmp_path / "sbo.csv", KNOWN).read_bytes()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"%x\r\n%b\r\n" % (len(content) // 2, content[: len(content) // 2]))
        request.close_connection = True

    server.script = [answer]
    _refused("expected the whole file, found a download cut off", copied, TABLE, "--from", _address(server))


def test_servers_that_keep_silent(server: _Server, copied: Path) -> None:
    def silent(request: BaseHTTPRequestHandler) -> None:
        time.sleep(2)
        request.close_connection = True

    def stalled(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(b"Fiscal Year,")
        request.wfile.flush()
        time.sleep(2)
        request.close_connection = True

    server.script = [silent]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "TRIES", 0)
        _refused("expected an answer, found .*; check the network|expected an answer within", copied, TABLE, "--from",
                 _address(server))  # fmt: skip
    server.script = [stalled]
    _refused("found silence in the middle of the file", copied, TABLE, "--from", _address(server))


def test_no_network(server: _Server, copied: Path) -> None:
    address = _address(server)
    server.shutdown()
    server.server_close()
    _refused("expected an answer, found no connection; check the network", copied, TABLE, "--from", address)
    _refused("expected an address to download from", copied, TABLE, "--from", "http://")


# -- size ------------------------------------------------------------------------------------------------------------

MEASURED = """
import resource, sys, tempfile
from pathlib import Path
import pandas
from migrationbook.data import fetch
from migrationbook.sources.readers import READERS

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

fetch.CACHE = Path(sys.argv[2])
start = peak()
with tempfile.TemporaryDirectory() as folder:
    path = fetch.fetch(sys.argv[1], Path(folder))
    downloaded = peak() - start
    table = READERS["cbp_encounters_by_region"](path)
print(len(table), int(table["encounters"].sum()), int(downloaded), int(peak() - start))
"""


def test_a_file_of_200_megabytes_is_read_in_bounded_memory(server: _Server, tmp_path: Path) -> None:
    """CBP's nationwide layout, a million and a half rows: fetched through the cache and read by a process of its own."""
    path = tmp_path / "nationwide.csv"
    rows, events = _large(path)
    size = path.stat().st_size
    assert size > 200e6

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(size))
        request.send_header("ETag", '"large"')
        request.end_headers()
        with path.open("rb") as file:
            shutil.copyfileobj(file, request.wfile, 1 << 20)

    server.script = [answer]
    measured = [sys.executable, "-c", MEASURED, _address(server), str(tmp_path / "cache")]
    # Linux lets a process begin with the peak of the one that started it: a small one stands between it and the tests
    between = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    done = subprocess.run([sys.executable, "-c", between, *measured], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    months, total, _, grown = map(int, done.stdout.split())
    assert (months, total) == (60, events)
    assert grown < 300, f"{grown} MB more than at the start for {rows:,} rows"


def _large(path: Path) -> tuple[int, int]:
    """Write the file; return its rows and the sum of their counts."""
    labels = [
        (f"U.S. Border Patrol,Southwest Land Border,Area {area:03} of Responsibility,Area {area:03},{group},"
         f"COUNTRY NUMBER {country},Title 8,Apprehensions,", area + country)
        for area in range(53)
        for group in ("Single Adults", "FMUA", "UAC", "Accompanied Minors")
        for country in range(110)
    ]  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write(NATIONWIDE)
        for year in range(2020, 2025):
            for month in ("OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"):
                file.writelines(f"{year},FYTD,{month},{label}{count}\n" for label, count in labels)
    return 60 * len(labels), 60 * sum(count for _, count in labels)
