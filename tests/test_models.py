"""Each estimator recovers a planted effect, finds none where there is none, and refuses what it cannot use."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.data import series
from migrationbook.errors import BookError
from migrationbook.models import event_study, forecast, interception, interrupted_time_series, seasonality
from migrationbook.models.calendar import exposure

AFTER = "2019-06-07"


def simulated(seed: int, effect: float = 0.0, noise: float = 0.06, months: int = 150) -> pd.Series:
    """A seasonal random walk in logs to 2020-02, with ``effect`` (log points) on the treated share of each month."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(end="2020-02-01", periods=months, freq="MS")
    season = 0.2 * np.sin(2 * np.pi * index.month.to_numpy() / 12)
    logs = 10 + season + np.cumsum(rng.normal(0, noise, months)) + effect * exposure(index, AFTER).to_numpy()
    return pd.Series(np.exp(logs), index=index)


def test_june_2019_is_treated_for_23_of_30_days():
    months = pd.date_range("2019-05-01", "2019-07-01", freq="MS")
    assert list(exposure(months, AFTER)) == pytest.approx([0, 23 / 30, 1])


@given(date=st.dates(pd.Timestamp("2001-01-01").date(), pd.Timestamp("2024-12-31").date()))
@settings(max_examples=50, deadline=None)
def test_exposure_counts_every_day_after_the_date_once(date):
    months = pd.date_range("2000-01-01", "2025-12-01", freq="MS")
    shares = exposure(months, pd.Timestamp(date))
    assert shares.between(0, 1).all()
    assert (shares * months.days_in_month).sum() == pytest.approx((pd.Timestamp("2025-12-31") - pd.Timestamp(date)).days)


@pytest.mark.parametrize("model", ["sarimax", "unobserved_components"])
def test_the_counterfactual_recovers_a_planted_fall_of_half(model):
    found = interrupted_time_series.counterfactual(simulated(1, np.log(0.5), 0.03), AFTER, None, "2020-02", model, draws=1000)
    assert found.percent_low < -49 < found.percent_high < 0
    assert found.percent == pytest.approx(-49, abs=15)


def test_the_counterfactual_rejects_at_about_its_nominal_rate_where_there_is_no_effect():
    """One-sided 5 % test on 60 series without effect: at most 8 rejections (binomial upper 1 % point)."""
    rejected = sum(
        interrupted_time_series.counterfactual(simulated(seed), AFTER, None, "2020-02", draws=400).p_lower <= 0.05
        for seed in range(100, 160)
    )
    assert rejected <= 8


def test_scale_changes_the_number_averted_and_not_the_percentage():
    one = simulated(3, -0.4)
    small, large = (interrupted_time_series.counterfactual(factor * one, AFTER, draws=500) for factor in (1, 10))
    assert large.percent == pytest.approx(small.percent, abs=0.5)
    assert large.averted == pytest.approx(10 * small.averted, rel=0.02)


def test_step_regression_recovers_a_planted_step():
    found = interrupted_time_series.step_regression(simulated(4, np.log(0.5), 0.03), AFTER)
    assert found.percent_low < -50 < found.percent_high


def test_the_season_of_the_border_is_the_published_one():
    patrol = series.southwest("border_patrol")[:"2019-12"]
    june = seasonality.placebo_rank(seasonality.month_change(patrol, 5, 6), 2019, list(range(2000, 2019)))
    assert (round(june.mean, 1), round(june.sd, 1), round(june.value, 1)) == (-17.5, 10.5, -28.6)
    assert june.as_low == [2000, 2006, 2010]
    assert june.p == pytest.approx(4 / 20)
    september = seasonality.month_change(patrol, 5, 9)
    assert round(september[2019], 1) == -69.5
    assert round(september[2014], 1) == -57.4


def test_the_comparison_of_groups_recovers_a_planted_difference():
    control = simulated(5, 0.0, 0.0)
    rng = np.random.default_rng(6)
    treated = control * np.exp(np.log(0.6) * exposure(control.index, AFTER).to_numpy() + rng.normal(0, 0.1, len(control)))
    found = event_study.difference_in_differences(treated, control, AFTER, None, "2020-02")
    assert found.percent_low < -40 < found.percent_high
    assert found.percent == pytest.approx(-40, abs=10)


def test_the_comparison_of_groups_keeps_its_size_under_strong_autocorrelation():
    """5 % test, AR(1) differences with rho 0.8, no effect, 100 series: at most 14 rejections."""
    rejected = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        control = simulated(7, 0.0, 0.0)
        gap = np.zeros(len(control))
        for month in range(1, len(gap)):
            gap[month] = 0.8 * gap[month - 1] + rng.normal(0, 0.15)
        found = event_study.difference_in_differences(control * np.exp(gap), control, AFTER, None, "2020-02")
        rejected += not found.percent_low <= 0 <= found.percent_high
    assert rejected <= 14


def test_forecast_intervals_cover_and_the_score_prefers_the_model_to_the_naive_rule():
    tested = forecast.backtest(simulated(8, months=200)[:"2019-05"], ["2014-06", "2015-06", "2016-06", "2017-06"], 6, draws=400)
    assert tested["covered95"].mean() >= 0.75
    assert tested["crps"].mean() < tested["crps_naive"].mean()


def test_probabilities_of_a_threshold_are_ordered():
    paths = forecast.forecast_paths(simulated(9), 6, draws=500)
    monthly = forecast.probability_at_or_below(paths, float(paths.median().median()))
    within = forecast.probability_within(paths, float(paths.median().median()))
    assert monthly.between(0, 1).all()
    assert within >= monthly.max()


def test_the_share_stopped_is_detentions_over_all_stops():
    index = pd.date_range("2019-01-01", periods=2, freq="MS")
    shares = interception.interception_share(pd.Series([10.0, 30.0], index), pd.Series([30.0, 30.0], index))
    assert list(shares["share"]) == pytest.approx([25, 50])


@pytest.mark.parametrize(("change", "message"), [
    (lambda one: one.where(one.index != one.index[40], 0), "has no logarithm"),
    (lambda one: one.drop(one.index[40]), "no figure for"),
])
def test_series_with_zeros_or_gaps_are_refused(change, message):
    with pytest.raises(BookError, match=message):
        interrupted_time_series.counterfactual(change(simulated(2)), AFTER)


def test_an_impossible_window_is_refused_by_name():
    with pytest.raises(BookError, match="2018-01"):
        interrupted_time_series.counterfactual(simulated(2), AFTER, None, "2018-01")
