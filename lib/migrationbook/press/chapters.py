"""The book's chapters: which notebooks there are, and the parameters each one offers."""

from __future__ import annotations

import ast
import difflib
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from migrationbook import paths
from migrationbook.errors import BookError

TIMES = "run_times.json"  # in chapters/, written by ``migrationbook replication --measured``


@dataclass(frozen=True)
class Parameter:
    """One line of a chapter's parameters cell: ``name: type = default  # help``."""

    name: str
    type: str
    default: object
    help: str


def chapters() -> list[Path]:
    """Return the notebooks of ``_toc.yml`` in reading order (absolute paths)."""
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [paths.ROOT / f"{name}.ipynb" for name in [toc["root"], *_files(toc)]]
    return [path for path in found if path.exists()]


def _files(entry: dict) -> list[str]:
    """The files below an entry of ``_toc.yml``, in reading order: parts hold chapters, chapters hold sections."""
    names = []
    for inner in [*entry.get("parts", []), *entry.get("chapters", []), *entry.get("sections", [])]:
        names += [inner["file"]] if "file" in inner else []
        names += _files(inner)
    return names


def run_times() -> dict:
    """``chapters/run_times.json``: when and on what machine chapters were timed, and ``seconds`` of each; {} without it."""
    try:
        found = json.loads((paths.CHAPTERS / TIMES).read_text(encoding="utf-8"))
        return found if isinstance(found.get("seconds"), dict) else {}
    except (OSError, ValueError, AttributeError):
        return {}


def chapter(name: str) -> Path:
    """Return the notebook called ``name`` (``enforcement`` or a path to a notebook)."""
    if name.endswith(".ipynb") and Path(name).exists():
        return Path(name).resolve()
    known = {path.stem: path for path in chapters()}
    stem = Path(name).stem
    if stem not in known:
        near = difflib.get_close_matches(stem, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
        raise BookError(f"no chapter '{name}'; {hint}")
    return known[stem]


def parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the cell tagged ``parameters``: typed assignments, each followed by a comment that explains it."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    if not cells:
        return {}
    source = "".join(cells[0]["source"])
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            help_text = lines[node.lineno - 1].partition("#")[2].strip()
            found[node.target.id] = Parameter(
                node.target.id, ast.unparse(node.annotation), ast.literal_eval(node.value), help_text
            )
    return found


def read_parameters(notebook: Path, given: dict[str, object]) -> dict[str, object]:
    """Turn what a user gave (texts of a command line, values of a file) into values of the types the chapter declares.

    Raises BookError for a name the chapter does not have, or a value of another type.
    """
    known = parameters(notebook)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise BookError(f"{notebook.name} has no parameter '{name}'; {hint}It has: {', '.join(known) or 'none'}")
    return {name: _typed(notebook, known[name], value) for name, value in given.items()}


def _typed(notebook: Path, parameter: Parameter, given: object) -> object:
    """One value in the parameter's type; a text is read as one unless a text is wanted."""
    wanted, value = parameter.type, given
    if isinstance(given, str) and wanted != "str":
        try:
            value = float(given) if wanted == "float" else yaml.safe_load(given)
        except (ValueError, yaml.YAMLError):
            value = None
    if wanted == "float" and type(value) is int:
        value = float(value)
    if type(value).__name__ != wanted:
        raise BookError(f"{notebook.name}: parameter '{parameter.name}' takes {wanted} such as {parameter.default!r}, "
                        f"not '{given}' ({parameter.help or 'no help'})")
    return value
