"""The words the site repeats (verdicts, themes, chart furniture), in one file so that an edition can be translated."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from migrationbook.errors import BookError

WORDS = Path(__file__).with_name("words.toml")


@cache
def _table() -> dict:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def word(key: str, otherwise: str | None = None) -> str:
    """Return the word for a dotted key such as ``verdict.mostly-supported``.

    otherwise: what to say when ``words.toml`` has no such entry; without it that is a BookError.
    """
    entry: object = _table()
    for part in key.split("."):
        if not isinstance(entry, dict) or part not in entry:
            if otherwise is not None:
                return otherwise
            raise BookError(f"{WORDS.name}: no entry '{key}'; add it there")
        entry = entry[part]
    return str(entry)
