"""What a chapter's outputs depend on, and the store that keeps them until something of that changes.

They depend on the chapter's code cells and parameters, the lock, the Python and the environment variables the book names, and
on the files read while it executed (`record.py`): tables and modules of the book's library alike. The last are known only
from an execution, but that is enough: with everything else the same, a chapter can come to read another file only through a
change in one of those it read before.

Text cells are not part of it: the stored outputs are put into the text as it is now. Contents are compared, never times.
The standard library does all of this; a cache library would add pickles and a database for a dozen files.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from migrationbook import paths, settings
from migrationbook.errors import BookError

FORMAT = 1  # of the entries; another number makes all of them out of date
DECISIVE = {"parameters", "raises-exception", "skip-execution"}  # tags of code cells that change what is executed


def digest(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@dataclass(frozen=True)
class Job:
    """A chapter to execute with ``values`` for its parameters ({}: as published) into the notebook ``output``."""

    notebook: Path
    output: Path
    values: dict[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.notebook.stem

    @property
    def label(self) -> str:
        """What a user calls it: ``security south=isthmus``."""
        return " ".join([self.name, *(f"{name}={value}" for name, value in self.values.items())])


@dataclass
class Entry:
    """One execution: what it depended on, how long it took (s) and, as text not yet parsed, its outputs."""

    basis: dict
    reads: list[list]
    seconds: float
    outputs: str


def cells(notebook: Path) -> list[dict]:
    """The code cells of a notebook file, in order. Raises BookError for a file that is no notebook."""
    try:
        book = json.loads(notebook.read_text(encoding="utf-8"))
        return [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise BookError(f"{notebook.name}: not a notebook ({error}); restore it from version control") from None


def basis(job: Job) -> dict:
    """Everything known before execution that the outputs depend on, as fingerprints under plain names."""
    code = [[digest("".join(cell["source"])), sorted(DECISIVE & set(cell["metadata"].get("tags", [])))]
            for cell in cells(job.notebook)]
    return {
        "format": FORMAT,
        "code": code,
        "values": job.values,
        "python": f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}",
        "lock": {name: fingerprint(paths.LIBRARY.parent / name) for name in settings.LOCK},
        "environment": {name: os.environ.get(name) for name in settings.ENVIRONMENT},
    }


def fingerprint(path: Path) -> str | None:
    """Fingerprint of a file's content, or of a folder's list of names; None if it cannot be read."""
    return fingerprints(path, [None])[0]


def fingerprints(path: Path, parts: list[str | None]) -> list[str | None]:
    """Fingerprints of named entries of a Frictionless descriptor; of the whole file or folder for None."""
    try:
        if path.is_dir():
            names = sorted(entry.name for entry in path.iterdir() if entry.name != "__pycache__")
            return [digest("\0".join(names)) for _ in parts]
        content = path.read_bytes()
        whole = digest(content)
        if parts == [None]:
            return [whole]
        package = json.loads(content)
        entries = {entry["name"]: entry for entry in package.pop("resources")}
    except (OSError, ValueError, KeyError):
        return [None for _ in parts]
    return [digest(json.dumps([entries[part], package], sort_keys=True)) if part in entries else None if part else whole
            for part in parts]


def reasons(job: Job, now: dict, entry: Entry | None) -> list[str]:
    """Why the job has to be executed, in words; empty if ``entry`` still holds."""
    if entry is None:
        return ["there is no result of an earlier execution"]
    then = entry.basis
    found = []
    if then.get("format") != now["format"]:
        return ["the stored result has an older form"]
    for number, (before, after) in enumerate(zip(then["code"], now["code"], strict=False), start=1):
        if before != after:
            found.append(f"code cell {number} changed")
            break
    if not found and len(then["code"]) != len(now["code"]):
        found.append("code cells were added or removed")
    found += [f"{what} changed" for what in ("values", "python") if then[what] != now[what]]
    found += [f"{name} changed" for group in ("lock", "environment") for name, value in now[group].items()
              if then[group].get(name) != value]
    for path, group in groupby(entry.reads, key=lambda read: read[0]):
        known = {part: mark for _, part, mark in group}
        for part, mark in zip(known, fingerprints(paths.ROOT / path, list(known)), strict=True):
            if mark != known[part]:
                found.append(f"{path}{f' ({part})' if part else ''} changed")
    return found


def reads(record: Path) -> list[list]:
    """Turn a record of an execution into [path, part, fingerprint], paths inside the book relative to it.

    A file that changed since it was read gets no fingerprint, so that the execution counts as out of date at once.
    """
    found = []
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    noted = sorted(map(json.loads, lines), key=lambda line: (line[0], line[1] or ""))
    for path, group in groupby(noted, key=lambda line: line[0]):
        stat = os.stat(path) if os.path.exists(path) else None
        then = {part: (modified, size) for _, part, modified, size in group}
        inside = os.path.relpath(path, paths.ROOT) if Path(path).is_relative_to(paths.ROOT) else path
        for part, mark in zip(then, fingerprints(Path(path), list(then)), strict=True):
            same = stat and (os.path.isdir(path) or (stat.st_mtime_ns, stat.st_size) == then[part])
            found.append([inside, part, mark if same else "changed while it was read"])
    return found


class Store:
    """A folder of entries, one a chapter and set of values; each file starts with the checksum of the rest of it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, job: Job) -> Path:
        mark = f"-{digest(json.dumps(job.values, sort_keys=True))[:16]}" if job.values else ""
        return self.folder / f"{job.name}{mark}.result"

    def get(self, job: Job) -> Entry | None:
        """The stored entry, or None; raises ValueError if it is damaged."""
        if (text := read_sealed(self.path(job))) is None:
            return None
        about, _, outputs = text.partition("\n")
        return Entry(**json.loads(about), outputs=outputs)

    def put(self, job: Job, entry: Entry) -> None:
        about = json.dumps({"basis": entry.basis, "reads": entry.reads, "seconds": entry.seconds})
        write_sealed(self.path(job), f"{about}\n{entry.outputs}")

    def seconds(self, job: Job) -> float | None:
        """How long the job took last time, or the chapter with its published values; None if it never ran."""
        for known in (job, Job(job.notebook, job.output)):
            try:
                if entry := self.get(known):
                    return entry.seconds
            except ValueError:
                continue
        return None


def read_sealed(path: Path) -> str | None:
    """The text of a file that `write_sealed` wrote, None if there is none. Raises ValueError if it is damaged."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if checksum != digest(content).encode():
        raise ValueError(f"the stored {path.name} is damaged")
    return content.decode()


def write_sealed(path: Path, text: str) -> None:
    """Write a file that starts with the checksum of the rest of it."""
    write(path, f"{digest(text)}\n{text}")


def kept(folder: Path, make: Callable[[], str], *inputs: object) -> str:
    """What ``make`` returns for these inputs, made once and then taken from ``folder``; made again if it is damaged there."""
    path = folder / digest(json.dumps(inputs, sort_keys=True))
    try:
        known = read_sealed(path)
    except ValueError:
        known = None
    if known is None:
        known = make()
        write_sealed(path, known)
    else:
        path.touch()  # in use: see forget
    return known


def forget(folder: Path, days: int = 30) -> None:
    """Remove files from ``folder`` that were not used for ``days``."""
    for path in folder.glob("*"):
        if time.time() - path.stat().st_mtime > days * 86400:
            path.unlink()


def write(path: Path, text: str) -> None:
    """Write a file aside and rename it: complete, or as it was before. Raises OSError, leaving nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def tree(folders: Iterable[Path]) -> str:
    """Fingerprint of all files in folders (or of single files): names and contents, without compiled Python."""
    total = hashlib.sha256()
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(
            path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in files:
            name = path.name if path == folder else f"{folder.name}/{path.relative_to(folder).as_posix()}"
            total.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
