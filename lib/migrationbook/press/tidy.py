"""The one form in which notebooks are committed, so that a change in version control is a change of the book."""

from __future__ import annotations

import json

from migrationbook.errors import BookError

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = ("tags", "mystnb", "point")  # what a cell's metadata may hold; Jupyter and editors add folds, times and scrolls
CELL = ("cell_type", "execution_count", "id", "metadata", "outputs", "source")


def tidied(text: str, name: str) -> str:
    """A notebook's text in the committed form: its cells' metadata and its own reduced to what the book uses, as `write_back`
    prints it. Sources, outputs and the values of widgets stay. Raises BookError for a text that is no notebook."""
    try:
        book = json.loads(text)
        cells = [{key: cell[key] for key in CELL if key in cell} for cell in book["cells"]]
        for cell in cells:
            about = cell["metadata"]
            cell["metadata"] = {"tags": []} | {key: about[key] for key in KEPT if key in about}
            cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
        kept = {"widgets": book["metadata"]["widgets"]} if "widgets" in book["metadata"] else {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BookError(f"{name}: not a notebook ({error}); restore it from version control") from None
    book = {"cells": cells, "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}} | kept,
            "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


def problems(text: str) -> list[str]:
    """Signs that the outputs of a notebook are not those of one execution from top to bottom, and cells named alike."""
    cells = json.loads(text)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = [f"code cell {number} was not executed in its turn; run migrationbook execute --write"
             for number, cell in enumerate(code, start=1) if cell.get("execution_count") != number][:1]
    names = [cell.get("id") for cell in cells]
    return found + [f"two cells have the id '{name}'; give one of them another" for name in sorted({
        name for name in names if names.count(name) > 1}, key=str)]
