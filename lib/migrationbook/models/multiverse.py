"""A multiverse of specifications of one event's effect, its specification curve, and what drives it.

Every combination of choices that a competent analyst could defend is estimated and none is dropped for its result
(Steegen et al. 2016; Simonsohn, Simmons and Nelson 2020). The specifications share their data: they are not independent
evidence, and a share of them is a share of this menu, no probability.

What the menu leaves out, and why, is in LEFT_OUT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd

from migrationbook.errors import BookError
from migrationbook.models.calendar import between, exposure, first_exposed, level_of, require
from migrationbook.models.estimators import ESTIMATORS, Estimate, Problem

DAYS = ("2019-05-30", "2019-06-07")  # the tariff threat, the agreement
STARTS = ("1999-10", "2005-01", "2011-01", "2014-01")
FIRST = ("2019-06", "2019-07")  # first month counted: the agreement's own, or the first whole one
LAST = ("2019-09", "2019-12", "2020-02")  # last month counted
END = "2020-02"  # then the pandemic begins
COUNTS_FROM = "2011-01"
SHORTEST = 36  # months of a model; rules by the calendar get by with a year
RULES = ("usual_change", "last_year", "last_year_at_level")
ONE_MEMORY = ("last_year", "last_year_at_level")  # these look back one year, however long the memory
CHOICES = {"outcome": "Who is counted", "comparison": "Compared with", "scale": "Scale", "start": "Memory from",
           "model": "Estimator", "day": "Last day before", "first": "Counted from", "last": "Counted to"}
LEFT_OUT = {
    "A comparison group that holds some of the people compared": "all, families or adults against Mexicans",
    "Two groups in counts": "groups of different size need not move by equal numbers",
    "Models of counts with equal errors, from before 2011": "months of 2000 saw twenty times those of 2017",
    "Models of the total with ports": "the ports' months are known from October 2016 only, so rules by the calendar alone",
    "Groups before they were told apart": "adults and families from October 2011, children from October 2007",
    "The spring's growth going on": "it has no limit over nine months",
    "Last year's months with other memories or dates": "the estimate is the same, so it is counted once",
    "Months after February 2020": "the pandemic closed borders",
}


@dataclass(frozen=True)
class Specification:
    """One way to answer: the choices of CHOICES, as written there and in `ESTIMATORS`."""

    outcome: str
    comparison: str
    scale: str
    start: str
    model: str
    day: str
    first: str
    last: str


@dataclass(frozen=True)
class Summary:
    """What a curve says: how many specifications, with an estimate, with an interval and unconverged; and in per cent the
    median estimate, the shares of estimates below zero and of intervals wholly below and wholly above it."""

    specifications: int
    estimates: int
    intervals: int
    unconverged: int
    median: float
    falls: float
    below: float
    above: float


Groups = dict[tuple[str, str], tuple[pd.Series, pd.Series | None]]


def _starts(first: pd.Timestamp, starts: tuple[str, ...]) -> list[str]:
    """The starts from which an outcome has figures, within the same year; its own first month when it has none."""
    found = [start for start in starts if first <= pd.Timestamp(start) + pd.DateOffset(months=11)]
    return found or [f"{first:%Y-%m}"]


def _months_before(start: str, first: pd.Timestamp, day: str) -> int:
    begin, event = max(pd.Timestamp(start), first), first_exposed(day)
    return 12 * (event.year - begin.year) + event.month - begin.month


def _first_month(treated: pd.Series, control: pd.Series | None) -> pd.Timestamp:
    first = treated.first_valid_index()
    return first if control is None else max(first, control.first_valid_index())


def specifications(groups: Groups, days: tuple[str, ...] = DAYS, starts: tuple[str, ...] = STARTS,
                   scales: tuple[str, ...] = ("log", "counts")) -> list[Specification]:
    """The menu: every combination that LEFT_OUT does not exclude.

    groups: (outcome, comparison) → the outcome's monthly figures and those of the group it is compared with, or None.
    """
    menu = []
    for (outcome, comparison), (treated, control) in groups.items():
        first = _first_month(treated, control)
        known = _starts(first, starts)
        for model, scale, start, day in product(ESTIMATORS, scales, known, days):
            counted = scale == "counts"
            if (
                (counted and (control is not None or model in RULES))
                or (model == "poisson" and not counted)
                or (model != "poisson" and counted and start < COUNTS_FROM)
                or (model == "poisson" and control is not None)
                or (model not in RULES and _months_before(start, first, day) < SHORTEST)
                or (model == "usual_change" and _months_before(start, first, day) < SHORTEST + 1)
                or (model in ONE_MEMORY and start != known[0])
                or (model == "last_year" and day != days[-1])
            ):
                continue
            menu += [Specification(outcome, comparison, scale, start, model, day, *window) for window in product(FIRST, LAST)]
    return menu


@lru_cache(maxsize=32)
def _after(day: str, years: int) -> tuple[np.ndarray, dict[tuple[str, str], np.ndarray]]:
    """Of the months after the day, to END, all moved by some years: shares of days after it, and which each window counts."""
    moved = pd.DateOffset(years=years)
    event = pd.Timestamp(day) + moved
    later = pd.date_range(first_exposed(event), pd.Timestamp(END) + moved, freq="MS")
    windows = {(begin, stop): ((later >= pd.Timestamp(begin) + moved) & (later <= pd.Timestamp(stop) + moved)).astype(float)
               for begin, stop in product(FIRST, LAST)}
    return exposure(later, event).to_numpy(), windows


def _problem(treated: pd.Series, control: pd.Series | None, start: str, day: str, scale: str, level: float,
             years: int) -> Problem:
    """The problem of a specification whose dates are all moved by some years."""
    moved = pd.DateOffset(years=years)
    first, end = max(pd.Timestamp(start) + moved, _first_month(treated, control)), pd.Timestamp(END) + moved
    own = between(treated, first, end)
    share, windows = _after(day, years)
    require(own, len(share) + 1, "the time before and after the event")
    return Problem(own.index, own.to_numpy(), None if control is None else between(control, first, end).to_numpy(),
                   len(own) - len(share), share, windows, scale, level)


def _unequal(one: Estimate) -> tuple[float, ...]:
    return tuple(100 * (value - 1) for value in (one.ratio, one.low, one.high))


def run(groups: Groups, menu: list[Specification], level: float = 0.95, years: int = 0) -> pd.DataFrame:
    """Estimate every specification: its choices and percent, lower, upper (observed against expected) and converged.

    Each outcome, scale, memory, day and model is fitted once and judged over all its windows. years: move all dates by so many
    years, for placebos. An upper end without limit is infinite; an estimate or end that the method does not give is NaN.
    Raises BookError for an empty or repeated menu, an unknown outcome or model, and figures that are missing or not positive.
    """
    level_of(level)
    if not menu or len(set(menu)) < len(menu):
        raise BookError(f"multiverse: {'no specification' if not menu else 'a specification twice'}; give each once")
    rows: dict[Specification, tuple] = {}
    wanted: dict[tuple, list[Specification]] = {}
    for one in menu:
        if (one.outcome, one.comparison) not in groups:
            raise BookError(f"multiverse: no figures of '{one.outcome}' against '{one.comparison}'; give them in groups")
        if one.model not in ESTIMATORS:
            raise BookError(f"multiverse: no estimator '{one.model}'; choose one of {', '.join(ESTIMATORS)}")
        wanted.setdefault((one.start, one.outcome, one.comparison, one.scale, one.day), []).append(one)
    # By start, so that series with equally many months meet and share what is computed for that number.
    for (start, outcome, comparison, scale, day), family in sorted(wanted.items()):
        treated, control = groups[outcome, comparison]
        if any(figures is not None and (figures <= 0).any() for figures in (treated, control)):
            raise BookError(f"{outcome} against {comparison}: a month without anybody; choose a broader group")
        problem = _problem(treated, control, start, day, scale, level, years)
        found = {model: ESTIMATORS[model](problem) for model in dict.fromkeys(one.model for one in family)}
        for one in family:
            estimate = found[one.model][one.first, one.last]
            rows[one] = (*vars(one).values(), *_unequal(estimate), estimate.converged)
    names = [one.name for one in fields(Specification)]
    return pd.DataFrame([rows[one] for one in menu], columns=[*names, "percent", "lower", "upper", "converged"])


def summarise(curve: pd.DataFrame) -> Summary:
    """What the curve says, over all its estimates. Raises BookError when it has none."""
    known, bounded = curve["percent"].dropna(), curve.dropna(subset=["lower", "upper"])
    if known.empty:
        raise BookError("multiverse: no specification gave an estimate")
    share = (lambda true: 100 * float(true.mean())) if len(bounded) else (lambda true: np.nan)
    return Summary(len(curve), len(known), len(bounded), int((~curve["converged"]).sum()), float(known.median()),
                   100 * float((known < 0).mean()), share(bounded["upper"] < 0), share(bounded["lower"] > 0))


def influence(curve: pd.DataFrame) -> pd.DataFrame:
    """Which choices move the answer: choice, options, switched, share, by falling share.

    switched: the median change of the estimate, in points, between two specifications that differ in this choice only.
    share: of the variance of log ratios, in per cent, what each choice adds to an additive model, averaged over all orders in
    which choices can enter it (Shapley values of R²). The shares sum to that model's R²; the rest lies in combinations.
    """
    known = curve.dropna(subset="percent")
    logs = np.log1p(known["percent"].to_numpy() / 100)
    choices = [name for name in CHOICES if known[name].nunique() > 1]
    dummies = {name: pd.get_dummies(known[name], dtype=float).to_numpy() for name in choices}
    worth = {frozenset(some): _explained(logs, [dummies[name] for name in some])
             for size in range(len(choices) + 1) for some in combinations(choices, size)}
    rows = []
    for name in choices:
        others = [other for other in choices if other != name]
        value = sum((worth[frozenset((*some, name))] - worth[frozenset(some)]) / (len(choices) * comb(len(others), size))
                    for size in range(len(choices)) for some in combinations(others, size))
        rows.append({"choice": name, "options": known[name].nunique(), "switched": float(np.median(_switches(known, name))),
                     "share": 100 * value})
    return pd.DataFrame(rows).sort_values("share", ascending=False, ignore_index=True)


def _explained(y: np.ndarray, blocks: list[np.ndarray]) -> float:
    """R² of least squares of y (n,) on indicators."""
    centred = y - y.mean()
    if not blocks:
        return 0.0
    x = np.column_stack(blocks)
    x = x - x.mean(axis=0)
    moment = x.T @ centred
    return float(moment @ np.linalg.pinv(x.T @ x, rcond=1e-9, hermitian=True) @ moment / (centred @ centred))


def _switches(known: pd.DataFrame, choice: str) -> np.ndarray:
    """Absolute changes of the estimate, in points, over all pairs that differ in one choice only."""
    others = [name for name in CHOICES if name != choice]
    ids = known.groupby(others, sort=False).ngroup().to_numpy()
    order = np.argsort(ids, kind="stable")
    values, edges = known["percent"].to_numpy()[order], np.flatnonzero(np.diff(ids[order])) + 1
    pairs = [np.abs(part[:, None] - part)[np.triu_indices(len(part), 1)] for part in np.split(values, edges) if len(part) > 1]
    return np.concatenate(pairs)


def placebo_curves(groups: Groups, menu: list[Specification], years: list[int], level: float = 0.95) -> dict[int, pd.DataFrame]:
    """The curve of a menu with its dates moved to each of some years: year → `run`, for the joint test of `joint_test`."""
    return {year: run(groups, menu, level, year - 2019) for year in years}


def placebo_menu(groups: Groups, years: list[int],
                 starts: tuple[str, ...] = ("2011-01", "2014-01")) -> tuple[Groups, list[Specification]]:
    """The part of groups and menu that can be moved to every one of the years: from the same memories, the agreement's day and
    without models of counts with equal errors, which earlier years do not bear out.

    Raises BookError when nothing is left.
    """
    earliest = pd.Timestamp(min(starts)) + pd.DateOffset(years=min(years) - 2019)
    able = {key: series for key, series in groups.items() if _first_month(*series) <= earliest}
    menu = [one for one in specifications(able, DAYS[-1:], starts) if one.scale == "log" or one.model == "poisson"]
    if not menu:
        raise BookError(f"placebo curves: no outcome reaches back to {earliest:%Y-%m}; begin with a later year")
    return able, menu


@dataclass(frozen=True)
class JointTest:
    """One year's curve among those of placebo years: their summaries by year and, for the median, the share of falls and the
    share of intervals wholly below zero, the probability that a year picked at random is as extreme."""

    summaries: dict[int, Summary]
    median_p: float
    falls_p: float
    below_p: float


def joint_test(curves: dict[int, pd.DataFrame], year: int = 2019) -> JointTest:
    """Simonsohn, Simmons and Nelson's joint test with placebo years for permutations: p = (1 + years as extreme) / (1 + years).

    A year with as low a median, as many falls or as many intervals below zero counts as extreme. Years share memories, so
    these are fewer than so many independent draws. Raises BookError without the year itself or with fewer than three others.
    """
    if year not in curves or len(curves) < 4:
        raise BookError(f"joint test: {year} and at least three placebo years are needed, not {sorted(curves)}")
    found = {one: summarise(curve) for one, curve in sorted(curves.items())}
    own, others = found[year], [summary for one, summary in found.items() if one != year]

    def p(extreme: Iterator[bool]) -> float:
        return (1 + sum(extreme)) / (1 + len(others))

    return JointTest(found, p(one.median <= own.median for one in others), p(one.falls >= own.falls for one in others),
                     p(one.below >= own.below for one in others))
