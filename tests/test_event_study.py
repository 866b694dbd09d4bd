"""Two groups: does the estimator find what is there, and how often what is not?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models.event_study import (
    difference_in_differences,
    event_study,
    placebo_dates,
    pretrend_test,
)
from migrationbook.models.regression import Mixture, gls
from scipy import stats
from series import autoregressive, two_groups


@pytest.mark.parametrize("rho", [0.0, 0.8, 0.98, 1.0])
def test_size_when_nothing_happened(rho: float) -> None:
    """250 series without an effect: at 5 % no more alarms than 7 %, the most claimed, makes likely; and some."""
    alarms = sum(difference_in_differences(*two_groups(5000 + seed, rho)).p < 0.05 for seed in range(250))
    assert stats.binom.ppf(0.0005, 250, 0.03) <= alarms <= stats.binom.ppf(0.999, 250, 0.07)


def test_planted_effects_are_recovered_without_bias_and_covered() -> None:
    found = [difference_in_differences(*two_groups(seed, 0.8, effect=-0.6)) for seed in range(150)]
    values = np.array([one.coefficient for one in found])
    assert values.mean() == pytest.approx(-0.6, abs=4 * values.std() / np.sqrt(150))
    missed = sum(not one.low < -0.6 < one.high for one in found)
    assert missed <= stats.binom.ppf(0.999, 150, 0.07)
    assert np.mean([one.standard_error for one in found]) == pytest.approx(values.std(), rel=0.35)


def test_fields_belong_together() -> None:
    one = difference_in_differences(*two_groups(1, 0.8, effect=-1.0))
    assert one.n == 134 and one.percent == pytest.approx(100 * np.expm1(one.coefficient))
    assert one.percent_low == pytest.approx(100 * np.expm1(one.low)) and one.high < 0 and one.p < 0.05
    wider = difference_in_differences(*two_groups(1, 0.8, effect=-1.0), level=0.99)
    assert wider.low < one.low and one.high < wider.high


@settings(max_examples=10, deadline=None)
@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_units_do_not_matter_and_swapping_the_groups_turns_the_sign(first: float, second: float) -> None:
    treated, control = two_groups(2, 0.8, effect=-0.5)
    plain = difference_in_differences(treated, control)
    scaled = difference_in_differences(treated * first, control * second)
    assert scaled.coefficient == pytest.approx(plain.coefficient, abs=1e-8)
    assert (scaled.low, scaled.high) == pytest.approx((plain.low, plain.high), abs=1e-6)
    swapped = difference_in_differences(control, treated)
    assert swapped.coefficient == pytest.approx(-plain.coefficient, abs=1e-8)
    assert (-swapped.high, -swapped.low) == pytest.approx((plain.low, plain.high), abs=1e-6)


def test_independent_errors_give_the_textbook_regression() -> None:
    rng = np.random.default_rng(4)
    x = np.column_stack([rng.normal(size=400), np.ones(400)])
    y = x @ [2.0, -1.0] + rng.normal(size=400)
    found = gls(y, x).coefficient(0)
    slope = stats.linregress(x[:, 0], y)
    assert found.mean == pytest.approx(slope.slope, abs=0.02)
    assert found.standard_error == pytest.approx(slope.stderr, rel=0.1)


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 3)), min_size=1, max_size=6),
       st.floats(0.005, 0.995))
def test_quantiles_of_a_mixture_invert_its_distribution(parts: list[tuple[float, float]], probability: float) -> None:
    centres, scales = np.array(parts).T
    found = Mixture(np.full(len(parts), 1 / len(parts)), centres, scales, 30)
    assert found.below(found.quantile(probability)) == pytest.approx(probability, abs=1e-6)


def test_placebo_dates_rank_a_true_effect_lowest_and_never_reach_it() -> None:
    treated, control = two_groups(6, 0.8, effect=-2.0)
    found = placebo_dates(treated, control, start="2013-06")
    assert found.months_before == 72 and found.rank == 1 and found.p_lower == pytest.approx(1 / (1 + found.n))
    last = found.table["date"].max() + pd.DateOffset(months=8)
    assert last == pd.Timestamp("2019-05-01") and len(found.table) == found.n
    first = found.table["date"].min() - pd.DateOffset(months=72)
    assert first == treated.index[0]
    without = treated.where(treated.index < "2019-06-01", control)  # what came later must not matter for placebos
    pd.testing.assert_frame_equal(found.table, placebo_dates(without, control, start="2013-06").table)
    same = difference_in_differences(treated, control, start="2013-06")
    assert found.coefficient == pytest.approx(same.coefficient)
    assert placebo_dates(treated, control).months_before == 36


def test_placebo_dates_are_seldom_extreme_when_nothing_happened() -> None:
    found = [placebo_dates(*two_groups(700 + seed, 0.8, months=170)).p_lower for seed in range(60)]
    assert sum(p <= 0.1 for p in found) <= stats.binom.ppf(0.999, 60, 0.12)
    assert 0.35 < np.mean(found) < 0.65


def test_event_study_shows_the_course_relative_to_may_2019() -> None:
    frame = event_study(*two_groups(11, 0.5, effect=-1.5)).set_index("month")
    assert list(frame.columns) == ["estimate", "lower", "upper", "before"]
    assert (frame.loc["2019-05-01", ["estimate", "lower", "upper"]] == 0).all()
    assert frame["before"].sum() == 125 and not frame.loc["2019-06-01":, "before"].any()
    assert frame.loc["2019-07":, "estimate"].mean() == pytest.approx(-1.5, abs=0.4)
    assert (frame.loc["2019-07":, "upper"] < 0).all()


@pytest.mark.parametrize("rho", [0.5, 1.0])
def test_event_study_intervals_cover_nothing_when_there_is_nothing(rho: float) -> None:
    """The first, fifth and last month after, 60 series each."""
    missed = np.zeros(3)
    for seed in range(60):
        frame = event_study(*two_groups(9000 + seed, rho, months=110)).iloc[[-9, -5, -1]]
        missed += ~((frame["lower"] < 0) & (frame["upper"] > 0)).to_numpy()
    assert (missed <= stats.binom.ppf(0.9999, 60, 0.06)).all()


def test_pretrend_finds_a_ramp_and_keeps_quiet_without() -> None:
    treated, control = two_groups(12, 0.5)
    ramp = np.clip(np.arange(134) - 112, 0, None)  # from the thirteenth month before June 2019
    found = pretrend_test(treated * np.exp(0.1 * ramp), control)
    assert found.low < 0.1 < found.high and found.low > 0 and found.p < 0.05 and found.months == 12
    alarms = sum(pretrend_test(*two_groups(400 + seed, 0.8)).p < 0.05 for seed in range(150))
    assert alarms <= stats.binom.ppf(0.999, 150, 0.07)


def test_errors_of_the_simulation_are_what_they_claim() -> None:
    long = autoregressive(np.random.default_rng(1), 20_000, 0.8)
    assert np.corrcoef(long[1:], long[:-1])[0, 1] == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("change", "options", "said"), [
    (lambda t, c: (t.where(t.index != "2015-03-01"), c), {}, "2015-03"),
    (lambda t, c: (t, c.where(c.index != "2015-03-01", 0.0)), {}, "0 in 2015-03"),
    (lambda t, c: (t, c.shift(400, freq="MS")), {}, "no month in common"),
    (lambda t, c: (t, c), {"start": "2018-01"}, "at least 36"),
    (lambda t, c: (t, c), {"end": "2019-03"}, "2019-06 or later"),
    (lambda t, c: (t, c), {"end": "2020-12"}, "leaves the series"),
    (lambda t, c: (t, c), {"level": 1.0}, "level"),
])
def test_mistakes_are_named(change, options: dict, said: str) -> None:
    with pytest.raises(BookError, match=said):
        difference_in_differences(*change(*two_groups(1, 0.5)), **options)


def test_too_little_for_placebos_or_a_slope_is_named() -> None:
    with pytest.raises(BookError, match="no month before"):
        placebo_dates(*two_groups(1, 0.5, months=48))
    with pytest.raises(BookError, match="choose 2 to"):
        pretrend_test(*two_groups(1, 0.5, months=48), months=30)
