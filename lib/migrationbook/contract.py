"""What a chapter owes its readers, checked on its committed notebook: the contract that a new chapter starts with."""

from __future__ import annotations

import json
import re
from pathlib import Path

from migrationbook.charts.figure import MIME
from migrationbook.press.chapters import parameters

SECTIONS = ("The question", "The data", "The method", "The result", "Does it hold?", "Claims judged here", "Exercises")


def gaps(notebook: Path) -> list[str]:
    """All that a chapter lacks, a line each; empty if it keeps the contract.

    The question as title, the answer in computed words, what one needs to know, explained parameters, the sections, a framed
    figure, an exercise whose solution executes, and outputs without an error. The minutes to read the site computes itself.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    opening = texts[0] if texts else ""
    headings = re.findall(r"^## +(.+?) *$", "\n".join(texts), re.MULTILINE)
    known = parameters(notebook)
    kept = {
        "its title is no question": re.match(r"# .+\?\n", opening),
        "no computed answer under the title: {glue:text}`answer`": "{glue:text}`answer`" in opening,
        "it does not say what one needs to know": "You need" in opening,
        "no cell tagged parameters": known,
        "a parameter without a comment that explains it": all(one.help for one in known.values()),
        **{f"no section '{section}'": section in headings for section in SECTIONS},
        "no figure with a frame": any(output.get("data", {}).get(MIME, {}).get("usermeta") for output in outputs),
        "no exercise with a solution": _solved(cells),
        "a code cell without a committed execution": all(cell["execution_count"] for cell in code),
        "a committed error": not any(output["output_type"] == "error" for output in outputs),
    }
    return [f"{notebook.name}: {gap}" for gap, fine in kept.items() if not fine]


def _solved(cells: list[dict]) -> bool:
    """Whether some exercise has a solution with code between its two ends."""
    state = ""
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            state = "code" if state == "open" else state
        elif "{solution-start}" in text:
            state = "open"
        elif "{solution-end}" in text and state == "code":
            return True
    return False
