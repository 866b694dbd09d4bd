"""Judge a claim: measured ones by the rules of the register, documentary ones by one rule on the stance of the evidence."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from simpleeval import EvalWithCompoundTypes, InvalidExpression

from migrationbook.claims import register
from migrationbook.errors import BookError
from migrationbook.words import word

MIME = "application/vnd.migrationbook.claims+json"
NORMATIVE = "A value judgement: figures can inform it but not decide it."
DOCUMENTARY = {
    (False, False, False): ("unverifiable", "No evidence for or against it could be found."),
    (False, True, False): ("unverifiable", "The evidence found qualifies it, but none supports or contradicts it."),
    (True, False, False): ("supported", "Supported by the evidence found; nothing limits or contradicts it."),
    (True, True, False): ("mostly-supported", "Supported by the evidence found, within the limits named."),
    (True, False, True): ("mixed", "Some of the evidence supports it and some contradicts it."),
    (True, True, True): ("mixed", "Some of the evidence supports it and some contradicts it."),
    (False, False, True): ("not-supported", "The evidence found contradicts it."),
    (False, True, True): ("not-supported", "The evidence found contradicts it."),
}


@dataclass(frozen=True)
class Judgement:
    """One claim with its verdict and everything the verdict rests on. ``estimates``: name → number."""

    id: str
    theme: str
    type: str
    claim: str
    verdict: str
    confidence: str
    rule: str
    because: str
    estimates: dict[str, float]
    interval: tuple[float, float] | None
    evidence: list[dict[str, str]]
    tables: list[str]
    known_then: str
    known_now: str
    later_outcome: str
    first_reading: str


def judge(
    claim_id: str, estimates: dict[str, float] | None = None, interval: tuple[float, float] | None = None,
    tables: Sequence[str] = (), known_then: str = "", known_now: str = "",
) -> Judgement:
    """Return the verdict on a claim.

    estimates: the numbers the claim's rules speak of (table ``claim_estimates``), for measured claims only.
    interval: of the main estimate, in its unit. tables: the data it was computed from. known_then, known_now: one
    phrase each. Raises BookError for an unknown claim and for estimates that are missing, unknown or not finite.
    """
    row = register.claim(claim_id)
    if row["judged_by"] == "later":
        raise BookError(f"claim {claim_id} has no rules yet: add them to data/claims/claim_rules.csv")
    evidence = register.evidence(claim_id)
    given = {name: float(value) for name, value in (estimates or {}).items()}
    _check_estimates(claim_id, given)
    if row["judged_by"] == "measured":
        verdict, because, rule = _by_rules(claim_id, given)
    elif row["judged_by"] == "normative":
        verdict, because, rule = "normative", NORMATIVE, "normative claims are not decided by evidence"
    else:
        stances = set(evidence["stance"])
        verdict, because = DOCUMENTARY[tuple(s in stances for s in ("supports", "limits", "contradicts"))]
        rule = "the stance of the evidence rows"
    return Judgement(
        id=claim_id, theme=row["theme"], type=row["type"], claim=row["claim"], verdict=verdict,
        confidence=_confidence(row["judged_by"], evidence), rule=rule, because=because, estimates=given,
        interval=tuple(interval) if interval else None,
        evidence=evidence[["publisher", "url", "statement", "stance"]].to_dict("records"), tables=list(tables),
        known_then=known_then, known_now=known_now, later_outcome=row["later_outcome"], first_reading=row["first_reading"],
    )


def _check_estimates(claim_id: str, given: dict[str, float]) -> None:
    wanted = set(register.estimates(claim_id)["estimate"])
    for name in sorted(wanted ^ set(given)):
        problem = "is missing" if name in wanted else "is not one its rules know"
        raise BookError(f"claim {claim_id}: estimate '{name}' {problem}; it takes: {', '.join(sorted(wanted)) or 'none'}")
    for name, value in given.items():
        if not math.isfinite(value):
            raise BookError(f"claim {claim_id}: estimate '{name}' is {value}; a finite number is needed")


def _by_rules(claim_id: str, given: dict[str, float]) -> tuple[str, str, str]:
    evaluator = EvalWithCompoundTypes(names=dict(given), functions={"abs": abs, "min": min, "max": max})
    for rule in register.rules(claim_id).itertuples():
        try:
            holds = evaluator.eval(rule.when)
        except (InvalidExpression, ZeroDivisionError, SyntaxError, OverflowError) as error:
            raise BookError(f"claim {claim_id}, rule {rule.step} '{rule.when}': {error}") from None
        if holds:
            return rule.verdict, rule.because.format(**given).replace("-", "−"), rule.when
    raise BookError(f"claim {claim_id}: no rule applies; the last rule must be True")


def _confidence(judged_by: str, evidence) -> str:
    """High: computed from tables, or two publishers of whom one official or quoting officials; low: one publisher."""
    if judged_by in ("measured", "normative"):
        return "high" if judged_by == "normative" or not (evidence["stance"] == "limits").any() else "medium"
    backing = evidence[evidence["stance"] == "supports"]
    official = backing["status"].isin(["official", "press_reported_official"]).any()
    if (evidence["stance"] == "contradicts").any() or not official:
        return "low" if backing["publisher"].nunique() < 2 else "medium"
    return "high" if backing["publisher"].nunique() >= 2 else "medium"


class Judged:
    """Judgements as a chapter records them: machine-readable for the site, a table in JupyterLab."""

    def __init__(self, judgements: Sequence[Judgement]) -> None:
        self.judgements = list(judgements)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        rows = [_rounded(asdict(judgement)) for judgement in self.judgements]
        cells = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in (
                row["id"], row["claim"], word(f"verdict.{row['verdict']}"), row["because"])) + "</tr>"
            for row in rows
        )
        plain = "\n".join(f"{row['id']}: {word('verdict.' + row['verdict'])}. {row['because']}" for row in rows)
        return {MIME: rows, "text/html": f"<table>{cells}</table>", "text/plain": plain}


def judged(judgements: Sequence[Judgement]) -> Judged:
    """Record judgements in the notebook's outputs: the last value of a cell."""
    return Judged(judgements)


def _rounded(row: dict) -> dict:
    row["estimates"] = {name: _six(value) for name, value in row["estimates"].items()}
    row["interval"] = [_six(value) for value in row["interval"]] if row["interval"] else None
    return row


def _six(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)
