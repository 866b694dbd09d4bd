"""The words the site repeats (verdicts, themes, chart furniture), in one file so that an edition can be translated.

A book has the last word: what its ``chapters/words.toml`` holds replaces or adds to the words here.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from migrationbook import paths
from migrationbook.errors import BookError

WORDS = Path(__file__).with_name("words.toml")


@cache
def _table(own: Path) -> dict:
    table = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    try:
        return _over(table, tomllib.loads(own.read_text(encoding="utf-8")) if own.exists() else {})
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"chapters/{own.name}: {error}") from None


def _over(table: dict, own: dict) -> dict:
    """The words of ``table`` with those of ``own`` in their place."""
    return table | {key: _over(table.get(key, {}), value) if isinstance(value, dict) else value for key, value in own.items()}


def word(key: str, otherwise: str | None = None) -> str:
    """Return the word for a dotted key such as ``verdict.mostly-supported``.

    otherwise: what to say when ``words.toml`` has no such entry; without it that is a BookError.
    """
    entry: object = _table(paths.CHAPTERS / WORDS.name)
    for part in key.split("."):
        if not isinstance(entry, dict) or part not in entry:
            if otherwise is not None:
                return otherwise
            raise BookError(f"{WORDS.name}: no entry '{key}'; add it there")
        entry = entry[part]
    return str(entry)
