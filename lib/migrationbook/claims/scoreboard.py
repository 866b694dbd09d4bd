"""Gather what executed chapters recorded, and say what is missing or judged twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from migrationbook.claims.judge import MIME
from migrationbook.claims.register import SCALE
from migrationbook.errors import BookError


def collect(notebooks: Iterable[Path]) -> list[dict]:
    """Every judgement in the outputs of executed notebooks, each with the ``chapter`` that made it.

    Raises BookError for a file that is missing or is no notebook.
    """
    found = []
    for path in map(Path, notebooks):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except OSError:
            raise BookError(f"{path}: no such notebook; check the path") from None
        except (ValueError, KeyError, TypeError):
            raise BookError(f"{path}: not a notebook; expected JSON with cells") from None
        for cell in cells:
            for output in cell.get("outputs", []):
                found += [{**row, "chapter": path.stem} for row in output.get("data", {}).get(MIME, [])]
    return found


def problems(judgements: list[dict], ids: Iterable[str]) -> list[str]:
    """Claims of ``ids`` that nobody judged, and claims judged more than once."""
    times = Counter(row["id"] for row in judgements)
    missing = [f"{claim} is not judged" for claim in ids if not times[claim]]
    return missing + [f"{claim} is judged {number} times" for claim, number in times.items() if number > 1]


def counts(judgements: Iterable[dict]) -> dict[str, int]:
    """How many judgements there are of each verdict, in the order of the scale, zeros included."""
    found = Counter(row["verdict"] for row in judgements)
    return {verdict: found[verdict] for verdict in SCALE}
