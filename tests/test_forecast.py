"""Forecast paths, their backtest and the probabilities read from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import structural
from migrationbook.models.forecast import (
    backtest,
    first_at_or_below,
    forecast_paths,
    paths_summary,
    probability_at_or_below,
    probability_within,
    seasonal_random_walk,
    summarise_backtest,
)
from scipy import stats
from series import monthly, seasonal

ORIGINS = pd.date_range("2010-01", "2019-06", freq="6MS")


@pytest.fixture(scope="module")
def scored() -> pd.DataFrame:
    """Both models on two series that neither was made for."""
    return pd.concat([backtest(seasonal(seed), ORIGINS, model=model, draws=400)
                      for seed, model in enumerate(structural.MODELS)], ignore_index=True)


def test_paths_start_after_the_series_and_repeat() -> None:
    series = seasonal(1)
    paths = forecast_paths(series, 9, draws=300)
    assert paths.shape == (9, 300) and paths.index[0] == pd.Timestamp("2020-01-01") and (paths > 0).all().all()
    pd.testing.assert_frame_equal(paths, forecast_paths(series, 9, draws=300))
    spread = np.log(paths).std(axis=1)
    assert spread.iloc[-1] > spread.iloc[0]


def test_paths_know_the_season() -> None:
    months = np.arange(180)
    noise = np.random.default_rng(2).normal(0, 0.01, 180)
    series = monthly(np.exp(8 + np.where(months % 12 == 4, 1.0, 0.0) + noise))
    for model in structural.MODELS:
        middle = np.log(forecast_paths(series, 12, model, draws=500).median(axis=1))
        assert middle[middle.index.month == 5].iloc[0] - middle[middle.index.month != 5].mean() == pytest.approx(1, abs=0.05)


def test_backtest_coverage_and_skill(scored: pd.DataFrame) -> None:
    """19 origins each, which overlap: the effective number is far below the number of rows."""
    total = summarise_backtest(scored).set_index("horizon").loc["all"]
    assert total["n"] == len(scored) == len(structural.MODELS) * (18 * 12 + 11)
    assert 65 <= total["coverage80"] <= 92 and 84 <= total["coverage95"] <= 100
    assert total["skill"] > 0 and total["log_score"] > total["log_score_naive"]


def test_summary_is_the_mean_of_its_parts(scored: pd.DataFrame) -> None:
    summary = summarise_backtest(scored).set_index("horizon")
    assert list(summary.index) == ["1", "2-3", "4-6", "7-12", "all"]
    parts = summary.drop("all")
    assert parts["n"].sum() == summary.loc["all", "n"]
    assert np.average(parts["crps"], weights=parts["n"]) == pytest.approx(summary.loc["all", "crps"])
    assert summary.loc["1", "skill"] == pytest.approx(100 * (1 - summary.loc["1", "crps"] / summary.loc["1", "crps_naive"]))
    assert summary.loc["1", "crps"] < summary.loc["7-12", "crps"]


def test_rows_are_consistent(scored: pd.DataFrame) -> None:
    assert ((scored["lower95"] <= scored["lower80"]) & (scored["upper80"] <= scored["upper95"])).all()
    assert (scored["covered95"] | ~scored["covered80"]).all()
    ahead = (scored["month"].dt.year - scored["origin"].dt.year) * 12 + scored["month"].dt.month - scored["origin"].dt.month
    assert (ahead == scored["horizon"]).all()


def test_nothing_later_than_the_origin_is_used() -> None:
    series = seasonal(5)
    changed = series.copy()
    changed["2015-02-01":] *= 7
    kept = ["median", "lower95", "upper95"]
    pd.testing.assert_frame_equal(backtest(series, ["2015-01"], draws=200)[kept],
                                  backtest(changed, ["2015-01"], draws=200)[kept])


def test_a_fall_that_no_model_knows_of_is_not_covered() -> None:
    series = seasonal(6)
    series["2015-02-01":] *= 0.1
    found = backtest(series, ["2015-01"], 3)
    assert not found["covered95"].any() and (found["log_score"] < backtest(seasonal(6), ["2015-01"], 3)["log_score"]).all()


def test_benchmark_repeats_the_last_year_with_the_spread_of_its_past_errors() -> None:
    series = monthly(np.exp(np.arange(48.0) / 12))  # grows by 1 a year in logarithms
    mean, sd = seasonal_random_walk(series, 14)
    assert mean[:12] == pytest.approx(np.arange(36, 48) / 12) and mean[12:] == pytest.approx(mean[:2])
    assert sd == pytest.approx([1.0] * 12 + [2.0] * 2)
    rng = np.random.default_rng(0)
    noisy = monthly(np.exp(rng.normal(0, 0.3, 1200)), "1900-01")
    assert seasonal_random_walk(noisy, 1)[1] == pytest.approx(0.3 * np.sqrt(2), rel=0.1)


def test_crps_of_the_benchmark_against_the_formula_for_a_log_normal() -> None:
    series = seasonal(7, 120)
    row = backtest(series, ["2009-06"], 1, draws=4000).iloc[0]
    (mean,), (sd,) = seasonal_random_walk(series[:"2009-06"], 1)
    observed = row["observed"]
    w = (np.log(observed) - mean) / sd
    exact = observed * (2 * stats.norm.cdf(w) - 1) - 2 * np.exp(mean + sd**2 / 2) * (
        stats.norm.cdf(w - sd) + stats.norm.cdf(sd / np.sqrt(2)) - 1)
    assert row["crps_naive"] == pytest.approx(exact, rel=0.02)
    assert row["log_score_naive"] == pytest.approx(stats.lognorm.logpdf(observed, sd, scale=np.exp(mean)))


@given(st.floats(0, 20))
def test_probabilities(threshold: float) -> None:
    paths = pd.DataFrame(np.arange(12.0).reshape(3, 4), index=pd.date_range("2020-01", periods=3, freq="MS"))
    by_month = probability_at_or_below(paths, threshold)
    assert by_month.between(0, 1).all() and by_month.is_monotonic_decreasing
    assert probability_within(paths, threshold) == by_month.iloc[0]  # the first month holds each path's lowest
    assert probability_at_or_below(paths, 5).to_list() == [1, 0.5, 0]


def test_ever_within_is_more_likely_than_any_one_month() -> None:
    paths = forecast_paths(seasonal(3), 6, draws=500)
    threshold = float(paths.median(axis=1).min())
    by_month = probability_at_or_below(paths, threshold)
    assert by_month.max() <= probability_within(paths, threshold) <= min(1, by_month.sum())


def test_summary_of_paths_holds_its_share_of_them() -> None:
    paths = pd.DataFrame([np.arange(1001.0)], index=pd.date_range("2020-01", periods=1, freq="MS"))
    (row,) = paths_summary(paths).to_dict("records")
    assert row["month"] == pd.Timestamp("2020-01-01") and row["median"] == 500
    assert [row[key] for key in ("lower95", "lower80", "upper80", "upper95")] == pytest.approx([25, 100, 900, 975])


def test_first_month_at_a_level() -> None:
    series = monthly([5, 1, 7, 3, 2], "2019-05")
    assert first_at_or_below(series, 3, "2019-06") == pd.Timestamp("2019-08-01")
    with pytest.raises(BookError, match="threshold 1: never reached after 2019-06; choose 2 or more"):
        first_at_or_below(series, 1, "2019-06")


def test_mistakes_are_named() -> None:
    series = seasonal(1, 60)
    for call, said in ((lambda: backtest(series, ["2004-12"]), "no later month"),
                       (lambda: backtest(series, ["2001-06"]), "at least 36"),
                       (lambda: backtest(series, ["1990-06"]), "empty"),
                       (lambda: backtest(series, []), "no origins"),
                       (lambda: forecast_paths(series, 0), "at least one month"),
                       (lambda: forecast_paths(series * 0, 3), "no logarithm")):
        with pytest.raises(BookError, match=said):
            call()
