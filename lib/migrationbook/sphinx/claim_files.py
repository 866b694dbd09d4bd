"""All judged claims as files beside the pages: claims.json, and the tidy tables claims.csv and claims_estimates.csv."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx

from migrationbook.claims import register, robustness
from migrationbook.data import load, names
from migrationbook.sphinx.badge import scoreboard_page
from migrationbook.sphinx.markup import on_paper

COLUMNS = ("id", "theme", "type", "judged_by", "claim", "verdict", "confidence", "because", "rule", "interval_of",
           "interval_low", "interval_high", "known_then", "known_now", "later_outcome", "first_reading", "findings_to_july_2019",
           "findings_later", "alternatives", "survived", "verdicts_reached", "tables", "page", "scoreboard")


def harvested(app: Sphinx) -> list[dict]:
    """Every judgement of the book ordered by claim, with ``judged_by``, ``survival`` and two addresses.

    ``survival`` is its `robustness.summary`, ``page`` the card in the chapter, ``scoreboard`` the entry there ("" in a book
    without one), both with anchor.
    """
    ways = load("claims").set_index("id")["judged_by"] if "claims" in names() else {}  # a fork may have no register
    board, uri = scoreboard_page(app.env), app.builder.get_target_uri
    found = [
        judged | {"judged_by": ways.get(judged["id"], ""), "survival": robustness.summary(judged["id"]),
                  "page": f"{uri(docname)}#claim-{judged['id']}",
                  "scoreboard": f"{uri(board)}#{judged['id']}" if board else ""}
        for docname, contents in getattr(app.env, "book_claims", {}).items() for judged in contents
    ]
    return sorted(found, key=lambda judged: natural(judged["id"]))


def natural(name: str) -> list:
    """Key that sorts E2 before E10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", name)]


def write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html" or on_paper(app.builder):
        return
    all_claims = harvested(app)
    if not all_claims:
        return
    folder = Path(app.outdir)
    text = json.dumps(all_claims, ensure_ascii=False, indent=1) + "\n"
    (folder / "claims.json").write_text(text, encoding="utf-8")
    _csv(folder / "claims.csv", COLUMNS, map(_row, all_claims))
    units = register.units()
    _csv(folder / "claims_estimates.csv", ("claim", "estimate", "value", "unit"), (
        {"claim": judged["id"], "estimate": name, "value": value, "unit": units.get((judged["id"], name), "")}
        for judged in all_claims for name, value in (judged.get("estimates") or {}).items()))


def _row(judged: dict) -> dict:
    low, high = judged.get("interval") or (None, None)
    later = [bool(entry.get("later")) for entry in judged.get("evidence") or []]
    survival = judged["survival"]
    return judged | {"alternatives": survival.get("alternatives"), "survived": survival.get("survived"),
                     "verdicts_reached": " ".join(survival.get("verdicts", [])),
                     "interval_low": low, "interval_high": high, "tables": " ".join(judged.get("tables") or []),
                     "findings_to_july_2019": later.count(False), "findings_later": later.count(True)}


def _csv(path: Path, columns: tuple[str, ...], rows: Iterable[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def setup(app: Sphinx) -> None:
    """Write the files once all pages are there."""
    app.connect("build-finished", write)
