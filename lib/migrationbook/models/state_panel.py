"""A few regions against the others in a panel of states: ratio of rate changes, judged by placebo states.

The estimate is the difference in differences of a Poisson regression with effects of every state and every month, which for
one date and equal exposure is (treated after / before) / (comparison after / before). Standard errors clustered by state mislead
with a handful of treated states, so nothing here uses them: the estimate is placed among those of other sets of as many states
(randomisation inference). That asks how often chance would single out states that moved as much, if any set had been as likely;
borders were not drawn by lot, and neighbours share shocks that scattered states do not, so read it beside the history of the groups
themselves (`placebo_dates`, `event_study`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
SEED = 20190607

Window = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """How the treated states' rate changed against the comparison's: per cent, with the interval that placebo states give.

    `coefficient` is in log points. The interval holds the effects that, taken out of the treated states, leave them
    unremarkable. `p` is twice the smaller tail among `groups` sets of states, the true one included; `placebo` holds
    their coefficients.
    """

    coefficient: float
    percent: float
    percent_low: float
    percent_high: float
    p: float
    groups: int
    placebo: np.ndarray


@dataclass(frozen=True)
class Detectable:
    """The smallest rise and fall, in per cent, found with probability `power` by a test at 1 - level.

    `curve` has the columns percent and power. An end is infinite (rise) or -100 (fall) when no effect that large was tried.
    """

    rise: float
    fall: float
    power: float
    size: float
    curve: pd.DataFrame


@lru_cache(maxsize=16)
def _members(n: int, k: int, draws: int, seed: int) -> np.ndarray:
    """Sets of k among n states as rows of 0 and 1, the first k first: all of them, or `draws` others at random."""
    true = np.zeros((1, n))
    true[0, :k] = 1
    if comb(n, k) <= draws + 1:
        rows = np.zeros((comb(n, k), n))
        for row, chosen in enumerate(combinations(range(n), k)):
            rows[row, list(chosen)] = 1
        return rows  # combinations come in order: the first is the true one
    order = np.random.default_rng(seed).random((draws, n)).argsort(axis=1)
    return np.vstack([true, (order < k).astype(float)])


def _sums(victims: pd.DataFrame, people: pd.DataFrame, states: Sequence[str], window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Victims and person-months of each state over a window."""
    first, last = (month(edge) for edge in window)
    months = pd.date_range(first, last, freq="MS")
    for frame, name in ((victims, "victims"), (people, "people")):
        unknown = [state for state in states if state not in frame.columns]
        if unknown:
            raise BookError(f"state '{unknown[0]}': not in the panel of {name}; use INEGI codes such as 07")
        part = frame.reindex(months)[list(states)]
        if part.isna().to_numpy().any() or not len(months):
            raise BookError(f"window {first:%Y-%m} to {last:%Y-%m}: the panel of {name} has no figure for some month or it is empty; "
                            f"stay within {frame.index.min():%Y-%m} to {frame.index.max():%Y-%m}")
    return (victims.loc[months, list(states)].sum().to_numpy(dtype=float), people.loc[months, list(states)].sum().to_numpy(dtype=float))


@dataclass(frozen=True)
class _Two:
    """Sums of every state before and after: victims and person-months."""

    before: np.ndarray
    time_before: np.ndarray
    after: np.ndarray
    time_after: np.ndarray

    def statistic(self, members: np.ndarray, after: np.ndarray | None = None, weights: str = "victims") -> np.ndarray:
        """Log ratio of the members' change to the others'; `after` (n,) or (n, m) takes the place of the victims after."""
        after = self.after if after is None else after
        if weights == "states":
            own = (np.log(after + HALF).T - np.log(self.time_after) - np.log(self.before + HALF) + np.log(self.time_before)).T
            k = members.sum(axis=1, keepdims=True)
            share = members / k - (1 - members) / (members.shape[1] - k)
            return share @ own
        def change(chosen: np.ndarray) -> np.ndarray:
            fixed = np.log(chosen @ self.time_before) - np.log(chosen @ self.time_after) - np.log(chosen @ self.before + HALF)
            return (np.log(chosen @ after + HALF).T + fixed).T
        return change(members) - change(1 - members)


def _check(treated: Sequence[str], comparison: Sequence[str], before: Window, after: Window, weights: str = "victims") -> None:
    both = set(treated) & set(comparison)
    if both:
        raise BookError(f"state '{min(both)}' is both treated and compared with; leave it out of one")
    if not treated or len(comparison) <= len(treated):
        raise BookError(f"{len(treated)} states treated and {len(comparison)} compared with; give at least one, and more to compare with")
    if month(before[1]) >= month(after[0]):
        raise BookError(f"before ends {before[1]}, after begins {after[0]}; the first must end earlier")
    if weights not in WEIGHTS:
        raise BookError(f"weights is '{weights}'; it takes one of: {', '.join(WEIGHTS)}")


def _two(victims: pd.DataFrame, people: pd.DataFrame, states: Sequence[str], before: Window, after: Window) -> _Two:
    return _Two(*_sums(victims, people, states, before), *_sums(victims, people, states, after))


def _tails(values: np.ndarray) -> np.ndarray:
    """Two-sided p of the first row among all rows, for each column."""
    below, above = (values <= values[0] + 1e-12).mean(axis=0), (values >= values[0] - 1e-12).mean(axis=0)
    return np.minimum(1.0, 2 * np.minimum(below, above))


def change(victims: pd.DataFrame, people: pd.DataFrame, treated: Sequence[str], comparison: Sequence[str], before: Window,
           after: Window, weights: str = "victims", level: float = 0.95, draws: int = 4999, seed: int = SEED) -> Change:
    """How much more, or less, the rate of the treated states changed than that of the comparison.

    victims, people: months × states. before, after: first and last month of each window. weights: ``victims`` (sums over the group,
    a state counts as much as it has victims) or ``states`` (mean of the states' own log changes, each counts once).

    Measured size at 5 %, 4 of 24 states, no effect: states of Mexico's unequal sizes drawn at random 5 %, the four
    largest 7 %, the four smallest 8 % (400 panels each, tests/test_state_panel.py repeats the first). Raises BookError for
    overlapping groups or windows, unknown states, months without figures.
    """
    _check(treated, comparison, before, after, weights)
    tail = 1 - level_of(level)
    states = [*treated, *comparison]
    two = _two(victims, people, states, before, after)
    members = _members(len(states), len(treated), draws, seed)
    placebo = two.statistic(members, weights=weights)

    def p_without(effect: float) -> float:
        rest = two.after * np.exp(-effect * members[0])
        return float(_tails(two.statistic(members, rest, weights)))

    own = float(placebo[0])
    low, high = (_edge(p_without, own, side, tail) for side in (-1, 1))
    return Change(own, percent(own), percent(low), percent(high), float(_tails(placebo)), len(members), placebo[1:])


def _edge(p_without, own: float, side: int, tail: float) -> float:
    """Where the p-value of an effect falls to `tail`, going from the estimate to one side: bisection to 0.001."""
    inside, outside = own, own + side * FAR
    if p_without(outside) > tail:
        return side * np.inf
    while abs(outside - inside) > 1e-3:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_without(middle) > tail else (inside, middle)
    return (inside + outside) / 2


def detectable(victims: pd.DataFrame, people: pd.DataFrame, states: Sequence[str], k: int, before: Window, after: Window,
               weights: str = "victims", level: float = 0.95, power: float = 0.8, groups: int = 400, draws: int = 999,
               seed: int = SEED) -> Detectable:
    """Plant effects into sets of k states and see how often `change` finds them: power, and the least effect found reliably.

    The same effect is planted into `groups` sets drawn at random, each judged by its own placebo sets. `size` is how often the test
    finds what was not planted.
    """
    tail = 1 - level_of(level)
    two = _two(victims, people, states, before, after)
    members = _members(len(states), k, draws, seed)
    if len(members) < 20:
        raise BookError(f"{len(members)} sets of {k} among {len(states)} states: too few to judge by; compare with more states")
    chosen = np.random.default_rng(seed).choice(len(members), min(groups, len(members)), replace=False)

    def found(effect: float) -> float:
        planted = two.after[:, None] * np.exp(effect * members[chosen].T)
        values = two.statistic(members, planted, weights)  # sets × planted sets
        own = values[chosen, np.arange(len(chosen))]
        below, above = (values <= own + 1e-12).mean(axis=0), (values >= own - 1e-12).mean(axis=0)
        return float((2 * np.minimum(below, above) <= tail).mean())

    steps = np.arange(0.05, 1.01, 0.05)
    curve = [(0.0, found(0.0))]
    ends = {}
    for side in (-1, 1):
        reached, last = None, curve[0][1]
        for step in steps:
            now = found(side * step)
            curve.append((side * step, now))
            if now >= power and reached is None:
                reached = side * (step - 0.05 * (now - power) / max(now - last, 1e-9))
            last = now
            if now > 0.95:
                break
        ends[side] = side * np.inf if reached is None else reached
    table = pd.DataFrame(sorted(curve), columns=["effect", "power"])
    table.insert(0, "percent", percent(table.pop("effect").to_numpy()))
    return Detectable(percent(ends[1]), percent(ends[-1]), power, curve[0][1], table)


def placebo_dates(victims: pd.DataFrame, people: pd.DataFrame, treated: Sequence[str], comparison: Sequence[str], first_after: str,
                  months_before: int, months_after: int, weights: str = "victims") -> pd.DataFrame:
    """The same estimate for the same states at every earlier month with windows as long: date, coefficient, percent.

    No window reaches the true first month after. Neighbouring dates share most months, so few of them are independent:
    about the months spanned divided by `months_after`.
    """
    event = month(first_after)
    start = victims.index.min()
    dates = pd.date_range(start + pd.DateOffset(months=months_before), event - pd.DateOffset(months=months_after), freq="MS")
    rows = []
    for date in dates:
        before, after = windows(f"{date:%Y-%m}", months_before, months_after)
        _check(treated, comparison, before, after, weights)
        states = [*treated, *comparison]
        two = _two(victims, people, states, before, after)
        true = _members(len(states), len(treated), 0, SEED)[:1]
        rows.append((date, float(two.statistic(true, weights=weights)[0])))
    if not rows:
        raise BookError(f"placebo dates: none before {event:%Y-%m} has {months_before} months before it and {months_after} after it; "
                        "choose shorter windows")
    table = pd.DataFrame(rows, columns=["date", "coefficient"])
    return table.assign(percent=percent(table["coefficient"].to_numpy()))


def windows(first_after: str, months_before: int, months_after: int) -> tuple[Window, Window]:
    """The months before and after, as two windows: ``windows("2019-06", 12, 9)``."""
    event = month(first_after)
    edges = [event - pd.DateOffset(months=months_before), event - pd.DateOffset(months=1), event,
             event + pd.DateOffset(months=months_after - 1)]
    written = [f"{edge:%Y-%m}" for edge in edges]
    return (written[0], written[1]), (written[2], written[3])


def by_year(victims: pd.DataFrame, people: pd.DataFrame, treated: Sequence[str], comparison: Sequence[str], first_after: str,
            weights: str = "victims", level: float = 0.95, draws: int = 4999, seed: int = SEED) -> pd.DataFrame:
    """Whole years of twelve months before and after, each against the last twelve months before: an event study by year.

    Columns start (first month of the year), percent, low and high (central range of the placebo sets of states), p,
    before. The year of reference is 0 by construction and has no range.
    """
    event = month(first_after)
    _check(treated, comparison, windows(first_after, 12, 12)[0], windows(first_after, 12, 12)[1], weights)
    states = [*treated, *comparison]
    members = _members(len(states), len(treated), draws, seed)
    base_window = windows(first_after, 12, 12)[0]
    base = _sums(victims, people, states, base_window)
    tail = (1 - level_of(level)) / 2
    rows = []
    for years in range(-50, 51):
        start = event + pd.DateOffset(years=years)
        end = start + pd.DateOffset(months=11)
        if start < victims.index.min() or end > victims.index.max():
            continue
        if years == -1:
            rows.append((start, 0.0, 0.0, 0.0, 1.0, True))
            continue
        values = _Two(*base, *_sums(victims, people, states, (f"{start:%Y-%m}", f"{end:%Y-%m}"))).statistic(members, weights=weights)
        low, high = np.quantile(values[1:], [tail, 1 - tail])
        rows.append((start, percent(float(values[0])), percent(low), percent(high), float(_tails(values)), years < 0))
    return pd.DataFrame(rows, columns=["start", "percent", "low", "high", "p", "before"])


def leave_one_out(victims: pd.DataFrame, people: pd.DataFrame, treated: Sequence[str], comparison: Sequence[str], before: Window,
                  after: Window, weights: str = "victims") -> pd.DataFrame:
    """The estimate without each state in turn: state, treated (whether it was), percent."""
    _check(treated, comparison, before, after, weights)
    rows = []
    for state in [*treated, *comparison]:
        some, others = ([one for one in group if one != state] for group in (treated, comparison))
        if not some:
            continue
        two = _two(victims, people, [*some, *others], before, after)
        value = two.statistic(_members(len(some) + len(others), len(some), 0, SEED)[:1], weights=weights)[0]
        rows.append((state, state in treated, percent(float(value))))
    return pd.DataFrame(rows, columns=["state", "treated", "percent"])
