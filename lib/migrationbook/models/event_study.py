"""Two groups before and after a date: difference in differences and event study on log counts.

With one treated and one comparison group there is a single series, the log ratio of the two: no number of
clusters to count on. What uncertainty there is must be read from how that ratio wandered before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from migrationbook.errors import BookError
from migrationbook.models.months import before_and_after, exposure, log_counts, window
from migrationbook.models.regression import Regression, gls_ar1, month_effects, ols_hac
from migrationbook.models.results import Estimate

MINIMUM_MONTHS = 36


def log_ratio(treated: pd.Series, control: pd.Series, start: str | None = None, end: str | None = None) -> pd.Series:
    """log(treated) minus log(control) on the months both have, cut to start and end."""
    shared = treated.index.intersection(control.index)
    if len(shared) == 0:
        raise BookError("the two series share no month; check their dates")
    first, second = window(treated.loc[shared], start, end, "treated"), window(control.loc[shared], start, end, "control")
    return log_counts(first, "treated") - log_counts(second, "control")


@dataclass(frozen=True)
class DifferenceInDifferences:
    """How the treated group moved relative to the comparison group after a date.

    table: one row per error model ("gls_ar1", "ols_hac"): coefficient (log points), standard_error, lower, upper,
        p_value, percent, percent_lower, percent_upper (effect of a fully exposed month on treated relative to control).
    coefficient, percent: the row of the headline estimator. rho: autocorrelation of the errors.
    placebos: after (date), coefficient; the headline estimator at every eligible earlier date.
    placebo_p_value: two-sided share of dates, the real one included, with a coefficient at least as large;
    placebo_p_lower: share at least as low. independent_windows: how many placebo windows fit without overlap.
    """

    table: pd.DataFrame
    coefficient: Estimate
    percent: Estimate
    rho: float
    months_before: int
    months_after: int
    placebos: pd.DataFrame
    placebo_p_value: float
    placebo_p_lower: float
    independent_windows: int


def difference_in_differences(
    treated: pd.Series, control: pd.Series, after: str = "2019-06-07", start: str | None = None, end: str = "2020-02",
    trend: bool = False, hac_lags: int = 12, level: float = 0.95, minimum_months: int = MINIMUM_MONTHS,
    estimator: str = "ols_hac",
) -> DifferenceInDifferences:
    """Regress the log ratio of two groups on exposure and calendar-month effects (and a linear trend, if asked)."""
    ratio = log_ratio(treated, control, start, end)
    before, touched = before_and_after(ratio, after, None, end, minimum_months, "the log ratio")
    fits = {"gls_ar1": _step(ratio, after, trend, None), "ols_hac": _step(ratio, after, trend, hac_lags)}
    if estimator not in fits:
        raise BookError(f"estimator is '{estimator}'; it takes one of: {', '.join(fits)}")
    table = pd.DataFrame([_row(name, fitted, level) for name, fitted in fits.items()]).set_index("estimator")
    chosen = table.loc[estimator]
    lags = hac_lags if estimator == "ols_hac" else None
    placebos = _placebo_steps(before, len(touched), after, trend, lags, minimum_months)
    value = float(chosen["coefficient"])
    found = placebos["coefficient"]
    return DifferenceInDifferences(
        table.reset_index(), Estimate(*chosen[["coefficient", "lower", "upper"]].astype(float), level),
        Estimate(*chosen[["percent", "percent_lower", "percent_upper"]].astype(float), level),
        fits["gls_ar1"].rho, len(before), len(touched), placebos,
        (int((found.abs() >= abs(value)).sum()) + 1) / (len(found) + 1),
        (int((found <= value).sum()) + 1) / (len(found) + 1),
        (len(before) - minimum_months) // len(touched))


def _step(ratio: pd.Series, after: str | pd.Timestamp, trend: bool, lags: int | None) -> Regression:
    """Exposure is column 0."""
    columns = [exposure(ratio.index, after).to_numpy()[:, None], month_effects(ratio.index.month.to_numpy())]
    if trend:
        columns.append(np.linspace(-1, 1, len(ratio))[:, None])
    x = np.hstack(columns)
    return gls_ar1(ratio.to_numpy(), x) if lags is None else ols_hac(ratio.to_numpy(), x, lags)


def _row(name: str, fitted: Regression, level: float) -> dict[str, float | str]:
    value, half = float(fitted.coefficients[0]), fitted.half_width(0, level)
    low, high = value - half, value + half
    return {
        "estimator": name, "coefficient": value, "standard_error": fitted.standard_error(0), "lower": low, "upper": high,
        "p_value": fitted.p_value(0), "percent": 100 * np.expm1(value), "percent_lower": 100 * np.expm1(low),
        "percent_upper": 100 * np.expm1(high)}


def _placebo_steps(
    before: pd.Series, length: int, after: str, trend: bool, lags: int | None, minimum: int,
) -> pd.DataFrame:
    """The same regression with the date moved back month by month; no window reaches into the real one."""
    day = pd.Timestamp(after).day
    rows = []
    for position in range(minimum, len(before) - length + 1):
        date = before.index[position].replace(day=day) if day <= 28 else before.index[position]
        fitted = _step(before.iloc[: position + length], date, trend, lags)
        rows.append({"after": date, "coefficient": float(fitted.coefficients[0])})
    if not rows:
        raise BookError(
            f"no placebo date: {len(before)} months before {after} are too few for {minimum} months and a window of {length}; "
            "start earlier or lower minimum_months")
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class EventStudy:
    """The log ratio month by month, relative to the last month before the date.

    path: month, months_from_date (0 is the first month touched), deviation (log points from the seasonal expectation,
        minus that of the reference month), lower, upper, percent, percent_lower, percent_upper.
    pretrend_slope: log points a month over the last ``pretrend_months`` before the date beyond the long-run course.
    pretrend_p_value: of that slope; leads_p_value: of all those months' deviations together.
    """

    path: pd.DataFrame
    reference: pd.Timestamp
    rho: float
    pretrend_slope: Estimate
    pretrend_p_value: float
    leads_p_value: float
    months_before: int


def event_study(
    treated: pd.Series, control: pd.Series, after: str = "2019-06-07", start: str | None = None, end: str = "2020-02",
    trend: bool = False, shown_before: int = 24, pretrend_months: int = 12, level: float = 0.95,
) -> EventStudy:
    """Deviations of the log ratio from what its pre-period season (and trend, if asked) led to expect."""
    ratio = log_ratio(treated, control, start, end)
    before, _ = before_and_after(ratio, after, None, end, MINIMUM_MONTHS, "the log ratio")
    x = _expectation(ratio.index, trend)
    n = len(before)
    fitted = gls_ar1(before.to_numpy(), x[:n])
    residual = ratio.to_numpy() - x @ fitted.coefficients
    contrast = x - x[n - 1]
    lag = np.abs(np.arange(len(ratio)) - (n - 1))
    variance = 2 * fitted.sigma2 * (1 - fitted.rho**lag) + np.einsum("ij,jk,ik->i", contrast, fitted.covariance, contrast)
    half = stats.t.ppf((1 + level) / 2, fitted.degrees_of_freedom) * np.sqrt(variance)
    deviation = residual - residual[n - 1]
    path = pd.DataFrame({
        "month": ratio.index, "months_from_date": np.arange(len(ratio)) - n, "deviation": deviation,
        "lower": deviation - half, "upper": deviation + half})
    for column, percent in (("deviation", "percent"), ("lower", "percent_lower"), ("upper", "percent_upper")):
        path[percent] = 100 * np.expm1(path[column])
    slope, slope_p, leads_p = _pretrend(before.to_numpy(), x[:n], pretrend_months, level)
    return EventStudy(
        path.iloc[max(0, n - shown_before):].reset_index(drop=True), before.index[-1], fitted.rho, slope, slope_p, leads_p, n)


def _expectation(months: pd.DatetimeIndex, trend: bool) -> np.ndarray:
    columns = [month_effects(months.month.to_numpy())]
    if trend:
        columns.append(np.arange(len(months))[:, None] / len(months))
    return np.hstack(columns)


def _pretrend(y: np.ndarray, x: np.ndarray, months: int, level: float) -> tuple[Estimate, float, float]:
    n = len(y)
    ramp = np.clip(np.arange(n) - (n - 1 - months), 0, None)[:, None].astype(float)
    sloped = gls_ar1(y, np.hstack([ramp, x]))
    half = sloped.half_width(0, level)
    value = float(sloped.coefficients[0])
    leads = np.eye(n)[:, n - months:]
    free = gls_ar1(y, np.hstack([leads, x]))
    return (Estimate(value, value - half, value + half, level), sloped.p_value(0),
            free.joint_p_value(list(range(months))))
