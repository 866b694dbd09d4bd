"""A panel of few countries over years: fixed effects, and inference that admits how few the countries are.

With seven clusters the usual standard errors find effects of nothing far too often. Two ways that do better are here:
the wild cluster bootstrap with the null hypothesis imposed (Cameron, Gelbach and Miller 2008), which for so few
clusters is computed over every possible draw of signs, and randomisation inference, which hands the countries'
histories around. Libraries that do the former exist; they bring a compiler, and one page of linear algebra suffices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from math import inf, isfinite

import numpy as np
import pandas as pd

from migrationbook.errors import BookError

ENUMERATED = 12  # clusters up to which every draw of signs is taken
DRAWS = 1999  # draws beyond that
TIES = 1e-9  # statistics closer than this (relative) count as equal


@dataclass(frozen=True)
class PanelEstimate:
    """One coefficient of a panel regression: units of the outcome per unit of the regressor.

    `standard_error` is clustered (CR1). `low`, `high` and `p` come from the wild cluster bootstrap; an end is infinite
    where no value is rejected on that side. `p_least` is the smallest p that so few clusters can give.
    """

    coefficient: float
    standard_error: float
    low: float
    high: float
    p: float
    p_least: float
    clusters: int
    n: int


class FixedEffects:
    """One regressor beside controls and fixed effects, by partialling out (Frisch, Waugh and Lovell).

    panel: one row per unit and period. outcome, regressor: names of columns. controls: further columns. effects:
    columns whose every value gets a constant, such as ``("origin", "fiscal_year")``. cluster: column whose values are
    taken as independent of each other. Rows with a gap in any of these are left out. Raises BookError when fewer than
    two clusters are left, or nothing of the regressor is left beside controls and effects.
    """

    def __init__(self, panel: pd.DataFrame, outcome: str, regressor: str, controls: Sequence[str] = (),
                 effects: Sequence[str] = ("origin", "fiscal_year"), cluster: str = "origin") -> None:
        self.rows = panel.dropna(subset=[outcome, regressor, *controls])
        self.groups, self.names = pd.factorize(self.rows[cluster])
        if len(self.names) < 2:
            raise BookError(f"panel: {len(self.names)} value of '{cluster}' with complete rows; at least two are needed")
        rest = np.ones((len(self.rows), 1))
        for name in effects:
            rest = np.column_stack([rest, pd.get_dummies(self.rows[name], drop_first=True, dtype=float)])
        rest = np.column_stack([rest, self.rows[list(controls)].to_numpy(dtype=float)])
        # a singular value decomposition leaves out what the other columns already say
        left, values, _ = np.linalg.svd(rest, full_matrices=False)
        basis = left[:, values > values[0] * 1e-10]
        self.keep = np.eye(len(rest)) - basis @ basis.T  # what neither controls nor effects explain
        raw = self.rows[regressor].to_numpy(dtype=float)
        self.x, self.y = self.keep @ raw, self.keep @ self.rows[outcome].to_numpy(dtype=float)
        if self.x @ self.x < 1e-8 * max(((raw - raw.mean()) ** 2).sum(), 1e-30):
            raise BookError(f"panel: '{regressor}' does not vary beside its controls and effects {', '.join(effects)}")
        self.parameters = basis.shape[1] + 1

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return len(self.names)

    @property
    def coefficient(self) -> float:
        """The least-squares estimate."""
        return float(self.x @ self.y / (self.x @ self.x))

    @property
    def standard_error(self) -> float:
        """Clustered standard error with the usual correction for few clusters (CR1)."""
        n, g = len(self.x), self.clusters
        scores = np.bincount(self.groups, self.x * (self.y - self.coefficient * self.x))
        return float(np.sqrt(g / (g - 1) * (n - 1) / (n - self.parameters) * (scores**2).sum()) / (self.x @ self.x))

    @cached_property
    def _signs(self) -> np.ndarray:
        """Rademacher weights (draws, clusters); the first row is the sample itself."""
        if self.clusters <= ENUMERATED:
            return np.array(list(product([1.0, -1.0], repeat=self.clusters)))
        drawn = np.random.default_rng(20190607).choice([1.0, -1.0], size=(DRAWS, self.clusters))
        return np.vstack([np.ones(self.clusters), drawn])

    @cached_property
    def _scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scores of cluster g from the residuals of cluster h, for outcome and regressor, and each cluster's x'x."""
        member = np.eye(self.clusters)[self.groups]
        weighted = (member * self.x[:, None]).T @ self.keep
        return weighted @ (member * self.y[:, None]), weighted @ (member * self.x[:, None]), np.bincount(self.groups, self.x**2)

    def _statistics(self, null: float, signs: np.ndarray) -> np.ndarray:
        """Studentised distance from the null under each draw of signs of the residuals that the null leaves."""
        by_outcome, by_regressor, squares = self._scores
        scores = signs @ (by_outcome - null * by_regressor).T
        away = scores.sum(axis=1) / squares.sum()
        spread = np.sqrt(((scores - away[:, None] * squares) ** 2).sum(axis=1))
        floor = 1e-12 * np.abs(scores).max(initial=1e-30)
        return np.abs(away) * squares.sum() / np.maximum(spread, floor)

    def p_value(self, null: float = 0.0) -> float:
        """Two-sided p of the wild cluster bootstrap: the share of draws at least as far from the null as the sample."""
        found = self._statistics(null, self._signs)
        return float((found >= found[0] * (1 - TIES)).mean())

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The nulls not rejected, searched outwards from the estimate to the first that is; infinite where none is."""
        return self._end(-1, 1 - level), self._end(1, 1 - level)

    def _end(self, side: int, alpha: float) -> float:
        step = self.standard_error / 4
        inside, outside = 0.0, step
        while self.p_value(self.coefficient + side * outside) > alpha:
            inside, outside = outside, 1.5 * outside
            if outside > 400 * self.standard_error:
                return side * inf
        for _ in range(30):
            middle = (inside + outside) / 2
            if self.p_value(self.coefficient + side * middle) > alpha:
                inside = middle
            else:
                outside = middle
        return self.coefficient + side * outside

    def estimate(self, level: float = 0.95) -> PanelEstimate:
        """Coefficient, interval and p of the wild cluster bootstrap."""
        low, high = self.interval(level)
        least = 2 / 2**self.clusters if self.clusters <= ENUMERATED else 1 / (DRAWS + 1)
        return PanelEstimate(self.coefficient, self.standard_error, low, high, self.p_value(), least, self.clusters, len(self.x))

    def detectable(self, power: float = 0.8, level: float = 0.95) -> float:
        """The smallest true coefficient that this panel would tell from zero with this power; infinite if none.

        The residuals under no effect, their signs drawn anew by cluster, stand in for other histories; a planted effect
        is added and the test above repeated. Accurate to about a twentieth.
        """
        by_outcome, by_regressor, squares = self._scores
        histories = self._signs[: len(self._signs) // 2] if self.clusters <= ENUMERATED else self._signs[:200]

        def rejected(effect: float) -> float:
            count = 0
            for signs in histories:
                planted = (by_outcome * signs) + effect * by_regressor
                scores = self._signs @ planted.T
                away = scores.sum(axis=1) / squares.sum()
                found = np.abs(away) / np.sqrt(((scores - away[:, None] * squares) ** 2).sum(axis=1))
                count += (found >= found[0] * (1 - TIES)).mean() <= 1 - level
            return count / len(histories)

        low, high = 0.0, self.standard_error
        while rejected(high) < power:
            low, high = high, 1.5 * high
            if high > 400 * self.standard_error:
                return inf
        while high - low > 0.05 * high:
            middle = (low + high) / 2
            low, high = (low, middle) if rejected(middle) >= power else (middle, high)
        return high


def fixed_effects(panel: pd.DataFrame, outcome: str, regressor: str, controls: Sequence[str] = (),
                  effects: Sequence[str] = ("origin", "fiscal_year"), cluster: str = "origin",
                  level: float = 0.95) -> PanelEstimate:
    """The coefficient of a regressor beside controls and fixed effects; arguments as of `FixedEffects`.

    Measured size at 5 %, seven countries over 19 years, regressor and errors AR(1) with 0.8, no effect (2,000 panels,
    simulation error half a point): this test 6.0 %, the usual clustered t against the normal 13.0 %; `randomisation_p`
    (400 panels) 6.8 %. Power against an effect of 0.5 standard deviations of the errors per standard deviation of the
    regressor: 63 %. Statistic and p agree with wildboottest 0.3.2 up to how ties are counted.
    """
    return FixedEffects(panel, outcome, regressor, controls, effects, cluster).estimate(level)


def leave_one_out(panel: pd.DataFrame, outcome: str, regressor: str, controls: Sequence[str] = (),
                  effects: Sequence[str] = ("origin", "fiscal_year"), unit: str = "origin", level: float = 0.95) -> pd.DataFrame:
    """The estimate without each unit in turn: left_out, coefficient, low, high, p."""
    rows = []
    for name in panel.dropna(subset=[outcome, regressor, *controls])[unit].unique():
        one = fixed_effects(panel[panel[unit] != name], outcome, regressor, controls, effects, unit, level)
        rows.append((name, one.coefficient, one.low, one.high, one.p))
    return pd.DataFrame(rows, columns=["left_out", "coefficient", "low", "high", "p"])


def randomisation_p(panel: pd.DataFrame, outcome: str, regressor: str, controls: Sequence[str] = (),
                    effects: Sequence[str] = ("origin", "fiscal_year"), unit: str = "origin",
                    period: str = "fiscal_year", draws: int = 1999) -> tuple[float, int]:
    """Two-sided p when the regressor's histories are handed to other units, and over how many arrangements.

    Each arrangement gives every unit the whole history of some unit, so that what is slow stays slow. It tests that no
    unit's outcome has to do with its own history rather than another's, and rests on the histories being exchangeable. Uses
    the periods that all units have complete; every arrangement where there are at most 5,040, else `draws` of them.
    Raises BookError when fewer than three periods are complete.
    """
    rows = panel.dropna(subset=[outcome, regressor, *controls])
    complete = rows.groupby(period)[unit].nunique()
    rows = rows[rows[period].isin(complete[complete == rows[unit].nunique()].index)].sort_values([unit, period])
    if rows[period].nunique() < 3:
        raise BookError("randomisation: fewer than three periods in which every unit is complete")
    units = rows[unit].nunique()
    model = FixedEffects(rows, outcome, regressor, controls, effects, unit)
    histories = model.rows[regressor].to_numpy(dtype=float).reshape(units, -1)
    if units <= 7:
        orders = np.array(list(permutations(range(units))))
    else:
        generator = np.random.default_rng(20190607)
        orders = np.vstack([np.arange(units), [generator.permutation(units) for _ in range(draws)]])
    x = model.keep @ histories[orders].reshape(len(orders), -1).T
    squares = (x**2).sum(axis=0)
    slopes = model.y @ x / squares
    residuals = model.y[:, None] - slopes * x
    scores = np.eye(units)[model.groups].T @ (x * residuals)
    statistics = np.abs(slopes) * squares / np.sqrt((scores**2).sum(axis=0))
    p = float((statistics >= statistics[0] * (1 - TIES)).mean())
    return p if isfinite(p) else 1.0, len(orders)
