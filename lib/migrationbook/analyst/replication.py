"""The replication README in the form data editors ask for, made from the data package, the lock and the committed chapters.

Nothing in it is typed that the book knows: sources and rights come from the tables, the list of figures and tables from the
outputs of the chapters. Run times and the machine they were taken on are a record (`measure`), committed beside the chapters.
"""

from __future__ import annotations

import ast
import html
import json
import platform
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from migrationbook import paths
from migrationbook.analyst.compare import shown
from migrationbook.analyst.doctor import requirements
from migrationbook.claims import robustness
from migrationbook.data import package
from migrationbook.data.rights import publishers, terms
from migrationbook.errors import BookError
from migrationbook.press import cache, site
from migrationbook.press.chapters import TIMES, chapters, run_times

FILE = "REPLICATION.md"
MAIN = ("altair", "frictionless", "jupyter-book", "numpy", "pandas", "papermill", "scipy", "statsmodels")  # packages named
STATED = re.compile(r'<p class="figure-facts">[^:]*: (.*?)\. [^.:]*: ', re.DOTALL)  # the source line under a table
TEMPLATE = Path(__file__).with_name("replication.md")


def text() -> str:
    """The README, from the template beside this module."""
    times = recorded_times()
    project = tomllib.loads((paths.LIBRARY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions: dict[str, list[str]] = {}  # by package; a few depend on the Python
    for wanted in requirements():
        versions.setdefault(wanted.name, []).append(str(wanted.specifier).removeprefix("=="))
    tables = package()["resources"]
    exhibits = list(figures_and_tables())
    return TEMPLATE.read_text(encoding="utf-8").format(
        title=package()["title"], version=project["version"], python=project["requires-python"],
        tables=len(tables), megabytes=f"{sum(entry['bytes'] for entry in tables) / 1e6:.0f}",
        main=", ".join(f"{name} {' or '.join(versions[name])}" for name in MAIN), packages=len(versions),
        machine=times["machine"], measured=times["measured"], total=_duration(sum(times["seconds"].values())),
        times="\n".join(f"| `{name}` | {seconds:.0f} s |" for name, seconds in times["seconds"].items()),
        alternatives=sum(map(len, robustness.alternatives().values())), sources="\n".join(sources()),
        left_out="\n".join(f"- {one['name']}, {one['publisher']}: {one['why']}" for one in package().get("left_out", [])),
        figures="\n".join(f"| {name} | {kind} | {title} | `{chapter}.ipynb` | {cell} | {', '.join(used)} |"
                          for name, kind, title, chapter, cell, used in exhibits),
        exhibits=len(exhibits))


def write() -> Path:
    """Write REPLICATION.md and return its path."""
    cache.write(paths.ROOT / FILE, text())
    return paths.ROOT / FILE


def sources() -> Iterator[str]:
    """Rows of Markdown: publisher and terms, how the figures may be had, and which tables they are in."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for entry in package()["resources"]:
        rights = "; ".join(terms(licence) for licence in entry["licenses"])
        groups.setdefault((", ".join(publishers(entry)), rights), []).append(entry)
    for (publisher, rights), entries in sorted(groups.items()):
        pages = list(dict.fromkeys(source["path"] for entry in entries for source in entry["sources"] if source.get("path")))
        named = ", ".join(f"`{entry['name']}`" for entry in entries)
        yield f"| {_cell(publisher)} | {_cell(rights)} | {' '.join(f'<{page}>' for page in pages)} | {named} |"


def figures_and_tables() -> Iterator[tuple[str, str, str, str, int, list[str]]]:
    """Every figure and table of the committed chapters: name, kind, title, chapter, number of the code cell, tables it uses.

    Raises BookError if two have one name.
    """
    seen: dict[str, str] = {}
    for notebook in chapters():
        for number, cell in enumerate(cache.cells(notebook), start=1):
            for name, _, _ in shown([cell]):
                if name in seen:
                    raise BookError(f"'{name}' is drawn in {seen[name]} and in {notebook.name}; give one of them another name")
                seen[name] = notebook.name
                kind, title, used = _described(cell, name)
                yield name, kind, _cell(title), notebook.stem, number, used


def _described(cell: dict, name: str) -> tuple[str, str, list[str]]:
    """Kind, title and tables of the figure or table ``name`` in the outputs of a cell."""
    for output in cell["outputs"]:
        for content in output.get("data", {}).values():
            if isinstance(content, dict) and content.get("usermeta", {}).get("figure", {}).get("name") == name:
                figure = content["usermeta"]["figure"]
                return "figure", figure["title"], figure["tables"]
    caption = next(re.sub(r"<[^>]*>", "", found[1]) for output in cell["outputs"]
                   if (found := re.search(rf'id="{name}">\s*<figcaption>(.*?)</figcaption>', _html(output), re.DOTALL)))
    stated = next(found[1] for output in cell["outputs"] if (found := STATED.search(_html(output))))
    return "table", html.unescape(caption), _tables("".join(cell["source"]), name) or [_cell(html.unescape(stated))]


def _tables(source: str, name: str) -> list[str]:
    """The tables the call ``table(frame, name, caption, tables)`` in a cell's code names; [] if it computes which."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and any(isinstance(one, ast.Constant) and one.value == name
                                              for one in [*node.args, *(word.value for word in node.keywords)]):
            fourth = node.args[3] if len(node.args) > 3 else None
            given = next((word.value for word in node.keywords if word.arg == "tables"), fourth)
            return [str(one.value) for one in ast.walk(given) if isinstance(one, ast.Constant)] if given else []
    return []


def _html(output: dict) -> str:
    return "".join(output.get("data", {}).get("text/html", ""))


def recorded_times() -> dict:
    """The record of run times: ``measured`` (a day), ``machine`` (in words), ``seconds`` by chapter."""
    if times := run_times():
        return times
    raise BookError(f"chapters/{TIMES} is missing or damaged; make it: migrationbook execute, then migrationbook replication "
                    "--measured")


def measure() -> Path:
    """Note how long each chapter took when it was last executed here, and on what. Raises BookError if one never was."""
    seconds = {}
    for job in site.jobs():
        if (known := site.store().seconds(job)) is None:
            raise BookError(f"{job.name} was never executed here; first: migrationbook execute")
        seconds[job.name] = round(known, 1)
    content = {"measured": f"{date.today()}", "machine": machine(), "seconds": seconds}
    path = paths.CHAPTERS / TIMES
    cache.write(path, json.dumps(content, indent=1) + "\n")
    return path


def follow() -> list[Path]:
    """Let run times and README follow chapters that were made, renamed or removed, and return both; [] in a book without."""
    if not (paths.ROOT / FILE).exists():
        return []
    times = recorded_times()
    seconds = {job.name: times["seconds"].get(job.name) or round(site.store().seconds(job) or 0, 1) for job in site.jobs()}
    cache.write(paths.CHAPTERS / TIMES, json.dumps(times | {"seconds": seconds}, indent=1) + "\n")
    return [paths.CHAPTERS / TIMES, write()]


def machine() -> str:
    """This machine in words: processors, memory, system, Python."""
    import psutil

    from migrationbook.press.execute import processors

    return (f"{processors()} processors ({_processor()}), {psutil.virtual_memory().total / 2**30:.0f} GiB of memory, "
            f"{platform.system()} {platform.machine()}, Python {platform.python_version()}")


def _processor() -> str:
    """The name of the processor where the system tells it."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "kind not told"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _cell(text: str) -> str:
    """A text that stays in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
