"""Build the static site from executed chapters: aside first, swapped in whole only when it is good."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from migrationbook import paths, settings
from migrationbook.errors import BookError
from migrationbook.press import cache, pages
from migrationbook.press.cache import Job, Store
from migrationbook.press.chapters import chapters

LOG = "site.log"
KEPT = "pages"  # in _build: what Sphinx knows of the book, and the pages before they are finished
TEXT = re.compile(r"chapters/.*\.(ipynb|md)|the result of .*")  # in a state: what the pages of one chapter are made from
STAYS = "the last good site stays"


def jobs() -> list[Job]:
    """Every chapter with its published parameters."""
    return [Job(notebook, paths.BUILD / "executed" / notebook.name) for notebook in chapters()]


def store() -> Store:
    return Store(paths.BUILD / "results")


@contextmanager
def alone():
    """Wait until no other build works in this folder."""
    from filelock import FileLock, Timeout

    paths.BUILD.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.BUILD / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        click.echo("Another build is at work in this folder; waiting until it is done", err=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def build(workers: int | None = None, minutes: float | None = None, explain: bool = False, everything: bool = False) -> Path:
    """Bring the site up to date and return its first page.

    workers: kernels at a time; minutes: limit of a chapter; explain: say why each chapter is executed or not; everything:
    ignore stored results. An error leaves the last good site in ``_build/html`` as it was.
    """
    site = paths.BUILD / "html"
    with one_line_errors(STAYS), alone():
        _recover(site)
        why = why_stale(everything)
        if explain:
            for name, reasons in why.items():
                click.echo(f"{name}: {'; '.join(reasons) or 'nothing it depends on has changed'}")
        if any(why.values()):
            _make(site, workers, minutes, everything)
        else:
            click.echo("Nothing to do")
    return site / "index.html"


@contextmanager
def one_line_errors(stays: str):
    """An interrupt, or a file that cannot be read or written, in one line that ends with what stays as it was."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\nInterrupted; {stays}", err=True)
        raise click.exceptions.Exit(130) from None
    except OSError as error:
        raise BookError(f"{error.strerror or error}: {error.filename or paths.BUILD}; {stays}") from None


def why_stale(everything: bool = False) -> dict[str, list[str]]:
    """For every chapter, and for the pages as a whole, the reasons to make them anew."""
    why: dict[str, list[str]] = {}
    for job in jobs():
        try:
            why[job.name] = cache.reasons(job, cache.basis(job), store().get(job))
        except ValueError as error:
            why[job.name] = [str(error)]
        if everything:
            why[job.name] = ["told to execute everything"]
    why["pages"] = [f"{job} is executed" for job, reasons in why.items() if reasons] or _stale_pages()
    return why


def _make(site: Path, workers: int | None, minutes: float | None, everything: bool) -> None:
    from migrationbook.press import warm

    try:
        prepare_pages()
        execute_all(STAYS, workers, minutes, everything)
        click.echo("Building pages")
        state = _state()
        kept = paths.BUILD / KEPT
        if everything or not _is_kept(state):
            shutil.rmtree(kept, ignore_errors=True)
        fresh = pages_of("html", "index.html", STAYS, kept)
        # What changed meanwhile is not on the pages: the next build will find it.
        known = state if state == _state() else {}
        _swap(fresh, site)
        if not (site / "sitemap.xml").exists():
            click.echo("The site's address is not known (SITE_URL): it has no sitemap, no feed, no preview pictures")
        cache.forget(paths.BUILD / "drawings")
        cache.forget(paths.BUILD / "styles")
        about = {"made from": known, "pages": cache.tree([site]), "kept": cache.tree([kept])}
        cache.write(paths.BUILD / "site.json", json.dumps(about))
    finally:
        warm.stop()
        shutil.rmtree(paths.BUILD / "next", ignore_errors=True)


def execute_all(stays: str, workers: int | None, minutes: float | None, everything: bool = False) -> None:
    """Bring the results of all chapters up to date. Raises BookError, ending with what stays, if one fails."""
    from migrationbook.press.execute import execute_jobs

    results = execute_jobs(jobs(), store(), workers=workers, minutes=minutes, ignore_store=everything)
    failed = [result.problem for result in results if result.problem]
    for problem in failed:
        click.echo(problem, err=True)
    if failed:
        raise BookError(f"{len(failed)} of {len(jobs())} chapters failed; {stays}")


def pages_environment() -> dict[str, str]:
    """Variables of the process that makes pages."""
    from migrationbook.press.execute import ENVIRONMENT

    return os.environ | ENVIRONMENT | settings.THREADLESS


def _state() -> dict[str, str | None]:
    """Fingerprints of everything the pages are made from, under plain names."""
    found = {"_config.yml": paths.ROOT / "_config.yml", "_toc.yml": paths.ROOT / "_toc.yml"}
    found |= {f"chapters/{path.relative_to(paths.CHAPTERS).as_posix()}": path for path in sorted(paths.CHAPTERS.rglob("*"))
              if path.is_file() and ".ipynb_checkpoints" not in path.parts}
    found |= {f"the result of {job.name}": store().path(job) for job in jobs()}
    found |= {name: paths.ROOT / name for name in ("CITATION.cff", "CHANGELOG.md")}
    found |= {name: paths.LIBRARY.parent / name for name in settings.LOCK}
    state = {name: cache.fingerprint(path) for name, path in found.items()}
    state |= {"the library": cache.tree([paths.LIBRARY]), "the data": cache.tree([paths.DATA])}
    variables = ("SOURCE_DATE_EPOCH", "SITE_URL", "REPOSITORY_URL", *settings.ENVIRONMENT)
    return state | {"Python": platform.python_version()} | {name: os.environ.get(name) for name in variables}


def _about() -> dict:
    """What is known of the site in _build/html: the state it was made from, fingerprints of it and of what is kept of it."""
    try:
        about = json.loads((paths.BUILD / "site.json").read_text(encoding="utf-8"))
        return {name: about[name] for name in ("made from", "pages", "kept")}
    except (OSError, ValueError, KeyError):
        return {}


def _changed(known: dict, now: dict) -> list[str]:
    return [name for name in sorted({*known, *now}) if known.get(name) != now.get(name)]


def _stale_pages() -> list[str]:
    """Why the pages are not those of now; empty if they are, to the byte."""
    if not (about := _about()):
        return ["there are no finished pages"]
    changed = _changed(about["made from"], _state())
    if not changed and cache.tree([paths.BUILD / "html"]) != about["pages"]:
        return ["_build/html is not as it was made"]
    return [f"{name} changed" for name in changed]


def _is_kept(now: dict) -> bool:
    """Whether what is kept of the last site serves for this one: it is as it was left, and only texts of chapters changed.

    The last site had no warning, or it would not be there: what Sphinx does not read again it has nothing to say about.
    """
    if not (about := _about()):
        return False
    known = about["made from"]
    return (known.keys() == now.keys() and all(map(TEXT.fullmatch, _changed(known, now)))
            and cache.tree([paths.BUILD / KEPT]) == about["kept"])


def lay_out(stage: Path, notebooks: list[Path]) -> Path:
    """Copy the book to ``stage`` with these notebooks in place of the committed ones; what is there and the same stays."""
    found = {path.relative_to(paths.ROOT): path for path in paths.CHAPTERS.rglob("*")
             if path.is_file() and path.suffix != ".ipynb" and ".ipynb_checkpoints" not in path.parts}
    found |= {Path(name): paths.ROOT / name for name in ("_config.yml", "_toc.yml")}
    found |= {Path("chapters", path.name): path for path in notebooks}
    for path in [path for path in stage.rglob("*") if path.is_file()]:
        if path.relative_to(stage) not in found:
            path.unlink()
    for name, path in found.items():
        copy, content = stage / name, path.read_bytes()
        if not copy.exists() or copy.read_bytes() != content:  # Sphinx goes by the times of files
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
    return stage


def pages_of(builder: str, needed: str, stays: str, kept: Path | None = None) -> Path:
    """Make the pages of the executed book, every warning an error, and return their folder, in which ``needed`` is.

    kept: as in `pages.make`.
    """
    stage = lay_out(paths.BUILD / "stage", [job.output for job in jobs()])
    output = paths.BUILD / "next" / builder
    shutil.rmtree(output.parent, ignore_errors=True)
    log = paths.BUILD / LOG
    try:
        status = print_pages(stage, output, log, pages_environment(), builder, kept)
    except subprocess.TimeoutExpired:
        raise BookError(f"the pages took more than {settings.MINUTES} minutes, so {stays}; details: _build/{LOG}") from None
    if status or not (output / needed).exists():
        for line in warnings(log, stage)[:8]:
            click.echo(f"  {line}", err=True)
        raise BookError(f"the pages could not be built, so {stays}; details: _build/{LOG}")
    return output


def prepare_pages() -> None:
    """Start importing what pages are made with, while chapters execute."""
    from migrationbook.press import warm

    with suppress(warm.Unavailable):  # then the pages take a few seconds longer
        warm.server(pages.PRELOAD, pages_environment())


def print_pages(stage: Path, output: Path, log: Path, environment: dict[str, str], builder: str = "html",
                kept: Path | None = None) -> int:
    """Let a builder of Sphinx make a staged book into ``output``, in a process of its own; return its exit status.

    kept: as in `pages.make`. Raises subprocess.TimeoutExpired after ``settings.MINUTES``.
    """
    from migrationbook.press import warm

    command = [sys.executable, "-m", "migrationbook.press.pages", str(stage), str(output), builder]
    command += [str(kept)] if kept else []
    with log.open("wb") as stream:
        process: warm.Process | subprocess.Popen
        try:
            process = warm.fork(pages.PRELOAD, command, cwd=str(paths.ROOT), env=environment, stdout=stream, stderr=stream)
        except warm.Unavailable:
            process = subprocess.Popen(command, cwd=paths.ROOT, env=environment, stdout=stream, stderr=stream)
        try:
            return process.wait(60 * settings.MINUTES)
        except BaseException:
            process.kill()
            raise


def warnings(log: Path, stage: Path) -> list[str]:
    """What Sphinx warned of, a line each, without colours and the folder of the stage."""
    text = click.unstyle(log.read_text(encoding="utf-8", errors="replace"))
    return [line.replace(f"{stage}/", "") for line in text.splitlines()
            if "WARNING" in line or "ERROR" in line or "Error" in line]


def _swap(fresh: Path, site: Path) -> None:
    """Put the finished site where readers look for it, in two renames."""
    old = site.with_name("previous")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _recover(site: Path) -> None:
    """Bring back the last good site if a build was ended between the two renames."""
    if not site.exists() and site.with_name("previous").exists():
        site.with_name("previous").rename(site)
