"""Least squares for short, autocorrelated series: Newey-West (HAC) errors, and GLS with AR(1) errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats


@dataclass(frozen=True)
class Regression:
    """Coefficients and their covariance. rho: first-order autocorrelation (0 for OLS). sigma2: variance of the errors."""

    coefficients: np.ndarray
    covariance: np.ndarray
    degrees_of_freedom: int
    rho: float
    sigma2: float

    def standard_error(self, position: int) -> float:
        """Standard error of one coefficient."""
        return float(np.sqrt(self.covariance[position, position]))

    def p_value(self, position: int) -> float:
        """Two-sided p-value of one coefficient, Student's t."""
        t = self.coefficients[position] / self.standard_error(position)
        return float(2 * stats.t.sf(abs(t), self.degrees_of_freedom))

    def half_width(self, position: int, level: float) -> float:
        """Half the width of the coefficient's interval."""
        return float(stats.t.ppf((1 + level) / 2, self.degrees_of_freedom)) * self.standard_error(position)

    def joint_p_value(self, positions: list[int]) -> float:
        """p-value of 'all these coefficients are nil' (Wald test with F critical values)."""
        part = self.coefficients[positions]
        wald = part @ np.linalg.solve(self.covariance[np.ix_(positions, positions)], part) / len(positions)
        return float(stats.f.sf(wald, len(positions), self.degrees_of_freedom))


def ols_hac(y: np.ndarray, x: np.ndarray, lags: int) -> Regression:
    """Ordinary least squares with Newey-West covariance (Bartlett weights, ``lags`` lags, factor n / (n - k))."""
    n, k = x.shape
    inverse = np.linalg.pinv(x.T @ x)
    coefficients = inverse @ x.T @ y
    residuals = y - x @ coefficients
    scores = x * residuals[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        product = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (product + product.T)
    covariance = inverse @ middle @ inverse * n / (n - k)
    return Regression(coefficients, covariance, n - k, 0.0, float(residuals @ residuals / (n - k)))


def gls_ar1(y: np.ndarray, x: np.ndarray) -> Regression:
    """Generalised least squares with AR(1) errors; rho by restricted maximum likelihood, which is less biased to 0.

    y: (n,), x: (n, k) of full column rank. The transform of Prais and Winsten keeps the first observation.
    """
    n, k = x.shape

    def at(rho: float) -> tuple[float, np.ndarray, np.ndarray, float]:
        ty, tx = _prais_winsten(y, rho), _prais_winsten(x, rho)
        gram = tx.T @ tx
        coefficients = np.linalg.solve(gram, tx.T @ ty)
        residuals = ty - tx @ coefficients
        squares = float(residuals @ residuals)
        criterion = (n - k) * np.log(squares) + np.linalg.slogdet(gram)[1] - np.log1p(-rho**2)
        return criterion, coefficients, gram, squares

    rho = float(optimize.minimize_scalar(lambda r: at(r)[0], bounds=(-0.5, 0.995), method="bounded").x)
    _, coefficients, gram, squares = at(rho)
    innovation = squares / (n - k)
    return Regression(coefficients, innovation * np.linalg.inv(gram), n - k, rho, innovation / (1 - rho**2))


def _prais_winsten(values: np.ndarray, rho: float) -> np.ndarray:
    out = values - rho * np.concatenate([np.zeros_like(values[:1]), values[:-1]])
    out[0] = np.sqrt(1 - rho**2) * values[0]
    return out


def month_effects(months: np.ndarray) -> np.ndarray:
    """Indicator columns for the calendar months present (n, up to 12): they take the place of a constant."""
    present = np.unique(months)
    return (months[:, None] == present[None, :]).astype(float)
