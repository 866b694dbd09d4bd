"""Gather what executed chapters recorded, and say which claims are unjudged, judged twice or against their rule, or unfounded."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from migrationbook.claims.judge import MIME, judge
from migrationbook.claims.register import SCALE
from migrationbook.data import load, names
from migrationbook.errors import BookError

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


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


def expected(pages: Iterable[str], judgements: Iterable[dict]) -> list[str]:
    """The claims a book of these pages has to judge: those of the themes it has a chapter on.

    A chapter is on a theme if its page is named like the theme or it judges one of the theme's claims. A fork with
    fewer chapters owes nothing on the themes it left out.
    """
    themes = {page.rpartition("/")[2] for page in pages} | {row["theme"] for row in judgements}
    register = load("claims")
    return list(register.loc[register["theme"].isin(themes), "id"])


def problems(judgements: list[dict], ids: Iterable[str]) -> list[str]:
    """All that is wrong, a line each: claims of ``ids`` nobody judged, claims judged twice, wrongly or on nothing."""
    times = Counter(row["id"] for row in judgements)
    missing = [claim for claim in ids if not times[claim]]
    return ([f"no chapter judges {', '.join(missing)}; judge each in the chapter on its theme"] if missing else []) + [
        f"claim {claim} is judged {number} times" for claim, number in times.items() if number > 1
    ] + [f"claim {row['id']} {problem}" for row in judgements for problem in (*against_rule(row), *unfounded(row))]


def against_rule(row: dict) -> list[str]:
    """What in a recorded judgement differs from what the rules of the register make of its estimates and evidence now."""
    try:
        now = judge(row["id"], row.get("estimates")).as_dict()
    except BookError as error:
        return [f"cannot be judged again: {error}"]
    found = [f"is recorded as '{row.get(key)}' ({key}), but its rule gives '{now[key]}'; execute its chapter again"
             for key in ("verdict", "rule", "confidence") if row.get(key) != now[key]]
    if not found and not _same(row.get("because") or "", now["because"]):
        found = [f"gives as its reason '{row.get('because')}', but its rule says '{now['because']}'"]
    return found


def _same(recorded: str, now: str) -> bool:
    """Whether two reasons agree; recorded estimates are rounded, so a number may differ in its last digit."""
    if NUMBER.sub("#", recorded) != NUMBER.sub("#", now):
        return False
    pairs = zip(NUMBER.findall(recorded), NUMBER.findall(now), strict=True)
    return all(math.isclose(*(float(text.replace(",", "")) for text in pair), rel_tol=1e-5,
                            abs_tol=10 ** -len(pair[1].partition(".")[2])) for pair in pairs)


def unfounded(row: dict) -> list[str]:
    """Tables a judgement names that do not exist, or that it leads to nothing. A value judgement needs neither."""
    tables, addresses = row.get("tables") or [], [entry.get("url") for entry in row.get("evidence") or []]
    known = set(names())
    found = [f"names a table '{table}' that is not in the data package" for table in tables if table not in known]
    if row.get("verdict") != "normative" and not tables and not any(addresses):
        found.append("leads nowhere: it names no table and no publisher's page")
    return found


def counts(judgements: Iterable[dict]) -> dict[str, int]:
    """How many judgements there are of each verdict, in the order of the scale, zeros included."""
    found = Counter(row["verdict"] for row in judgements)
    return {verdict: found[verdict] for verdict in SCALE}
