"""Calendar, structural models and interrupted time series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import calendar, structural
from migrationbook.models.interception import interception_share, share_over
from migrationbook.models.interrupted_time_series import (
    break_against_trend,
    by_model,
    counterfactual,
    detectable,
    placebo_counterfactuals,
    step_regression,
)
from scipy import stats
from series import monthly, seasonal

MONTHS = pd.date_range("2018-01", "2021-12", freq="MS")


def affected(seed: int, effect: float, months: int = 240) -> pd.Series:
    """A seasonal series to 2020-02 with a planted step after 2019-06-07."""
    start = f"{pd.Timestamp('2020-02-01') - pd.DateOffset(months=months - 1):%Y-%m}"
    series = seasonal(seed, months, start)
    return series * np.exp(effect * calendar.exposure(series.index, "2019-06-07"))


def test_exposure_of_june_2019() -> None:
    share = calendar.exposure(MONTHS, "2019-06-07")
    assert share["2019-06-01"] == pytest.approx(23 / 30)
    assert (share[:"2019-05"] == 0).all() and (share["2019-07":] == 1).all()


@given(st.dates(pd.Timestamp("2018-01-01").date(), pd.Timestamp("2021-12-31").date()))
def test_exposure_counts_the_days_after(day) -> None:
    share = calendar.exposure(MONTHS, pd.Timestamp(day))
    assert share.between(0, 1).all() and share.is_monotonic_increasing
    assert ((share > 0) & (share < 1)).sum() <= 1
    days = (share * share.index.days_in_month).sum()
    assert days == pytest.approx((pd.Timestamp("2021-12-31") - pd.Timestamp(day)).days)
    first = calendar.first_exposed(pd.Timestamp(day))
    assert first > MONTHS[-1] or (share[first] > 0 and (share[share.index < first] == 0).all())


@pytest.mark.parametrize(("change", "said"), [
    (lambda s: s.drop(s.index[100]), "2008-05"),
    (lambda s: s.where(s.index != "2010-03-01"), "2010-03"),
    (lambda s: s.where(s.index != "2010-03-01", 0.0), "0 in 2010-03"),
    (lambda s: s.where(s.index != "2010-03-01", -4.0), "-4 in 2010-03"),
    (lambda s: s.iloc[-30:], "at least 36"),
    (lambda s: s.reset_index(drop=True), "month start"),
    (lambda s: pd.concat([s, s.iloc[-1:]]), "month start"),
    (lambda s: s * np.nan, "no figures"),
])
def test_what_a_model_cannot_use_is_named(change, said: str) -> None:
    with pytest.raises(BookError, match=said) as error:
        counterfactual(change(seasonal(1, 242)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("options", "said"), [
    ({"end": "2031-01"}, "leaves the series"),
    ({"end": "2019-05"}, "choose 2019-06 or later"),
    ({"start": "2019-08"}, "start earlier"),
    ({"start": "2020-01", "end": "2019-07"}, "empty"),
    ({"after": "yesterdayish"}, "not a date"),
    ({"model": "crystal_ball"}, "sarimax, autoregressive, unobserved_components"),
    ({"level": 95}, "write 0.95"),
])
def test_impossible_requests_are_named(options: dict, said: str) -> None:
    with pytest.raises(BookError, match=said):
        counterfactual(seasonal(1, 242), **options)


@pytest.mark.parametrize("model", structural.MODELS)
def test_joint_forecast_agrees_with_statsmodels(model: str) -> None:
    fitted = structural.fit(seasonal(2), model)
    mean, covariance = structural.predict(fitted, 15)
    theirs = fitted.results.get_forecast(15)
    assert mean - fitted.offset == pytest.approx(theirs.predicted_mean.to_numpy())
    assert np.sqrt(np.diag(covariance)) == pytest.approx(theirs.se_mean.to_numpy(), rel=1e-6)
    draws = np.log(structural.draw(*structural.predict(fitted, 15), 20_000, 1))
    assert np.cov(draws.T) == pytest.approx(covariance, rel=0.1, abs=0.05 * covariance.max())


def test_a_regressor_is_estimated() -> None:
    series = affected(5, -0.8)
    share = calendar.exposure(series.index, "2019-06-07").to_frame().asfreq("MS")
    fitted = structural.fit(series, "sarimax", share)
    assert abs(fitted.parameters["exposure"] + 0.8) < 3 * fitted.standard_errors["exposure"] < 1
    without = structural.predict(fitted, 3, pd.DataFrame({"exposure": [0.0] * 3}))[0]
    with_effect = structural.predict(fitted, 3, pd.DataFrame({"exposure": [1.0] * 3}))[0]
    assert with_effect - without == pytest.approx(fitted.parameters["exposure"])


@pytest.mark.parametrize("model", structural.MODELS)
def test_a_planted_fall_is_found_and_counted(model: str) -> None:
    series = affected(3, np.log(0.4))
    found = counterfactual(series, model=model)
    assert found.percent_low < -60 < found.percent_high < 0 and found.p_lower < 0.01 and found.converged
    path = found.path
    assert list(path["month"].dt.strftime("%Y-%m"))[::8] == ["2019-06", "2020-02"]
    assert (path["lower"] < path["counterfactual"]).all() and (path["counterfactual"] < path["upper"]).all()
    assert found.averted_low < found.averted < found.averted_high
    assert found.per_month == pytest.approx(found.averted / (8 + 23 / 30))
    total = path["observed"].sum()
    assert found.percent == pytest.approx(-100 * found.averted / (total + found.averted))


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    series = seasonal(4, 242)
    once, again, other = (counterfactual(series, seed=seed) for seed in (1, 1, 2))
    assert once.averted == again.averted != other.averted


@settings(max_examples=4, deadline=None)
@given(st.floats(1e-3, 1e4))
def test_the_unit_of_the_series_does_not_matter(factor: float) -> None:
    series = affected(3, -0.5, 120)
    plain, scaled = counterfactual(series, draws=500), counterfactual(series * factor, draws=500)
    assert scaled.percent == pytest.approx(plain.percent, rel=1e-3)
    assert scaled.averted == pytest.approx(factor * plain.averted, rel=1e-3)


def test_without_an_effect_the_intervals_cover_and_alarms_are_rare() -> None:
    """40 series, both models' kin: the 95 % interval of the total misses 0, and p_lower is small, about as promised."""
    misses = alarms = 0
    for seed in range(40):
        found = counterfactual(seasonal(1000 + seed, 242 if seed % 2 else 122, "2000-01" if seed % 2 else "2010-01"),
                               draws=1000, model=structural.MODELS[seed % 3])
        misses += not found.averted_low < 0 < found.averted_high
        alarms += found.p_lower < 0.05
    upper = stats.binom.ppf(0.9999, 40, 0.05)
    assert misses <= upper and alarms <= upper
    assert alarms > 0  # a procedure that never alarms at 5 % has intervals that are too wide


def test_placebo_years_are_quiet_and_the_true_year_is_not() -> None:
    found = placebo_counterfactuals(affected(3, -1.0), list(range(2010, 2020)), draws=500).set_index("year")
    assert list(found.columns) == ["percent", "p_lower"]
    assert found["percent"].idxmin() == 2019 and found.loc[2019, "p_lower"] == 0
    assert (found.loc[:2018, "p_lower"] < 0.05).sum() <= 2
    with pytest.raises(BookError, match="at least 36"):
        placebo_counterfactuals(seasonal(1), [2001, 2002])
    with pytest.raises(BookError, match="placebo years: 1 left"):
        placebo_counterfactuals(seasonal(1), [2019])


def test_placebo_years_take_the_day_and_the_window_of_the_event() -> None:
    series = affected(3, -1.0)
    placebo = placebo_counterfactuals(series, [2018, 2019], "2019-09-30", 3, draws=500).set_index("year")
    for year in (2018, 2019):
        own = counterfactual(series, f"{year}-09-30", None, f"{year}-12", draws=500)
        assert placebo.loc[year, "percent"] == own.percent


def test_models_and_memories_are_set_side_by_side() -> None:
    series = affected(3, -1.0)
    found = by_model(series, "2019-06-07", ["2000-03", "2012-01"], draws=500)
    assert list(found["model"]) == 2 * list(structural.MODELS) and list(found["start"].unique()) == ["2000-03", "2012-01"]
    alone = counterfactual(series, start="2012-01", model="autoregressive", draws=500)
    row = found.iloc[4]
    assert (row["percent"], row["lower"], row["upper"]) == (alone.percent, alone.percent_low, alone.percent_high)
    assert (found["upper"] < 0).all()


def test_step_regression_recovers_a_step_and_covers_nothing_when_there_is_none() -> None:
    planted = step_regression(affected(8, -0.7))
    assert planted.low < -0.7 < planted.high < 0 and planted.percent == pytest.approx(100 * np.expm1(planted.coefficient))
    misses = 0
    for seed in range(16):
        found = step_regression(affected(300 + seed, 0.0, 110))
        misses += not found.low < 0 < found.high
    assert misses <= stats.binom.ppf(0.9999, 16, 0.06)


def test_break_against_trend_on_an_exact_line() -> None:
    months = pd.date_range("2018-01", "2020-02", freq="MS")
    series = pd.Series(1000 * 1.05 ** np.arange(len(months)), index=months)
    series[series.index >= "2019-06-01"] *= 0.5
    found = break_against_trend(series, pre_months=17)
    assert (found.months_before, found.months_after) == (17, 9)
    assert found.trend_per_month == pytest.approx(5) and found.percent_of_trend == pytest.approx(-50)
    assert found.mean_before == pytest.approx(series["2018-12":"2019-05"].mean())
    assert found.percent_of_mean == pytest.approx(100 * (series["2019-06":].mean() / found.mean_before - 1))


def test_break_against_trend_covers_under_its_assumptions() -> None:
    rng = np.random.default_rng(9)
    misses = 0
    for _ in range(400):
        found = break_against_trend(monthly(np.exp(8 + 0.02 * np.arange(26) + rng.normal(0, 0.3, 26)), "2018-01"),
                                    pre_months=17)
        misses += not found.percent_of_trend_low < 0 < found.percent_of_trend_high
    assert stats.binom.ppf(0.001, 400, 0.05) <= misses <= stats.binom.ppf(0.999, 400, 0.05)


def test_break_against_trend_names_a_window_that_is_too_short() -> None:
    with pytest.raises(BookError, match="leaves the series"):
        break_against_trend(seasonal(1, 26, "2018-01"), pre_months=18)
    with pytest.raises(BookError, match="too few for a trend"):
        break_against_trend(seasonal(1, 26, "2018-01"), pre_months=3)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=40))
def test_interception_shares_are_shares(pairs: list[tuple[int, int]]) -> None:
    here, there = (monthly(np.array(side)) for side in zip(*pairs, strict=True))
    found = interception_share(here, there)
    assert found["share"].between(0, 100).all() and len(found) == len(pairs)
    swapped = interception_share(there, here)["share"]
    assert (found["share"] + swapped).to_numpy() == pytest.approx(100)


def test_a_share_over_months_weighs_by_stops() -> None:
    stopped = interception_share(monthly([10, 90], "2019-05"), monthly([90, 10], "2019-05"))
    assert share_over(stopped, "2019-05", "2019-06") == pytest.approx(50)
    assert share_over(stopped, "2019-06", "2019-06") == pytest.approx(90)
    with pytest.raises(BookError, match="2019-05 to 2019-07"):
        share_over(stopped, "2019-05", "2019-07")


def test_interception_takes_common_months_and_refuses_nonsense() -> None:
    found = interception_share(monthly([1, 3], "2019-05"), monthly([1, 1], "2019-06"))
    assert found.to_dict("records") == [
        {"month": pd.Timestamp("2019-06-01"), "detentions": 3, "encounters": 1, "share": 75}]
    for here, there in (([1], [-1]), ([0], [0])):
        with pytest.raises(BookError, match="2000-01"):
            interception_share(monthly(here), monthly(there))
    with pytest.raises(BookError, match="no month in common"):
        interception_share(monthly([1], "2019-05"), monthly([1], "2020-05"))


def test_the_detectable_change_leaves_the_interval_as_often_as_promised() -> None:
    """Totals drawn from one forecast, moved by the smallest detectable rise or fall: four in five leave the interval."""
    series = seasonal(1, 80, "2013-07")
    found = counterfactual(series)
    fall, rise = detectable(found)
    fitted = structural.fit(series[:"2019-05"], "sarimax")
    totals = structural.draw(*structural.predict(fitted, 9), 4000, 7).sum(axis=1)
    low, high = np.quantile(totals, [0.025, 0.975])
    assert fall < 0 < rise
    assert np.mean(totals * (1 + rise / 100) > high) == pytest.approx(0.8, abs=0.04)
    assert np.mean(totals * (1 + fall / 100) < low) == pytest.approx(0.8, abs=0.04)
    stricter = detectable(found, power=0.95)
    assert stricter[0] < fall and stricter[1] > rise
