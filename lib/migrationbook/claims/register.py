"""The register of claims, its rules and its evidence, as rows of the data package."""

from __future__ import annotations

import difflib

import pandas as pd

from migrationbook.data import load, resource
from migrationbook.errors import BookError

SCALE = ("supported", "mostly-supported", "mixed", "overstated", "not-supported", "unverifiable", "normative")


def claim(claim_id: str) -> pd.Series:
    """One row of the register. An unknown id raises BookError suggesting the nearest."""
    register = load("claims").set_index("id")
    if claim_id not in register.index:
        near = difflib.get_close_matches(claim_id, register.index, n=1, cutoff=0)
        raise BookError(f"no claim '{claim_id}' in the register; did you mean '{near[0]}'?")
    return register.loc[claim_id]


def judged_as_of() -> str:
    """Month of the argument (YYYY-MM); documentary verdicts count what was said by its end. It stands with table ``claims``."""
    as_of = resource("claims").get("judged_as_of")
    if as_of is None:
        raise BookError("table claims: it does not say as of which month its claims are judged; add judged_as_of: \"YYYY-MM\"")
    return as_of


def rules(claim_id: str) -> pd.DataFrame:
    """The rules of a measured claim, in order: verdict, when (expression), because (sentence)."""
    return _rows("claim_rules", claim_id).sort_values("step")


def estimates(claim_id: str) -> pd.DataFrame:
    """The estimates the rules of a claim speak of: estimate, unit, meaning."""
    return _rows("claim_estimates", claim_id)


def units() -> dict[tuple[str, str], str]:
    """The unit of every estimate of the register: (claim, estimate) → unit."""
    return load("claim_estimates").set_index(["claim", "estimate"])["unit"].to_dict()


def evidence(claim_id: str) -> pd.DataFrame:
    """The evidence rows of a claim: stance, statement, publisher, url, status."""
    return _rows("claim_evidence", claim_id).sort_values("item")


def _rows(table: str, claim_id: str) -> pd.DataFrame:
    rows = load(table)
    return rows[rows["claim"] == claim_id]
