"""A panel of states: is the estimate the regression's, is what was planted found, and how often what was not?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import state_panel
from migrationbook.models.state_panel import Panel
from scipy import stats

STATES = [f"{number:02d}" for number in range(1, 25)]
TREATED, OTHERS = STATES[:4], STATES[4:]
BEFORE, AFTER = state_panel.windows("2017-01", 12, 9)


def panel(seed: int, effect: float = 0.0, spread: float = 0.15,
          months: int = 33) -> Panel:
    """24 states of very unequal size, each wandering on its own beside a shared level; the treated move by `effect` in 2017."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2015-01", periods=months, freq="MS", name="date")
    level = rng.permutation(np.linspace(1.5, 5.5, len(STATES)))
    own = np.cumsum(rng.normal(0, spread / 3, (months, len(STATES))), axis=0)
    shared = np.cumsum(rng.normal(0, 0.05, (months, 1)), axis=0)
    mean = np.exp(level + own + shared)
    mean[np.ix_(dates >= "2017-01", np.isin(STATES, TREATED))] *= np.exp(effect)
    victims = pd.DataFrame(rng.poisson(mean), index=dates, columns=STATES).astype(float)
    return Panel(victims, pd.DataFrame(1e6, index=dates, columns=STATES), TREATED, OTHERS)


def test_the_estimate_is_that_of_a_poisson_regression_with_effects_of_states_and_months() -> None:
    one = panel(1, effect=0.3)
    part = pd.concat([one.victims[BEFORE[0]:BEFORE[1]], one.victims[AFTER[0]:AFTER[1]]])
    long = part.rename_axis(columns="state").stack().rename("victims").reset_index()
    inside = ((long["date"] >= AFTER[0]) & long["state"].isin(TREATED)).astype(float).rename("treated")
    design = pd.concat([pd.get_dummies(long["state"]), pd.get_dummies(long["date"]).iloc[:, 1:], inside], axis=1).astype(float)
    fitted = sm.GLM(long["victims"], design, family=sm.families.Poisson()).fit()
    ours = state_panel.change(one, BEFORE, AFTER, draws=99).coefficient
    assert ours == pytest.approx(fitted.params["treated"], abs=2e-3)  # half a victim is added to every sum


def test_size_when_nothing_happened() -> None:
    """At 5 %, 200 panels without an effect give alarms as often as a test of this size would."""
    alarms = sum(state_panel.change(panel(1000 + seed), BEFORE, AFTER, draws=399).p <= 0.05 for seed in range(200))
    assert stats.binom.ppf(0.001, 200, 0.05) <= alarms <= stats.binom.ppf(0.999, 200, 0.05)


def test_planted_effects_are_recovered_and_covered() -> None:
    found = [state_panel.change(panel(seed, effect=0.4), BEFORE, AFTER, draws=399) for seed in range(60)]
    values = np.array([one.coefficient for one in found])
    assert values.mean() == pytest.approx(0.4, abs=4 * values.std() / np.sqrt(60))
    missed = sum(not one.percent_low < 100 * np.expm1(0.4) < one.percent_high for one in found)
    assert missed <= stats.binom.ppf(0.999, 60, 0.06)


def test_the_power_claimed_is_the_power_found() -> None:
    """Effects of the size called detectable are found in new panels of the same kind about as often as stated."""
    claimed = [state_panel.detectable(panel(seed), BEFORE, AFTER, groups=200, draws=399) for seed in range(6)]
    rise = np.log1p(np.median([one.rise for one in claimed]) / 100)
    hits = sum(state_panel.change(panel(3000 + seed, effect=rise), BEFORE, AFTER, draws=399).p <= 0.05 for seed in range(100))
    assert 0.65 <= hits / 100 <= 0.95
    assert all(one.fall < 0 < one.rise and one.size <= 0.12 for one in claimed)


def test_an_effect_that_no_size_tried_reveals_has_no_end() -> None:
    wild = state_panel.detectable(panel(3, spread=3.0), BEFORE, AFTER, groups=50, draws=199)
    assert wild.rise == np.inf and wild.fall == -100 and wild.curve["power"].max() < 0.8


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    one = state_panel.change(panel(5, effect=0.5), BEFORE, AFTER, draws=999)
    assert one.percent_low < one.percent < one.percent_high
    assert (one.p <= 0.05) == (not one.percent_low <= 0 <= one.percent_high)
    wider = state_panel.change(panel(5, effect=0.5), BEFORE, AFTER, level=0.99, draws=999)
    assert wider.percent_low <= one.percent_low and one.percent_high <= wider.percent_high


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 10), st.sampled_from(state_panel.WEIGHTS))
def test_more_people_everywhere_or_another_order_of_states_change_nothing(factor: float, weights: str) -> None:
    plain = replace(panel(7, effect=0.2), weights=weights)
    other = replace(plain, people=plain.people * factor, treated=TREATED[::-1])
    first, second = (state_panel.change(one, BEFORE, AFTER, draws=99) for one in (plain, other))
    assert second.coefficient == pytest.approx(first.coefficient, abs=1e-9)
    assert second.percent == pytest.approx(100 * np.expm1(second.coefficient))


def test_all_sets_are_used_where_there_are_few() -> None:
    few = replace(panel(8), treated=TREATED[:2], comparison=OTHERS[:8])
    assert state_panel.change(few, BEFORE, AFTER).sets == 45
    sets = few.sets(99)
    assert len(np.unique(sets, axis=0)) == 45 and (sets.sum(axis=1) == 2).all() and sets[0, :2].all()


def test_weights_by_state_count_each_state_once() -> None:
    one = replace(panel(9), weights="states")
    one.victims.loc["2017-01":, TREATED[0]] = 3 * one.victims.loc["2016-01":"2016-09", TREATED[0]].to_numpy()
    after, before = (one.victims.loc[window[0]:window[1]].sum() + 0.5 for window in (AFTER, BEFORE))
    own = np.log(after / 9) - np.log(before / 12)
    found = state_panel.change(one, BEFORE, AFTER, draws=99)
    assert found.coefficient == pytest.approx(own[TREATED].mean() - own[OTHERS].mean())


def test_by_year_is_zero_in_the_year_of_reference_and_finds_the_effect_after_it() -> None:
    years = state_panel.by_year(panel(11, effect=1.0, months=36), "2017-01", draws=399)
    assert list(years["start"].dt.year) == [2015, 2016, 2017] and list(years["before"]) == [True, True, False]
    assert years["percent"].iloc[1] == 0 == years["low"].iloc[1] and years["percent"].iloc[2] > years["high"].iloc[2]
    assert years["low"].iloc[0] < years["percent"].iloc[0] < years["high"].iloc[0]


def test_placebo_dates_stay_before_the_event() -> None:
    dates = state_panel.placebo_dates(panel(12, effect=2.0), "2017-01", 12, 6)
    assert list(dates["date"]) == list(pd.date_range("2016-01", "2016-07", freq="MS"))
    assert dates["percent"].max() < 100 * np.expm1(1.0)  # none sees the effect of 2017


def test_leaving_a_state_out_shows_who_carries_the_estimate() -> None:
    one = panel(13)
    one.victims.loc["2017-01":, TREATED[1]] *= 20
    parts = state_panel.leave_one_out(one, BEFORE, AFTER).set_index("state")
    assert parts["percent"].idxmin() == TREATED[1] and parts["treated"].sum() == 4 and len(parts) == 24


def test_a_zero_stays_finite() -> None:
    one = panel(14)
    one.victims.loc["2017-01":, TREATED] = 0
    assert np.isfinite(state_panel.change(one, BEFORE, AFTER, draws=99).coefficient)


@pytest.mark.parametrize(("change", "told"), [
    ({"comparison": OTHERS + TREATED[:1]}, "state '01' is both treated and compared with"),
    ({"comparison": OTHERS[:3]}, "4 states treated and 3 compared with"),
    ({"treated": ["99"]}, "state '99': not in the panel"),
    ({"weights": "people"}, "weights is 'people'; it takes one of: victims, states"),
])
def test_a_panel_that_cannot_work_is_one_line(change: dict, told: str) -> None:
    with pytest.raises(BookError, match=told) as caught:
        replace(panel(15), **change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("call", "told"), [
    (lambda one: state_panel.change(one, ("2016-01", "2017-01"), AFTER), "before ends 2017-01, after begins 2017-01"),
    (lambda one: state_panel.change(one, BEFORE, ("2017-01", "2019-01")), "stay within 2015-01 to 2017-09"),
    (lambda one: state_panel.change(one, BEFORE, AFTER, level=95), "level 95"),
    (lambda one: state_panel.placebo_dates(one, "2017-01", 24, 9), "placebo dates: none before 2017-01"),
    (lambda one: state_panel.detectable(replace(one, treated=["01"], comparison=OTHERS[:9]), BEFORE, AFTER),
     "10 sets of 1 among 10 states"),
    (lambda one: state_panel.detectable(one, BEFORE, AFTER, level=0.2, power=0.5, draws=199),
     "power 0.5: at this level no effect at all"),
])
def test_what_cannot_be_computed_is_one_line(call, told: str) -> None:
    with pytest.raises(BookError, match=told) as caught:
        call(panel(16))
    assert "\n" not in str(caught.value)
