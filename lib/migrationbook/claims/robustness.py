"""Does a verdict survive? Measured claims judged again with other values of their chapter's parameters.

``chapters/alternatives.toml`` lists the values a fair critic could have chosen, ``chapters/robustness.json`` what the claims
were judged to be with each of them (`rejudge`). Both are committed; the second also holds fingerprints of what the verdicts
can depend on, so that a chapter whose record is out of date is never shown.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from migrationbook import paths
from migrationbook.claims.judge import MIME
from migrationbook.errors import BookError
from migrationbook.press.cache import Job, basis, cells, digest, fingerprint
from migrationbook.press.chapters import Parameter, chapter, parameters

ALTERNATIVES = "alternatives.toml"
FILE = "robustness.json"
# Files that draw, word, describe or run what a chapter computes, and evidence no measured verdict counts: not its figures.
SILENT = ("lib/migrationbook/charts/", "lib/migrationbook/press/", "lib/migrationbook/prose.py", "lib/migrationbook/words.",
          "data/datapackage.json", "data/claims/claim_evidence.csv")


@dataclass(frozen=True)
class Alternative:
    """Other values of one parameter, or of several that go together, and why somebody could prefer them."""

    values: dict[str, object]
    why: str

    def __str__(self) -> str:
        return " + ".join(f"{name} {self.values[name]}" for name in sorted(self.values))  # as in the record


@dataclass(frozen=True)
class Survival:
    """One measured claim under its chapter's alternatives.

    `verdicts` and `moved` (is any of its estimates another?) follow `alternatives`. stale: what changed since; empty if nothing.
    """

    claim: str
    chapter: str
    verdict: str
    alternatives: list[Alternative]
    verdicts: list[str]
    moved: list[bool]
    stale: list[str]

    @property
    def survives(self) -> int:
        """The number of alternatives that leave the verdict as published."""
        return self.verdicts.count(self.verdict)

    @property
    def changes(self) -> list[tuple[Alternative, str]]:
        """The alternatives with another verdict, each with that verdict."""
        return [pair for pair in zip(self.alternatives, self.verdicts, strict=True) if pair[1] != self.verdict]


def alternatives() -> dict[str, list[Alternative]]:
    """The alternatives by chapter, in the order of the file. Raises BookError as `alternatives_of` does."""
    return {name: alternatives_of(name) for name in _given()}


def alternatives_of(name: str) -> list[Alternative]:
    """The alternatives of one chapter, in the order of the file; [] if it has none.

    Raises BookError for an unknown chapter or parameter, a value of another type or the published one, one given twice,
    and one without a reason. Whether a value is possible the chapter itself decides when it is executed.
    """
    rows = _given().get(name, [])
    known = parameters(chapter(name)) if rows else {}
    return [_alternative(name, number, dict(row), rows[:number - 1], known) for number, row in enumerate(rows, start=1)]


def _given() -> dict[str, list[dict]]:
    try:
        return tomllib.loads((paths.CHAPTERS / ALTERNATIVES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}  # a book need not have any
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"chapters/{ALTERNATIVES}: {error}") from None


def _alternative(name: str, number: int, values: dict, before: list[dict], known: dict[str, Parameter]) -> Alternative:
    where = f"chapters/{ALTERNATIVES}: {name}, alternative {number}"
    why = values.pop("why", "")
    if not why or not values:
        raise BookError(f"{where}: it needs at least one parameter, and 'why', the reason for its value")
    for parameter, value in values.items():
        if parameter not in known:
            raise BookError(f"{where}: no parameter '{parameter}'; there are: {', '.join(known)}")
        if type(value).__name__ != known[parameter].type:
            raise BookError(f"{where}: {parameter} is {value!r}; it takes {known[parameter].type}")
        if value == known[parameter].default:
            raise BookError(f"{where}: {parameter} is {value!r}, as published; give another value")
    if any(values == {key: value for key, value in row.items() if key != "why"} for row in before):
        raise BookError(f"{where}: given before")
    return Alternative(values, why)


def recorded() -> dict[str, dict]:
    """The content of ``robustness.json`` by chapter; {} if there is none. Raises BookError for a file that is no JSON."""
    try:
        return json.loads((paths.CHAPTERS / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BookError(f"chapters/{FILE}: {error}; make it again with: migrationbook rejudge --write") from None


def depends(name: str, reads: list[str]) -> dict[str, str | None]:
    """Fingerprints of what the verdicts of a chapter can depend on: the files ``reads``, code, alternatives and lock.

    Of the code cells those count that come no later than the last one that judges; what follows are exercises. Files of the
    library have the same names in every book made with it, wherever it lies.
    """
    job = Job(chapter(name), paths.BUILD)
    code = cells(job.notebook)
    judging = [number for number, cell in enumerate(code, start=1)
               if any(MIME in output.get("data", {}) for output in cell["outputs"])]
    now = basis(job)
    values = [one.values for one in alternatives_of(name)]
    found = {"alternatives": digest(json.dumps(values, sort_keys=True)),
             "code": digest(json.dumps(now["code"][:max(judging, default=None)])), **now["lock"]}
    library = paths.LIBRARY.parent
    named = [os.path.relpath(path, library) if Path(path).is_relative_to(library) else path for path in reads]
    found |= {path: fingerprint((library if path.startswith("lib/migrationbook/") else paths.ROOT) / path)
              for path in named if not path.startswith(SILENT)}
    return {what: mark and mark[:16] for what, mark in found.items()}


def published(name: str) -> dict[str, dict]:
    """The measured claims the committed chapter records: claim → verdict and estimates."""
    outputs = [output for cell in cells(chapter(name)) for output in cell["outputs"]]
    return measured(row for output in outputs for row in output.get("data", {}).get(MIME, []))


def measured(judgements: Iterable[dict]) -> dict[str, dict]:
    """Of judgements as chapters record them the measured ones, those with estimates: claim → verdict and estimates."""
    return {row["id"]: {"verdict": row["verdict"], "estimates": row["estimates"]} for row in judgements if row["estimates"]}


def verdicts(claims: dict[str, dict]) -> dict[str, str]:
    return {claim: one["verdict"] for claim, one in claims.items()}


def stale(name: str, entry: dict | None) -> list[str]:
    """What changed since the entry of a chapter was made; empty if it holds."""
    if entry is None:
        return ["its verdicts were never judged again"]
    reads = [what for what in entry["depends"] if "/" in what]
    now = depends(name, reads)
    changed = [f"{what} changed" for what in sorted({*now, *entry["depends"]}) if now.get(what) != entry["depends"].get(what)]
    then, here = verdicts(entry["published"]), verdicts(published(name))
    return changed + [f"the published verdict on {claim} is another" for claim in sorted({*then, *here})
                      if then.get(claim) != here.get(claim)]


def survival(name: str, entry: dict) -> dict[str, Survival]:
    """The claims of one chapter's entry, each with what became of it."""
    why = {json.dumps(one.values, sort_keys=True): one.why for one in alternatives_of(name)}
    tried = [Alternative(row["values"], why.get(json.dumps(row["values"], sort_keys=True), "")) for row in entry["alternatives"]]
    changed = stale(name, entry)
    return {claim: Survival(
        claim, name, one["verdict"], tried, [row["differs"].get(claim, one)["verdict"] for row in entry["alternatives"]],
        [claim in row["differs"] for row in entry["alternatives"]], changed) for claim, one in entry["published"].items()}


@cache
def survivals() -> dict[str, Survival]:
    """All claims of ``robustness.json``, read and compared with the book once a process."""
    return {claim: one for name, entry in recorded().items() for claim, one in survival(name, entry).items()}


def summary(claim_id: str) -> dict[str, object]:
    """How a claim fared, for export; {} for one that depends on no parameter or whose record is out of date.

    alternatives: how many were tried; survived: with the published verdict; entered: that change an estimate of the claim;
    verdicts: all those reached, the published one first.
    """
    one = survivals().get(claim_id)
    if one is None or one.stale:
        return {}
    return {"alternatives": len(one.alternatives), "survived": one.survives, "entered": sum(one.moved),
            "verdicts": list(dict.fromkeys([one.verdict, *one.verdicts]))}
