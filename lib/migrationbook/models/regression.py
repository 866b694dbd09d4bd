"""Least squares for one autocorrelated series, with intervals that admit not knowing the autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special
from scipy.linalg import lapack

# Errors are an AR(1) process plus white noise. Months remember more or less of the last (rho, up to nearly all), and
# the noise has up to eight times the variance of the process's monthly shocks. The grid is denser near 1 on purpose:
# each point weighs the same beforehand, and slow wandering is what an unwary interval mistakes for an effect.
RHO = np.array([-0.3, 0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.995])
NOISE = np.array([0.0, 0.5, 2.0, 8.0])


@dataclass(frozen=True)
class Mixture:
    """A quantity's distribution: Student t of `freedom` around `centres` (G,) with `scales` (G,), weighted."""

    weights: np.ndarray
    centres: np.ndarray
    scales: np.ndarray
    freedom: int

    @property
    def mean(self) -> float:
        """The weighted centre."""
        return float(self.weights @ self.centres)

    @property
    def standard_error(self) -> float:
        """Root of the mean squared scale plus the spread of the centres."""
        return float(np.sqrt(self.weights @ (self.scales**2 + (self.centres - self.mean) ** 2)))

    def below(self, value: float) -> float:
        """Probability of lying below the value."""
        return float(self.weights @ special.stdtr(self.freedom, (value - self.centres) / self.scales))

    def quantile(self, probability: float) -> float:
        """The value with this probability below it."""
        far = abs(special.stdtrit(self.freedom, min(probability, 1 - probability) / 2))
        low, high = (self.centres - far * self.scales).min(), (self.centres + far * self.scales).max()
        return float(optimize.brentq(lambda value: self.below(value) - probability, low, high, xtol=1e-10))

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval that holds this share."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)


@dataclass(frozen=True)
class Regression:
    """Coefficients (G, k) and covariances (G, k, k) for each error process of the grid, and the grid's weights (G,).

    `variance` (G,) multiplies the covariances that `errors(n)` returns.
    """

    weights: np.ndarray
    coefficients: np.ndarray
    covariances: np.ndarray
    variance: np.ndarray
    freedom: int

    def coefficient(self, position: int) -> Mixture:
        """The distribution of one coefficient."""
        scales = np.sqrt(self.covariances[:, position, position])
        return Mixture(self.weights, self.coefficients[:, position], scales, self.freedom)


@lru_cache(maxsize=4)
def errors(n: int) -> np.ndarray:
    """Covariance matrices (G, n, n) of n months of errors, for the monthly shock of variance 1."""
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    process = RHO[:, None, None] ** lag / (1 - RHO**2)[:, None, None]
    return (process[:, None] + NOISE[None, :, None, None] * np.eye(n)).reshape(-1, n, n)


@lru_cache(maxsize=4)
def _whiteners(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Inverse Cholesky factors (G, n, n) and half log determinants (G,): every window of n months shares them."""
    roots = np.linalg.cholesky(errors(n))
    return np.array([lapack.dtrtri(root, lower=1)[0] for root in roots]), np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)


def whitener(n: int) -> np.ndarray:
    """Inverse Cholesky factors (G, n, n) of `errors(n)`; their leading parts are those of fewer months."""
    return _whiteners(n)[0]


def gls(y: np.ndarray, x: np.ndarray) -> Regression:
    """Generalised least squares of y (n,) on x (n, k), averaged over the grid of error processes.

    Each process weighs as much as its restricted likelihood. Choosing the single best one
    instead understates the uncertainty whenever a year or two of data cannot tell a slow return from none.
    """
    n, k = x.shape
    whiten, half_log = _whiteners(n)
    wx, wy = whiten @ x, whiten @ y
    gram = np.swapaxes(wx, 1, 2) @ wx
    inverse = np.linalg.inv(gram)
    coefficients = np.einsum("gij,gnj,gn->gi", inverse, wx, wy, optimize=True)
    squares = ((wy - np.einsum("gnk,gk->gn", wx, coefficients)) ** 2).sum(axis=1)
    likelihood = -half_log - np.linalg.slogdet(gram)[1] / 2 - (n - k) / 2 * np.log(squares)
    weights = np.exp(likelihood - likelihood.max())
    variance = squares / (n - k)
    return Regression(weights / weights.sum(), coefficients, variance[:, None, None] * inverse, variance, n - k)


def month_effects(months: np.ndarray) -> np.ndarray:
    """Indicators (n, 12) of the calendar months 1 to 12; they take the place of a constant."""
    return (months[:, None] == np.arange(1, 13)).astype(float)
