"""Warm kernels: a Jupyter kernel provisioner that forks kernels from a process with the libraries already imported.

A kernelspec chooses it (``metadata.kernel_provisioner``), so papermill, nbclient, nbval and JupyterLab need nothing but the
name of the kernel. What to import beforehand is the kernelspec's ``config.preload``. Only installed libraries belong there,
not code that is being edited: what is preloaded is not read again.

Where a kernel cannot be forked it is started in the ordinary way, and one line says so once.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from contextlib import suppress
from functools import cache
from typing import IO

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import List, Unicode

# Variables that differ from kernel to kernel and that no library reads while it is imported.
OWN = ("JPY_", "PRESS_", "PYTEST_")
PLACE = {"PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "_"}
PATIENCE = 120  # seconds a first kernel waits for the libraries
LONGEST_ADDRESS = 80  # bytes of the folder: a Unix socket's path has 107 at most

_servers: dict[tuple, Server] = {}
_lock = threading.Lock()
_told = False


class Unavailable(Exception):
    """A kernel cannot be forked; the message is the reason."""


class Process:
    """A forked process, with the part of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int):
        self._connection = connection
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        """Exit status as in Popen (minus a signal's number), None while it runs. The server keeps its number till then."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                answer = self._connection.recv(100)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                answer = b""
            # Nothing: the server is gone, and the kernel with it (ipykernel watches its parent; this is to be sure).
            if not answer:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
            self.returncode = json.loads(answer)["status"] if answer else -signal.SIGKILL
            self._connection.close()
        return self.returncode


class Server:
    """The owner's end of a fork server."""

    def __init__(self, modules: list[str], environment: dict[str, str]):
        if not hasattr(os, "pidfd_open"):
            raise Unavailable("this system cannot fork kernels; Linux can")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "migrationbook.press.forkserver", *modules]
        with theirs:  # a session of its own: Ctrl-C in the terminal is the owner's to handle
            self.process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=environment,
                                            start_new_session=True)

    def start(self, argv: list[str], cwd: str, environment: dict[str, str], streams: list[int]) -> Process:
        """Run ``python -m ARGV`` in a copy of the server, with ``streams`` as its standard input, output and error."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"+"], [theirs.fileno(), *streams])
            ours.settimeout(PATIENCE)
            ours.sendall(json.dumps({"argv": argv, "cwd": cwd, "env": environment}).encode() + b"\n")
            answer = json.loads(ours.recv(1000) or "{}")
        except (OSError, ValueError) as error:
            ours.close()
            raise Unavailable(f"the fork server does not answer: {error}") from None
        if "pid" not in answer:
            ours.close()
            raise Unavailable(answer.get("refused", "the fork server has ended"))
        return Process(ours, answer["pid"])

    def stop(self) -> None:
        """End the server and every kernel it still has."""
        self._control.close()
        self.process.wait()


def server(modules: list[str], environment: dict[str, str]) -> Server:
    """The server that has imported ``modules`` under this environment and these installed packages; started if need be."""
    same = {name: value for name, value in environment.items() if name not in PLACE and not name.startswith(OWN)}
    installed = os.stat(sysconfig.get_path("purelib")).st_mtime_ns  # changes when a package is installed or replaced
    key = (tuple(modules), frozenset(same.items()), installed)
    with _lock:
        if key not in _servers:
            _servers[key] = Server(modules, environment)
        return _servers[key]


def lost() -> bool:
    """Whether a fork server has ended by itself, its kernels with it."""
    return any(one.process.poll() is not None for one in _servers.values())


def stop() -> None:
    """End all servers and their kernels."""
    with _lock:
        while _servers:
            _servers.popitem()[1].stop()


def fork(modules: list[str], command: list[str], cwd: str | None = None, env: dict[str, str] | None = None,
         stdin: int | IO | None = None, stdout: int | IO | None = None, stderr: int | IO | None = None) -> Process:
    """Start ``command`` (``python -m MODULE ...``) from a warm process. Raises Unavailable when that cannot be done."""
    if command[:2] != [sys.executable, "-m"]:
        raise Unavailable(f"only {sys.executable} -m MODULE can be forked, not {' '.join(command[:3])}")
    if subprocess.PIPE in (stdin, stdout, stderr):
        raise Unavailable("a kernel whose output is piped cannot be forked")
    environment = dict(os.environ if env is None else env)
    with open(os.devnull, "r+b") as nothing:
        # Like jupyter_client's own launcher: no standard input, the caller's output and error unless told otherwise.
        wanted = (subprocess.DEVNULL if stdin is None else stdin, 1 if stdout is None else stdout,
                  2 if stderr is None else stderr)
        streams = [nothing if stream == subprocess.DEVNULL else stream for stream in wanted]
        numbers = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
        return server(modules, environment).start(command[2:], cwd or os.getcwd(), environment, numbers)


def tell_once(reason: object) -> None:
    """Say on standard error why kernels are started in the ordinary way."""
    global _told
    if not _told:
        print(f"Kernels start cold, a few seconds slower each: {reason}", file=sys.stderr, flush=True)
    _told = True


class WarmProvisioner(LocalProvisioner):
    """jupyter_client's local provisioner, except that a kernel is forked rather than started."""

    preload = List(Unicode(), help="Modules to import before the first kernel is forked.").tag(config=True)

    async def pre_launch(self, **kwargs) -> dict:
        """Let the kernel talk over Unix sockets in a folder that only this user may enter.

        Over TCP the key keeps other users of the machine from sending to a kernel, not from listening to what it prints.
        """
        manager = self.parent
        if manager and manager.transport == "tcp" and not manager.shell_port and (folder := private_folder()):
            manager.transport = "ipc"
            manager.ip = os.path.join(folder, self.kernel_id[:8])
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs) -> KernelConnectionInfo:
        wanted = {name: kwargs[name] for name in ("cwd", "env", "stdin", "stdout", "stderr") if name in kwargs}
        try:
            if kwargs.get("independent"):
                raise Unavailable("a kernel that is to outlive its owner cannot be forked")
            process = await asyncio.to_thread(fork, list(self.preload), cmd, **wanted)
        except Unavailable as reason:
            tell_once(reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]  # the part of Popen that its owner uses
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or os.getcwd()
        return self.connection_info



@cache
def private_folder() -> str:
    """A folder for sockets, mode 0700, that goes when this process ends; empty where there is none."""
    if os.name != "posix":
        return ""
    folder = tempfile.TemporaryDirectory(prefix="press-")
    if len(os.fsencode(folder.name)) > LONGEST_ADDRESS:
        folder = tempfile.TemporaryDirectory(prefix="press-", dir="/tmp")
    atexit.register(folder.cleanup)
    return folder.name
