"""Kernels forked from a warm process behave like fresh ones: each test starts real kernels."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from migrationbook import paths, settings
from migrationbook.press import execute, warm
from migrationbook.press.cache import Job, Store
from migrationbook.press.chapters import chapter
from nbclient import NotebookClient

QUIET = ["--IPKernelApp.log_level=CRITICAL"]
ANCESTOR = "open(f'/proc/{__import__(\"os\").getppid()}/cmdline').read()"
forked = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="kernels can only be forked on Linux")


@pytest.fixture(scope="module", autouse=True)
def end_servers():
    yield
    warm.stop()


@pytest.fixture
def told(monkeypatch, capfd):
    """Lines on standard error about kernels that start cold."""
    monkeypatch.setattr(warm, "_told", False)
    return lambda: [line for line in capfd.readouterr().err.splitlines() if line.startswith("Kernels start cold")]


class Kernel:
    """A running kernel that is asked in plain Python: ``kernel("1 + 1") == "2"``."""

    def __init__(self, name: str, **options):
        self.manager, self.client = start_new_kernel(kernel_name=name, extra_arguments=QUIET, **options)

    def __call__(self, expression: str) -> str:
        reply = self.client.execute("", user_expressions={"it": expression}, silent=True)
        found = self.client.get_shell_msg(timeout=60)
        while found["parent_header"].get("msg_id") != reply:
            found = self.client.get_shell_msg(timeout=60)
        answer = found["content"]["user_expressions"]["it"]
        return answer["data"]["text/plain"].strip("'\"") if answer["status"] == "ok" else answer["ename"]

    def run(self, code: str) -> dict:
        return self.client.execute_interactive(code, output_hook=lambda message: None, timeout=60)["content"]

    @property
    def pid(self) -> int:
        return self.manager.provisioner.process.pid


@contextmanager
def kernel(name: str = settings.KERNEL, **options):
    running = Kernel(name, **options)
    try:
        yield running
    finally:
        running.client.stop_channels()
        running.manager.shutdown_kernel(now=True)


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process has ended and been collected (a zombie has not) within some seconds."""
    end = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@forked
def test_kernels_are_forked_from_one_process_that_has_the_libraries():
    with kernel() as one, kernel() as other:
        assert one("__import__('os').getppid()") == other("__import__('os').getppid()")
        assert "forkserver" in one(ANCESTOR)
        assert one("'statsmodels' in __import__('sys').modules") == "True"
        assert one("'migrationbook.data' in __import__('sys').modules") == "False"  # the book's own code is always read anew


@forked
def test_nothing_leaks_from_one_kernel_to_another(tmp_path):
    with kernel() as one:
        one.run("import os, pandas, random, numpy\nos.environ['LEAK'] = '1'\npandas.leak = left = 1\n"
                f"os.chdir('{tmp_path}')\nrandom.seed(1)\nnumpy.random.seed(1)\npandas.set_option('display.precision', 2)")
        with kernel() as other:
            other.run("import os, pandas")
            assert other("os.environ.get('LEAK')") == "None"
            assert other("hasattr(pandas, 'leak')") == "False"
            assert other("left") == "NameError"
            assert other("pandas.get_option('display.precision')") == "6"
            assert other("os.getcwd()") != str(tmp_path)


@forked
@pytest.mark.parametrize("draw", ["__import__('random').random()", "__import__('numpy').random.random()",
                                  "__import__('numpy').random.default_rng().random()", "__import__('uuid').uuid4().hex",
                                  "next(__import__('tempfile')._get_candidate_names())"])
def test_each_kernel_draws_its_own_random_numbers(draw):
    with kernel() as one, kernel() as other:
        assert one(draw) != other(draw)


@forked
def test_working_folder_and_environment_are_the_callers(tmp_path):
    with kernel(cwd=str(tmp_path), env=os.environ | {"JPY_MINE": "7"}) as one:
        one.run("import os, sys")
        assert one("os.getcwd()") == str(tmp_path)
        assert one("os.environ['JPY_MINE']") == "7"
        assert one("sys.path[0] + '|' + sys.argv[0].rpartition('/')[2]").endswith("|ipykernel_launcher.py")
        with kernel("python3", cwd=str(tmp_path)) as ordinary:
            ordinary.run("import os, sys")
            for same in ("sys.path", "sys.flags.hash_randomization", "os.getsid(0) == os.getpid()", "__name__",
                         "__import__('signal').getsignal(2)", "__import__('signal').getsignal(15)", "os.isatty(0)"):
                assert one(same) == ordinary(same)


@forked
def test_other_variables_mean_another_process(monkeypatch):
    """A library may have read a variable while it was imported."""
    with kernel() as one:
        monkeypatch.setenv("PANDAS_FUTURE_SOMETHING", "1")
        with kernel() as other:
            assert one("__import__('os').getppid()") != other("__import__('os').getppid()")


@forked
def test_a_running_cell_can_be_interrupted_and_the_kernel_lives_on():
    with kernel() as one:
        sent = one.client.execute("import time\nstarted = 1\nprint('now', flush=True)\ntime.sleep(60)")
        while one.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        one.manager.interrupt_kernel()
        reply = one.client.get_shell_msg(timeout=10)
        assert reply["parent_header"]["msg_id"] == sent
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert one("started + 1") == "2"


@forked
def test_a_restart_gives_a_new_process_without_the_old_names():
    with kernel() as one:
        one.run("left = 1")
        before = one.pid
        one.manager.restart_kernel(now=True)
        one.client.wait_for_ready(timeout=30)
        assert one("left") == "NameError"
        assert "forkserver" in one(ANCESTOR)
        assert one.pid != before
        assert gone(before)


@forked
@pytest.mark.parametrize("now", [True, False])
def test_a_shutdown_leaves_no_process_behind(now):
    one = Kernel(settings.KERNEL)
    one.run("import numpy, os\nbig = numpy.ones(30_000_000)\n")  # 240 MB
    pid, folder = one.pid, Path(one.manager.ip).parent
    one.client.stop_channels()
    one.manager.shutdown_kernel(now=now)
    assert gone(pid)
    assert not list(folder.glob(f"{Path(one.manager.ip).name}-*"))


@forked
def test_a_killed_kernel_is_noticed_with_its_signal():
    with kernel() as one:
        process = one.manager.provisioner.process
        os.kill(one.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert not one.manager.is_alive()
        assert gone(process.pid)


@forked
def test_kernels_talk_where_no_other_user_can_listen():
    with kernel() as one:
        assert one.manager.transport == "ipc"
        folder = Path(one.manager.ip).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert sum(path.is_socket() for path in folder.iterdir()) >= 5
    command = Path(f"/proc/{next(iter(warm._servers.values())).process.pid}/fd/0").readlink()
    assert str(command).startswith("socket:")  # one of a pair: it has no address


@forked
def test_linear_algebra_and_process_pools_work_after_the_fork_as_in_an_ordinary_kernel():
    code = ("import hashlib, numpy\nfrom concurrent.futures import ProcessPoolExecutor\n"
            "a = numpy.random.default_rng(1).random((400, 400))\n"
            "digest = hashlib.sha256(numpy.linalg.svd(a @ a.T)[1].tobytes()).hexdigest()\n"
            "with ProcessPoolExecutor(2) as pool:\n    squares = list(pool.map(abs, range(-4, 0)))\n")
    environment = os.environ | execute.ENVIRONMENT
    with kernel(env=environment) as one, kernel("python3", env=environment) as ordinary:
        assert one.run(code)["status"] == ordinary.run(code)["status"] == "ok"
        assert one("digest") == ordinary("digest")
        assert one("squares") == "[4, 3, 2, 1]"


@forked
def test_a_library_that_starts_threads_is_not_forked(tmp_path, monkeypatch):
    (tmp_path / "threads.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    with pytest.raises(warm.Unavailable, match="started 1 threads"):
        warm.fork(["threads"], [sys.executable, "-m", "this"])


def test_without_fork_kernels_start_in_the_ordinary_way_and_one_line_says_so(monkeypatch, told):
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    monkeypatch.setattr(warm, "_servers", {})
    for _ in range(2):
        with kernel() as one:
            assert type(one.manager.provisioner.process) is subprocess.Popen
            assert one("1 + 1") == "2"
    assert told() == ["Kernels start cold, a few seconds slower each: this system cannot fork kernels; Linux can"]


@forked
def test_when_the_process_dies_later_kernels_start_in_the_ordinary_way(monkeypatch, told):
    monkeypatch.setattr(warm, "_servers", {})
    with kernel() as one:
        server = next(iter(warm._servers.values()))
        server.process.kill()
        server.process.wait()
        assert gone(one.pid)
        assert not one.manager.is_alive()
    for _ in range(2):
        with kernel() as other:
            assert other("1 + 1") == "2"
    assert len(told()) == 1


@forked
def test_when_the_owner_is_killed_nothing_stays():
    code = ("import time; from jupyter_client.manager import start_new_kernel as start; "
            f"m, c = start(kernel_name='{settings.KERNEL}', extra_arguments={QUIET}); from migrationbook.press import warm; "
            "print(m.provisioner.process.pid, next(iter(warm._servers.values())).process.pid, flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        pids = [int(number) for number in owner.stdout.readline().split()]
        owner.kill()
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def notebook(path: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell(source, id=f"cell{number}") for number, source in enumerate(sources)]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), path)
    return path


@forked
def test_papermill_nbclient_and_nbval_use_it_unchanged(tmp_path):
    source = notebook(tmp_path / "one.ipynb", f"print('forkserver' in {ANCESTOR})")
    result = tmp_path / "out.ipynb"
    subprocess.run([sys.executable, "-m", "papermill", source, result, "-k", settings.KERNEL], check=True, capture_output=True)
    papermilled = nbformat.read(result, 4)
    clients = NotebookClient(nbformat.read(source, 4), kernel_name=settings.KERNEL).execute()
    for executed in (papermilled, clients):
        assert executed.cells[0].outputs[0].text == "True\n"
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", f"--nbval-kernel-name={settings.KERNEL}"]
    done = subprocess.run([*nbval, result], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@forked
def test_a_chapter_has_the_same_bytes_from_warm_and_ordinary_kernels(tmp_path, monkeypatch):
    written = []
    for name in (settings.KERNEL, "python3"):
        monkeypatch.setattr(settings, "KERNEL", name)
        monkeypatch.setattr(execute, "_warm_up", lambda environment, name=name: name)
        job = Job(chapter("index"), tmp_path / name / "index.ipynb")
        results = list(execute.execute_jobs([job], Store(tmp_path / name)))
        assert [result.problem for result in results] == [""]
        written.append(job.output.read_bytes())
    assert written[0] == written[1]
    assert paths.ROOT.as_posix().encode() not in written[0]


@forked
def test_the_server_of_jupyterlab_starts_restarts_and_ends_it():
    """Through the manager of jupyter_server, which JupyterLab talks to."""
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    async def session() -> tuple[list[int], list[str]]:
        manager = AsyncMappingKernelManager()
        kernel_id = await manager.start_kernel(kernel_name=settings.KERNEL)
        one = manager.get_kernel(kernel_id)
        pids = [one.provisioner.pid]
        await manager.restart_kernel(kernel_id)
        pids.append(one.provisioner.pid)
        parent = Path(f"/proc/{pids[1]}/stat").read_text().rpartition(")")[2].split()[1]
        ancestors = [Path(f"/proc/{parent}/cmdline").read_text()]
        await manager.shutdown_kernel(kernel_id)
        return pids, ancestors

    pids, ancestors = asyncio.run(session())
    assert "forkserver" in ancestors[0]
    assert len(set(pids)) == 2
    assert all(gone(pid) for pid in pids)
