"""Numbers as words of a sentence, and `say`, which hands them to the text."""

from __future__ import annotations

from math import floor, isfinite, log10

MINUS = "−"
SPACE = "\u00a0"  # between a number and its sign of per cent no line breaks


def count(value: float) -> str:
    """A number of people or events: ``144278`` → ``144,278``."""
    return f"{value:,.0f}".replace("-", MINUS)


def rough(value: float, figures: int = 2) -> str:
    """An estimated number to ``figures`` significant figures: ``14728`` → ``15,000``."""
    if value == 0:
        return "0"
    return count(round(value, figures - 1 - floor(log10(abs(value)))))


def percent(value: float, digits: int = 1) -> str:
    """A change in per cent with its sign: ``-28.59`` → ``−28.6 %``."""
    return f"{value:+.{digits}f}".replace("-", MINUS) + f"{SPACE}%"


def whole(value: float) -> str:
    """A change in whole per cent with its sign: ``-28.59`` → ``−29 %``."""
    return percent(value, 0)


def share(value: float, digits: int = 0) -> str:
    """A size in per cent without sign: ``28.59`` → ``29 %``."""
    return f"{abs(value):.{digits}f}{SPACE}%"


def points(value: float, digits: int = 1) -> str:
    """A difference in points with its sign: ``-5.24`` → ``−5.2``."""
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", MINUS)  # adding zero takes the sign from -0.0


def span(low: float, high: float, write=percent) -> str:
    """An interval in words: ``−48 % to −12 %``; ``write`` turns each end into words."""
    return f"{write(low)} to {write(high)}"


def reach(low: float, high: float, write=percent) -> str:
    """An interval that may have no end: ``−48 % to −4 %``, ``up to −4 %``, ``from −4 %`` or ``without end on either side``."""
    if isfinite(low) and isfinite(high):
        return span(low, high, write)
    if isfinite(high):
        return f"up to {write(high)}"
    return f"from {write(low)}" if isfinite(low) else "without end on either side"


def listed(items: list) -> str:
    """Items as a phrase: ``[2000, 2006, 2010]`` → ``2000, 2006 and 2010``; none of them is ``none``."""
    words = [str(item) for item in items]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "none"


def ordinal(number: int) -> str:
    """A place in an order: ``1`` → ``1st``, ``12`` → ``12th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def counted(number: int, thing: str) -> str:
    """A number of things: ``1, "row"`` → ``1 row``; ``1200, "row"`` → ``1,200 rows``."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def month(date) -> str:
    """A month as readers say it: ``2019-06-01`` → ``June 2019``."""
    return f"{date:%B %Y}"


def day(date) -> str:
    """A day as readers say it: ``2019-06-07`` → ``7 June 2019``."""
    return f"{date.day} {month(date)}"


class _Phrase:
    """Text that is glued as it is: the representation of a str would spell out a space that does not break."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "'" + self.text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def say(**phrases: object) -> None:
    """Make each phrase available to the text as ``{glue:text}`name```, without displaying it here."""
    from myst_nb import glue

    for name, phrase in phrases.items():
        glue(name, _Phrase(str(phrase)), display=False)
