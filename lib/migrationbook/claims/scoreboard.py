"""Gather what executed chapters recorded, and say what is missing or judged twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import nbformat

from migrationbook.claims.judge import MIME


def collect(notebooks: Iterable[Path]) -> list[dict]:
    """Every judgement in the outputs of executed notebooks, each with the ``chapter`` that made it."""
    found = []
    for path in notebooks:
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                found += [{**row, "chapter": path.stem} for row in output.get("data", {}).get(MIME, [])]
    return found


def problems(judgements: list[dict], ids: Iterable[str]) -> list[str]:
    """Claims of ``ids`` that nobody judged, and claims judged more than once."""
    counts = Counter(row["id"] for row in judgements)
    missing = [f"{claim} is not judged" for claim in ids if not counts[claim]]
    return missing + [f"{claim} is judged {number} times" for claim, number in counts.items() if number > 1]
