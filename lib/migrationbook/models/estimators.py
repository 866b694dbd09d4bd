"""One interface to estimators of an event's effect: a problem in, for each window the observed total against the expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from migrationbook.models import quick_structural
from migrationbook.models.regression import Mixture, month_effects, whitener

DRAWS, SEED = 4000, 20190607  # as `interrupted_time_series.counterfactual`, so that equal forecasts give equal intervals
YEAR = 12
STEPS = 50  # of Newton's at most: about eight are needed
ENOUGH = 3  # earlier years from which a rule's errors can be judged


@dataclass(frozen=True)
class Problem:
    """Monthly figures up to and after an event, and the windows to judge them over.

    treated: figures (n + h,) of which the first `before` = n precede the event. control: another group's or None; the estimate
    is then of the ratio between the two. scale: ``log`` or ``counts``. share: (h,) each later month's share of days after the
    event. windows: name → (h,) which of these months count. level: what the intervals are meant to hold.
    """

    months: pd.DatetimeIndex
    treated: np.ndarray
    control: np.ndarray | None
    before: int
    share: np.ndarray
    windows: dict[tuple[str, str], np.ndarray]
    scale: str = "log"
    level: float = 0.95
    values: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        values = self.treated if self.scale == "counts" else np.log(self.treated)
        object.__setattr__(self, "values", values if self.control is None else values - np.log(self.control))

    @property
    def horizon(self) -> int:
        return len(self.treated) - self.before

    def observed(self, counted: np.ndarray) -> float:
        """The treated group's total over the months counted."""
        return float(self.treated[self.before:] @ counted)


@dataclass(frozen=True)
class Estimate:
    """What was observed over what was expected (0.7: 30 per cent fewer), with an interval.

    `low` and `high` are NaN where the method gives no interval and `high` is infinite where the lowest total expected is not
    above zero; `ratio` is NaN where the expected total itself is not.
    """

    ratio: float
    low: float
    high: float
    converged: bool = True


Estimator = Callable[[Problem], dict[tuple[str, str], Estimate]]


@lru_cache(maxsize=4)
def _normal(horizon: int) -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal((DRAWS, horizon))


def _from_paths(problem: Problem, logs: np.ndarray, converged: bool = True) -> dict[tuple[str, str], Estimate]:
    """Estimates from simulated logarithms (draws, h) of the months after the event."""
    paths = np.exp(logs) * (1.0 if problem.control is None else problem.control[problem.before:])
    tail = (1 - problem.level) / 2
    totals = np.quantile(paths @ np.transpose(list(problem.windows.values())), [0.5, 1 - tail, tail], axis=0)
    found = {}
    for (name, counted), expected in zip(problem.windows.items(), totals.T, strict=True):
        ratio, low, high = (problem.observed(counted) / expected).tolist()
        found[name] = Estimate(ratio, low, high, converged)
    return found


def _from_total(observed: float, middle: float, low: float, high: float, converged: bool = True) -> Estimate:
    """The estimate from an expected total and its interval, in counts."""
    if middle <= 0:
        return Estimate(np.nan, np.nan, np.nan, converged)
    return Estimate(observed / middle, observed / high, observed / low if low > 0 else np.inf, converged)


def structural_forecast(model: str) -> Estimator:
    """Forecast the months after from those before by one of the models of `structural`."""

    def estimate(problem: Problem) -> dict[tuple[str, str], Estimate]:
        fitted = quick_structural.fit(problem.values[:problem.before], model)
        mean, covariance = quick_structural.predict(fitted, problem.horizon)
        if problem.scale == "log":
            logs = mean + _normal(problem.horizon) @ np.linalg.cholesky(covariance).T
            return _from_paths(problem, logs, fitted.converged)
        critical = stats.norm.ppf((1 + problem.level) / 2)
        found = {}
        for name, counted in problem.windows.items():
            middle, spread = counted @ mean, critical * np.sqrt(counted @ covariance @ counted)
            found[name] = _from_total(problem.observed(counted), middle, middle - spread, middle + spread, fitted.converged)
        return found

    return estimate


@lru_cache(maxsize=64)
def _white(raw: bytes, columns: int) -> np.ndarray:
    """A vector (n,) or matrix (n, columns), whitened for every error process of the grid: (G, n) or (G, n, columns)."""
    values = np.frombuffer(raw)
    matrix = values.reshape(-1, columns)
    return whitener(len(matrix)) @ matrix if columns > 1 else (whitener(len(matrix)) @ matrix)[..., 0]


def _whitened(values: np.ndarray) -> np.ndarray:
    return _white(np.ascontiguousarray(values, dtype=float).tobytes(), 1 if values.ndim == 1 else values.shape[1])


@dataclass(frozen=True)
class _Gls:
    """Generalised least squares for each error process: weights, coefficients, inverse Gram matrices, variances."""

    weights: np.ndarray
    coefficients: np.ndarray
    inverse: np.ndarray
    variance: np.ndarray
    freedom: int


def _gls(wy: np.ndarray, wx: np.ndarray, half_log: np.ndarray) -> _Gls:
    """`regression.gls` for what is whitened already: wy (G, n), wx (G, n, k)."""
    n, k = wx.shape[1:]
    turned = np.swapaxes(wx, 1, 2)
    gram, moment = turned @ wx, (turned @ wy[..., None])[..., 0]
    inverse = np.linalg.inv(gram)
    coefficients = (inverse @ moment[..., None])[..., 0]
    squares = (wy**2).sum(axis=1) - (coefficients * moment).sum(axis=1)
    likelihood = -half_log - np.linalg.slogdet(gram)[1] / 2 - (n - k) / 2 * np.log(squares)
    weights = np.exp(likelihood - likelihood.max())
    return _Gls(weights / weights.sum(), coefficients, inverse, squares / (n - k), n - k)


def regression_forecast(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """Forecast the months after by a straight trend, calendar months and the way the last months strayed from them.

    Errors AR(1) plus noise, averaged over their restricted likelihood as in `regression`; the trend's uncertainty is included.
    """
    n, size = problem.before, len(problem.values)
    time = (np.arange(size) - n) / 120.0
    design = np.column_stack([time, month_effects(problem.months.month.to_numpy())])
    root = whitener(size)
    wy, wx = _whitened(problem.values)[:, :n], _whitened(design)[:, :n]
    half_log = -np.log(np.diagonal(root, axis1=1, axis2=2)[:, :n]).sum(axis=1)
    fitted = _gls(wy, wx, half_log)
    inner = np.linalg.inv(root[:, n:, n:])  # factor of the shocks to come
    carried = inner @ root[:, n:, :n]
    slopes = design[n:] + carried @ design[:n]
    means = (slopes @ fitted.coefficients[..., None])[..., 0] - carried @ problem.values[:n]
    spread = inner @ np.swapaxes(inner, 1, 2) + slopes @ fitted.inverse @ np.swapaxes(slopes, 1, 2)
    covariance = fitted.variance[:, None, None] * spread
    if problem.scale == "log":
        rng = np.random.default_rng(SEED)
        chosen = np.searchsorted(np.cumsum(fitted.weights), (np.arange(DRAWS) + 0.5) / DRAWS).clip(max=len(means) - 1)
        heavy = np.sqrt(fitted.freedom / rng.chisquare(fitted.freedom, DRAWS))
        shocks = (np.linalg.cholesky(covariance)[chosen] @ _normal(problem.horizon)[..., None])[..., 0]
        return _from_paths(problem, means[chosen] + heavy[:, None] * shocks)
    found = {}
    for name, counted in problem.windows.items():
        total = Mixture(fitted.weights, means @ counted, np.sqrt(counted @ covariance @ counted), fitted.freedom)
        found[name] = _from_total(problem.observed(counted), total.mean, *total.interval(problem.level))
    return found


def _blocks(problem: Problem, counted: np.ndarray) -> tuple[int, np.ndarray]:
    """How many months a step is read from, and its columns (n + h, 1 + m): the share of each month counted, and one
    indicator for each of the m months between that are neither before nor counted."""
    size, n = len(problem.values), problem.before
    last = n + int(np.flatnonzero(counted)[-1]) + 1
    aside = [n + month for month in range(last - n) if not counted[month]]
    columns = np.zeros((size, 1 + len(aside)))
    columns[n:, 0] = problem.share * counted
    for column, month in enumerate(aside, 1):
        columns[month, column] = 1.0
    return last, columns


def step(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """A step on the days after the event beside calendar months; between two groups this is difference in differences."""
    wy, seasons = _whitened(problem.values), month_effects(problem.months.month.to_numpy())
    half_logs = -np.log(np.diagonal(whitener(len(problem.values)), axis1=1, axis2=2)).cumsum(axis=1)
    wx, found = _whitened(seasons), {}
    for name, counted in problem.windows.items():
        last, columns = _blocks(problem, counted)
        whole = np.concatenate([_whitened(columns).reshape(*wy.shape, -1), wx], axis=2)
        fitted = _gls(wy[:, :last], whole[:, :last], half_logs[:, last - 1])
        scales = np.sqrt(fitted.variance * fitted.inverse[:, 0, 0])
        jump = Mixture(fitted.weights, fitted.coefficients[:, 0], scales, fitted.freedom)
        low, high = jump.interval(problem.level)
        if problem.scale == "log":
            found[name] = Estimate(float(np.exp(jump.mean)), float(np.exp(low)), float(np.exp(high)))
        else:
            observed, exposed = problem.observed(counted), float(problem.share @ counted)
            expected, below, above = (observed - value * exposed for value in (jump.mean, high, low))
            found[name] = _from_total(observed, expected, below, above)
    return found


def poisson(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """Quasi-Poisson regression of the counts on a step, a straight trend and calendar months, Newey-West over twelve lags.

    What tutorials of the interrupted time series teach. Its intervals are too narrow for a level that wanders
    (`event_study.difference_in_differences` says how much).
    """
    critical, found = stats.norm.ppf((1 + problem.level) / 2), {}
    trend = (np.arange(len(problem.values)) - problem.before) / 120.0
    seasons = month_effects(problem.months.month.to_numpy())
    for name, counted in problem.windows.items():
        last, columns = _blocks(problem, counted)
        jump, error, converged = _jump(problem.treated[:last], np.column_stack([columns, trend, seasons])[:last])
        ratio, low, high = np.exp([jump, jump - critical * error, jump + critical * error]).tolist()
        found[name] = Estimate(ratio, low, high, converged)
    return found


def _jump(counts: np.ndarray, design: np.ndarray) -> tuple[float, float, bool]:
    """The first coefficient of a Poisson regression, its Newey-West standard error, and whether Newton's steps came to an end."""
    (n, k), logs, converged = design.shape, np.log((counts + counts.mean()) / 2), False
    for _ in range(STEPS):
        means = np.exp(logs)
        inverse = np.linalg.inv(design.T @ (means[:, None] * design))
        coefficients = inverse @ (design.T @ (means * logs + counts - means))
        previous, logs = logs, design @ coefficients
        if converged := bool(np.abs(logs - previous).max() < 1e-9):
            break
    moved = (design @ inverse[0]) * (counts - np.exp(logs))  # how far each month moves the coefficient
    products = np.correlate(moved, moved, "full")[n - 1:n + YEAR]  # by lag, up to a year
    weights = 1 - np.arange(YEAR + 1) / (YEAR + 1)
    variance = n / (n - k) * (2 * weights @ products - products[0])
    return float(coefficients[0]), float(np.sqrt(variance)), converged


def _total(problem: Problem, months: np.ndarray) -> float:
    """The log total over the months at these positions; NaN when one lies before the series."""
    if months.min() < 0:
        return np.nan
    total = np.log(problem.treated[months].sum())
    return total if problem.control is None else total - np.log(problem.control[months].sum())


def _rule(problem: Problem, error: Callable[[np.ndarray, int], float], centred: bool) -> dict[tuple[str, str], Estimate]:
    """A rule's error in the event's year against its errors in the years before.

    error: of positions counted and the position of the first month after the event in some year. centred: errors are measured
    from their mean, which the rule then has learnt from them, else from 0.
    """
    found, years = {}, range(1, problem.before // YEAR + 1)
    for name, counted in problem.windows.items():
        ahead = np.flatnonzero(counted)
        errors = np.array([error(ahead + problem.before - YEAR * year, problem.before - YEAR * year) for year in (0, *years)])
        own, past = errors[0], errors[1:][np.isfinite(errors[1:])]
        if centred:
            own -= past.mean()
            spread, freedom = np.std(past, ddof=1) * np.sqrt(1 + 1 / len(past)), len(past) - 1
        else:
            spread, freedom = np.sqrt(np.mean(past**2)) if len(past) else np.nan, len(past)
        critical = stats.t.ppf((1 + problem.level) / 2, freedom) if len(past) >= ENOUGH else np.nan
        found[name] = Estimate(*np.exp([own, own - critical * spread, own + critical * spread]).tolist())
    return found


def usual_change(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """From the last month before, the change usual in earlier years; between two groups this is an event study's mean."""
    return _rule(problem, lambda months, first: _total(problem, months) - _total(problem, np.array([first - 1])), True)


def last_year(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """The seasonal naive rule: the same months a year before."""
    return _rule(problem, lambda months, first: _total(problem, months) - _total(problem, months - YEAR), False)


def last_year_at_level(problem: Problem) -> dict[tuple[str, str], Estimate]:
    """The same months a year before, times the year's change in the last three months before the event."""

    def over_the_year(months: np.ndarray) -> float:
        return _total(problem, months) - _total(problem, months - YEAR)

    return _rule(problem, lambda months, first: over_the_year(months) - over_the_year(first - np.arange(1, 4)), False)


ESTIMATORS: dict[str, Estimator] = {
    **{model: structural_forecast(model) for model in quick_structural.MODELS},
    "regression": regression_forecast,
    "step": step,
    "poisson": poisson,
    "usual_change": usual_change,
    "last_year": last_year,
    "last_year_at_level": last_year_at_level,
}
