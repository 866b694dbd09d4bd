"""Execute chapters with each of their alternatives and record what the claims are judged to be (`robustness`)."""

from __future__ import annotations

import json
from collections.abc import Callable

from migrationbook import paths
from migrationbook.claims import robustness
from migrationbook.claims.robustness import FILE, Survival, alternatives, depends, measured, recorded, stale, survival, verdicts
from migrationbook.claims.scoreboard import collect
from migrationbook.errors import BookError
from migrationbook.press import cache, site
from migrationbook.press.cache import Job
from migrationbook.press.chapters import chapter
from migrationbook.press.execute import execute_jobs
from migrationbook.prose import counted


def rejudge(names: list[str], write: bool, workers: int | None, tell: Callable[[str], None]) -> list[str]:
    """Bring the record of some chapters up to date (all with alternatives if none is named) and return what failed.

    Chapters whose record holds are not executed. Each chapter is written when it is done, if told to write; one with a
    failure stays as it was. tell: takes lines that say what changes.
    """
    known = alternatives()
    if not known:
        raise BookError(f"chapters/{robustness.ALTERNATIVES} lists no alternatives; a line of it: "
                        'CHAPTER = [{ PARAMETER = 2, why = "A reason." }]')
    wanted = [chapter(name).stem for name in names] or list(known)
    for name in wanted:
        if name not in known:
            raise BookError(f"chapters/{robustness.ALTERNATIVES} has no alternatives for '{name}'; there are: {', '.join(known)}")
    problems = []
    with site.alone():
        for name in wanted:
            before = recorded().get(name)
            changed = stale(name, before)
            if not changed:
                tell(f"{name}: nothing its verdicts depend on has changed")
                continue
            tell(f"{name}: {counted(len(known[name]), 'alternative')}; {changed[0]}{', and more' if len(changed) > 1 else ''}")
            entry, failed = _execute(name, workers)
            problems += failed
            if failed:
                tell(f"{name}: left as it was, because {len(failed)} failed")
                continue
            for line in _differences(name, before, entry):
                tell(f"  {line}")
            if write:
                _write(name, entry, set(known))
    return problems


def _execute(name: str, workers: int | None) -> tuple[dict, list[str]]:
    """Execute a chapter as published and with each alternative; return its entry, or what failed."""
    tried = alternatives()[name]
    folder = paths.BUILD / "rejudge" / name
    jobs = [next(job for job in site.jobs() if job.name == name)]
    jobs += [Job(chapter(name), folder / f"{number:02}.ipynb", one.values) for number, one in enumerate(tried, start=1)]
    results = list(execute_jobs(jobs, site.store(), workers=workers))
    failed = [f"{result.problem}; with {tried[jobs.index(result.job) - 1] if result.job.values else 'the published values'}"
              for result in results if result.problem]
    if failed:
        return {}, failed
    published, *others = (measured(collect([job.output])) for job in jobs)
    if verdicts(published) != verdicts(robustness.published(name)):
        return {}, [f"{name}.ipynb records other verdicts than it reaches; first: migrationbook execute {name} --write"]
    return {
        "depends": depends(name, sorted({path for job in jobs if (kept := site.store().get(job)) for path, *_ in kept.reads})),
        "published": published,
        "alternatives": [{"values": one.values, "differs": _differing(published, judged)}
                         for one, judged in zip(tried, others, strict=True)],
    }, []


def _differing(published: dict[str, dict], judged: dict[str, dict]) -> dict[str, dict]:
    """The claims with another verdict or other estimates than published: the verdict, and the estimates that are others."""
    return {claim: {"verdict": one["verdict"], "estimates": {name: value for name, value in one["estimates"].items()
                                                             if value != published[claim]["estimates"][name]}}
            for claim, one in judged.items() if one != published[claim]}


def _differences(name: str, before: dict | None, entry: dict) -> list[str]:
    """What the new entry says that the old one did not, a line a claim."""
    now, then = survival(name, entry), survival(name, before) if before else {}
    return [f"{claim}: {told(one)}{f' (was: {told(then[claim])})' if claim in then else ''}" for claim, one in now.items()
            if claim not in then or told(then[claim]) != told(one)]


def told(one: Survival) -> str:
    """The outcome of a claim in words for a terminal, the same in whatever order the alternatives come."""
    changes = "; ".join(sorted(f"{verdict} with {which}" for which, verdict in one.changes))
    return f"{one.verdict}, survives {one.survives} of {len(one.alternatives)}{f', {changes}' if changes else ''}"


def _write(name: str, entry: dict, known: set[str]) -> None:
    """Put the entry of a chapter into the file, and drop those of chapters that have no alternatives any more."""
    content = {key: one for key, one in recorded().items() if key in known} | {name: entry}
    cache.write(paths.CHAPTERS / FILE, _text(content) + "\n")
    robustness.survivals.cache_clear()


def _text(content: object, depth: int = 0) -> str:
    """JSON with sorted keys and a line for each fingerprint, claim and alternative, so that changes are easy to read."""
    if depth == 3 or not content or not isinstance(content, dict | list):
        return json.dumps(content, ensure_ascii=False, sort_keys=True)
    inner = "\n" + " " * (depth + 1)
    if isinstance(content, list):
        return f"[{','.join(inner + _text(one, depth + 1) for one in content)}\n{' ' * depth}]"
    rows = (f"{inner}{json.dumps(key, ensure_ascii=False)}: {_text(content[key], depth + 1)}" for key in sorted(content))
    return f"{{{','.join(rows)}\n{' ' * depth}}}"
