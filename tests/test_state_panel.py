"""A panel of states: is the estimate the regression's, is what was planted found, and how often what was not?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import state_panel
from scipy import stats

STATES = [f"{number:02d}" for number in range(1, 25)]
TREATED, OTHERS = STATES[:4], STATES[4:]
BEFORE, AFTER = state_panel.windows("2017-01", 12, 9)


def panel(seed: int, effect: float = 0.0, treated: list[str] | None = None, spread: float = 0.15,
          months: int = 33) -> tuple[pd.DataFrame, pd.DataFrame]:
    """24 states of very unequal size, each wandering on its own beside a shared level; the treated move by `effect` in 2017."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2015-01", periods=months, freq="MS", name="date")
    level = rng.permutation(np.linspace(1.5, 5.5, len(STATES)))
    own = np.cumsum(rng.normal(0, spread / 3, (months, len(STATES))), axis=0)
    shared = np.cumsum(rng.normal(0, 0.05, (months, 1)), axis=0)
    mean = np.exp(level + own + shared)
    mean[np.ix_(dates >= "2017-01", np.isin(STATES, treated or TREATED))] *= np.exp(effect)
    victims = pd.DataFrame(rng.poisson(mean), index=dates, columns=STATES).astype(float)
    return victims, pd.DataFrame(1e6, index=dates, columns=STATES)


def test_the_estimate_is_that_of_a_poisson_regression_with_effects_of_states_and_months() -> None:
    victims, people = panel(1, effect=0.3)
    part = pd.concat([victims[BEFORE[0]:BEFORE[1]], victims[AFTER[0]:AFTER[1]]])
    long = part.rename_axis(columns="state").stack().rename("victims").reset_index()
    inside = ((long["date"] >= AFTER[0]) & long["state"].isin(TREATED)).astype(float).rename("treated")
    design = pd.concat([pd.get_dummies(long["state"]), pd.get_dummies(long["date"]).iloc[:, 1:], inside], axis=1).astype(float)
    fitted = sm.GLM(long["victims"], design, family=sm.families.Poisson()).fit()
    ours = state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=99).coefficient
    assert ours == pytest.approx(fitted.params["treated"], abs=2e-3)  # half a victim is added to every sum


def test_size_when_nothing_happened() -> None:
    """At 5 %, 200 panels without an effect give alarms as often as a test of this size would."""
    alarms = 0
    for seed in range(200):
        victims, people = panel(1000 + seed)
        alarms += state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=399).p <= 0.05
    assert stats.binom.ppf(0.001, 200, 0.05) <= alarms <= stats.binom.ppf(0.999, 200, 0.05)


def test_planted_effects_are_recovered_and_covered() -> None:
    found = []
    for seed in range(60):
        victims, people = panel(seed, effect=0.4)
        found.append(state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=399))
    values = np.array([one.coefficient for one in found])
    assert values.mean() == pytest.approx(0.4, abs=4 * values.std() / np.sqrt(60))
    missed = sum(not one.percent_low < 100 * np.expm1(0.4) < one.percent_high for one in found)
    assert missed <= stats.binom.ppf(0.999, 60, 0.06)


def test_the_power_claimed_is_the_power_found() -> None:
    """Effects of the size called detectable are found in new panels of the same kind about as often as stated."""
    claimed = [state_panel.detectable(*panel(seed), STATES, 4, BEFORE, AFTER, groups=200, draws=399) for seed in range(6)]
    rise = np.log1p(np.median([one.rise for one in claimed]) / 100)
    hits = 0
    for seed in range(100):
        victims, people = panel(3000 + seed, effect=rise)
        hits += state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=399).p <= 0.05
    assert 0.65 <= hits / 100 <= 0.95
    assert all(one.fall < 0 < one.rise and one.size <= 0.12 for one in claimed)


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    victims, people = panel(5, effect=0.5)
    one = state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=999)
    assert one.percent_low < one.percent < one.percent_high
    assert (one.p <= 0.05) == (not one.percent_low <= 0 <= one.percent_high)
    wider = state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, level=0.99, draws=999)
    assert wider.percent_low <= one.percent_low and one.percent_high <= wider.percent_high


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 10), st.sampled_from(state_panel.WEIGHTS))
def test_more_people_everywhere_or_another_order_of_states_change_nothing(factor: float, weights: str) -> None:
    victims, people = panel(7, effect=0.2)
    plain = state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, weights, draws=99)
    other = state_panel.change(victims, people * factor, TREATED[::-1], OTHERS, BEFORE, AFTER, weights, draws=99)
    assert other.coefficient == pytest.approx(plain.coefficient, abs=1e-9)
    assert other.percent == pytest.approx(100 * np.expm1(other.coefficient))


def test_all_sets_are_used_where_there_are_few() -> None:
    victims, people = panel(8)
    one = state_panel.change(victims, people, TREATED[:2], OTHERS[:8], BEFORE, AFTER)
    assert one.groups == 45 and len(one.placebo) == 44


def test_weights_by_state_count_each_state_once() -> None:
    victims, people = panel(9)
    victims.loc["2017-01":, TREATED[0]] = 3 * victims.loc["2016-01":"2016-09", TREATED[0]].to_numpy()
    own = np.log((victims.loc["2017-01":"2017-09"].sum() + 0.5) / 9) - np.log((victims.loc["2016-01":"2016-12"].sum() + 0.5) / 12)
    one = state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, "states", draws=99)
    assert one.coefficient == pytest.approx(own[TREATED].mean() - own[OTHERS].mean())


def test_by_year_is_zero_in_the_year_of_reference_and_finds_the_effect_after_it() -> None:
    victims, people = panel(11, effect=1.0, months=36)
    years = state_panel.by_year(victims, people, TREATED, OTHERS, "2017-01", draws=399).set_index("before")
    assert list(years["start"].dt.year) == [2015, 2016, 2017]
    assert years["percent"].iloc[1] == 0 and years["percent"].iloc[2] > years["high"].iloc[2]
    assert years["low"].iloc[0] < years["percent"].iloc[0] < years["high"].iloc[0]


def test_placebo_dates_stay_before_the_event() -> None:
    victims, people = panel(12, effect=2.0)
    dates = state_panel.placebo_dates(victims, people, TREATED, OTHERS, "2017-01", 12, 6)
    assert list(dates["date"]) == list(pd.date_range("2016-01", "2016-07", freq="MS"))
    assert dates["percent"].max() < 100 * np.expm1(1.0)  # none sees the effect of 2017


def test_leaving_a_state_out_shows_who_carries_the_estimate() -> None:
    victims, people = panel(13)
    victims.loc["2017-01":, TREATED[1]] *= 20
    parts = state_panel.leave_one_out(victims, people, TREATED, OTHERS, BEFORE, AFTER).set_index("state")
    assert parts["percent"].idxmin() == TREATED[1] and parts["treated"].sum() == 4 and len(parts) == 24


def test_a_zero_stays_finite() -> None:
    victims, people = panel(14)
    victims.loc["2017-01":, TREATED] = 0
    assert np.isfinite(state_panel.change(victims, people, TREATED, OTHERS, BEFORE, AFTER, draws=99).coefficient)


@pytest.mark.parametrize(("change", "told"), [
    ({"comparison": OTHERS + TREATED[:1]}, "state '01' is both treated and compared with"),
    ({"comparison": OTHERS[:3]}, "4 states treated and 3 compared with"),
    ({"treated": ["99"]}, "state '99': not in the panel"),
    ({"before": ("2016-01", "2017-01")}, "before ends 2017-01, after begins 2017-01"),
    ({"after": ("2017-01", "2019-01")}, "stay within 2015-01 to 2017-09"),
    ({"weights": "people"}, "weights is 'people'; it takes one of: victims, states"),
    ({"level": 95}, "level 95"),
])
def test_what_cannot_work_is_one_line(change: dict, told: str) -> None:
    victims, people = panel(15)
    given = {"treated": TREATED, "comparison": OTHERS, "before": BEFORE, "after": AFTER} | change
    with pytest.raises(BookError, match=told) as caught:
        state_panel.change(victims, people, draws=99, **given)
    assert "\n" not in str(caught.value)


def test_too_few_sets_or_months_are_refused() -> None:
    victims, people = panel(16)
    with pytest.raises(BookError, match="10 sets of 1 among 10 states"):
        state_panel.detectable(victims, people, STATES[:10], 1, BEFORE, AFTER)
    with pytest.raises(BookError, match="placebo dates: none before 2017-01"):
        state_panel.placebo_dates(victims, people, TREATED, OTHERS, "2017-01", 24, 9)
