"""A few regions against the others in a panel of states: a ratio of rate changes, judged by placebo states.

The estimate is the difference in differences of a Poisson regression with effects of every state and every month; for one
date and equal exposure that is (treated after / before) / (comparison after / before). Standard errors clustered by state
mislead with a handful of treated states, so nothing here uses them: the estimate is placed among those of other sets of as many
states (randomisation inference). That asks how often chance would single out states that moved as much, if any set had been as
likely. Borders were not drawn by lot, and neighbours share shocks that scattered states do not: read it beside the history of
the groups themselves (`placebo_dates`, `event_study`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from migrationbook.errors import BookError
from migrationbook.models.calendar import level_of, month, percent

HALF = 0.5  # added to every sum, so that a group without a victim has a logarithm (Haldane)
WEIGHTS = ("victims", "states")
FAR = 3.0  # log points: beyond this no interval is searched
FEWEST = 20  # sets of states: with fewer no test at 5 % can reject on both sides
SEED = 20190607
TOGETHER = 100  # planted sets at a time: among all sets they fit a processor's cache

Window = tuple[str, str]  # first and last month


@dataclass(frozen=True)
class Panel:
    """Victims and people, months × states, and which states are treated and which compared with.

    weights: ``victims`` (sums over a group: a state counts as much as it has victims) or ``states`` (mean of the states' own
    log changes: each counts once). Raises BookError for groups that overlap or name unknown states.
    """

    victims: pd.DataFrame
    people: pd.DataFrame
    treated: list[str]
    comparison: list[str]
    weights: str = "victims"

    def __post_init__(self) -> None:
        both = set(self.treated) & set(self.comparison)
        if both:
            raise BookError(f"state '{min(both)}' is both treated and compared with; leave it out of one")
        unknown = [state for state in self.states if state not in self.victims.columns or state not in self.people.columns]
        if unknown:
            raise BookError(f"state '{unknown[0]}': not in the panel; use INEGI codes such as 07")
        if not self.treated or len(self.comparison) <= len(self.treated):
            raise BookError(f"{len(self.treated)} states treated and {len(self.comparison)} compared with; "
                            "give at least one, and more to compare with")
        if self.weights not in WEIGHTS:
            raise BookError(f"weights is '{self.weights}'; it takes one of: {', '.join(WEIGHTS)}")

    @property
    def states(self) -> list[str]:
        """The treated states, then those compared with."""
        return [*self.treated, *self.comparison]

    def sets(self, draws: int, seed: int = SEED) -> np.ndarray:
        """Sets of as many states as are treated, as rows of 0 and 1; the first is the true one."""
        return _sets(len(self.states), len(self.treated), draws, seed)


@dataclass(frozen=True)
class Change:
    """How the treated states' rate changed against the comparison's, with the interval that placebo states give.

    `coefficient` is in log points, `percent` the same as a change. The interval holds the effects that, taken out of the
    treated states, leave them unremarkable. `p` is twice the smaller tail among `sets` sets of states, the true one included.
    """

    coefficient: float
    percent: float
    percent_low: float
    percent_high: float
    p: float
    sets: int


@dataclass(frozen=True)
class Detectable:
    """The smallest rise and fall, in per cent, found with probability `power`; infinite and -100 when none tried was.

    `size` is how often the test finds what was not planted. `curve` has the columns percent and power.
    """

    rise: float
    fall: float
    power: float
    size: float
    curve: pd.DataFrame


@dataclass(frozen=True)
class _Sums:
    """Victims and person-months of every state before and after, arrays (n,)."""

    before: np.ndarray
    time_before: np.ndarray
    after: np.ndarray
    time_after: np.ndarray
    weights: str

    def statistic(self, sets: np.ndarray, after: np.ndarray | None = None) -> np.ndarray:
        """Log ratio of each set's change to the others'. after: (n,) or (n, m), in place of the victims after."""
        after = self.after if after is None else after
        if self.weights == "states":
            own = (np.log(after + HALF).T - np.log(self.time_after) - np.log((self.before + HALF) / self.time_before)).T
            chosen = sets.sum(axis=1, keepdims=True)
            return (sets / chosen - (1 - sets) / (sets.shape[1] - chosen)) @ own
        fixed = _odds(sets, self.before, HALF) + (_odds(sets, self.time_after) - _odds(sets, self.time_before))
        return (_odds(sets, after, HALF).T - fixed).T


def windows(first_after: str, months_before: int, months_after: int) -> tuple[Window, Window]:
    """The months before and after as two windows: ``windows("2019-06", 12, 9)``."""
    event = month(first_after)
    steps = (-months_before, -1, 0, months_after - 1)
    start, eve, first, last = (f"{event + pd.DateOffset(months=step):%Y-%m}" for step in steps)
    return (start, eve), (first, last)


def change(panel: Panel, before: Window, after: Window, level: float = 0.95, draws: int = 4999, seed: int = SEED) -> Change:
    """How much more, or less, the rate of the treated states changed than that of the comparison.

    Measured size at 5 % (400 panels without an effect each, simulation error about 1 point): 4 of 24 states of very unequal
    size, the four drawn at random 6 %, the four largest 4 %, the four smallest 14 %: do not use it for states that are all
    small. With the sizes of Mexico's states and the groups of `data.security.groups` it is 2 to 6 % for homicide, extortion
    and kidnapping. Raises BookError for windows in the wrong order and months without figures.
    """
    tail = 1 - level_of(level)
    sums, sets = _two(panel, before, after), panel.sets(draws, seed)

    def p_without(effect: float) -> float:
        return float(_two_sided(sums.statistic(sets, sums.after * np.exp(-effect * sets[0]))))

    values = sums.statistic(sets)
    own = float(values[0])
    low, high = (_edge(p_without, own, side, tail) for side in (-1, 1))
    return Change(own, percent(own), percent(low), percent(high), float(_two_sided(values)), len(sets))


def detectable(panel: Panel, before: Window, after: Window, level: float = 0.95, power: float = 0.8, groups: int = 400,
               draws: int = 999, seed: int = SEED) -> Detectable:
    """Plant effects into sets of as many states as are treated and see how often `change` finds them.

    The same effect is planted into `groups` sets drawn at random, each judged among the other sets. So the power is that of
    such a group of states in general; the true ones may be quieter or noisier. Raises BookError for fewer than 20 sets and a
    power that is not above the size.
    """
    tail = 1 - level_of(level)
    sums, sets = _two(panel, before, after), panel.sets(draws, seed)
    if len(sets) < FEWEST:
        raise BookError(f"{len(sets)} sets of {len(panel.treated)} among {len(panel.states)} states: too few to judge by; "
                        "compare with more states")
    chosen = np.random.default_rng(seed).choice(len(sets), min(groups, len(sets)), replace=False)
    parts = np.array_split(chosen, -(-len(chosen) // TOGETHER))

    def hits(effect: float, planted: np.ndarray) -> int:
        values = sums.statistic(sets, sums.after[:, None] * np.exp(effect * sets[planted].T))  # sets × planted sets
        return (_two_sided(values, values[planted, np.arange(len(planted))]) <= tail).sum()

    def found(effect: float) -> float:
        return float(sum(hits(effect, part) for part in parts) / len(chosen))

    size = found(0.0)
    if size >= power:
        raise BookError(f"power {power:g}: at this level no effect at all is found with probability {size:.2f}; ask for more")
    curve, ends = [(0.0, size)], {-1: -np.inf, 1: np.inf}
    for side in ends:
        before_it = size
        for step in np.arange(0.05, 1.01, 0.05):
            share = found(side * step)
            curve.append((side * step, share))
            if before_it < power <= share:
                ends[side] = side * (step - 0.05 * (share - power) / (share - before_it))
            if share > 0.95:
                break
            before_it = max(share, before_it)
    table = pd.DataFrame(sorted(curve), columns=["effect", "power"])
    table.insert(0, "percent", percent(table.pop("effect").to_numpy()))
    return Detectable(percent(ends[1]), percent(ends[-1]), power, size, table)


def placebo_dates(panel: Panel, first_after: str, months_before: int, months_after: int) -> pd.DataFrame:
    """The same estimate for the same states at every earlier month with windows as long: date, percent.

    No window reaches the true first month after. Neighbouring dates share most months: of the dates only about one in
    `months_after` is independent. Raises BookError when there is none.
    """
    event = month(first_after)
    first = panel.victims.index.min() + pd.DateOffset(months=months_before)
    dates = pd.date_range(first, event - pd.DateOffset(months=months_after), freq="MS")
    if dates.empty:
        raise BookError(f"placebo dates: none before {event:%Y-%m} has {months_before} months before it and {months_after} "
                        "after it; choose shorter windows")
    found = [_estimate(panel, *windows(f"{date:%Y-%m}", months_before, months_after)) for date in dates]
    return pd.DataFrame({"date": dates, "percent": percent(np.array(found))})


def by_year(panel: Panel, first_after: str, level: float = 0.95, draws: int = 4999, seed: int = SEED) -> pd.DataFrame:
    """Whole years of twelve months, before and after, each against the last one before: an event study by year.

    Columns start (first month of the year), percent, low and high (central range of the placebo sets of states), p, before
    (True for years before). The year of reference is 0 by construction and has no range.
    """
    event, known = month(first_after), panel.victims.index
    reference, _ = windows(first_after, 12, 12)
    sets, tail = panel.sets(draws, seed), (1 - level_of(level)) / 2
    back = -((event.year - known.min().year) + 1)
    rows = []
    for years in range(back, known.max().year - event.year + 1):
        _, window = windows(f"{event + pd.DateOffset(years=years):%Y-%m}", 12, 12)
        start, end = month(window[0]), month(window[1])
        if start < known.min() or end > known.max():
            continue
        values = _Sums(*_totals(panel, reference), *_totals(panel, window), panel.weights).statistic(sets)
        low, high = np.quantile(values[1:], [tail, 1 - tail])
        rows.append((start, percent(float(values[0])), percent(low), percent(high), float(_two_sided(values)), years < 0))
    return pd.DataFrame(rows, columns=["start", "percent", "low", "high", "p", "before"])


def leave_one_out(panel: Panel, before: Window, after: Window) -> pd.DataFrame:
    """The estimate without each state in turn: state, treated (whether it was), percent."""
    rows = []
    for state in panel.states:
        treated, comparison = ([one for one in group if one != state] for group in (panel.treated, panel.comparison))
        if treated:
            less = replace(panel, treated=treated, comparison=comparison)
            rows.append((state, state in panel.treated, percent(_estimate(less, before, after))))
    return pd.DataFrame(rows, columns=["state", "treated", "percent"])


@lru_cache(maxsize=16)
def _sets(n: int, k: int, draws: int, seed: int) -> np.ndarray:
    """All sets of k among n as rows, the first k first, or that one and `draws` others at random where there are more."""
    if comb(n, k) > draws + 1:
        order = np.random.default_rng(seed).random((draws, n)).argsort(axis=1)
        return np.vstack([np.arange(n)[None, :] < k, order < k]).astype(float)
    chosen = np.array(list(combinations(range(n), k)))  # in order: the first is the true one
    return (chosen[:, :, None] == np.arange(n)).any(axis=1).astype(float)


def _odds(sets: np.ndarray, amounts: np.ndarray, added: float = 0.0) -> np.ndarray:
    """Log of what each set of states has over what the others have. amounts: (n,) or (n, m)."""
    inside = sets @ amounts
    return np.log((inside + added) / (amounts.sum(axis=0) - inside + added))


def _totals(panel: Panel, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Victims and person-months of each state over a window. Raises BookError for months without figures."""
    months = pd.date_range(month(window[0]), month(window[1]), freq="MS")
    parts = [frame.reindex(index=months, columns=panel.states) for frame in (panel.victims, panel.people)]
    if not len(months) or any(part.isna().to_numpy().any() for part in parts):
        known = panel.victims.index
        raise BookError(f"window {window[0]} to {window[1]}: some month has no figure, or it is empty; "
                        f"stay within {known.min():%Y-%m} to {known.max():%Y-%m}")
    return tuple(part.sum().to_numpy(dtype=float) for part in parts)


def _two(panel: Panel, before: Window, after: Window) -> _Sums:
    if month(before[1]) >= month(after[0]):
        raise BookError(f"before ends {before[1]}, after begins {after[0]}; the first must end earlier")
    return _Sums(*_totals(panel, before), *_totals(panel, after), panel.weights)


def _estimate(panel: Panel, before: Window, after: Window) -> float:
    return float(_two(panel, before, after).statistic(panel.sets(0))[0])


def _two_sided(values: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
    """Twice the smaller tail of `own` (default: the first row) among the rows, for each column."""
    own = values[0] if own is None else own
    below, above = (values <= own + 1e-12).mean(axis=0), (values >= own - 1e-12).mean(axis=0)
    return np.minimum(1.0, 2 * np.minimum(below, above))


def _edge(p_without: Callable[[float], float], own: float, side: int, tail: float) -> float:
    """Where the p-value of an effect falls to `tail`, going from the estimate to one side: bisection to 0.001."""
    inside, outside = own, own + side * FAR
    if p_without(outside) > tail:
        return side * np.inf
    while abs(outside - inside) > 1e-3:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_without(middle) > tail else (inside, middle)
    return (inside + outside) / 2
