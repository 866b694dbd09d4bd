"""The process that kernels are forked from: it imports the libraries once and copies itself for each kernel.

It is started by `warm.py` as ``python -m migrationbook.press.forkserver MODULE...`` and speaks over its standard
input, one end of a socket pair. There is no address anybody could connect to: whoever does not hold the other end, other
users of the machine included, cannot ask for a kernel. When that end closes, the server and its kernels end.

Why not multiprocessing's fork server: its children are multiprocessing workers (they import the caller's ``__main__``, may
not have process pools of their own, end through ``os._exit``); a kernel has to look like ``python -m ipykernel_launcher``.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass

PARENT = "JPY_PARENT_PID"


@dataclass
class Child:
    """A forked process: its number, a handle that tells its end, and the connection of whoever asked for it."""

    pid: int
    handle: int
    connection: socket.socket


def preload(modules: list[str]) -> str:
    """Import the modules; return why forking afterwards would not be safe, or an empty string.

    A module that cannot be imported is left to the kernel that asks for it: there the error belongs.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            with suppress(ImportError):
                importlib.import_module(name)
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:  # a copy has only the thread that forks: locks the others hold would stay locked for ever
        return f"the preloaded libraries started {threads - 1} threads"
    gc.collect()
    gc.freeze()  # the collector then leaves the shared memory alone, so that it stays shared
    return ""


class Server:
    """Forks a child for each request, tells whoever asked when it ends, and ends it when they hang up."""

    def __init__(self, control: socket.socket, refusal: str):
        self.control = control
        self.refusal = refusal
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, None)
        self.children: list[Child] = []

    def serve(self) -> dict | None:
        """Return the request in a child, and None in the server once its owner is gone."""
        while True:
            for key, _ in self.selector.select():
                child: Child | None = key.data
                if child is None:
                    message, descriptors, _, _ = socket.recv_fds(self.control, 1, 4)
                    if not message:
                        for child in self.children:
                            _end(child)
                        return None
                    if request := self.fork(socket.socket(fileno=descriptors[0]), descriptors[1:]):
                        return request
                elif child not in self.children:
                    continue  # dropped a moment ago
                elif key.fd == child.handle:
                    self.tell_end(child)
                else:
                    self.drop(child)

    def fork(self, connection: socket.socket, streams: list[int]) -> dict | None:
        """Answer one request. Returns it in the child."""
        request = _read(connection)
        if self.refusal or request is None:
            _tell(connection, {"refused": self.refusal or "the request could not be read"})
            connection.close()
        elif pid := os.fork():
            child = Child(pid, os.pidfd_open(pid), connection)
            self.children.append(child)
            self.selector.register(child.handle, selectors.EVENT_READ, child)
            self.selector.register(connection, selectors.EVENT_READ, child)
        else:
            self.selector.close()
            for other in self.children:
                os.close(other.handle)
                other.connection.close()
            self.control.detach()  # standard input, which the child replaces
            return request | {"connection": connection, "streams": streams}
        for stream in streams:
            os.close(stream)
        return None

    def tell_end(self, child: Child) -> None:
        """Report the exit status but do not collect it: the number stays taken while somebody may still send a signal."""
        self.selector.unregister(child.handle)
        end = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert end is not None  # it waits
        _tell(child.connection, {"status": end.si_status if end.si_code == os.CLD_EXITED else -end.si_status})

    def drop(self, child: Child) -> None:
        """Whoever asked for the child hung up: they know of its end, or are gone themselves."""
        for entry in (child.handle, child.connection):
            with suppress(KeyError):
                self.selector.unregister(entry)
        self.children.remove(child)
        _end(child)


def become(request: dict) -> None:
    """Turn this copy of the server into what ``python -m MODULE ARGUMENTS`` would have been in a fresh process."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for target, stream in enumerate(request["streams"]):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"] | {PARENT: str(os.getppid())})
    if "numpy.random" in sys.modules:  # the other generators renew themselves at a fork or are made when asked for
        sys.modules["numpy.random"].seed()
    _tell(request["connection"], {"pid": os.getpid()})
    request["connection"].close()
    sys.argv = request["argv"]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _read(connection: socket.socket) -> dict | None:
    connection.settimeout(5)
    with suppress(OSError, ValueError), connection.makefile("rb") as stream:
        return json.loads(stream.readline())
    return None


def _tell(connection: socket.socket, message: dict) -> None:
    with suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _end(child: Child) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    os.close(child.handle)
    child.connection.close()


def main() -> None:
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder this process was started in means nothing to its copies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who then hangs up
    os.environ[PARENT] = str(os.getpid())  # read while ipykernel is imported: its kernels end when this process does
    control = socket.socket(fileno=0)
    request = Server(control, preload(sys.argv[1:])).serve()
    if request is not None:
        become(request)


if __name__ == "__main__":
    main()
