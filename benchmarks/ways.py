"""Five ways to print the book: what each runs, step by step. All start in the book's folder and leave a site behind."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from book import Book
from measure import Failed, Taken, run

FLOOR = "the chapters' cells alone"
SECONDS = "600"  # limit of a chapter or cell, for those whose own limit of 30 s the book exceeds
LOOP = """
import sys
import papermill
for path in sys.argv[2:]:
    papermill.execute_notebook(path, f"{sys.argv[1]}/{path}", kernel_name="python3", progress_bar=False)
"""
# The least that executing takes: libraries imported once, then the chapters' cells in copies of that process, two at a time,
# with nobody who asks for them and nothing printed.
CELLS = """
import importlib, json, multiprocessing, sys
def execute(path):
    from IPython.core.interactiveshell import InteractiveShell
    shell = InteractiveShell.instance()
    for cell in json.load(open(path, encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            shell.run_cell("".join(cell["source"]), silent=True).raise_error()
for name in sys.argv[1].split():
    importlib.import_module(name)
with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
    pool.map(execute, sys.argv[2:], chunksize=1)
"""


def tool(name: str, *arguments: str) -> list[str]:
    """A command of the environment that this Python belongs to."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


class Way:
    """One way, on a copy of the book of its own. ``name``: in tables; ``about``: what it runs."""

    name = about = ""
    keeps_nothing = False  # prints everything anew, whatever changed
    notices_tables = False

    def __init__(self, book: Book):
        self.book = book
        self.prepare()

    def prepare(self) -> None:
        """Settings made once, not timed."""

    def steps(self) -> list[tuple[list[str], Path, str]]:
        """Commands with the folder each is run in and what is typed into it."""
        raise NotImplementedError

    def site(self) -> Path:
        return self.book.folder / "_build" / "html"

    def make(self) -> Taken:
        """Bring the site up to date. Raises Failed."""
        total = Taken(0.0, 0.0, 0)
        for command, folder, answer in self.steps():
            taken = run(command, folder, self.book.environment, answer)
            total = Taken(total.seconds + taken.seconds, total.cpu + taken.cpu, max(total.peak, taken.peak))
        if not (self.site() / "index.html").exists() or list(self.site().glob("reports/**/*.log")):
            raise Failed(f"{self.name}: a chapter failed or there is no site; see {self.book.folder}/benchmark.log")
        return total


def cells_alone(book: Book, *names: str) -> Taken:
    """What no way that executes these chapters on two processors can do without. names: the longest first."""
    kernel = json.loads(next((book.folder / "lib/share/jupyter/kernels").rglob("kernel.json")).read_text(encoding="utf-8"))
    libraries = " ".join(kernel["metadata"]["kernel_provisioner"]["config"]["preload"])
    paths = [str(book.notebook(name)) for name in names]
    return run([sys.executable, "-c", CELLS, libraries, *paths], book.folder, book.environment | kernel["env"])


class Ours(Way):
    notices_tables = True
    name = "migrationbook"
    about = "`migrationbook build`"

    def steps(self):
        return [([sys.executable, "-m", "migrationbook.cli", "build"], self.book.folder, "")]


class Executing(Way):
    name = "jupyter-book, executing"
    about = "`jupyter-book build`, execute_notebooks: force"

    mode = "force"

    def prepare(self) -> None:
        self.book.execution(execute_notebooks=self.mode, timeout=int(SECONDS))

    def steps(self):
        return [(tool("jupyter-book", "build", "."), self.book.folder, "")]


class Cached(Executing):
    name = "jupyter-book, its cache"
    about = "`jupyter-book build`, execute_notebooks: cache"

    mode = "cache"


class Papermill(Way):
    keeps_nothing = notices_tables = True
    name = "papermill loop"
    about = "papermill on one chapter after the other in one Python process, then `jupyter-book build` without executing"

    def prepare(self) -> None:
        self.printed = self.book.folder / "_build" / "printed"

    def steps(self):
        shutil.rmtree(self.printed / "chapters", ignore_errors=True)
        left_out = shutil.ignore_patterns("*.ipynb")
        shutil.copytree(self.book.folder / "chapters", self.printed / "chapters", ignore=left_out)
        for name in ("_config.yml", "_toc.yml"):
            shutil.copy(self.book.folder / name, self.printed)
        chapters = [str(path.relative_to(self.book.folder)) for path in self.book.notebooks]
        return [([sys.executable, "-c", LOOP, str(self.printed), *chapters], self.book.folder, ""),
                (tool("jupyter-book", "build", "."), self.printed, "")]

    def site(self) -> Path:
        return self.printed / "_build" / "html"


class JupyterCache(Way):
    name = "jupyter-cache, parallel"
    about = "`jcache project execute --executor local-parallel`, then `jupyter-book build` that takes the outputs from its cache"

    def prepare(self) -> None:
        self.cache = self.book.folder / "_build" / ".jupyter_cache"
        self.book.execution(execute_notebooks="cache", timeout=int(SECONDS), cache=str(self.cache))

    def steps(self):
        path = ("-p", str(self.cache))
        add = tool("jcache", "notebook", *path, "add", *map(str, self.book.notebooks))
        execute = tool("jcache", "project", *path, "execute", "-e", "local-parallel", "-t", SECONDS)
        first = [] if self.cache.exists() else [(add, self.book.folder, "y\n")]  # it asks whether to make the cache
        return [*first, (execute, self.book.folder, ""), (tool("jupyter-book", "build", "."), self.book.folder, "")]


ALL = (Ours, Executing, Cached, Papermill, JupyterCache)
