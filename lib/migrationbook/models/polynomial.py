"""A curve through a few points, to ask whether they can tell a hump from a line at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from migrationbook.errors import BookError


@dataclass(frozen=True)
class Polynomial:
    """Least squares of y on powers of x: coefficients from the constant up, and an interval and p of the highest one.

    `peak` is where a curve of degree 2 turns, None where it is no hump (or a line). `r_squared` is the share of
    variance; `n` the number of points.
    """

    coefficients: tuple[float, ...]
    low: float
    high: float
    p: float
    r_squared: float
    peak: float | None
    n: int

    def at(self, x: np.ndarray) -> np.ndarray:
        """The fitted curve at x."""
        return np.polynomial.polynomial.polyval(np.asarray(x, dtype=float), self.coefficients)


def polynomial(x: np.ndarray, y: np.ndarray, degree: int, level: float = 0.95) -> Polynomial:
    """Fit a polynomial of x; interval and p of the highest power from Student's t, errors taken as alike and independent.

    Raises BookError with fewer than `degree` + 3 points.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    freedom = len(x) - degree - 1
    if freedom < 2:
        raise BookError(f"polynomial: {len(x)} points are too few for degree {degree}; at least {degree + 3} are needed")
    centre = x.mean()  # powers of x itself are nearly the same column
    design = np.vander(x - centre, degree + 1, increasing=True)
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    residuals = y - design @ found
    error = np.sqrt(np.linalg.inv(design.T @ design)[-1, -1] * (residuals @ residuals) / freedom)
    reach = stats.t.ppf((1 + level) / 2, freedom) * error
    peak = centre - found[1] / (2 * found[2]) if degree == 2 and found[2] < 0 else None
    plain = np.polynomial.Polynomial(found)(np.polynomial.Polynomial([-centre, 1.0])).coef
    return Polynomial(tuple(float(one) for one in plain), float(found[-1] - reach), float(found[-1] + reach),
                      float(2 * stats.t.sf(abs(found[-1] / error), freedom)),
                      float(1 - residuals @ residuals / ((y - y.mean()) ** 2).sum()),
                      None if peak is None else float(peak), len(x))
