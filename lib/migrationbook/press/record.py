"""Note which files a chapter reads while it executes: an IPython extension, so every Jupyter kernel can load it.

Python tells an audit hook of each file it opens, whichever library asks for it; a module of the book's own library is a file
like any other. Each file is noted once, at the moment of reading, in the file named by ``PRESS_RECORD``: a line of JSON with
path, part, time of modification and size. Not seen are files opened by compiled code that bypasses Python (pyarrow's own
readers, for one) or by programs the chapter starts.

A library whose one file describes many things can be more exact: ``sys.audit("press.read", path, part)`` says that only the
entry called ``part`` was used, or the whole file when ``part`` is ``None``. Such files (``PRESS_PARTS``) count as these
events say, and not for being opened.

Standard library only: it is imported into every kernel.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import tempfile
from importlib.util import source_from_cache

# Installed packages are covered by the lock; the rest belongs to the machine. The book's own folder counts wherever it is.
INSTALLED = tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep
                   for name in ("stdlib", "platstdlib", "purelib", "platlib")})
MACHINE = tuple({os.path.realpath(folder) + os.sep for folder in (
    sys.prefix, sys.base_prefix, "/proc", "/dev", "/sys", "/etc", "/usr", "/var", "/opt", tempfile.gettempdir(),
    *(os.path.expanduser(f"~/.{name}") for name in ("ipython", "cache", "config", "local")))})
IMPORT = "<frozen importlib._bootstrap_external>"


class Recorder:
    """An audit hook that appends to the record."""

    def __init__(self, record: str, root: str, parts: list[str]):
        self.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
        self.root = os.path.realpath(root) + os.sep
        self.parts = set(parts)
        self.seen: set[tuple[str, str | None]] = set()
        self.written: set[str] = {record}

    def __call__(self, event: str, arguments: tuple) -> None:
        if event == "open":
            name, mode, flags = arguments
            if isinstance(name, (str, bytes, os.PathLike)):
                path = os.path.realpath(os.fsdecode(name))
                # What the chapter has written itself it may read again.
                if (flags or 0) & (os.O_WRONLY | os.O_RDWR) or (isinstance(mode, str) and set(mode) & set("wax+")):
                    self.written.add(path)
                elif path not in self.parts:
                    self.note(path, None)
        elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes, os.PathLike)):
            # Python's search for modules looks into folders, too; only what it finds there matters.
            if sys._getframe(1).f_code.co_filename != IMPORT:
                self.note(os.path.realpath(os.fsdecode(arguments[0])), None)
        elif event == "press.read":
            self.note(os.path.realpath(arguments[0]), arguments[1])

    def note(self, path: str, part: str | None) -> None:
        if path.endswith(".pyc"):
            try:
                path = source_from_cache(path)
            except ValueError:
                return
        if (path, part) in self.seen:
            return
        self.seen.add((path, part))
        own = path.startswith(self.root) and not path.startswith(INSTALLED)
        if path in self.written or not own and path.startswith(INSTALLED + MACHINE):
            return
        try:
            stat = os.stat(path)
        except OSError:
            return
        line = json.dumps([path, part, stat.st_mtime_ns, stat.st_size])
        os.write(self.record, line.encode() + b"\n")


def load_ipython_extension(shell: object) -> None:
    """Start recording if the press asked for it."""
    if "PRESS_RECORD" in os.environ:
        parts = json.loads(os.environ.get("PRESS_PARTS", "[]"))
        recorder = Recorder(os.environ["PRESS_RECORD"], os.environ["PRESS_ROOT"], parts)
        sys.addaudithook(recorder)
        for module in list(sys.modules.values()):  # the packages this module lies in
            if isinstance(file := getattr(module, "__file__", None), str) and file.startswith(recorder.root):
                recorder.note(file, None)
