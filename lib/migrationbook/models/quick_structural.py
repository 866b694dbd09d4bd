"""The three models of `structural` for the thousandth time: their exact likelihoods from changes over a year.

Taking from each month the same month a year before removes what these models begin in ignorance of, so that the density of the
changes is their exact diffuse likelihood. The covariance of the changes (or, for sarimax, of the changes of the changes) is
zero beyond thirteen months apart, and so is its Cholesky factor: a likelihood costs some microseconds a year.
`structural` stays the reference, which a test holds these fits to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import optimize
from scipy.linalg import blas, lapack

from migrationbook.errors import BookError

YEAR = 12
SHORTEST = 36  # three years, as in structural
FLAT = 1e-5  # slope of the mean log likelihood at which a fit has arrived
INSIDE = (-0.99, -0.97, -0.94, -0.88, -0.75, -0.5, 0.003, 0.03, 0.3, 0.75, 0.9, 0.97, 3.0)
NEAR = 0.005  # of a bound
STEP = 1e-6  # to either side, of a parameter of size 1: shorter and rounding shows, longer and the curve next to a bound does
WIDTH = 13  # months beyond which nothing is correlated once the model's own recursion is taken out
LAGS = np.arange(WIDTH + 1)
LEVEL = np.clip(YEAR - LAGS, 0, None).astype(float)  # a random walk's change over a year, by lag
SEASON = LEVEL * np.cos(np.pi * np.outer(LAGS, np.arange(1, 7)) / 6).sum(axis=1)  # six harmonics that wander
NOISE = 2.0 * (LAGS == 0) - (LAGS == YEAR)


@dataclass(frozen=True)
class Model:
    """A model as a covariance of what is left after its recursion.

    `covariance` turns parameters into autocovariances by lag (14,) for a shock of variance 1, `recursion` into the
    coefficients on earlier changes, `differenced` says whether changes are differenced once more. `start` has values to
    try for each parameter, `bounds` their limits.
    """

    covariance: Callable[[np.ndarray], np.ndarray]
    recursion: Callable[[np.ndarray], np.ndarray]
    differenced: bool
    start: tuple[tuple[float, ...], ...]
    bounds: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class QuickFit:
    """Parameters at the highest likelihood, the shocks' variance, whether the optimiser says that it arrived, and the series."""

    model: str
    parameters: np.ndarray
    variance: float
    converged: bool
    values: np.ndarray


def _moving_average(month: float, year: float) -> np.ndarray:
    """Autocovariances of a shock that returns with these weights after a month and after a year, and so after both."""
    near, far = 1 + month**2, 1 + year**2
    return np.array([near * far, month * far, *[0.0] * (YEAR - 3), month * year, near * year, month * year])


MODELS = {
    "sarimax": Model(lambda p: _moving_average(p[0], p[1]), lambda p: np.zeros(0), True,
                     ((-0.4, 0.0, 0.4), (-0.9, -0.5)), ((-1.0, 1.0), (-1.0, 1.0))),
    # by partial autocorrelations, within whose bounds every process is stationary
    "autoregressive": Model(lambda p: _moving_average(0.0, p[2]), lambda p: np.array([p[0] * (1 - p[1]), p[1]]), False,
                            ((0.9,), (-0.5, 0.0), (-0.9, -0.5)), ((-0.9999, 0.9999), (-0.9999, 0.9999), (-1.0, 1.0))),
    # variances of season (in hundredths) and noise, that of the level being 1
    "unobserved_components": Model(lambda p: LEVEL + p[0] / 100 * SEASON + p[1] * NOISE, lambda p: np.zeros(0), False,
                                   ((0.01, 0.5), (0.01, 0.5)), ((0.0, 1000.0), (0.0, 100.0))),
}


def _factor(model: Model, parameters: np.ndarray, size: int) -> np.ndarray:
    """Cholesky factor, in lower band form (14, size), of what is left after the recursion."""
    band = np.empty((size, WIDTH + 1)).T  # as LAPACK lays it out, called directly: its checks would take longer than it does
    band.T[:] = lags = model.covariance(parameters)
    recursion = model.recursion(parameters).tolist()
    if recursion:  # the first two changes have no predecessors: they follow the process's own variance
        first, second = recursion
        weights = [1.0, first]  # of a shock in the changes that follow it
        for _ in range(YEAR - 1):
            weights.append(first * weights[-1] + second * weights[-2])
        shared = lags[YEAR] * np.array(weights[::-1])  # by lag, of a shock that returns through the season, up to a year on
        shock = 1 + lags[YEAR]**2 + shared[0]  # a change with its own month's shock; shared[1] and [2]: with the two later ones
        partial = first / (1 - second)
        variance = (shock + partial * (1 + second) * shared[1] + second * shared[2]) / ((1 - partial**2) * (1 - second**2))
        band[:, :2] = 0.0
        band[0, :2], band[1, 0] = variance, partial * variance + shared[1] / (1 - second)
        band[2:YEAR + 1, 0], band[1:YEAR + 1, 1] = shared[2:], shared[1:]
    factor, failed = lapack.dpbtrf(band, lower=1, overwrite_ab=1)
    if failed:
        raise np.linalg.LinAlgError("no covariance")
    return factor


def _changes(model: Model, values: np.ndarray) -> np.ndarray:
    """Changes over a year, or their own changes."""
    changes = values[YEAR:] - values[:-YEAR]
    return np.diff(changes) if model.differenced else changes


def _left(model: Model, parameters: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """What the recursion leaves of the changes."""
    recursion = model.recursion(parameters)
    left = changes.copy()
    for lag, weight in enumerate(recursion, 1):
        left[len(recursion):] -= weight * changes[len(recursion) - lag:-lag]
    return left


def _white(factor: np.ndarray, left: np.ndarray) -> np.ndarray:
    return blas.dtbsv(WIDTH, factor, left, lower=1)


def fit(values: np.ndarray, name: str) -> QuickFit:
    """Maximum likelihood of one of MODELS for a complete monthly series (n,), in logarithms or as it is.

    Starts at the best of a few points, then follows a gradient of central differences to its end, which is sharp enough for
    every processor to end in the same place to six digits. Raises BookError for fewer than 36 months.
    """
    model, values = MODELS[name], np.asarray(values, dtype=float)
    if len(values) < SHORTEST:
        raise BookError(f"{len(values)} months for the model {name}, at least {SHORTEST} are needed; start earlier")
    unit = np.std(values[YEAR:] - values[:-YEAR]) or 1.0  # the unit of the series must not move the optimiser
    changes = _changes(model, values / unit)

    def squares(parameters: np.ndarray) -> tuple[float, float]:
        """Half the mean log variance of the shocks, and their mean square in the unit."""
        factor = _factor(model, parameters, len(changes))
        white = _white(factor, _left(model, parameters, changes))
        return np.log(factor[0]).sum() / len(changes), white @ white / len(changes)

    def cost(parameters: np.ndarray) -> float:
        try:
            half, square = squares(parameters)
        except np.linalg.LinAlgError:  # at the edge of what is a covariance
            return 1e6
        return half + np.log(square) / 2

    def gradient(parameters: np.ndarray) -> np.ndarray:
        steps = STEP * np.maximum(1.0, np.abs(parameters))  # past a bound too: there is a likelihood for so far at least
        return np.array([cost(parameters + move) - cost(parameters - move) for move in np.diag(steps)]) / (2 * steps)

    def descend(points: Iterable[Iterable[float]]) -> optimize.OptimizeResult:
        begin = min((np.array(point) for point in points), key=cost)
        return optimize.minimize(cost, begin, method="L-BFGS-B", jac=gradient, bounds=model.bounds,
                                 options={"ftol": 1e-15, "gtol": 1e-8, "maxiter": 200})

    found = descend(product(*model.start))
    low, high = np.transpose(model.bounds)
    for edge in np.flatnonzero((found.x < low + NEAR) | (found.x > high - NEAR)):  # a bound can be a lesser peak than one inside
        steps = np.array([step for step in INSIDE if low[edge] < step < high[edge]])
        other = descend([np.where(np.arange(len(low)) == edge, step, found.x) for step in steps])
        found = min(found, other, key=lambda one: round(one.fun, 10))
    # arrived: no slope is left, but for one that leads out of the bounds
    slope = found.x - np.clip(found.x - found.jac, low, high)
    return QuickFit(name, found.x, float(unit**2 * squares(found.x)[1]), bool(np.abs(slope).max() < FLAT), values)


def predict(fitted: QuickFit, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean (horizon,) and covariance (horizon, horizon) of the months to come.

    Holds future shocks and doubt about the present state, not about the parameters, as `structural.predict`.
    """
    if horizon < 1:
        raise BookError(f"horizon {horizon}: nothing to forecast; ask for at least one month")
    model, values = MODELS[fitted.model], fitted.values
    left = _left(model, fitted.parameters, _changes(model, values))
    size = len(left)
    factor = _factor(model, fitted.parameters, size + horizon)
    known = np.r_[_white(factor[:, :size], left), np.zeros(horizon)]
    rows = np.zeros((horizon, size + horizon))  # the factor's rows of the months to come
    for lag in LAGS:
        column = size - lag + np.arange(horizon)
        rows[np.arange(horizon), column] = factor[lag, column]
    changes = values[YEAR:] - values[:-YEAR]
    recursion = np.array([1.0]) if model.differenced else model.recursion(fitted.parameters)
    carry, base = np.eye(horizon), np.zeros(horizon)  # changes to come = base + carry @ what is left
    for step in range(horizon):
        for back, weight in enumerate(recursion, 1):
            if step >= back:
                carry[step] += weight * carry[step - back]
                base[step] += weight * base[step - back]
            else:
                base[step] += weight * changes[step - back]
    years = (np.subtract.outer(np.arange(horizon), np.arange(horizon)) % YEAR == 0) & np.tri(horizon, dtype=bool)
    carry, base = years @ carry, years @ base  # changes add up where the forecast is longer than a year
    ahead = carry @ rows[:, size:]
    last = values[len(values) - YEAR + np.arange(horizon) % YEAR]
    return last + base + carry @ (rows @ known), fitted.variance * ahead @ ahead.T
