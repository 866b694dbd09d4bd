"""Edit the table of contents as text, so that its comments and its form stay."""

from __future__ import annotations

import re

import yaml

from migrationbook.errors import BookError

FILE = "_toc.yml"
ENTRY = re.compile(r"""^(?P<indent>\s*)- *file: *["']?(?P<file>[^\s"'#]+)""")


def added(text: str, file: str, before: str = "") -> str:
    """The table with one more chapter, before the chapter ``before`` or, where that is not, after the last of the first list."""
    files = _chapters(text)
    lines = text.splitlines(keepends=True)
    beside = before if before in files else files[-1]
    at, indent = _line(lines, beside)
    if beside != before:
        at = _end(lines, at, indent)
        lines[at - 1] = lines[at - 1].rstrip("\n") + "\n"
    place = files.index(before) if before in files else len(files)
    lines.insert(at, f"{' ' * indent}- file: {file}\n")
    return _verified("".join(lines), [*files[:place], file, *files[place:]])


def removed(text: str, file: str) -> str:
    """The table without a page. Raises BookError if other pages hang below it."""
    lines = text.splitlines(keepends=True)
    at, indent = _line(lines, file)
    if _end(lines, at, indent) > at + 1:
        raise BookError(f"{FILE}: {file} has sections of its own; move them first")
    del lines[at]
    return _verified("".join(lines), [one for one in _chapters(text) if one != file])


def renamed(text: str, file: str, new: str) -> str:
    """The table with another name for a page."""
    lines = text.splitlines(keepends=True)
    at, _ = _line(lines, file)
    lines[at] = lines[at].replace(file, new, 1)
    return _verified("".join(lines), [new if one == file else one for one in _chapters(text)])


def _chapters(text: str) -> list[str]:
    """The first list of chapters."""
    try:
        toc = yaml.safe_load(text)
        found = [entry.get("file", "") for entry in (toc if "chapters" in toc else toc["parts"][0])["chapters"]]
    except (yaml.YAMLError, KeyError, IndexError, TypeError, AttributeError):
        found = []
    if not found:
        raise BookError(f"{FILE}: no list of chapters found in it; write 'chapters:' and below it '- file: chapters/one'")
    return found


def _line(lines: list[str], file: str) -> tuple[int, int]:
    """Where a page is listed, and how far its line is indented."""
    for number, line in enumerate(lines):
        entry = ENTRY.match(line)
        if entry and entry["file"] == file:
            return number, len(entry["indent"])
    raise BookError(f"{FILE}: no line '- file: {file}' in it; edit it by hand")


def _end(lines: list[str], at: int, indent: int) -> int:
    """The first line after a page and what hangs below it."""
    at += 1
    while at < len(lines) and lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) > indent:
        at += 1
    return at


def _verified(text: str, wanted: list[str]) -> str:
    if _chapters(text) != wanted:
        raise BookError(f"{FILE} could not be edited as text; its chapters have to be: {', '.join(wanted)}")
    return text
