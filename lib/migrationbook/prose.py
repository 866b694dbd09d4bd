"""Numbers as words of a sentence, and `say`, which hands them to the text."""

from __future__ import annotations

MINUS = "−"


def count(value: float) -> str:
    """A number of people or events: ``144278`` → ``144,278``."""
    return f"{value:,.0f}".replace("-", MINUS)


def rough(value: float, figures: int = 2) -> str:
    """An estimated number to ``figures`` significant figures: ``14728`` → ``15,000``."""
    if value == 0:
        return "0"
    from math import floor, log10

    return count(round(value, figures - 1 - floor(log10(abs(value)))))


def percent(value: float, digits: int = 1) -> str:
    """A change in per cent with its sign: ``-28.59`` → ``−28.6 %``."""
    return f"{value:+.{digits}f}".replace("-", MINUS) + " %"


def share(value: float, digits: int = 0) -> str:
    """A size in per cent without sign: ``28.59`` → ``29 %``."""
    return f"{abs(value):.{digits}f} %"


def span(low: float, high: float, write=percent) -> str:
    """An interval in words: ``−48 % to −12 %``."""
    return f"{write(low)} to {write(high)}"


def month(date) -> str:
    """A month as readers say it: ``2019-06-01`` → ``June 2019``."""
    return f"{date:%B %Y}"


def say(**phrases: object) -> None:
    """Make each phrase available to the text as ``{glue:text}`name```, without displaying it here."""
    from myst_nb import glue

    for name, phrase in phrases.items():
        glue(name, str(phrase), display=False)
