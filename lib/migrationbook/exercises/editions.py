"""The chapters as notebooks for students, without solutions, or for instructors, with solutions and the point of each exercise.

Both come from the chapters' cells by tag: ``exercise`` (with a ``point`` in its metadata), ``hint``, ``check`` and ``solution``.
What only Sphinx understands in them is turned into plain Markdown, so that the notebooks read well in JupyterLab or Colab.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from migrationbook.charts.figure import MIME
from migrationbook.errors import BookError
from migrationbook.press.chapters import chapters
from migrationbook.words import word

EDITIONS = ("student", "instructor")
DIRECTIVE = re.compile(
    r"(?P<fence>```|:::)\{(?P<kind>exercise|hint|admonition|solution-start|solution-end)\}(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=fence)")
OPTION = re.compile(r"^:\w+:.*\n", re.MULTILINE)
ROLE = re.compile(r"\{(?P<role>\w+)(?::\w+)?\}`(?:(?P<text>[^`<]+) <)?(?P<target>[^`>]+)>?`")
GLUED = "application/papermill.record/text/plain"


def tagged(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def with_exercises() -> list[Path]:
    """The chapters that have exercises, in reading order."""
    return [path for path in chapters() if any(tagged(cell, "exercise") for cell in nbformat.read(path, 4).cells)]


def write(edition: str, folder: Path, force: bool = False) -> list[Path]:
    """Write every chapter that has exercises in this edition to ``folder`` and return the notebooks.

    Raises BookError, and writes nothing, if that would change a notebook somebody may have worked in, unless ``force``.
    """
    texts = {folder / path.name: nbformat.writes(made(nbformat.read(path, 4), edition)) + "\n" for path in with_exercises()}
    changed = [path for path, text in texts.items() if path.exists() and path.read_text(encoding="utf-8") != text]
    if changed and not force:
        raise BookError(f"{folder} has {', '.join(path.name for path in changed)} with other content, perhaps somebody's work; "
                        "give another folder, or --force to replace")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)


def made(book: NotebookNode, edition: str) -> NotebookNode:
    """A chapter's notebook in an edition; ``book`` is changed."""
    said = phrases(book)
    cells = _without_solutions(book.cells) if edition == "student" else _with_points(book.cells)
    book.cells = list(cells)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, said)
        cell.metadata.pop("point", None)
    return book


def _without_solutions(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells without solutions, which the exercises' heading says, and after each hint an empty one to work in."""
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## Exercises\n"):
            cell.source += f"\n\n*{word('exercise.without')}*"
        if not tagged(cell, "solution"):
            yield cell
        if tagged(cell, "hint"):
            yield new_code_cell(word("exercise.yours"), id=f"{cell.id}-own", metadata={"tags": ["own"]})


def _with_points(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """All cells, each exercise followed by its point."""
    for cell in cells:
        if point := cell.metadata.get("point"):
            cell.source += f"\n\n**{word('exercise.point')}** {point}"
        yield cell


def phrases(book: NotebookNode) -> dict[str, str]:
    """What a chapter's last execution made, by name: the phrases of its text (`prose.say`) and the titles of its figures."""
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    figures = [output.data[MIME]["usermeta"]["figure"] for output in outputs if MIME in output.get("data", {})]
    titles = {one["name"]: f"“{one['title']}”" for one in figures}
    return titles | {output.metadata["scrapbook"]["name"]: ast.literal_eval(output.data[GLUED]) for output in outputs
                     if GLUED in output.get("data", {})}


def plain(source: str, said: dict[str, str]) -> str:
    """Markdown any program can show: headings for exercises, folds in HTML for hints, the phrases ``said`` for their names."""
    def block(found: re.Match) -> str:
        title, body = found["title"].strip() or word("exercise.hint"), OPTION.sub("", found["body"]).strip()
        return {
            "exercise": f"### {word('exercise.title')}: {title}\n\n{body}",
            "solution-start": f"**{word('exercise.solution')}**",
            "solution-end": "---",
        }.get(found["kind"], f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>")

    def role(found: re.Match) -> str:
        if found["target"] in said and not found["text"]:
            return said[found["target"]]
        return f"[{found['target']}]" if found["role"] == "cite" else found["text"] or f"“{found['target']}”"

    return ROLE.sub(role, DIRECTIVE.sub(block, source))
