"""What earlier editions of the book concluded, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from migrationbook.data import load


@dataclass(frozen=True)
class Change:
    """A claim whose verdict is another one now. ``day`` is None and ``why`` empty until somebody has recorded them."""

    claim: str
    edition: str
    before: str
    now: str
    day: date | None
    why: str


def latest() -> tuple[str, date]:
    """Number and date of the latest edition whose verdicts are recorded: table ``claim_editions``."""
    rows = load("claim_editions")
    newest = max(rows["edition"], key=lambda edition: [int(part) for part in edition.split(".")])
    return newest, rows.loc[rows["edition"] == newest, "date"].iloc[0].date()


def changes(judgements: Iterable[dict]) -> list[Change]:
    """The claims that `judgements` (id, verdict) judge otherwise than the latest edition did, in their order."""
    edition, _ = latest()
    before = load("claim_editions").query("edition == @edition").set_index("claim")
    found = []
    for judged in judgements:
        if judged["id"] in before.index and before.at[judged["id"], "verdict"] != judged["verdict"]:
            row = before.loc[judged["id"]]
            day = None if row.isna()["changed"] else row["changed"].date()
            found.append(Change(judged["id"], edition, row["verdict"], judged["verdict"], day, row["why"]))
    return found


def first_judged(judgements: Iterable[dict]) -> list[str]:
    """The claims that the latest recorded edition did not judge."""
    edition, _ = latest()
    known = set(load("claim_editions").query("edition == @edition")["claim"])
    return [judged["id"] for judged in judgements if judged["id"] not in known]
