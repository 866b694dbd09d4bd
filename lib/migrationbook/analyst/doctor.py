"""Is this machine fit for the book? One line a matter: ok, worth knowing, or broken, each of the last two with its cure."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from migrationbook import paths, settings
from migrationbook.errors import BookError
from migrationbook.press.chromium import present
from migrationbook.prose import counted

if TYPE_CHECKING:
    from packaging.requirements import Requirement

INSTALL = "run: make book (or: pip install -r requirements.txt)"
RESTORE = "restore it from version control"
DISK = (0.5, 2.0)  # GB below which nothing works, and below which a build or an installation may fail
MEMORY = (1.0, 2.5)  # GB available; a chapter takes about 0.5, a build with two kernels and the pages about 2


@dataclass(frozen=True)
class Finding:
    """What was found about one matter. cure: what to do, empty if it is ok."""

    state: Literal["ok", "warn", "fail"]
    matter: str
    found: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.state:4}  {self.matter:12}  {self.found}{f'; {self.cure}' if self.cure else ''}"


def findings() -> Iterator[Finding]:
    """Every check in turn, as it is done. A check that cannot even begin is a failure with its reason."""
    for check in CHECKS:
        matter = check.__name__.strip("_").replace("_", " ")
        try:
            yield check(matter)
        except ImportError as error:
            yield Finding("fail", matter, f"{error}", INSTALL)
        except (BookError, OSError, ValueError) as error:
            yield Finding("fail", matter, " ".join(str(error).split()))


def python(matter: str) -> Finding:
    """The version of Python is one the lock was made for."""
    from packaging.specifiers import SpecifierSet

    wanted, found = metadata.metadata("migrationbook")["Requires-Python"], platform.python_version()
    if SpecifierSet(wanted).contains(found):
        return Finding("ok", matter, f"{found}, {sys.executable}")
    return Finding("fail", matter, f"{found}; the book wants {wanted}", "install one, then: make book PYTHON=/path/to/python3.12")


def packages(matter: str) -> Finding:
    """Every package of requirements.txt is installed in the version stated."""
    wrong = different_packages()
    if not wrong:
        return Finding("ok", matter, f"all of requirements.txt, {len(locked())} packages")
    return Finding("fail", matter, f"{len(wrong)} differ from requirements.txt: {', '.join(wrong[:5])}"
                                   f"{', and more' if len(wrong) > 5 else ''}", INSTALL)


def locked() -> dict[str, str]:
    """What requirements.txt asks for on this machine: package → exact version."""
    return {wanted.name: str(wanted.specifier).removeprefix("==") for wanted in requirements()
            if not wanted.marker or wanted.marker.evaluate()}


def requirements() -> Iterator[Requirement]:
    """Every line of requirements.txt that names a package, for whatever Python and system."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in (paths.LIBRARY.parent / "requirements.txt").read_text(encoding="utf-8").splitlines():
        text = line.partition(" #")[0].strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            yield Requirement(text)
        except InvalidRequirement:
            raise BookError(f"requirements.txt: '{text}' is no requirement; {RESTORE}") from None


def different_packages() -> list[str]:
    """The packages that are missing or have another version than requirements.txt states."""
    found = []
    for name, version in locked().items():
        try:
            if (installed := metadata.version(name)) != version:
                found.append(f"{name} {installed} (wants {version})")
        except metadata.PackageNotFoundError:
            found.append(f"{name} is missing")
    return found


def library(matter: str) -> Finding:
    """The library that is installed is the one in this folder, and knows its present version."""
    import tomllib

    here = tomllib.loads((paths.LIBRARY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    known = metadata.version("migrationbook")
    if here != known:
        return Finding("warn", matter, f"installed as {known}, here is {here}", INSTALL)
    return Finding("ok", matter, f"migrationbook {here} in {paths.LIBRARY}")


def kernel(matter: str) -> Finding:
    """A kernel starts; with the warm kernelspec it is a copy of a process that has the libraries imported."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import start_new_kernel

    from migrationbook.press import warm

    present = KernelSpecManager().find_kernel_specs()
    if "python3" not in present:
        return Finding("fail", matter, "Jupyter has no kernel 'python3'", INSTALL)
    name = settings.KERNEL if settings.KERNEL in present else "python3"
    try:
        manager, client = start_new_kernel(kernel_name=name, startup_timeout=120)
    except RuntimeError as error:
        return Finding("fail", matter, f"'{name}' does not start: {error}", INSTALL)
    forked = isinstance(getattr(manager.provisioner, "process", None), warm.Process)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    warm.stop()
    if forked:
        return Finding("ok", matter, f"'{name}' starts warm")
    if name != settings.KERNEL:
        return Finding("warn", matter, f"'{settings.KERNEL}' is not installed, chapters start slower", "make book installs it")
    return Finding("warn", matter, f"'{name}' starts cold, chapters take some seconds longer",
                   "the reason is above" if hasattr(os, "pidfd_open") else "only Linux can do better")


def chromium(matter: str) -> Finding:
    """A browser for the tests of the built site."""
    named = os.environ.get("CHROMIUM")
    if named and not Path(named).exists():
        return Finding("warn", matter, f"CHROMIUM is {named}, which does not exist", "unset it or give the path of a Chromium")
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    if found := present() or next(own.glob("chromium*"), None):
        return Finding("ok", matter, str(found))
    return Finding("warn", matter, "not found; only make test needs it",
                   "apt-get install chromium, or: python -m playwright install chromium")


def node(matter: str) -> Finding:
    """Node.js, which a few optional checks of the built site use."""
    if found := shutil.which("node"):
        return Finding("ok", matter, found)
    return Finding("warn", matter, "not found; only optional checks of the built site need it", "install Node.js 20 or newer")


def git(matter: str) -> Finding:
    """The book lies in a repository, so that anything damaged can be restored."""
    if not shutil.which("git"):
        return Finding("warn", matter, "not found; what is damaged cannot be restored", "install git")
    inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], cwd=paths.ROOT, capture_output=True, text=True)
    if inside.returncode:
        return Finding("warn", matter, f"{paths.ROOT} is no repository", "clone the book, or: git init")
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=paths.ROOT, capture_output=True, text=True).stdout
    return Finding("ok", matter, f"{counted(len(changed.splitlines()), 'file')} changed since the last commit")


def disk(matter: str) -> Finding:
    """Room for results, pages and an environment."""
    free = shutil.disk_usage(paths.ROOT).free / 1e9
    return _amount(matter, free, DISK, f"{free:.1f} GB free", "free some space; make clean removes _build")


def memory(matter: str) -> Finding:
    """Memory for kernels and pages."""
    import psutil

    free = psutil.virtual_memory().available / 1e9
    return _amount(matter, free, MEMORY, f"{free:.1f} GB available", "close other programs, or: migrationbook build --jobs 1")


def _amount(matter: str, free: float, limits: tuple[float, float], found: str, cure: str) -> Finding:
    state: Literal["ok", "warn", "fail"] = "fail" if free < limits[0] else "warn" if free < limits[1] else "ok"
    return Finding(state, matter, found, "" if state == "ok" else cure)


def writing(matter: str) -> Finding:
    """Results, chapters and tables can be written."""
    for folder in (paths.BUILD if paths.BUILD.exists() else paths.ROOT, paths.CHAPTERS, paths.DATA):
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            return Finding("fail", matter, f"{folder}: {error.strerror}",
                           f"make the folder yours: chown -R $USER {folder}, or copy the book elsewhere")
    return Finding("ok", matter, "_build, chapters and data can be written")


def tables(matter: str) -> Finding:
    """Every table is there, to the byte. (`migrationbook data check` looks into them.)"""
    from migrationbook.data import names

    if damaged := altered_tables():
        return Finding("fail", matter, f"{len(damaged)} of {len(names())} are missing or altered: {', '.join(damaged[:5])}",
                       "say more: migrationbook data check; restore: git checkout data")
    return Finding("ok", matter, f"{counted(len(names()), 'table')} as published")


def altered_tables() -> list[str]:
    """Tables whose file is missing or is not the one the data package describes."""
    from migrationbook.data import package
    from migrationbook.data.validate import digest

    def content(path: Path) -> bytes:
        return path.read_bytes() if path.is_file() else b""

    return [entry["name"] for entry in package()["resources"] if digest(content(paths.DATA / entry["path"])) != entry["hash"]]


def outputs(matter: str) -> Finding:
    """Every code cell of the committed chapters has been executed, in order."""
    from migrationbook.press.chapters import chapters

    without = [path.stem for path in chapters() if unexecuted(path)]
    if without:
        return Finding("warn", matter, f"not executed from top to bottom: {', '.join(without)}",
                       f"migrationbook execute {without[0]} --write")
    return Finding("ok", matter, f"outputs of one run in {counted(len(chapters()), 'chapter')}")


def unexecuted(notebook: Path) -> bool:
    """Whether the counts of the code cells are not 1, 2, 3 …"""
    from migrationbook.press.cache import cells

    counts = [cell["execution_count"] for cell in cells(notebook)]
    return counts != list(range(1, len(counts) + 1))


def pages(matter: str) -> Finding:
    """What makes the pages can be imported."""
    for name in ("jupyter_book", "myst_nb", "sphinx_exercise", "vl_convert"):
        importlib.import_module(name)
    return Finding("ok", matter, "everything that makes them can be imported")


CHECKS: tuple[Callable[[str], Finding], ...] = (
    python, packages, library, kernel, pages, chromium, node, git, disk, memory, writing, tables, outputs)
