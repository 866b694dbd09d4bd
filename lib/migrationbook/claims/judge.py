"""Judge a claim: measured ones by the rules of the register, documentary ones by one rule on the stance of the evidence."""

from __future__ import annotations

import html
import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pandas as pd
from simpleeval import InvalidExpression, SimpleEval

from migrationbook.claims import register
from migrationbook.errors import BookError
from migrationbook.prose import MINUS, month
from migrationbook.words import word

MIME = "application/vnd.migrationbook.claims+json"
RULES = "data/claims/claim_rules.csv"
NORMATIVE = "A value judgement: figures can inform it but not decide it."
NO_EVIDENCE = "No evidence for or against it was found."
SHOWN = ("date", "publisher", "url", "statement", "stance", "later")  # of a finding
# which of supports, limits, contradicts is among the confirmed findings -> verdict
DOCUMENTARY = {
    (False, False, False): "unverifiable",
    (False, True, False): "unverifiable",
    (True, False, False): "supported",
    (True, True, False): "mostly-supported",
    (True, False, True): "mixed",
    (True, True, True): "mixed",
    (False, False, True): "not-supported",
    (False, True, True): "not-supported",
}


@dataclass(frozen=True)
class Judgement:
    """One claim with its verdict and everything the verdict rests on.

    `rule` is what decided and `because` says it in a sentence. `estimates` are in the units of table claim_estimates.
    `confidence` says how well the evidence is sourced ("" for a value judgement). `interval` is that of the quantity
    named by `interval_of`. `evidence`: date, publisher, url, statement, stance, and whether it is `later` than the
    article, which a documentary verdict does not count.
    """

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
    interval_of: str
    evidence: list[dict[str, str | bool]]
    tables: list[str]
    known_then: str
    known_now: str
    later_outcome: str
    first_reading: str

    def as_dict(self) -> dict:
        """The judgement as plain data for JSON, floats to six significant digits."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def judge(
    claim_id: str, estimates: Mapping[str, float] | None = None, interval: Sequence[float] | None = None,
    interval_of: str = "", tables: Sequence[str] = (), known_then: str = "", known_now: str = "",
) -> Judgement:
    """Return the verdict on a claim.

    estimates: the numbers the claim's rules speak of (table ``claim_estimates``), for measured claims only.
    interval: (low, high) of what `interval_of` names, with its window and unit. tables: the data it was computed from.
    known_then, known_now: one phrase each. Raises BookError for an unknown claim, one without rules yet, an interval
    of nothing, and for estimates that are missing, unknown or not finite numbers.
    """
    row = register.claim(claim_id)
    if row["judged_by"] == "later":
        raise BookError(f"claim {claim_id} has no rules yet: add them to {RULES}")
    evidence = register.evidence(claim_id)
    evidence = evidence.assign(later=later(evidence["date"]))
    counted = evidence
    given = _estimates(claim_id, estimates or {})
    if row["judged_by"] == "measured":
        verdict, because, rule = _by_rules(claim_id, given)
    elif row["judged_by"] == "normative":
        verdict, because, rule = "normative", NORMATIVE, "normative claims are not decided by evidence"
    else:
        counted = evidence[~evidence["later"]]
        verdict, because = documentary(counted)
        rule = f"the stance of the findings to {month(pd.Timestamp(register.judged_as_of()))}"
    return Judgement(
        id=claim_id, theme=row["theme"], type=row["type"], claim=row["claim"], verdict=verdict,
        confidence="" if verdict == "normative" else confidence(counted), rule=rule, because=because, estimates=given,
        interval=_interval(claim_id, interval, interval_of), interval_of=interval_of,
        evidence=[dict(zip(SHOWN, row, strict=True)) for row in zip(*(evidence[name] for name in SHOWN), strict=True)],
        tables=list(tables), known_then=known_then, known_now=known_now, later_outcome=row["later_outcome"],
        first_reading=row["first_reading"],
    )


def later(dates: pd.Series) -> pd.Series:
    """Whether each date (year, month or day) lies after the month the claims are judged as of; a bare year ends in December."""
    until = register.judged_as_of()
    return pd.Series([(date if len(date) > 4 else f"{date}-12")[:7] > until for date in dates], index=dates.index, dtype=bool)


def documentary(evidence: pd.DataFrame) -> tuple[str, str]:
    """Verdict and reason from the stances of the findings: one rule for every documentary claim.

    Unconfirmed findings are shown but not counted; those later than the article are left out by the caller. The
    reason is the first finding for the claim and the first that contradicts or limits it.
    """
    counted = [(stance, statement) for stance, statement, status
               in zip(evidence["stance"], evidence["statement"], evidence["status"], strict=True) if status != "unconfirmed"]
    said = {stance: [statement for one, statement in counted if one == stance]
            for stance in ("supports", "limits", "contradicts", "context")}
    verdict = DOCUMENTARY[bool(said["supports"]), bool(said["limits"]), bool(said["contradicts"])]
    if verdict == "unverifiable":
        return verdict, " ".join([NO_EVIDENCE, *(said["limits"] + said["context"])[:1]])
    if verdict == "mostly-supported":
        return verdict, f"{said['supports'][0]} However: {said['limits'][0]}"
    return verdict, " But: ".join(said["supports"][:1] + said["contradicts"][:1])


def confidence(evidence: pd.DataFrame) -> str:
    """How well the evidence is sourced: high, medium or low.

    Counted are confirmed findings that bear on the claim. High: one is on an agency's own page, or two originators
    speak and one of them is an agency. Low: none, or one originator that is no agency. Medium otherwise. One step
    lower where some findings support the claim and others contradict it.
    """
    counted = [(publisher, status, stance) for publisher, status, stance
               in zip(evidence["publisher"], evidence["status"], evidence["stance"], strict=True)
               if status != "unconfirmed" and stance != "context"]
    # "INM, via AFP" and "INM, via El País" repeat one originator: two outlets do not make a fact twice as sure
    originators = len({publisher.partition(", via ")[0] for publisher, _, _ in counted})
    statuses, stances = {status for _, status, _ in counted}, {stance for _, _, stance in counted}
    agency = bool(statuses & {"official", "press_reported_official"})
    well_sourced = "official" in statuses or (agency and originators > 1)
    sourced = well_sourced or agency or originators > 1
    disputed = {"supports", "contradicts"} <= stances
    return ("low", "medium", "high")[max(sourced + well_sourced - disputed, 0)]


def _estimates(claim_id: str, given: Mapping[str, float]) -> dict[str, float]:
    wanted = list(register.estimates(claim_id)["estimate"])
    for name in sorted(set(wanted) ^ set(given)):
        problem = "is missing" if name in wanted else "is not one its rules know"
        raise BookError(f"claim {claim_id}: estimate '{name}' {problem}; it takes: {', '.join(wanted) or 'none'}")
    return {name: _finite(f"claim {claim_id}: estimate '{name}'", given[name]) for name in wanted}


def _finite(what: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BookError(f"{what} is {value!s:.40}; a finite number is needed")
    return number


def _interval(claim_id: str, interval: Sequence[float] | None, of: str) -> tuple[float, float] | None:
    if interval is None:
        return None
    if not of:
        raise BookError(f"claim {claim_id}: an interval of what? give interval_of='...', with its window and unit")
    try:
        low, high = interval
    except (TypeError, ValueError):
        raise BookError(f"claim {claim_id}: interval is {interval!s:.40}; give (low, high)") from None
    low, high = (_finite(f"claim {claim_id}: an end of the interval", end) for end in (low, high))
    if low > high:
        raise BookError(f"claim {claim_id}: interval ({low:g}, {high:g}) runs backwards; give (low, high)")
    return low, high


def _by_rules(claim_id: str, given: dict[str, float]) -> tuple[str, str, str]:
    rules = register.rules(claim_id)
    for step, verdict, when, because in zip(*(rules[name] for name in ("step", "verdict", "when", "because")), strict=True):
        if holds(claim_id, step, when, given):
            return verdict, fill(claim_id, step, because, given), when
    raise BookError(f"claim {claim_id}: no rule applies; the last rule must be True")


def holds(claim_id: str, step: int, when: str, given: Mapping[str, float]) -> bool:
    """Whether a condition is true of these estimates: comparisons, arithmetic and abs(), nothing else."""
    try:
        outcome = SimpleEval(names=dict(given), functions={"abs": abs}).eval(when)
    except (InvalidExpression, SyntaxError, ArithmeticError, TypeError, ValueError, AttributeError, KeyError) as error:
        told = " ".join(str(error).split())
        raise BookError(f"{RULES}: claim {claim_id}, rule {step} '{when}': {told}; use comparisons of its estimates") from None
    if not isinstance(outcome, bool):
        raise BookError(f"{RULES}: claim {claim_id}, rule {step} '{when}' is no condition; compare its estimates")
    return outcome


def fill(claim_id: str, step: int, because: str, given: Mapping[str, float]) -> str:
    """The sentence of a rule with the estimates filled in; only their minus signs are made signs, not its hyphens."""
    parts = []
    for text, name, form, _ in string.Formatter().parse(because):
        parts.append(text)
        if name is not None:
            if name not in given:
                raise BookError(f"{RULES}: claim {claim_id}, rule {step}: no estimate '{name}' to fill in; "
                                f"it takes: {', '.join(given)}")
            parts.append(format(given[name], form or "").replace("-", MINUS))
    return "".join(parts)


class Judged:
    """Judgements as a chapter records them: machine-readable for the site, a table in JupyterLab."""

    def __init__(self, judgements: Sequence[Judgement]) -> None:
        self.judgements = list(judgements)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        columns = ("id", "claim", "verdict", "confidence", "because")
        head = "".join(f"<th>{html.escape(word(f'claims.{column}'))}</th>" for column in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in (
                judgement.id, judgement.claim, word(f"verdict.{judgement.verdict}"),
                word(f"confidence.{judgement.confidence}") if judgement.confidence else "", judgement.because)) + "</tr>"
            for judgement in self.judgements
        )
        plain = "\n".join(f"{judgement.id}: {word('verdict.' + judgement.verdict)}. {judgement.because}"
                          for judgement in self.judgements)
        return {MIME: [judgement.as_dict() for judgement in self.judgements],
                "text/html": f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", "text/plain": plain}


def judged(judgements: Sequence[Judgement]) -> Judged:
    """Record judgements in the notebook's outputs: the last value of a cell."""
    return Judged(judgements)


def _plain(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
