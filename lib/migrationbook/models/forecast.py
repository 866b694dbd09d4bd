"""Probabilistic forecasts of monthly figures and their backtests against a seasonal random walk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scoringrules
from scipy import stats

from migrationbook.errors import BookError
from migrationbook.models import structural
from migrationbook.models.calendar import between, logarithm, month

YEAR = 12


def forecast_paths(series: pd.Series, horizon: int, model: str = "sarimax", draws: int = 4000,
                   seed: int = 20190607) -> pd.DataFrame:
    """Simulated figures for the months after the series: one row per month, one column per joint path."""
    known = between(series)
    mean, covariance, _ = structural.forecast(known, horizon, model)
    paths = structural.draw(mean, covariance, draws, seed)
    months = pd.date_range(known.index[-1], periods=horizon + 1, freq="MS")[1:]
    return pd.DataFrame(paths.T, index=months.rename("month"))


def seasonal_random_walk(series: pd.Series, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """The benchmark: each month as in the last year known, in logarithms, normal with the spread of its past errors.

    Returns mean and standard deviation (horizon,) of the logarithms. Past errors are all changes over the same
    number of whole years within the series, taken around zero since the benchmark expects none.
    """
    logs = logarithm(series).to_numpy()
    ahead = np.arange(horizon)
    mean = logs[len(logs) - YEAR + ahead % YEAR]
    spread = [np.sqrt(np.mean((logs[YEAR * years:] - logs[:-YEAR * years]) ** 2)) for years in ahead // YEAR + 1]
    return mean, np.array(spread)


def _log_score(observed: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Log density of the figures under a log-normal forecast; higher is better."""
    return stats.norm.logpdf(np.log(observed), mean, sd) - np.log(observed)


def backtest(series: pd.Series, origins: list[str] | pd.DatetimeIndex, horizon: int = 12, model: str = "sarimax",
             draws: int = 1000, seed: int = 20190607) -> pd.DataFrame:
    """Forecast from each origin (its last known month), knowing nothing later, and score what came.

    One row per origin and month: origin, month, horizon, observed, median, lower80, upper80, lower95, upper95,
    covered80, covered95, crps and crps_naive (unit of the series, lower is better), log_score and log_score_naive
    (higher is better). Months after the end of the series are left out. The model is fitted anew at each origin.
    Raises BookError for an origin with fewer than 36 months before it or no month after it.
    """
    known = between(series)
    levels = (np.arange(draws) + 0.5) / draws
    parts = []
    for number, origin in enumerate(origins):
        past = between(known, None, origin)
        ahead = known[known.index > month(origin)].iloc[:horizon]
        if ahead.empty:
            raise BookError(f"origin {month(origin):%Y-%m}: no later month to score; choose an earlier origin")
        mean, covariance, _ = structural.forecast(past, len(ahead), model)
        paths = structural.draw(mean, covariance, draws, seed + number)
        naive_mean, naive_sd = seasonal_random_walk(past, len(ahead))
        naive = np.exp(naive_mean[:, None] + naive_sd[:, None] * stats.norm.ppf(levels))
        observed = ahead.to_numpy()
        lower95, lower80, median, upper80, upper95 = np.quantile(paths, [0.025, 0.1, 0.5, 0.9, 0.975], axis=0)
        parts.append(pd.DataFrame({
            "origin": past.index[-1], "month": ahead.index, "horizon": np.arange(1, len(ahead) + 1),
            "observed": observed, "median": median, "lower80": lower80, "upper80": upper80,
            "lower95": lower95, "upper95": upper95,
            "covered80": (lower80 <= observed) & (observed <= upper80),
            "covered95": (lower95 <= observed) & (observed <= upper95),
            "crps": scoringrules.crps_ensemble(observed, paths.T),
            "crps_naive": scoringrules.crps_ensemble(observed, naive),
            "log_score": _log_score(observed, mean, np.sqrt(np.diag(covariance))),
            "log_score_naive": _log_score(observed, naive_mean, naive_sd)}))
    if not parts:
        raise BookError("backtest: no origins; name at least one month")
    return pd.concat(parts, ignore_index=True)


def summarise_backtest(frame: pd.DataFrame) -> pd.DataFrame:
    """Coverage (percent) and mean scores by months ahead: 1, 2 to 3, 4 to 6, 7 to 12, more than 12, and all.

    Columns horizon, n, coverage80, coverage95, crps, crps_naive, skill (percent by which the model's CRPS is below
    the benchmark's; negative is worse), log_score, log_score_naive. Forecasts from neighbouring origins share months,
    so n is not a number of independent trials.
    """
    labels = pd.cut(frame["horizon"], [0, 1, 3, 6, 12, np.inf], labels=["1", "2-3", "4-6", "7-12", "13+"])
    parts = [(label, part) for label, part in frame.groupby(labels, observed=True)] + [("all", frame)]
    rows = []
    for label, part in parts:
        crps, naive = part["crps"].mean(), part["crps_naive"].mean()
        rows.append({"horizon": label, "n": len(part), "coverage80": 100 * part["covered80"].mean(),
                     "coverage95": 100 * part["covered95"].mean(), "crps": crps, "crps_naive": naive,
                     "skill": 100 * (1 - crps / naive), "log_score": part["log_score"].mean(),
                     "log_score_naive": part["log_score_naive"].mean()})
    return pd.DataFrame(rows)


def probability_at_or_below(paths: pd.DataFrame, threshold: float) -> pd.Series:
    """Share of paths at or below the threshold in each month, between 0 and 1."""
    return (paths <= threshold).mean(axis=1).rename("probability")


def probability_within(paths: pd.DataFrame, threshold: float) -> float:
    """Share of paths that are at or below the threshold in at least one month of the window."""
    return float((paths <= threshold).any(axis=0).mean())


def first_at_or_below(series: pd.Series, threshold: float, after: str) -> pd.Timestamp:
    """The first month later than `after` that is at or below the threshold. Raises BookError when none is."""
    later = series[series.index > month(after)]
    low = later.index[later <= threshold]
    if low.empty:
        raise BookError(f"threshold {threshold:,.0f}: never reached after {after}; choose {later.min():,.0f} or more")
    return low[0]


def paths_summary(paths: pd.DataFrame, levels: tuple[float, ...] = (0.8, 0.95)) -> pd.DataFrame:
    """Median and central intervals of each month's paths: columns month, median, lower80, upper80, and so on."""
    columns = {"median": paths.median(axis=1)}
    for level in levels:
        columns[f"lower{100 * level:.0f}"] = paths.quantile((1 - level) / 2, axis=1)
        columns[f"upper{100 * level:.0f}"] = paths.quantile((1 + level) / 2, axis=1)
    return pd.DataFrame(columns).rename_axis("month").reset_index()
