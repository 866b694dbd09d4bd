"""What in the book is out of date, why, and what brings it up to date. Nothing is executed or written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from migrationbook import paths
from migrationbook.analyst.doctor import altered_tables, different_packages, locked, unexecuted
from migrationbook.claims import robustness
from migrationbook.data import package
from migrationbook.press import cache, site
from migrationbook.press.cache import Job
from migrationbook.press.execute import merged
from migrationbook.prose import counted

NAMED = 2  # reasons and names told; more are counted


@dataclass(frozen=True)
class Entry:
    """One part of the book. why: what makes it out of date, empty if it is current; cure: what helps, ``{}`` for the names."""

    part: str
    name: str
    why: str
    cure: str


def entries() -> Iterator[Entry]:
    """Every part of the book: environment and lock, tables, committed outputs, record of robustness, chapters and pages built."""
    yield Entry("environment", "requirements.txt", _listed(different_packages()), "make book")
    yield Entry("lock", "pyproject.toml", _listed(unlocked()), "make lock")
    yield Entry("data", counted(len(package()["resources"]), "table"), _listed(altered_tables(), "is not as published"),
                "migrationbook data check")
    for job in site.jobs():
        yield Entry("outputs", job.name, committed(job), "migrationbook execute {} --write")
    record = robustness.recorded()
    for name in robustness.alternatives():
        yield Entry("robustness", name, _listed(robustness.stale(name, record.get(name))), "migrationbook rejudge {} --write")
    for name, why in site.why_stale().items():
        yield Entry("built", name, _listed(why), "migrationbook build")


def unlocked() -> list[str]:
    """Direct dependencies for which requirements.txt has another version than lib/pyproject.toml."""
    project = tomllib.loads((paths.LIBRARY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    known = {canonicalize_name(name): version for name, version in locked().items()}
    wanted = [*project["dependencies"], *(text for part in project["optional-dependencies"].values() for text in part)]
    found = []
    for requirement in map(Requirement, wanted):
        version = known.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{requirement.name} is not in requirements.txt")
        elif not requirement.specifier.contains(version):
            found.append(f"{requirement.name} {version} is locked, {requirement.specifier} is asked for")
    return found


def committed(job: Job) -> str:
    """Why the outputs in a committed chapter are not those of its code and tables as they are now; empty if they are.

    Known for certain only where the chapter was executed on this machine and nothing it depends on has changed since.
    """
    if unexecuted(job.notebook):
        return "not executed from top to bottom"
    try:
        entry = site.store().get(job)
    except ValueError as error:
        return str(error)
    if entry is None:
        return ""  # never executed here: the chapter as it came, which `make test` holds to a re-execution
    if changed := cache.reasons(job, cache.basis(job), entry):
        return _listed(changed)
    if merged(job.notebook, entry.outputs) != job.notebook.read_text(encoding="utf-8"):
        return "an execution gives other outputs"
    return ""


def vintages() -> list[tuple[str, str, str]]:
    """The tables a publisher's new file can bring up to date: name, last period, vintage; the most recent first."""
    from migrationbook.sources.readers import READERS

    tables = [entry for entry in package()["resources"] if entry["name"] in READERS]
    tables.sort(key=lambda entry: (entry.get("coverage") or [""])[-1], reverse=True)
    return [(entry["name"], (entry.get("coverage") or [""])[-1], entry["vintage"]) for entry in tables]


def _listed(reasons: list[str], what: str = "") -> str:
    """The first few reasons in one line."""
    told = ", ".join(f"{one} {what}".strip() for one in reasons[:NAMED])
    return f"{told}, and {len(reasons) - NAMED} more" if len(reasons) > NAMED else told
