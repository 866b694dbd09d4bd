"""Did a SHORT series break at a date? For months too few to know their season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from migrationbook.models.months import before_and_after, exposure, log_counts, monthly
from migrationbook.models.regression import Regression, gls_ar1
from migrationbook.models.results import Estimate


@dataclass(frozen=True)
class Break:
    """A short series before and after a date.

    comparisons: reference, level (events a month), after (mean of the months compared), percent, lower, upper; one row
        per reference; the interval is a prediction interval where the reference is a fitted line, empty otherwise.
    level_break: percent by which exposed months lie above or below the pre-period line, p_value its two-sided p.
    trend_before: percent change a month along that line. path: month, observed, line, lower, upper, exposure.
    """

    comparisons: pd.DataFrame
    level_break: Estimate
    p_value: float
    trend_before: Estimate
    rho: float
    path: pd.DataFrame
    months_before: int
    months_after: int


def break_against_trend(
    series: pd.Series, after: str = "2019-06-07", pre_months: int | None = None, end: str = "2019-09",
    autumn: tuple[str, str] = ("2018-09", "2018-11"), level: float = 0.95,
) -> Break:
    """Compare the months after a date with what came before in three ways, and test for a break in a line through logs.

    series: events per month. pre_months: whole months before the date that are used (None: all, at least 8).
    References: the mean of the six months before; the line through the months before, carried on; the mean of the
    months named by ``autumn``. No season is removed: with under two years nobody can tell season from trend.
    """
    name = str(series.name or "series")
    before, touched = before_and_after(monthly(series, name), after, None, end, 8, name)
    everything = before
    if pre_months is not None:
        before = before.iloc[-pre_months:]
    logs = log_counts(pd.concat([before, touched]), name).to_numpy()
    n, m = len(before), len(touched)
    time = np.arange(n + m) - (n - 1.0)
    line_x = np.column_stack([np.ones(n + m), time])
    treated = exposure(before.index.append(touched.index), after).to_numpy()
    joint = gls_ar1(logs, np.column_stack([treated, line_x]))
    fitted = gls_ar1(logs[:n], line_x[:n])
    half = stats.t.ppf((1 + level) / 2, fitted.degrees_of_freedom) * _prediction_error(fitted, line_x[n:])
    centre = line_x @ fitted.coefficients
    path = pd.DataFrame({
        "month": before.index.append(touched.index), "observed": np.exp(logs), "line": np.exp(centre),
        "lower": np.exp(np.r_[np.full(n, np.nan), centre[n:] - half]),
        "upper": np.exp(np.r_[np.full(n, np.nan), centre[n:] + half]), "exposure": treated})
    return Break(
        _comparisons(everything, touched, path.iloc[n:], autumn), _percent(joint, 0, level), joint.p_value(0),
        _percent(joint, 2, level), joint.rho, path, n, m)


def _prediction_error(fitted: Regression, x: np.ndarray) -> np.ndarray:
    return np.sqrt(fitted.sigma2 + np.einsum("ij,jk,ik->i", x, fitted.covariance, x))


def _percent(fitted: Regression, position: int, level: float) -> Estimate:
    value, half = float(fitted.coefficients[position]), fitted.half_width(position, level)
    return Estimate(*(100 * np.expm1(v) for v in (value, value - half, value + half)), level)


def _comparisons(
    before: pd.Series, touched: pd.Series, line: pd.DataFrame, autumn: tuple[str, str],
) -> pd.DataFrame:
    observed = float(touched.mean())
    levels = {
        "six months before": float(before.iloc[-6:].mean()),
        "line through the months before": float(line["line"].mean()),
        "autumn": float(before.loc[autumn[0]:autumn[1]].mean()),
    }
    rows = [{"reference": name, "level": level, "after": observed, "percent": 100 * (observed / level - 1)}
            for name, level in levels.items()]
    return pd.DataFrame(rows)
