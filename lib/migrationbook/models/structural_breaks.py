"""When the level of a series broke: least-squares breaks in the mean, how many, how surely dated, and near which dates.

Breaks are found as Bai and Perron (1998, 2003) define them: for each number of breaks the dates that leave the smallest sum of
squared residuals, searched exactly, by dynamic programming over all partitions (`Search`).
Months in a row are alike, and a criterion that takes them for independent finds breaks in a series that merely wanders. The
rule `calibrated` therefore prices a break by what it gains in simulated series without any, whose errors follow one another as
the residuals do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from statsmodels.tsa.seasonal import seasonal_decompose

from migrationbook.errors import BookError
from migrationbook.models import calendar

RULES = ("calibrated", "lwz", "bic")
SEED = 20190607
DRAWS = 199
FALSE_ALARMS = 0.15  # `calibrated` at a level of 0.95 in series without a break, autocorrelation up to 0.8: what tests hold it to
RHOS = np.array([0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.94, 0.98])  # at 1, a random walk, there is no level to break
Partition = tuple[int, ...]  # positions of the first month after each break


@dataclass(frozen=True)
class Breaks:
    """Phases of a series and what they rest on.

    phases: one row a phase with start, end (months), level (geometric mean, in the series' unit), low and high (months between
    which the bootstrap puts the start at the level of confidence; missing for the first phase, which starts with the data).
    chosen: number of breaks by the rule. rho, sd: first-order autocorrelation and innovations of the logarithm around the
    phases' means. p_wandering: how often a persistent series without any break gains as much from as many breaks. gain: log of
    SSR without breaks over SSR with them.
    """

    phases: pd.DataFrame
    chosen: int
    rho: float
    sd: float
    gain: float
    p_wandering: float

    @property
    def dates(self) -> list[pd.Timestamp]:
        """First month after each break."""
        return list(self.phases["start"].iloc[1:])


def seasonally_adjusted(series: pd.Series, first: str | None = None, last: str | None = None) -> pd.Series:
    """Logarithm of a monthly series less its fixed season, learnt by classical decomposition from the months first to last.

    The season of those months is taken out of all months: a season that has changed since stays in. Raises BookError for fewer
    than four years to learn from, gaps, or figures not above 0.
    """
    logs = calendar.logarithm(calendar.between(series))
    learnt = calendar.between(logs, first, last)
    calendar.require(learnt, 48, "a season")
    season = seasonal_decompose(learnt, period=12).seasonal
    factors = season.groupby(season.index.month).mean()
    return (logs - factors.reindex(logs.index.month).to_numpy()).rename(series.name)


class Search:
    """The best partitions of many series at once, draws × months, with up to `most` breaks and phases of at least `shortest`.

    Least squares left is most squares explained: the sum over phases of (sum of the phase)² / length, of the series less their
    means. ``explained[k, t]`` is the most that k breaks explain of the first t months. What ruptures.KernelCPD does in C for one
    series, in array operations over all of them: simulations search thousands.
    """

    def __init__(self, series: np.ndarray, most: int, shortest: int) -> None:
        draws, months = series.shape
        centred = (series - series.mean(axis=1, keepdims=True)).T
        self.squares_of_all = (centred**2).sum(axis=0)
        self.sums = np.vstack([np.zeros(draws), np.cumsum(centred, axis=0)])
        self.shortest = shortest
        self.explained = np.full((most + 1, months + 1, draws), -np.inf)
        last, room = np.empty((2, months + 1, draws))  # by where the last phase starts: what it explains, and all phases
        for end in range(shortest, months + 1):
            starts = end - shortest + 1
            np.subtract(self.sums[end], self.sums[:starts], out=last[:starts])
            last[:starts] *= last[:starts]
            last[:starts] /= np.arange(end, shortest - 1, -1)[:, None]
            self.explained[0, end] = last[0]
            for number in range(1, min(most - (end < months), end // shortest - 1) + 1):  # all breaks: only up to the end
                first = number * shortest
                np.add(self.explained[number - 1, first:starts], last[first:starts], out=room[first:starts])
                room[first:starts].max(axis=0, out=self.explained[number, end])

    def squares(self) -> np.ndarray:
        """Sum of squared residuals of the best partition with 0, 1, …, `most` breaks, draws × numbers."""
        return (self.squares_of_all - self.explained[:, -1]).T

    def breaks(self, number: int) -> np.ndarray:
        """The best partition with `number` breaks, draws × number: walked back from the last phase to the first."""
        end = np.full(self.sums.shape[1], len(self.sums) - 1)
        found = np.empty((len(end), number), dtype=int)
        for before in range(number - 1, -1, -1):
            length = end - np.arange(len(self.sums))[:, None]
            last = (self.sums[end, np.arange(len(end))] - self.sums) ** 2 / np.maximum(length, 1)
            end = np.where(length >= self.shortest, self.explained[before] + last, -np.inf).argmax(axis=0)
            found[:, before] = end
        return found


def partitions(values: np.ndarray, most: int, shortest: int) -> list[Partition]:
    """The best partition with 0, 1, …, `most` breaks, every phase at least `shortest` long.

    Fewer than `most` where the series has no room for them. Raises BookError when it has not even room for two phases.
    """
    return _partitions(np.asarray(values, dtype=float)[None], most, shortest)[0]


def _partitions(series: np.ndarray, most: int, shortest: int) -> list[list[Partition]]:
    """The same for each of many series, draws × months."""
    months = series.shape[1]
    room = months // shortest - 1
    if room < 1:
        raise BookError(f"structural breaks: {months} months hold no two phases of {shortest}; "
                        "start earlier or allow shorter ones")
    search = Search(series, min(most, room), shortest)
    found = [map(tuple, search.breaks(number).tolist()) for number in range(min(most, room) + 1)]
    return [list(one) for one in zip(*found, strict=True)]


def residuals(values: np.ndarray, breaks: Partition | np.ndarray) -> np.ndarray:
    """What the means of the phases leave: of one series, or of many (draws × months) with their breaks (draws × number)."""
    after = np.asarray(breaks, dtype=int)
    phase = (np.arange(values.shape[-1]) >= after[..., None]).sum(axis=-2)
    if values.ndim > 1:  # phases are numbered through, from series to series
        phase += (1 + after.shape[1]) * np.arange(len(values))[:, None]
    means = np.bincount(phase.ravel(), values.ravel()) / np.bincount(phase.ravel())
    return values - means[phase]


def find(adjusted: pd.Series, most: int = 8, shortest: int = 6, rule: str = "calibrated", level: float = 0.95,
         draws: int = DRAWS, seed: int = SEED) -> Breaks:
    """Find the breaks in the level of a seasonally adjusted logarithm (`seasonally_adjusted`), complete by month.

    most: highest number of breaks. shortest: shortest phase in months. rule: how their number is chosen, one of `RULES`: `bic`
    (Yao 1988) and `lwz` (Liu, Wu and Zidek 1997) take months for independent, `calibrated` does not. level: confidence of the
    dates and, for `calibrated`, how often a series without breaks should be found to have none.

    Raises BookError for an unknown rule, numbers below 1, or a series too short.
    """
    values = _complete(adjusted, most, shortest, rule, level)
    found, sums, chosen = _choose(values, most, shortest, rule, level, draws, seed)
    breaks = found[chosen]
    rho, sd = errors(values, breaks, shortest)
    low, high = _intervals(values, breaks, shortest, level, draws, seed) if chosen else ([], [])
    starts, ends = [0, *breaks], [*breaks, len(values)]
    months = adjusted.dropna().sort_index().index
    phases = pd.DataFrame({
        "start": months[starts], "end": months[[end - 1 for end in ends]],
        "level": [float(np.exp(values[start:end].mean())) for start, end in zip(starts, ends, strict=True)],
        "low": [pd.NaT, *months[low]], "high": [pd.NaT, *months[high]]})
    gain = float(np.log(sums[0] / sums[chosen]))
    return Breaks(phases, chosen, rho, sd, gain, _wandering(values, chosen, gain, shortest, draws, seed))


def dates(adjusted: pd.Series, most: int, shortest: int, rule: str, level: float = 0.95) -> list[pd.Timestamp]:
    """First months after the breaks that `find` would find, without what tells how sure they are."""
    found, _, chosen = _choose(_complete(adjusted, most, shortest, rule, level), most, shortest, rule, level, DRAWS, SEED)
    months = adjusted.dropna().sort_index().index
    return [months[at] for at in found[chosen]]


def _complete(adjusted: pd.Series, most: int, shortest: int, rule: str, level: float) -> np.ndarray:
    if rule not in RULES:
        raise BookError(f"rule is '{rule}'; it takes one of: {', '.join(RULES)}")
    if most < 1 or shortest < 2:
        raise BookError(f"structural breaks: most {most}, shortest {shortest}; "
                        "at least one break and phases of two months are needed")
    calendar.level_of(level)
    return calendar.between(adjusted).to_numpy()


def _choose(values: np.ndarray, most: int, shortest: int, rule: str, level: float, draws: int,
            seed: int) -> tuple[list[Partition], np.ndarray, int]:
    """Best partitions by number of breaks, their sums of squares, and the number the rule takes."""
    found = partitions(values, most, shortest)
    return found, *_number(values, found, shortest, rule, level, draws, seed)


def _number(values: np.ndarray, found: list[Partition], shortest: int, rule: str, level: float, draws: int,
            seed: int) -> tuple[np.ndarray, int]:
    """Sums of squares of the best partitions, and the number of breaks the rule takes."""
    sums = np.array([(residuals(values, one) ** 2).sum() for one in found])
    if rule == "calibrated":
        return sums, _calibrated(values, found, sums, shortest, level, draws, seed)
    return sums, int(np.argmin(_criterion(sums, len(values), rule)))


def errors(values: np.ndarray, breaks: Partition, shortest: int) -> tuple[float, float]:
    """Autocorrelation at one month and sd of the innovations of the errors around the phases' means.

    Phases are chosen to fit, so residuals look less persistent than errors are. The autocorrelation returned is therefore the
    one under which simulated errors, searched in the same way, look as persistent as these in the median (indirect inference;
    Andrews 1993 has it for one mean). It lies between the ends of RHOS.
    """
    left = residuals(values, breaks)
    raw = float(_autocorrelation(left))
    rho = float(np.interp(raw, _looks(len(values), len(breaks), shortest), RHOS))
    return rho, float(np.std(left[1:] - raw * left[:-1]))


def _autocorrelation(left: np.ndarray) -> np.ndarray:
    """Of residuals, by series."""
    return (left[..., 1:] * left[..., :-1]).sum(axis=-1) / (left[..., :-1] ** 2).sum(axis=-1)


@lru_cache(maxsize=64)
def _looks(months: int, number: int, shortest: int, draws: int = 60) -> np.ndarray:
    """Median autocorrelation of the residuals of AR(1) errors with each of RHOS when `number` breaks were searched in them."""
    def medians(rhos: np.ndarray) -> np.ndarray:
        simulated = np.vstack([noise(np.random.default_rng(SEED), months, rho, 1.0, draws) for rho in rhos])
        left = residuals(simulated, Search(simulated, number, shortest).breaks(number))
        return np.median(_autocorrelation(left).reshape(len(rhos), draws), axis=1)
    # a few at a time: their tables fit a processor's cache
    return np.maximum.accumulate(np.concatenate([medians(rhos) for rhos in np.split(RHOS, 3)]))


def noise(rng: np.random.Generator, months: int, rho: float, sd: float, draws: int) -> np.ndarray:
    """Stationary AR(1) errors, draws × months."""
    shocks = rng.normal(0, sd, (draws, months))
    shocks[:, 0] /= np.sqrt(1 - rho**2)
    return lfilter([1], [1, -rho], shocks)


def false_breaks(rho: float, months: int, most: int, shortest: int, rule: str, level: float = 0.95,
                 draws: int = 200, seed: int = SEED) -> float:
    """How often (0 to 1) a rule finds any break in AR(1) errors around one level: its size."""
    simulated = noise(np.random.default_rng(seed), months, rho, 1.0, draws)
    found = _partitions(simulated, most, shortest)
    return float(np.mean([_number(*one, shortest, rule, level, 99, seed)[1] > 0
                          for one in zip(simulated, found, strict=True)]))


def _criterion(sums: np.ndarray, months: int, rule: str) -> np.ndarray:
    """Information criterion by number of breaks: each break costs a date and a mean."""
    number = np.arange(len(sums))
    if rule == "bic":
        return np.log(sums / months) + 2 * number * np.log(months) / months
    free = 2 * number + 1
    return np.log(sums / (months - free)) + free * 0.299 * np.log(months) ** 2.1 / months


def _calibrated(values: np.ndarray, found: list[Partition], sums: np.ndarray, shortest: int, level: float, draws: int,
                seed: int) -> int:
    """Number of breaks when each costs what chance gains.

    The cost is the quantile `level` of the largest gain per break in series without any. It depends on the persistence of the
    errors, and that on the number of breaks: from the largest number down, the first that pays for itself at its own
    persistence is taken.
    """
    number = len(found) - 1
    while number:
        rho, _ = errors(values, found[number], shortest)
        cost = _cost(rho, len(values), len(found) - 1, shortest, level, draws, seed)
        best = int(np.argmin(np.log(sums[:number + 1]) + cost * np.arange(number + 1)))
        if best == number:
            return number
        number = best
    return 0


@lru_cache(maxsize=64)
def _cost(rho: float, months: int, most: int, shortest: int, level: float, draws: int, seed: int) -> float:
    """Quantile `level` of the largest gain in log SSR a break, for 1 to `most` breaks, in AR(1) errors around one level."""
    squares = Search(noise(np.random.default_rng(seed), months, rho, 1.0, draws), most, shortest).squares()
    gains = np.log(squares[:, :1] / squares[:, 1:]) / np.arange(1, most + 1)
    return float(np.quantile(gains.max(axis=1), level))


def _wandering(values: np.ndarray, chosen: int, gain: float, shortest: int, draws: int, seed: int) -> float:
    """p of the gain when the series has no break and errors as persistent as the whole series looks without any."""
    if not chosen:
        return 1.0
    rho, _ = errors(values, (), shortest)
    squares = Search(noise(np.random.default_rng(seed), len(values), rho, 1.0, draws), chosen, shortest).squares()
    return float((1 + np.sum(np.log(squares[:, 0] / squares[:, chosen]) >= gain)) / (1 + draws))


def _intervals(values: np.ndarray, breaks: Partition, shortest: int, level: float, draws: int,
               seed: int) -> tuple[list[int], list[int]]:
    """Positions between which each break lies in the bootstrap: phases as found, AR(1) errors drawn anew, dates found again.

    The number of breaks is held, so doubt about the number is not in the interval.
    """
    rho, sd = errors(values, breaks, shortest)
    fitted = values - residuals(values, breaks)
    simulated = fitted + noise(np.random.default_rng(seed), len(values), rho, sd, draws)
    dates = Search(simulated, len(breaks), shortest).breaks(len(breaks))
    tail = (1 - level) / 2
    low = np.minimum(np.quantile(dates, tail, axis=0, method="lower"), breaks)
    high = np.maximum(np.quantile(dates, 1 - tail, axis=0, method="higher"), breaks)
    return low.astype(int).tolist(), high.astype(int).tolist()


@dataclass(frozen=True)
class Nearness:
    """How near breaks lie to dated events, and how near dates without meaning would: distances in months.

    distances: of each break to its nearest event; mean: their mean; chance: the mean for dates drawn at random; p: how often
    these are as near.
    """

    distances: list[int]
    mean: float
    chance: float
    p: float
    n_events: int


def nearness(breaks: list[pd.Timestamp], events: pd.Series, first: str, last: str, shortest: int = 1,
             draws: int = 4999, seed: int = SEED) -> Nearness:
    """Compare the distance from breaks to the nearest event with that of as many random months, at least `shortest` apart.

    Only breaks and events of the months first to last count. Where events stand close to one another, any date is near one:
    that is what the comparison shows. Raises BookError without a break or an event in the window.
    """
    months = pd.date_range(calendar.month(first), calendar.month(last), freq="MS")
    position = {month: number for number, month in enumerate(months)}
    at = sorted(position[one] for one in breaks if one in position)
    dated = sorted({position[calendar.month(one)] for one in events if calendar.month(one) in position})
    if not at or not dated:
        raise BookError(f"structural breaks: no {'event' if at else 'break'} from {first} to {last} to compare")
    nearest = np.abs(np.arange(len(months))[:, None] - np.array(dated)).min(axis=1)
    slack = len(months) - 1 - (len(at) - 1) * shortest
    if slack < 0:
        raise BookError(f"structural breaks: {len(at)} breaks {shortest} months apart do not fit {first} to {last}")
    rng = np.random.default_rng(seed)
    drawn = np.sort(rng.integers(0, slack + 1, (draws, len(at))), axis=1) + shortest * np.arange(len(at))
    chance = nearest[drawn].mean(axis=1)
    own = float(nearest[at].mean())
    p = float((1 + np.sum(chance <= own + 1e-9)) / (1 + draws))
    return Nearness([int(nearest[one]) for one in at], own, float(chance.mean()), p, len(dated))
