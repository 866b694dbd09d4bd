"""Is an answer to an exercise right, and if not, which slip would give it?

No answer is stored anywhere: `answers` computes it at the moment of the check from the chapter's own variables, so that the check
holds for whatever parameters the chapter was executed with.
"""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace

import pandas as pd

from migrationbook.errors import BookError

Candidates = Iterator[tuple[object, str]]


@dataclass(frozen=True)
class Exercise:
    """What the check of one exercise needs.

    candidates: from the chapter's variables, the right answer first and then answers that known slips give, each with the words
    for it. unit: what is asked for, such as ``per cent``; ``month`` and ``code`` are texts, anything else a number. within: how
    far a number may be off, in its unit. look: where to look when the answer is none of the known slips.
    """

    candidates: Callable[[SimpleNamespace], Candidates]
    unit: str
    within: float
    look: str


EXERCISES: dict[str, Exercise] = {}


def exercise(name: str, unit: str, look: str, within: float = 0.0) -> Callable:
    """Register the function below it as the check of the exercise with the label ``name``."""
    def register(candidates: Callable[[SimpleNamespace], Candidates]) -> Callable:
        EXERCISES[name] = Exercise(candidates, unit, within, look)
        return candidates
    return register


def check_answer(name: str, answer: object) -> None:
    """Print whether ``answer`` to the exercise ``name`` is right, or a reason why it is not. To be called from a chapter's cell.

    None stands for no answer yet. Raises BookError for a name that no check has.
    """
    from migrationbook.exercises import answers  # noqa: F401 (registers the exercises)

    if name not in EXERCISES:
        near = difflib.get_close_matches(name, EXERCISES, n=1)
        raise BookError(f"no check for an exercise '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    print(told(EXERCISES[name], answer, sys._getframe(1).f_globals))


def told(asked: Exercise, answer: object, variables: dict) -> str:
    """What to tell about ``answer``; ``variables`` are those of the chapter."""
    if answer is None:
        return "No answer yet.\nReplace None and run this cell."
    given, problem = _read(asked.unit, answer)
    if problem:
        return f"Not yet: {problem}"
    try:
        # All at once, also for a right answer: so an execution of the solutions tries the slips as well.
        (right, _), *slips = [(_read(asked.unit, one)[0], words) for one, words in asked.candidates(SimpleNamespace(**variables))]
    except (AttributeError, KeyError) as error:
        return f"The check misses a variable of the chapter ({error}): run all cells above from the top, then this one."
    if _same(asked, given, right):
        return "Right."
    for slip, words in slips:
        if _same(asked, given, slip) and not _same(asked, right, slip):
            return f"Not yet: {words}"
    return f"Not yet: {_unit_or_sign(asked, given, right) or asked.look}"


def _read(unit: str, answer: object) -> tuple[str | float, str]:
    """The answer in the form it is compared in, and what is wrong with its form."""
    if unit == "month":
        try:
            return str(pd.Period(answer, "M")), ""
        except (ValueError, TypeError):
            return "", "give one month, such as '2018-03'."
    if unit == "code":
        return (answer.strip().casefold(), "") if isinstance(answer, str) else ("", "give one name or code as text, in quotes.")
    if isinstance(answer, bool) or not isinstance(answer, Real) or not math.isfinite(answer):
        return "", f"give one number ({unit}), without quotes."
    return float(answer), ""


def _same(asked: Exercise, one: str | float, other: str | float) -> bool:
    return one == other if isinstance(one, str) or isinstance(other, str) else abs(one - other) <= asked.within


def _unit_or_sign(asked: Exercise, given: str | float, right: str | float) -> str:
    """The slips anyone can make with a number: sign, unit, share, ratio upside down, logarithms."""
    if isinstance(given, str) or isinstance(right, str) or right == 0:
        return ""
    near = max(asked.within, abs(right) / 100)
    if abs(given + right) <= near:
        return "the size is right, the sign is not: which is taken from which?"
    for factor in (100, 1000, 1_000_000):
        if abs(given * factor - right) <= near or abs(given / factor - right) <= near:
            return f"right but for a factor of {factor:,}; the answer is asked for in {asked.unit}"
    if asked.unit == "per cent":
        if right > -100 and abs(given - 100 * math.log1p(right / 100)) <= near / 2:
            return "that is a difference of logarithms; a change in per cent is 100 · (exp(d) − 1)"
        if abs(given - (100 + right)) <= near:
            return "that is what is left, out of 100; the change is asked for"
    if asked.unit == "ratio" and given and abs(1 / given - right) <= near:
        return "the ratio is upside down"
    return ""
