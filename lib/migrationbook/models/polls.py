"""Many polls of one question, pooled: a level that wanders, houses that lean, and errors as large as they turn out to be.

The model is the local level model with house effects. Polls come on irregular days and several on one day, so it is written
by its covariance instead of step by step: poll i of house h says

    level(day i) + lean(h) + error(i),   level a random walk, lean(h) ~ N(0, lean²), error(i) ~ N(0, error(h)²)

and everything below is the exact Gaussian answer to that. Only the search for the standard deviations, which asks for their
likelihood again and again, writes the same model as a regression (`_Regression`), whose cost grows with the days that have polls
instead of the polls. Shares are in percentage points throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, optimize, stats
from statsmodels.stats.proportion import proportion_confint

from migrationbook.errors import BookError
from migrationbook.models.calendar import level_of

MONTH = 365.25 / 12  # days
OWN_ERROR = 5  # polls from which a house's error is estimated for itself
SPREAD = 0.5  # how far, in logarithms, the errors of houses are expected to differ: a factor of 1.6 either way
FEWEST = 8  # polls, of at least two houses: fewer tell leaning from wandering from noise no more
START = np.log([1.5, 3.0, 2.0])  # wander, lean, error: where the search begins, in points


@dataclass(frozen=True)
class Pool:
    """The pooled level and what the polls say of themselves.

    `path`: date, mean, lower, upper. `houses`: house, polls, lean, lower, upper (points above the average house), error
    (standard deviation of its polls around level and lean; one common value for houses of fewer than five polls).
    `wander`: standard deviation of the level's change over a month. `lean`: of the houses' leanings. `error`: of a typical
    house's polls. `left_out`: date, house, share, mean, lower, upper, score, covered: each poll as the others predict it;
    score is how many standard deviations it lies from there.
    """

    path: pd.DataFrame
    houses: pd.DataFrame
    wander: float
    lean: float
    error: float
    left_out: pd.DataFrame
    converged: bool


def pool(polls: pd.DataFrame, dates: pd.DatetimeIndex | None = None, level: float = 0.95) -> Pool:
    """Pool polls, one row each with the columns date (middle of fieldwork), house, share (points).

    dates: where the level is wanted (default: every seventh day from the first poll to the last). Wander, lean and errors
    are estimated by penalised restricted likelihood and then taken as known: intervals are a little too narrow, by how
    much `left_out` shows. Raises BookError for fewer than eight polls or two houses, or a share that is no figure.
    """
    level_of(level)
    polls = _in_order(polls)
    model = _Model(polls)
    found = model.fit()
    if dates is None:
        dates = pd.date_range(polls["date"].iloc[0], polls["date"].iloc[-1], freq="7D")
    return Pool(path=model.path(found.x, dates, level), houses=model.leanings(found.x, level), wander=float(np.exp(found.x[0])),
                lean=float(np.exp(found.x[1])), error=float(np.exp(found.x[2])), left_out=model.left_out(found.x, level),
                converged=bool(found.success))


@dataclass(frozen=True)
class Gap:
    """How far marked polls lie from the others, in points, with an interval, and how many houses and polls are marked."""

    points: float
    lower: float
    upper: float
    houses: int
    polls: int


def gap(polls: pd.DataFrame, marked: pd.Series, level: float = 0.95) -> Gap:
    """The difference between marked polls and the others at the same level: by how much one mode reads lower, for instance.

    polls: as in `pool`. marked: a truth value a poll, of the same index. The difference is estimated beside wander, leanings
    and errors; houses still lean around it, so few marked houses give a wide interval, however many polls they publish. The
    interval is that of Student's t with two degrees of freedom fewer than houses: how far houses lean is itself known from
    them. Raises BookError when all polls are marked or none, or when there are fewer than four houses.
    """
    marked = marked.astype(bool)
    if marked.all() or not marked.any():
        raise BookError(f"{int(marked.sum())} of {len(marked)} polls are marked: for a difference both kinds are needed")
    polls = _in_order(polls)
    houses = polls["house"].nunique()
    if houses < 4:
        raise BookError(f"polls of {houses} houses: at least four are needed to tell two kinds of houses apart")
    model = _Model(polls, marked.reindex(polls.index))
    points, sd = model.coefficient(model.fit().x, 1)
    half = stats.t.ppf((1 + level_of(level)) / 2, houses - 2) * sd
    own = polls.loc[marked.reindex(polls.index), "house"]
    return Gap(points=points, lower=points - half, upper=points + half, houses=own.nunique(), polls=len(own))


def without_each_house(polls: pd.DataFrame, dates: pd.DatetimeIndex, level: float = 0.95) -> pd.DataFrame:
    """The pool without one house at a time, and how it predicts the polls of that house.

    Columns house, polls, covered (share of its polls in per cent inside the interval the others predict for a house never
    seen), largest_shift (points by which the path moves at most without the house). Houses without which fewer than
    eight polls or two houses remain are passed over.
    """
    polls = _in_order(polls)
    whole = pool(polls, dates, level).path["mean"].to_numpy()
    rows = []
    for house, own in polls.groupby("house", sort=True):
        others = polls[polls["house"] != house]
        if len(others) < FEWEST or others["house"].nunique() < 2:
            continue
        model = _Model(others)
        found = model.fit()
        moved = np.abs(model.path(found.x, dates, level)["mean"].to_numpy() - whole).max()
        mean, sd = model.level(found.x, own["date"])
        sd = np.sqrt(sd**2 + np.exp(2 * found.x[1]) + np.exp(2 * found.x[2]))
        inside = np.abs(own["share"].to_numpy() - mean) <= _critical(level) * sd
        rows.append({"house": house, "polls": len(own), "covered": 100 * inside.mean(), "largest_shift": moved})
    return pd.DataFrame(rows, columns=["house", "polls", "covered", "largest_shift"])


def without_overlap(polls: pd.DataFrame) -> pd.DataFrame:
    """Polls of which no two of one house share a day of fieldwork: a tracker's rolling windows count once.

    polls: columns house, start, end (dates) and any others. Kept are, house by house, the first poll and then each that
    starts after the last one kept has ended; of those that start together the one that ends first.
    """
    kept = []
    last: dict[str, pd.Timestamp] = {}  # by house
    ordered = polls.sort_values(["start", "end"], kind="stable")
    for row, house, start, end in zip(ordered.index, ordered["house"], ordered["start"], ordered["end"], strict=True):
        if house not in last or start > last[house]:
            kept.append(row)
            last[house] = end
    return polls.loc[sorted(kept)]


def share_interval(percent: float, n: float, level: float = 0.95, design_effect: float = 1.0) -> tuple[float, float]:
    """Wilson interval of a share in per cent from n answers, in per cent.

    design_effect: by how much clustering and weighting raise the variance over simple random sampling: n is divided by it.
    Raises BookError for a share outside 0 to 100, n below 1 or a design effect below 1.
    """
    if not 0 <= percent <= 100:
        raise BookError(f"share {percent!r}: not between 0 and 100 per cent")
    if not n >= 1 or not design_effect >= 1:
        raise BookError(f"n {n!r}, design effect {design_effect!r}: both must be at least 1")
    effective = n / design_effect
    low, high = proportion_confint(percent / 100 * effective, effective, 1 - level_of(level), method="wilson")
    return 100 * low, 100 * high


def with_intervals(shares: pd.DataFrame, level: float = 0.95, assumed: float = 1.0) -> pd.DataFrame:
    """Shares with their Wilson intervals: the columns effect, lower and upper (per cent) are added, missing where n is.

    shares: percent and n, and reported_error (points) where published. The design effect is the one a reported margin implies
    or `assumed`, whichever is larger: margins of simple random samples are published for samples that are none.
    """
    known = shares["n"].notna()
    margins = shares.get("reported_error", pd.Series(np.nan, index=shares.index))
    implied = [design_effect(margin, n) if pd.notna(margin) and pd.notna(n) else 1.0
               for margin, n in zip(margins, shares["n"], strict=True)]
    effect = pd.Series(np.maximum(implied, assumed), index=shares.index).where(known)
    bounds = [share_interval(percent, n, level, by) if there else (np.nan, np.nan)
              for percent, n, by, there in zip(shares["percent"], shares["n"], effect, known, strict=True)]
    return shares.assign(effect=effect, lower=[low for low, _ in bounds], upper=[high for _, high in bounds])


def smallest_sample(first: float, second: float, level: float = 0.95) -> float:
    """Answers a wave, as of a simple random sample, from which two waves with these shares (per cent) differ beyond chance.

    Infinite for equal shares. Multiply by the design effect for the interviews needed.
    """
    if not 0 <= first <= 100 or not 0 <= second <= 100:
        raise BookError(f"shares {first!r} and {second!r}: not between 0 and 100 per cent")
    if first == second:
        return float("inf")
    spread = first * (100 - first) + second * (100 - second)
    return _critical(level_of(level)) ** 2 * spread / (first - second) ** 2


def plain_margin(n: int, level: float = 0.95) -> float:
    """The margin of error (points, at 50 %) of a simple random sample of n people."""
    if not n >= 1:
        raise BookError(f"n {n!r}: it must be at least 1")
    return 50 * _critical(level_of(level)) / np.sqrt(n)


def design_effect(margin: float, n: int, level: float = 0.95) -> float:
    """The design effect that a published margin of error (points, at 50 %) implies for n interviews."""
    if margin <= 0 or n < 1:
        raise BookError(f"margin {margin!r}, n {n!r}: both must be positive")
    return float((margin / plain_margin(n, level)) ** 2)


class _Model:
    """Covariances of one set of polls, ordered by date; parameters are logarithms of standard deviations.

    fixed: what is estimated without a prior, a column each: the mean level, and the difference of marked polls if any are.
    """

    def __init__(self, polls: pd.DataFrame, marked: pd.Series | None = None) -> None:
        self.polls = polls
        columns = [np.ones(len(polls))] + ([] if marked is None else [marked.to_numpy(float)])
        self.fixed = np.column_stack(columns)
        self.first = polls["date"].iloc[0]
        self.time = self._months(polls["date"])
        self.share = polls["share"].to_numpy(float)
        self.names, self.house = np.unique(polls["house"].to_numpy(str), return_inverse=True)
        self.counts = np.bincount(self.house)
        own = np.flatnonzero(self.counts >= OWN_ERROR)
        # which parameter holds the error of each poll: a house's own, or the common one at position 2
        position = np.full(len(self.names), 2)
        position[own] = 3 + np.arange(len(own))
        self.error_of_house, self.error_of_poll = position, position[self.house]
        self.walk = np.minimum.outer(self.time, self.time)
        self.same = (self.house[:, None] == self.house).astype(float)
        self.regression = _Regression(self)

    def _months(self, dates: pd.Series | pd.DatetimeIndex) -> np.ndarray:
        return np.asarray((pd.DatetimeIndex(dates) - self.first).days, float) / MONTH

    def fit(self) -> optimize.OptimizeResult:
        start = np.concatenate([START, np.full(self.error_of_house.max() - 2, START[2])])
        return optimize.minimize(self.cost, start, jac=True, method="L-BFGS-B", bounds=[(-5, 4)] * len(start),
                                 options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 1000, "maxls": 50})

    def inverse(self, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Inverse covariance of the polls, the same with the fixed part projected out, half log determinants."""
        variance = np.exp(2 * parameters)
        covariance = variance[0] * self.walk + variance[1] * self.same
        covariance[np.diag_indices_from(covariance)] += variance[self.error_of_poll]
        inverse, half_log = _inverse(covariance)
        weighted = inverse @ self.fixed
        information = self.fixed.T @ weighted
        projected = inverse - weighted @ linalg.solve(information, weighted.T)
        return inverse, projected, half_log + np.linalg.slogdet(information)[1] / 2

    def cost(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Negative penalised restricted log likelihood, up to a constant, and its gradient."""
        value, slope = self.regression.cost(parameters)
        apart = (parameters[3:] - parameters[2]) / SPREAD
        value += (apart**2).sum() / 2
        slope[3:] += apart / SPREAD
        slope[2] -= apart.sum() / SPREAD
        return value, slope

    def coefficients(self, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The fixed part: estimates, their covariance, and the inverse covariance of the polls times the columns."""
        weighted = inverse @ self.fixed
        covariance = linalg.inv(self.fixed.T @ weighted)
        return covariance @ (weighted.T @ self.share), covariance, weighted

    def coefficient(self, parameters: np.ndarray, position: int) -> tuple[float, float]:
        """One of the fixed part's estimates and its standard deviation."""
        estimates, covariance, _ = self.coefficients(self.inverse(parameters)[0])
        return float(estimates[position]), float(np.sqrt(covariance[position, position]))

    def level(self, parameters: np.ndarray, dates: pd.Series | pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the level, that of unmarked polls, on some dates."""
        time, variance = self._months(dates), np.exp(2 * parameters)
        inverse, projected, _ = self.inverse(parameters)
        estimates, covariance, weighted = self.coefficients(inverse)
        shared = variance[0] * np.minimum.outer(np.maximum(time, 0), self.time)
        mean = estimates[0] + shared @ (projected @ self.share)
        unexplained = np.eye(1, self.fixed.shape[1]) - shared @ weighted
        spread = variance[0] * np.abs(time) - _quadratic(shared, inverse) + _quadratic(unexplained, covariance)
        return mean, np.sqrt(np.maximum(spread, 0))

    def path(self, parameters: np.ndarray, dates: pd.DatetimeIndex, level: float) -> pd.DataFrame:
        mean, sd = self.level(parameters, dates)
        half = _critical(level) * sd
        return pd.DataFrame({"date": dates, "mean": mean, "lower": mean - half, "upper": mean + half})

    def leanings(self, parameters: np.ndarray, level: float) -> pd.DataFrame:
        variance = np.exp(2 * parameters)
        _, projected, _ = self.inverse(parameters)
        shared = variance[1] * (np.arange(len(self.names))[:, None] == self.house)
        lean = shared @ (projected @ self.share)
        half = _critical(level) * np.sqrt(variance[1] - _quadratic(shared, projected))
        return pd.DataFrame({"house": self.names, "polls": self.counts, "lean": lean, "lower": lean - half, "upper": lean + half,
                             "error": np.exp(parameters[self.error_of_house])})

    def left_out(self, parameters: np.ndarray, level: float) -> pd.DataFrame:
        """Each poll as the others, its own house's among them, predict it: by the inverse, without fitting anew."""
        _, projected, _ = self.inverse(parameters)
        variance = 1 / np.diag(projected)
        mean = self.share - (projected @ self.share) * variance
        half = _critical(level) * np.sqrt(variance)
        frame = self.polls[["date", "house", "share"]].assign(mean=mean, lower=mean - half, upper=mean + half,
                                                              score=(self.share - mean) / np.sqrt(variance))
        return frame.assign(covered=frame["share"].between(frame["lower"], frame["upper"])).reset_index(drop=True)


class _Regression:
    """The same model as one regression (Henderson 1950): its rows are the polls, the steps of the level, and the leanings.

    Unknown are the level on each day with a poll, the leanings, and the difference of marked polls if any are. A step of the
    level from one such day to the next is an observation of 0 with the variance wander² times the months between them, a
    leaning one of 0 with the variance lean². Every row is a sum of at most three unknowns, each so many `times`.
    """

    def __init__(self, model: _Model) -> None:
        days, day = np.unique(model.time, return_inverse=True)
        lean, step = len(days) + np.arange(len(model.names)), np.arange(1, len(days))
        self.number = len(days) + len(model.names) + model.fixed.shape[1] - 1
        one, marked, last = np.ones(len(day)), model.fixed[:, 1:].sum(axis=1), np.full(len(day), self.number - 1)
        self.unknown = np.vstack([np.column_stack(row) for row in (
            (day, lean[model.house], last), (step, step - 1, step), (lean, lean, lean))])
        self.times = np.vstack([np.column_stack([one, one, marked]), np.tile([1.0, -1.0, 0.0], (len(step), 1)),
                                np.tile([1.0, 0.0, 0.0], (len(lean), 1))])
        self.observed = np.concatenate([model.share, np.zeros(len(step) + len(lean))])
        self.size = np.concatenate([model.error_of_poll, np.zeros(len(step), int), np.ones(len(lean), int)])  # its parameter
        self.months = np.concatenate([one, np.diff(days), np.ones(len(lean))])
        self.pairs = self.unknown[:, :, None] * self.number + self.unknown[:, None, :]
        self.products = self.times[:, :, None] * self.times[:, None, :]

    def cost(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Negative restricted log likelihood, up to a constant, and its gradient: what is left against what is expected."""
        weight = np.exp(-2 * parameters)[self.size] / self.months
        information = np.bincount(self.pairs.ravel(), (self.products * weight[:, None, None]).ravel(), self.number**2)
        inverse, half_log = _inverse(information.reshape(self.number, self.number))
        estimates = inverse @ np.bincount(self.unknown.ravel(), (self.times * (weight * self.observed)[:, None]).ravel())
        squares = (self.observed - (self.times * estimates[self.unknown]).sum(axis=1)) ** 2
        doubt = (self.products * inverse.ravel()[self.pairs]).sum(axis=(1, 2))  # variance of what the unknowns sum to
        value = half_log + (weight * squares - np.log(weight)).sum() / 2
        return value, np.bincount(self.size, 1 - weight * (squares + doubt))


def _inverse(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Inverse of a covariance or information matrix, which is lost, and half the logarithm of its determinant."""
    # LAPACK itself, in the matrix's own memory: factor and inverse fill one triangle, and the other is nought
    factor, failed = linalg.lapack.dpotrf(matrix.T, lower=True, overwrite_a=True)
    if failed:
        raise BookError("the polls' covariance has no inverse; leave out polls that repeat one another")
    half_log = float(np.log(np.diag(factor)).sum())
    half, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)
    inverse = half + half.T
    np.fill_diagonal(inverse, np.diag(half))
    return inverse, half_log


def _in_order(polls: pd.DataFrame) -> pd.DataFrame:
    wrong = polls.index[~np.isfinite(polls["share"].to_numpy(float)) | polls["date"].isna()]
    if len(wrong):
        row = polls.loc[wrong[0]]
        raise BookError(f"poll of {row['house']} on {row['date']}: its share is {row['share']}; leave it out or mend it")
    if len(polls) < FEWEST or polls["house"].nunique() < 2:
        raise BookError(f"{len(polls)} polls of {polls['house'].nunique()} houses: at least {FEWEST} polls of two houses are "
                        "needed; widen the dates or leave fewer houses out")
    return polls.sort_values("date", kind="stable")


def _quadratic(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """row @ matrix @ row for each row."""
    return np.einsum("ij,ij->i", rows @ matrix, rows)


def _critical(level: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2))
