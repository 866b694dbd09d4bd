"""The library's reference, from its docstrings: Sphinx's autodoc, with our plain text made safe for reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

ARGUMENTS = re.compile(r"^((?:[a-z]\w*)(?:, [a-z]\w*)*): ")  # what a line begins with that explains arguments or fields
CODE = re.compile(r"``(.+?)``|`([^`]+)`|(https?://\S+)")  # what is not prose in a docstring
SPECIAL = re.compile(r"([*|\\`])|_(?!\w)")


def prepare(lines: list[str]) -> Iterator[str]:
    """The lines of a plain docstring as reStructuredText: paragraphs, a list where arguments are explained, code in backticks."""
    for paragraph in "\n".join(lines).split("\n\n"):
        items: list[str] = []
        for line in filter(None, map(str.strip, paragraph.splitlines())):
            if not items or ARGUMENTS.match(line) or line.startswith("- "):
                items.append(line)
            else:
                items[-1] += f" {line}"
        for item in items:
            named = ARGUMENTS.match(item)
            if named:
                yield f"- **{named[1]}**: {_safe(item[named.end():])}"
            elif item.startswith("- "):
                yield f"- {_safe(item[2:])}"
            else:
                yield _safe(item)
            yield ""


def _safe(text: str) -> str:
    """Prose with nothing in it that reStructuredText would take for markup, except code."""
    parts, end = [], 0
    for found in CODE.finditer(text):
        code = found[1] or found[2]
        after = "\\ " if code and text[found.end():found.end() + 1].isalnum() else ""
        parts += [_escaped(text[end:found.start()]), f"``{code}``{after}" if code else found[3]]
        end = found.end()
    return "".join([*parts, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _docstring(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    lines[:] = list(prepare(lines))


def setup(app: Sphinx) -> None:
    """Add autodoc and the preparation of docstrings."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", _docstring)
