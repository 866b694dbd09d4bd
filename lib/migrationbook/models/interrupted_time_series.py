"""What a series would have done without an event: counterfactuals, step regressions and breaks against a trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from migrationbook.errors import BookError
from migrationbook.models import structural
from migrationbook.models.calendar import (
    between,
    date,
    exposure,
    first_exposed,
    level_of,
    logarithm,
    month,
    percent,
)

BEFORE = 6  # months of the plain before-after comparison in break_against_trend


@dataclass(frozen=True)
class Counterfactual:
    """Observed months after an event against those simulated from the months before it.

    `path` has the columns month, observed, counterfactual (median), lower, upper, exposure. `averted` is
    counterfactual minus observed over the window, in the unit of the series (positive: fewer than expected);
    `percent` is the observed total against the counterfactual total (negative: fewer). `per_month` divides what was
    averted by the months of exposure. `p_lower` is the share of simulated totals at or below the observed one.
    """

    path: pd.DataFrame
    averted: float
    averted_low: float
    averted_high: float
    percent: float
    percent_low: float
    percent_high: float
    per_month: float
    per_month_low: float
    per_month_high: float
    p_lower: float
    converged: bool
    model: str


@dataclass(frozen=True)
class StepEffect:
    """A step in logarithms at an event, with its standard error and interval, and the same as percentages."""

    coefficient: float
    standard_error: float
    low: float
    high: float
    percent: float
    percent_low: float
    percent_high: float
    converged: bool


@dataclass(frozen=True)
class BreakAgainstTrend:
    """The months after an event against two simple expectations, for short series.

    `mean_after` and `mean_before` (last six months before) are plain means, `percent_of_mean` their change.
    `trend_expected` is the geometric mean that a log-linear trend through the months before predicts for the months
    after, `percent_of_trend` the geometric mean observed against it, with its prediction interval.
    `lag_one` is the autocorrelation of the trend's residuals from month to month: well above 0, the interval is
    too narrow.
    """

    months_before: int
    months_after: int
    mean_after: float
    mean_before: float
    percent_of_mean: float
    trend_per_month: float
    trend_expected: float
    percent_of_trend: float
    percent_of_trend_low: float
    percent_of_trend_high: float
    lag_one: float


def _split(series: pd.Series, after: str | pd.Timestamp, start: str | None, end: str) -> tuple[pd.Series, pd.Series]:
    """Months before the first exposed one, and from it to the end."""
    first = first_exposed(after)
    if month(end) < first:
        raise BookError(f"end {end}: no month after {date(after):%Y-%m-%d}; choose {first:%Y-%m} or later")
    window = between(series, start, end)
    if window.index[0] >= first:
        raise BookError(f"start {window.index[0]:%Y-%m}: no month before {date(after):%Y-%m-%d}; start earlier")
    return window[window.index < first], window[window.index >= first]


def counterfactual(series: pd.Series, after: str = "2019-06-07", start: str | None = None, end: str = "2020-02",
                   model: str = "sarimax", level: float = 0.95, draws: int = 4000,
                   seed: int = 20190607) -> Counterfactual:
    """Simulate the months after an event from a model fitted to the months before the one that contains it.

    The event's own month counts whole in the totals; only `per_month` uses its share of days after the event.
    The interval holds future shocks as they were before the event; it does not hold a change of regime that the
    event did not cause, which no model of one series can tell apart.
    Raises BookError for windows that do not fit, gaps, zeros, or fewer than 36 months before.
    """
    tail = (1 - level_of(level)) / 2
    before, observed = _split(series, after, start, end)
    mean, covariance, converged = structural.forecast(before, len(observed), model)
    paths = structural.draw(mean, covariance, draws, seed)
    lower, middle, upper = np.quantile(paths, [tail, 0.5, 1 - tail], axis=0)
    exposed = exposure(observed.index, after)
    path = pd.DataFrame({"month": observed.index, "observed": observed.to_numpy(), "counterfactual": middle,
                         "lower": lower, "upper": upper, "exposure": exposed.to_numpy()})
    total, totals = observed.sum(), paths.sum(axis=1)
    low, expected, high = np.quantile(totals, [tail, 0.5, 1 - tail])
    months = exposed.sum()
    return Counterfactual(
        path=path, averted=expected - total, averted_low=low - total, averted_high=high - total,
        percent=100 * (total / expected - 1), percent_low=100 * (total / high - 1),
        percent_high=100 * (total / low - 1), per_month=(expected - total) / months,
        per_month_low=(low - total) / months, per_month_high=(high - total) / months,
        p_lower=float(np.mean(totals <= total)), converged=converged, model=model)


def by_model(series: pd.Series, after: str, starts: list[str], end: str = "2020-02", level: float = 0.95,
             draws: int = 4000) -> pd.DataFrame:
    """The counterfactual of every model with every memory: columns model, start, percent, lower, upper, averted.

    starts: first months to learn from. What the rows differ by is what the choice of model and memory does.
    """
    rows = []
    for start in starts:
        for model in structural.MODELS:
            found = counterfactual(series, after, start, end, model, level, draws)
            rows.append({"model": model, "start": start, "percent": found.percent, "lower": found.percent_low,
                         "upper": found.percent_high, "averted": found.averted})
    return pd.DataFrame(rows)


def placebo_counterfactuals(series: pd.Series, years: list[int], after: str = "2019-06-07", months: int = 9,
                            model: str = "sarimax", draws: int = 2000, seed: int = 20190607) -> pd.DataFrame:
    """The same exercise on the event's day in each year, over `months` months from the first exposed: year, percent, p_lower.

    A method that finds a fall every year finds nothing in the event's. Each year is fitted to the months before it only.
    Raises BookError for fewer than two years, which leave nothing to compare.
    """
    if len(years) < 2:
        raise BookError(f"placebo years: {len(years)} left, at least two are needed; start earlier")
    rows = []
    for year in years:
        day = date(after) + pd.DateOffset(years=year - date(after).year)
        end = first_exposed(day) + pd.DateOffset(months=months - 1)
        found = counterfactual(series, f"{day:%Y-%m-%d}", None, f"{end:%Y-%m}", model, draws=draws, seed=seed)
        rows.append({"year": year, "percent": found.percent, "p_lower": found.p_lower})
    return pd.DataFrame(rows, columns=["year", "percent", "p_lower"])


def detectable(found: Counterfactual, level: float = 0.95, power: float = 0.8) -> tuple[float, float]:
    """The smallest fall and rise of the window's total, in per cent, that would leave the interval with probability `power`.

    level: the one the counterfactual was computed with. The forecast's total is taken as log-normal: the minimal detectable
    effect is its standard deviation times the sum of two normal quantiles.
    """
    quantile = stats.norm.ppf((1 + level_of(level)) / 2)
    spread = (np.log1p(found.percent_high / 100) - np.log1p(found.percent_low / 100)) / (2 * quantile)
    effect = spread * (quantile + stats.norm.ppf(level_of(power)))
    return percent(-effect), percent(effect)


def step_regression(series: pd.Series, after: str = "2019-06-07", start: str | None = None, end: str = "2020-02",
                    level: float = 0.95) -> StepEffect:
    """Step at an event in the SARIMA model of the logarithms, the event's month weighted by its share of days.

    With a level that wanders, the step is the jump when exposure begins, not the average gap over the months after:
    it is read mostly from the months next to the event. Normal interval from the likelihood's curvature.
    """
    critical = stats.norm.ppf((1 + level_of(level)) / 2)
    before, later = _split(series, after, start, end)
    window = pd.concat([before, later])
    fitted = structural.fit(window, "sarimax", exposure(window.index, after).to_frame().asfreq("MS"))
    estimate, error = fitted.parameters["exposure"], fitted.standard_errors["exposure"]
    low, high = estimate - critical * error, estimate + critical * error
    return StepEffect(estimate, error, low, high, percent(estimate), percent(low), percent(high), fitted.converged)


def break_against_trend(series: pd.Series, after: str = "2019-06-07", end: str = "2020-02", pre_months: int = 18,
                        level: float = 0.95) -> BreakAgainstTrend:
    """Compare the months after an event with the six before, and with a log-linear trend through `pre_months`.

    For series too short for a seasonal model. Ordinary least squares: its prediction interval for the mean of the
    months after takes the residuals as independent and knows no season; `lag_one` says how wrong that is.
    Raises BookError when there are fewer than `pre_months` months before or `pre_months` is under six.
    """
    if pre_months < BEFORE:
        raise BookError(f"pre_months {pre_months}: too few for a trend; use at least {BEFORE}")
    begin = first_exposed(after) - pd.DateOffset(months=pre_months)
    before, later = _split(series, after, f"{begin:%Y-%m}", end)
    logs, time = logarithm(before).to_numpy(), np.arange(pre_months, dtype=float)
    design = np.column_stack([np.ones(pre_months), time])
    (intercept, slope), *_ = np.linalg.lstsq(design, logs, rcond=None)
    residuals = logs - intercept - slope * time
    target = pre_months + (len(later) - 1) / 2  # the mean of the months after, on the trend's time axis
    at = np.array([1.0, target])
    leverage = at @ np.linalg.solve(design.T @ design, at)
    error = np.sqrt(residuals @ residuals / (pre_months - 2) * (1 / len(later) + leverage))
    critical = stats.t.ppf((1 + level_of(level)) / 2, pre_months - 2)
    expected = intercept + slope * target
    gap = logarithm(later).mean() - expected
    mean_before = before.iloc[-BEFORE:].mean()
    spread = residuals @ residuals
    return BreakAgainstTrend(
        months_before=pre_months, months_after=len(later), mean_after=later.mean(), mean_before=mean_before,
        percent_of_mean=100 * (later.mean() / mean_before - 1), trend_per_month=percent(slope),
        trend_expected=float(np.exp(expected)), percent_of_trend=percent(gap),
        percent_of_trend_low=percent(gap - critical * error), percent_of_trend_high=percent(gap + critical * error),
        lag_one=float(residuals[1:] @ residuals[:-1] / spread) if spread > 0 else 0.0)
