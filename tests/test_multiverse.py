"""The multiverse: quick likelihoods, estimators behind one interface, the menu, the curve and its joint test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from migrationbook.charts import multiverse as draw
from migrationbook.data import security, series
from migrationbook.errors import BookError
from migrationbook.models import calendar, event_study, multiverse, quick_structural, structural
from migrationbook.models import interrupted_time_series as its
from migrationbook.models.estimators import ESTIMATORS
from series import monthly, seasonal, two_groups

DAY, WINDOW = "2019-06-07", ("2019-06", "2020-02")


def affected(seed: int, effect: float, sd: float = 0.1) -> pd.Series:
    """1999-10 to 2020-02, a season on a level that barely wanders, with a planted step after the agreement."""
    base = seasonal(seed, 245, "1999-10", sd)
    return base * np.exp(effect * calendar.exposure(base.index, DAY))


def menu_of(groups: multiverse.Groups) -> list[multiverse.Specification]:
    return [one for one in multiverse.specifications(groups) if one.day == DAY and (one.first, one.last) == WINDOW]


@pytest.mark.parametrize("model", structural.MODELS)
@pytest.mark.parametrize("months", [65, 236])
def test_the_quick_likelihoods_agree_with_the_reference(model: str, months: int) -> None:
    past = series.southwest()[:"2019-05"].iloc[-months:]
    mean, covariance = structural.predict(structural.fit(past, model), 15)
    quick_mean, quick_covariance, converged = structural.forecast(past, 15, model)
    assert converged
    np.testing.assert_allclose(quick_mean, mean, atol=1e-5)
    np.testing.assert_allclose(quick_covariance, covariance, atol=2e-5)


def test_a_lesser_peak_at_a_bound_is_left() -> None:
    """Kidnappings of 53 months have a peak of the likelihood where the noise is differenced away, and a higher one inside."""
    past = security.victims("kidnapping").sum(axis=1)[:"2019-05"]
    found = quick_structural.fit(np.log(past.to_numpy()), "sarimax")
    reference = structural.fit(past, "sarimax").parameters
    np.testing.assert_allclose(found.parameters, [reference["ma.L1"], reference["ma.S.L12"]], atol=1e-4)


def test_a_narrow_valley_is_followed_to_the_bound() -> None:
    """The level of these 65 months hardly returns: the likelihood rises to a bound along a ridge a ten-thousandth wide."""
    past = series.by_citizenship(*series.NORTHERN_TRIANGLE)["2008-01":"2013-05"]
    found = quick_structural.fit(np.log(past.to_numpy()), "autoregressive")
    assert found.converged
    np.testing.assert_allclose(found.parameters, [0.9999, -0.1026, -0.9823], atol=1e-4)


def test_the_unit_does_not_move_a_fit() -> None:
    values = np.log(seasonal(3, 120).to_numpy())
    one, other = (quick_structural.fit(factor * values, "autoregressive") for factor in (1.0, 5000.0))
    np.testing.assert_allclose(one.parameters, other.parameters, atol=1e-7)
    assert other.variance == pytest.approx(5000**2 * one.variance)


def test_too_short_and_no_horizon_are_refused() -> None:
    with pytest.raises(BookError, match="35 months for the model sarimax, at least 36"):
        quick_structural.fit(np.arange(35.0), "sarimax")
    with pytest.raises(BookError, match="horizon 0"):
        quick_structural.predict(quick_structural.fit(np.log(seasonal(1, 60).to_numpy()), "sarimax"), 0)


def estimates(effect: float, seeds: range) -> pd.DataFrame:
    """Log ratios by estimator (mean over specifications), one column a series."""
    found = {}
    for seed in seeds:
        treated, control = two_groups(seed, 0.5, 245, effect)
        groups = {("alone", "nobody"): (affected(seed, effect, 0.02), None), ("treated", "control"): (treated, control)}
        curve = multiverse.run(groups, menu_of(groups))
        found[seed] = np.log1p(curve["percent"] / 100).groupby(curve["model"]).mean()
    return pd.DataFrame(found)


@pytest.mark.parametrize("effect", [0.0, -0.7])
def test_every_estimator_recovers_what_was_planted_and_nothing_where_nothing_was(effect: float) -> None:
    found = estimates(effect, range(6))
    assert set(found.index) == set(ESTIMATORS)
    assert (found.mean(axis=1) - effect).abs().max() < 0.13


def test_intervals_of_no_effect_hold_zero_mostly() -> None:
    groups = {("alone", "nobody"): (affected(11, 0.0, 0.05), None)}
    curve = multiverse.run(groups, menu_of(groups))
    assert ((curve["lower"] < 0) & (curve["upper"] > 0)).mean() > 0.8


def test_the_chapters_own_estimates_are_on_the_curve() -> None:
    wanted = {("All", "nobody"), ("Northern Triangle", "Mexicans")}
    groups = {key: one for key, one in series.outcomes().items() if key in wanted}
    menu = [one for one in menu_of(groups) if one.scale == "log"]
    curve = multiverse.run(groups, menu).set_index(["outcome", "start", "model"])
    for model in structural.MODELS:
        one, own = its.counterfactual(groups["All", "nobody"][0], model=model), curve.loc["All", "1999-10", model]
        assert own["percent"] == pytest.approx(one.percent, abs=1e-6)
        assert (own["lower"], own["upper"]) == pytest.approx((one.percent_low, one.percent_high), abs=1e-6)
    compared = event_study.difference_in_differences(*groups["Northern Triangle", "Mexicans"], start="2011-01")
    own = curve.loc["Northern Triangle", "2011-01", "step"]
    assert own["percent"] == pytest.approx(compared.percent, abs=1e-6)
    assert (own["lower"], own["upper"]) == pytest.approx((compared.percent_low, compared.percent_high), abs=1e-5)


def test_the_poisson_regression_is_that_of_statsmodels() -> None:
    counts = affected(3, -0.4)["2011-01":]
    curve = multiverse.run({("alone", "nobody"): (counts, None)}, [multiverse.Specification(
        "alone", "nobody", "counts", "2011-01", "poisson", DAY, "2019-07", "2020-02")])
    dates = counts.index
    step = calendar.exposure(dates, DAY) * (dates > "2019-06")
    design = np.column_stack([step, dates == "2019-06", np.arange(len(counts)), pd.get_dummies(dates.month)]).astype(float)
    fitted = sm.GLM(counts, design, family=sm.families.Poisson()).fit(
        scale="X2", cov_type="HAC", cov_kwds={"maxlags": 12, "use_correction": True}, tol=1e-10)
    ends = np.exp([fitted.params.iloc[0], *fitted.conf_int().iloc[0]])
    np.testing.assert_allclose(curve[["percent", "lower", "upper"]].to_numpy(float)[0], 100 * (ends - 1), rtol=1e-6)
    assert curve["converged"].all()


def test_rules_by_hand() -> None:
    """Level 100, doubled in the year of the event from January on, 120 from June 2019 on."""
    index = pd.date_range("2014-01", "2020-02", freq="MS")
    figures = pd.Series(100.0, index, name="flat").where(index < "2019-01", 200.0).where(index < "2019-06", 120.0)
    groups = {("flat", "nobody"): (figures, None)}
    curve = multiverse.run(groups, [one for one in menu_of(groups) if one.model in multiverse.RULES]).set_index("model")
    usual = (9**4 * 11) ** (1 / 5)  # times the May, in four quiet years and in the one that ends with the doubled months
    assert curve["percent"].to_dict() == pytest.approx({
        "usual_change": 100 * (9 * 120 / 200 / usual - 1), "last_year": 100 * (9 * 120 / 1100 - 1),
        "last_year_at_level": 100 * (9 * 120 / (2 * 1100) - 1)})


def test_the_menu_is_large_and_has_no_specification_twice() -> None:
    groups = series.outcomes()
    menu = multiverse.specifications(groups)
    assert len(menu) == len(set(menu)) >= 500
    assert all(one.comparison == "nobody" for one in menu if one.scale == "counts")
    assert {one.model for one in menu if one.outcome == "All with ports"} == {"last_year", "last_year_at_level"}
    assert min(one.start for one in menu if one.outcome == "Families") == "2011-01"  # told apart from October of that year
    assert not [one for one in menu if one.scale == "counts" and one.model != "poisson" and one.start < multiverse.COUNTS_FROM]


@pytest.mark.parametrize(("change", "said"), [
    (lambda groups, menu: (groups, []), "no specification"),
    (lambda groups, menu: (groups, menu + menu[:1]), "a specification twice"),
    (lambda groups, menu: (groups, [replace(menu[0], outcome="nobody knows")]), "no figures of 'nobody knows'"),
    (lambda groups, menu: (groups, [replace(menu[0], model="tea leaves")]), "no estimator 'tea leaves'"),
    (lambda groups, menu: ({key: (one * 0, None) for key, (one, _) in groups.items()}, menu), "a month without anybody"),
    (lambda groups, menu: ({key: (one.drop(one.index[186]), None) for key, (one, _) in groups.items()}, menu), "2015-04"),
])
def test_refusals_say_what_is_wrong(change, said: str) -> None:
    groups = {("alone", "nobody"): (affected(1, 0.0), None)}
    groups, menu = change(groups, [one for one in menu_of(groups) if one.model == "sarimax"])
    with pytest.raises(BookError, match=said):
        multiverse.run(groups, menu)


def known_curve() -> pd.DataFrame:
    """Two choices that matter: log ratios −1 or −0.5 by model, 0 or 0.1 more by last month."""
    rows = [{"outcome": "a", "comparison": "nobody", "scale": "log", "start": "1999-10", "day": DAY, "first": "2019-06",
             "model": model, "last": last, "percent": 100 * np.expm1(log), "lower": -90.0, "upper": upper, "converged": True}
            for model, last, log, upper in (("x", "2019-09", -1.0, -10.0), ("x", "2020-02", -0.9, 10.0),
                                            ("y", "2019-09", -0.5, -10.0), ("y", "2020-02", -0.4, np.inf))]
    return pd.DataFrame(rows)


def test_summary_and_influence_of_a_known_curve() -> None:
    found = multiverse.summarise(known_curve())
    assert (found.specifications, found.falls, found.below, found.above) == (4, 100.0, 50.0, 0.0)
    weights = multiverse.influence(known_curve()).set_index("choice")
    assert weights["share"].to_dict() == pytest.approx({"model": 100 * 0.25 / 0.26, "last": 100 * 0.01 / 0.26})
    assert weights.loc["last", "switched"] == pytest.approx(50 * (np.exp(-0.9) - np.exp(-1) + np.exp(-0.4) - np.exp(-0.5)))


def test_unconverged_and_missing_estimates_are_counted_not_dropped() -> None:
    curve = known_curve()
    curve.loc[0, "converged"], curve.loc[1, ["percent", "lower", "upper"]] = False, np.nan
    found = multiverse.summarise(curve)
    assert (found.specifications, found.estimates, found.intervals, found.unconverged) == (4, 3, 3, 1)
    with pytest.raises(BookError, match="no specification gave an estimate"):
        multiverse.summarise(curve.assign(percent=np.nan))


def test_the_joint_test_ranks_one_year_among_the_others() -> None:
    own = known_curve()
    other = own.assign(percent=5.0, upper=20.0)
    found = multiverse.joint_test({2015: other, 2016: own, 2017: other, 2018: other, 2019: own})
    assert found.median_p == found.falls_p == found.below_p == pytest.approx(2 / 5)
    with pytest.raises(BookError, match="at least three placebo years"):
        multiverse.joint_test({2018: other, 2019: own})


def test_placebo_years_find_a_planted_effect_in_its_year_only() -> None:
    groups = {("alone", "nobody"): (affected(5, -0.9, 0.04), None)}
    able, menu = multiverse.placebo_menu(groups, [2014, 2019])
    some = [one for one in menu if one.start == "2014-01" and (one.first, one.last) == WINDOW]
    curves = multiverse.placebo_curves(able, some, [2014, 2019])
    medians = {year: multiverse.summarise(one).median for year, one in curves.items()}
    assert medians[2019] < -45 and abs(medians[2014]) < 15
    with pytest.raises(BookError, match="no outcome reaches back"):
        multiverse.placebo_menu(groups, [2000, 2019])


def test_moving_no_years_changes_nothing() -> None:
    groups = {("alone", "nobody"): (monthly(seasonal(2, 245).to_numpy(), "1999-10"), None)}
    menu = [one for one in menu_of(groups) if one.model == "regression"][:1]
    pd.testing.assert_frame_equal(multiverse.run(groups, menu), multiverse.placebo_curves(groups, menu, [2019])[2019])


def test_the_drawing_keeps_every_specification() -> None:
    groups = {("alone", "nobody"): (affected(1, -0.5), None)}
    curve = multiverse.run(groups, menu_of(groups))
    board = draw.dashboard(curve, {"model": "Estimator"}, 4)
    totals = board.groupby("label")["share"].sum()
    assert totals.drop("ESTIMATOR").between(97, 103).all() and set(totals.index) == {"ESTIMATOR", *draw.MODELS.values()}
    assert draw.positions(curve, 4)["estimate"].is_monotonic_increasing
