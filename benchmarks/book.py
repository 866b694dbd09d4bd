"""A copy of the book in a temporary folder, and the edits whose cost is measured on it."""

from __future__ import annotations

import compileall
import hashlib
import json
import re
import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILES = ("_config.yml", "_toc.yml", "requirements.txt", "CITATION.cff")
FOLDERS = ("chapters", "data", "lib")
LEFT_OUT = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints", "*.egg-info")


class Book:
    """The book in ``folder``. Every program run on it takes library and data from there, nothing from the user's own copy."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        compileall.compile_dir(folder / "lib", quiet=2)
        self.environment = {"PYTHONPATH": str(folder / "lib"), "MIGRATIONBOOK_DATA": str(folder / "data")}
        self.edits = 0

    @property
    def notebooks(self) -> list[Path]:
        return sorted((self.folder / "chapters").glob("*.ipynb"))

    def notebook(self, name: str) -> Path:
        return self.folder / "chapters" / f"{name}.ipynb"

    def forget(self) -> None:
        """Remove everything earlier runs have left: executions, pages, drawings."""
        shutil.rmtree(self.folder / "_build", ignore_errors=True)

    def execution(self, **settings: object) -> None:
        """What Jupyter Book is to do about the chapters' outputs, in ``_config.yml``."""
        path = self.folder / "_config.yml"
        # textual, so that the rest of the file keeps its comments and its order
        text = re.sub(r"^execute:\n(?:  .*\n)+", yaml.safe_dump({"execute": settings}), path.read_text(), flags=re.MULTILINE)
        path.write_text(text)

    def edit_code(self, name: str) -> None:
        """A new comment at the end of the chapter's middle code cell: the same outputs, but nothing can know that."""
        self._edit(name, "code", -1, "\n# benchmark, edit {number}")

    def edit_text(self, name: str) -> None:
        """A new sentence in the chapter's first text after its title."""
        self._edit(name, "markdown", 1, "\n\nA sentence of the benchmark, edit {number}.")

    def _edit(self, name: str, kind: str, place: int, addition: str) -> None:
        self.edits += 1
        path = self.notebook(name)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == kind]
        cell = cells[len(cells) // 2 if place < 0 else place]
        cell["source"] = "".join(cell["source"]) + addition.format(number=self.edits)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")

    def change_table(self, name: str, column: str) -> None:
        """The last row's figure in ``column`` moves by a tenth, up and down in turn, as a publisher's revision would."""
        self.edits += 1
        descriptor = self.folder / "data" / "datapackage.json"
        package = json.loads(descriptor.read_text(encoding="utf-8"))
        entry = next(entry for entry in package["resources"] if entry["name"] == name)
        path = self.folder / "data" / entry["path"]
        *rows, last = path.read_text(encoding="utf-8").splitlines()
        cells = last.split(",")
        place = rows[0].split(",").index(column)
        cells[place] = f"{float(cells[place]) + (0.1 if self.edits % 2 else -0.1):.1f}"
        content = "\n".join([*rows, ",".join(cells), ""]).encode()
        path.write_bytes(content)
        entry["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        descriptor.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def copies(self, name: str, number: int) -> None:
        """Make this a book of ``number`` copies of one chapter; figures, exercises and labels get names of their own."""
        chapters = self.folder / "chapters"
        source = json.loads((ROOT / "chapters" / f"{name}.ipynb").read_text(encoding="utf-8"))
        for path in [*chapters.glob("*.ipynb"), *chapters.glob("*.md")]:
            path.unlink()
        shutil.rmtree(chapters / "data", ignore_errors=True)
        (chapters / "index.md").write_text("# Copies of one chapter\n", encoding="utf-8")
        (chapters / "references.md").write_text("# References\n\n```{bibliography}\n:all:\n```\n", encoding="utf-8")
        names = [f"{name}_{place}" for place in range(1, number + 1)]
        for one in names:
            self.notebook(one).write_text(json.dumps(_renamed(source, name, one)), encoding="utf-8")
        toc = {"format": "jb-book", "root": "chapters/index",
               "chapters": [{"file": f"chapters/{one}"} for one in [*names, "references"]]}
        (self.folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False))


def _renamed(notebook: dict, name: str, copy: str) -> dict:
    """A copy of the notebook that can stand beside the original in one book: a claim may be judged but once."""
    cells = []
    for cell in notebook["cells"]:
        text = re.sub(rf"\b{name}-(?=[a-z])", f"{copy}-".replace("_", "-"), "".join(cell["source"]))
        if cell["cell_type"] == "code":
            text = text.replace("judged(verdicts)", "len(verdicts)")
        else:  # the other chapters are not there
            text = re.sub(rf"\[([^\]]*)\]\((?!https?:|#{name})[^)]*\)", r"\1", text)
            text = re.sub(r"\{(?:doc|glue:text)\}`[^`]*`", "another chapter", text)
        cells.append(cell | {"source": text})
    return notebook | {"cells": cells}

