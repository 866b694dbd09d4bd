"""The strip of key figures at the head of a chapter."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class KeyFigures:
    """A few results: value, what it is, and a note (unit, interval or source)."""

    entries: tuple[tuple[str, str, str], ...]

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        items = "\n".join(
            f'<li><strong class="value">{escape(value)}</strong> <span class="label">{escape(label)}</span>'
            + (f' <span class="note">{escape(note)}</span>' if note else "") + "</li>"
            for value, label, note in self.entries
        )
        text = "\n".join(f"{value}: {label}" + (f" ({note})" if note else "") for value, label, note in self.entries)
        return {"text/html": f'<ul class="key-figures">\n{items}\n</ul>', "text/plain": text}


def key_figures(entries: list[tuple[str, str, str]]) -> KeyFigures:
    """Show ``[(value, label, note), ...]`` as a strip; the values are words already (``prose.percent(...)``)."""
    return KeyFigures(tuple((str(value), str(label), str(note)) for value, label, note in entries))
