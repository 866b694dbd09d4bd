"""Does the verdict survive? A strip beside it: a small square for each alternative, and the same in words."""

from __future__ import annotations

from collections import Counter
from html import escape

from migrationbook.claims.robustness import Alternative, Survival, survivals
from migrationbook.prose import listed
from migrationbook.sphinx.markup import code
from migrationbook.sphinx.markup import listed as items
from migrationbook.words import word

FEW = 3  # so many alternatives that change a verdict are named in the sentence; more are counted there and named below it


def strip(judged: dict) -> str:
    """HTML on how a judged claim fares with other parameters; "" for one that is not measured or has no alternatives.

    Where the record is out of date, or of another verdict than ``judged``, it is one sentence with the command that helps.
    """
    one = survivals().get(judged["id"])
    if one is None:
        return ""
    if one.stale or one.verdict != judged["verdict"]:
        return (f'<p class="survives">{escape(word("survives.stale"))} '
                f"<code>migrationbook rejudge {escape(one.chapter)} --write</code></p>\n")
    if not any(one.moved):
        return f'<p class="survives">{escape(word("survives.untouched").format(number=len(one.alternatives)))}</p>\n'
    line = f"{_squares(one)}{escape(sentence(one))}"
    if not one.changes:
        return f'<p class="survives">{line}</p>\n'
    return (f'<details class="survives"><summary>{line}</summary>\n'
            f"{items([_change(alternative, verdict) for alternative, verdict in one.changes])}</details>\n")


def sentence(one: Survival) -> str:
    """The strip in words."""
    number, entered = len(one.alternatives), sum(one.moved)
    text = word("survives.some" if one.changes else "survives.all").format(survived=one.survives, number=number)
    text += _plural("survives.entered", entered) if entered < number else ""
    if not one.changes:
        return f"{text}."
    by_verdict = Counter(verdict for _, verdict in one.changes)
    few = len(one.changes) <= FEW
    reached = [_among(verdict, one) if few else _counted(verdict, times) for verdict, times in by_verdict.items()]
    return f"{text}; {word('survives.changes').format(verdicts=listed(reached))}."


def _among(verdict: str, one: Survival) -> str:
    """A verdict with the alternatives that lead to it."""
    led = ", ".join(str(alternative) for alternative, reached in one.changes if reached == verdict)
    return f"{word(f'verdict.{verdict}')} {word('survives.with')} {led}"


def _counted(verdict: str, times: int) -> str:
    return _plural("survives.counted", times, verdict=word(f"verdict.{verdict}"))


def _plural(key: str, number: int, **more: str) -> str:
    return word(key if number > 1 else f"{key}_one").format(number=number, **more)


def _squares(one: Survival) -> str:
    """A square for each alternative, for the eye only: the sentence beside it says the same."""
    squares = "".join(_square(one.verdict, *each) for each in zip(one.alternatives, one.verdicts, one.moved, strict=True))
    return f'<span class="squares" aria-hidden="true">{squares}</span>'


def _square(published: str, alternative: Alternative, verdict: str, moved: bool) -> str:
    if verdict == published:
        return f'<i class="{escape(verdict)}{"" if moved else " same"}"></i>'
    title = f"{alternative}: {word(f'verdict.{verdict}')}"
    return f'<i class="{escape(verdict)} other" title="{escape(title)}">{word(f"survives.mark.{verdict}")}</i>'


def _change(alternative: Alternative, verdict: str) -> str:
    values = ", ".join(f"{code(name)} {escape(str(value))}" for name, value in alternative.values.items())
    return f"<b>{escape(word(f'verdict.{verdict}'))}</b> {word('survives.with')} {values}. {escape(alternative.why)}"
