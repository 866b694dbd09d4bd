"""Pages as a phone on a slow line meets them: scores and weight against a budget, beside a plain Jupyter Book."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.press import chromium, site
from migrationbook.press.chapters import chapters
from migrationbook.press.serve import served
from migrationbook.press.weight import weigh

SETTINGS = paths.ROOT / "tests" / "audit"  # the budget, and which Lighthouse
FOLDER = paths.BUILD / "audit"
SITE = paths.BUILD / "html"
PLAIN = FOLDER / "plain" / "_build" / "html"
HIDDEN = re.compile(r'name="robots" content="noindex"')  # search, index, missing page: not for search engines, by intent
REDIRECT = re.compile(r'http-equiv="refresh"', re.IGNORECASE)
# What the book's extension does, and the buttons whose addresses it knows.
OURS = re.compile(r",? ?migrationbook\.sphinx|^ +launch_buttons:.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What was measured of one page: medians by name, and the rules it breaks."""

    page: str
    figures: dict[str, float]
    broken: tuple[str, ...] = ()


def budget() -> dict[str, dict[str, float]]:
    """The limits: at most (``weight``) and at least (``score``), by name."""
    return tomllib.loads((SETTINGS / "budget.toml").read_text(encoding="utf-8"))


def pages_of(folder: Path, names: list[str]) -> list[str]:
    """Pages of a site by name, such as ``enforcement`` or ``data/asylum``; all by default."""
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*.html"))
             if not REDIRECT.search(path.read_text(encoding="utf-8"))]
    found = {file.with_suffix("").as_posix().removeprefix("chapters/"): file.as_posix()
             for file in files if file.parts[0] != "_static"}
    if not found:
        raise BookError("there is no site in _build/html: run make book first")
    for name in names:
        if name not in found:
            raise BookError(f"no page '{name}'; there are: {', '.join(found)}")
    return [found[name] for name in names or found]


def audit(names: list[str], runs: int, beside: bool, say: Callable[[str], None]) -> list[str]:
    """Measure pages and print a row each; return what is over budget."""
    pages = pages_of(SITE, names)
    lighthouse, environment = _tools(say)
    limits = budget()
    if beside:
        _plain_book(say)
    say(_line("", [*limits["score"], *limits["weight"]]))
    over: list[str] = []
    with served(SITE) as here, served(PLAIN) as there:
        for page in pages:
            addresses = {here: SITE} | ({there: PLAIN} if beside and (PLAIN / page).exists() else {})
            seen: dict[str, list[dict]] = {host: [] for host in addresses}
            for _ in range(runs):  # in turn: what else this machine does meets both
                for host in addresses:
                    seen[host].append(_lighthouse([*lighthouse, f"{host}/{page}"], environment))
            rows = {host: _row(page, seen[host], addresses[host]) for host in addresses}
            say(_line(page, [rows[here].figures[name] for kind in limits.values() for name in kind]))
            if there in rows:
                say(_line("  plain Jupyter Book", [rows[there].figures[name] for kind in limits.values() for name in kind]))
            hidden = HIDDEN.search((SITE / page).read_text(encoding="utf-8"))
            over += _over(rows[here], {kind: {name: limit for name, limit in of_kind.items() if not (hidden and name == "seo")}
                                       for kind, of_kind in limits.items()})
    return over


def _line(page: str, cells: list) -> str:
    return f"{page:36}" + "".join(f"{cell if isinstance(cell, str) else round(cell):>16}" for cell in cells)


def _row(page: str, reports: list[dict], folder: Path) -> Row:
    """Medians of the scores (of 100), kB, and the rules that the last report found broken."""
    scores = {name: statistics.median(100 * (report["categories"][name]["score"] or 0) for report in reports)
              for name in budget()["score"]}
    weight = weigh(folder / page, folder)
    kilobytes = {"before charts": weight.before / 1000, "with charts": weight.charts / 1000}
    last = reports[-1]
    rules = [rule["id"] for name in scores if name != "performance" for rule in last["categories"][name]["auditRefs"]
             if last["audits"][rule["id"]]["score"] == 0]
    return Row(page, scores | kilobytes, tuple(dict.fromkeys(rules)))


def _over(row: Row, limits: dict[str, dict[str, float]]) -> list[str]:
    told = [f"{row.page}: {name} {row.figures[name]:.0f} kB, at most {limit}" for name, limit in limits["weight"].items()
            if row.figures[name] > limit]
    told += [f"{row.page}: {name} {row.figures[name]:.0f}, at least {limit}" for name, limit in limits["score"].items()
             if row.figures[name] < limit]
    return told + ([f"{row.page}: broken: {', '.join(row.broken)}"] if told and row.broken else [])


def _lighthouse(command: list[str], environment: dict[str, str]) -> dict:
    """One report. Lighthouse's own settings: a phone, four times slower than this machine, on a slow mobile line."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise BookError(f"Lighthouse failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}") from None
    if report.get("runtimeError"):
        raise BookError(f"Lighthouse failed: {report['runtimeError']['message']}")
    return report


def _tools(say: Callable[[str], None]) -> tuple[list[str], dict[str, str]]:
    """Lighthouse, installed once as locked: the command up to the address, and its variables. BookError if a tool is missing."""
    browser = chromium.present()
    missing = [name for name, there in {"node": shutil.which("node"), "npm": shutil.which("npm"), "Chromium": browser}.items()
               if not there]
    if missing:
        raise BookError(f"this needs Node 18 or later with npm, and Chromium (or CHROMIUM set to its path); "
                        f"not found: {', '.join(missing)}")
    lock = (SETTINGS / "package-lock.json").read_bytes()
    installed = FOLDER / "installed"  # the lock it was installed from
    if not installed.exists() or installed.read_bytes() != lock:
        say("Installing Lighthouse in _build/audit")
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SETTINGS / name, FOLDER)
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, capture_output=True, text=True)
        if done.returncode:
            raise BookError(f"npm could not install Lighthouse: {(done.stderr.strip().splitlines() or ['it said nothing'])[0]}")
        installed.write_bytes(lock)
    command = [str(FOLDER / "node_modules" / ".bin" / "lighthouse"), "--quiet", "--output=json", "--output-path=stdout",
               f"--only-categories={','.join(budget()['score'])}", "--chrome-flags=--headless=new --no-sandbox"]
    return command, os.environ | {"CHROME_PATH": str(browser)}


def _plain_book(say: Callable[[str], None]) -> None:
    """The committed chapters as Jupyter Book prints them without the book's extension. Its charts are lines of text there."""
    if (PLAIN / "index.html").exists() and PLAIN.stat().st_mtime > (SITE / "index.html").stat().st_mtime:
        return
    say("Building the same pages with plain Jupyter Book")
    book = site.lay_out(FOLDER / "plain", chapters())
    config = book / "_config.yml"
    config.write_text(OURS.sub("", config.read_text(encoding="utf-8")), encoding="utf-8")
    for notebook in (book / "chapters").glob("*.ipynb"):
        content = json.loads(notebook.read_text(encoding="utf-8"))
        for output in (output for cell in content["cells"] for output in cell.get("outputs", [])):
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("application/vnd.")]:
                del output["data"][kind]  # else what the book's extension does with it is found, which is not there
        notebook.write_text(json.dumps(content), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(book)]
    done = subprocess.run(command, capture_output=True, text=True, env=site.pages_environment())
    if not (PLAIN / "index.html").exists():
        raise BookError(f"plain Jupyter Book made no pages: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
