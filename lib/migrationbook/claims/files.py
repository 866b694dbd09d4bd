"""All judged claims as files for other programs: JSON, and the tidy tables of claims and of their estimates."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

from migrationbook.claims import register, robustness, scoreboard
from migrationbook.data import load, names
from migrationbook.errors import BookError
from migrationbook.press import cache
from migrationbook.press.chapters import chapters

COLUMNS = ("id", "theme", "type", "judged_by", "claim", "verdict", "confidence", "because", "rule", "interval_of",
           "interval_low", "interval_high", "known_then", "known_now", "later_outcome", "first_reading", "findings_then",
           "findings_later", "alternatives", "survived", "verdicts_reached", "tables", "page", "scoreboard")
ESTIMATES = ("claim", "estimate", "value", "unit")
FORMATS = ("csv", "json")


def completed(judgements: Iterable[dict]) -> list[dict]:
    """Judgements ordered by claim, with ``judged_by`` of the register and ``survival``, the claim's `robustness.summary`."""
    ways = load("claims").set_index("id")["judged_by"] if "claims" in names() else {}  # a fork may have no register
    found = [judged | {"judged_by": ways.get(judged["id"], ""), "survival": robustness.summary(judged["id"])}
             for judged in judgements]
    return sorted(found, key=lambda judged: natural(judged["id"]))


def natural(name: str) -> list:
    """Key that sorts E2 before E10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", name)]


def committed() -> list[dict]:
    """Every judgement the committed chapters record, as the site's ``claims.json`` has them: ``page`` is an address there."""
    judgements = scoreboard.collect(chapters())
    return completed(judged | {"page": f"chapters/{judged['chapter']}.html#claim-{judged['id']}",
                               "scoreboard": f"chapters/scoreboard.html#{judged['id']}"} for judged in judgements)


def as_json(claims: list[dict]) -> str:
    """All of it: a list with an entry a claim."""
    return json.dumps(claims, ensure_ascii=False, indent=1) + "\n"


def claims_csv(claims: Iterable[dict]) -> str:
    """A row a claim."""
    return _csv(COLUMNS, map(_row, claims))


def estimates_csv(claims: Iterable[dict]) -> str:
    """A row an estimate."""
    rows = [(judged["id"], name, value) for judged in claims for name, value in (judged.get("estimates") or {}).items()]
    units = register.units() if rows else {}  # a book may judge claims without having a register of estimates
    return _csv(ESTIMATES, ({"claim": claim, "estimate": name, "value": value, "unit": units.get((claim, name), "")}
                            for claim, name, value in rows))


def export(form: str, output: Path, force: bool = False) -> list[Path]:
    """Write what the committed chapters judged to ``output`` in ``form`` (one of FORMATS); return the files written.

    csv: the claims, and beside them ``<name>_estimates.csv``. Each file is written aside and renamed. Raises BookError if one
    of them exists (unless ``force``) or cannot be written.
    """
    claims = committed()
    texts = {output: as_json(claims)} if form == "json" else {
        output: claims_csv(claims), output.with_name(f"{output.stem}_estimates{output.suffix}"): estimates_csv(claims)}
    for path in texts:
        if path.is_dir():
            raise BookError(f"{path}: expected a file, found a folder; give a file name such as {path / 'claims'}.{form}")
        if path.exists() and not force:
            raise BookError(f"{path}: there is a file of this name already; give --force to replace it, or another --output")
    for path, text in texts.items():
        try:
            cache.write(path, text)
        except OSError as error:
            raise BookError(f"{path}: cannot be written ({error.strerror}); give another place with --output") from None
    return list(texts)


def _row(judged: dict) -> dict:
    low, high = judged.get("interval") or (None, None)
    later = [bool(entry.get("later")) for entry in judged.get("evidence") or []]
    survival = judged["survival"]
    return judged | {"alternatives": survival.get("alternatives"), "survived": survival.get("survived"),
                     "verdicts_reached": " ".join(survival.get("verdicts", [])),
                     "interval_low": low, "interval_high": high, "tables": " ".join(judged.get("tables") or []),
                     "findings_then": later.count(False), "findings_later": later.count(True)}


def _csv(columns: tuple[str, ...], rows: Iterable[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
