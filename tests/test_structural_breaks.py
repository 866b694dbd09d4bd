"""Breaks in a level: planted ones are found and dated, none is found where none is, and nearness to events is put against
chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.data.series import southwest
from migrationbook.errors import BookError
from migrationbook.models import structural_breaks as sb
from series import monthly


def planted(seed: int, rho: float = 0.5, sd: float = 0.1, steps: tuple[float, ...] = (0, 1.5, -1), each: int = 50) -> pd.Series:
    """Logarithm with a level for each of `each` months in turn and AR(1) errors."""
    level = np.repeat(np.array(steps) + 9, each)
    return monthly(level + sb.noise(np.random.default_rng(seed), len(level), rho, sd, 1)[0])


def test_the_search_is_exact() -> None:
    """Against all partitions, and against another exact search of the library."""
    values = np.random.default_rng(3).normal(size=24)
    found = sb.partitions(values, 3, 4)
    assert [len(one) for one in found] == [0, 1, 2, 3]
    every = [(a, b) for a in range(4, 17) for b in range(a + 4, 21)]
    assert found[2] == min(every, key=lambda one: (sb.residuals(values, one) ** 2).sum())
    for number in (1, 2, 3):
        dynp = ruptures.Dynp(model="l2", min_size=4, jump=1).fit(values).predict(n_bkps=number)[:-1]
        assert (sb.residuals(values, found[number]) ** 2).sum() == pytest.approx((sb.residuals(values, tuple(dynp)) ** 2).sum())


@pytest.mark.parametrize(("months", "most", "shortest"), [(308, 8, 6), (152, 5, 12), (48, 10, 2), (24, 1, 12)])
def test_many_series_at_once_are_searched_as_one_by_one(months: int, most: int, shortest: int) -> None:
    """Against the search of ruptures, series by series, for errors of every persistence."""
    series = np.vstack([7 + sb.noise(np.random.default_rng(5), months, rho, 0.3, 5) for rho in sb.RHOS])
    search = sb.Search(series, most, shortest)
    sums = search.squares()
    for number in range(1, most + 1):
        for values, breaks, left in zip(series, search.breaks(number).tolist(), sums[:, number], strict=True):
            theirs = ruptures.KernelCPD(kernel="linear", min_size=shortest).fit(values).predict(n_bkps=number)[:-1]
            assert breaks == theirs
            assert left == pytest.approx((sb.residuals(values, tuple(theirs)) ** 2).sum())
    assert sums[:, 0] == pytest.approx(months * series.var(axis=1))


def test_residuals_of_many_series_are_those_of_each() -> None:
    series = np.random.default_rng(2).normal(50, 1, (4, 30))
    breaks = np.array([[3, 9], [10, 20], [1, 29], [14, 15]])
    by_hand = [np.concatenate([part - part.mean() for part in np.split(values, at)])
               for values, at in zip(series, breaks, strict=True)]
    assert sb.residuals(series, breaks) == pytest.approx(np.array(by_hand))
    assert sb.residuals(series[0], (3, 9)) == pytest.approx(by_hand[0])
    assert sb.residuals(series[0], ()) == pytest.approx(series[0] - series[0].mean())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.floats(-5, 5), st.floats(0.01, 100))
def test_phases_are_long_enough_and_dates_do_not_depend_on_the_unit(seed: int, shortest: int, shift: float, unit: float) -> None:
    values = np.random.default_rng(seed).normal(size=48)
    found = sb.partitions(values, 4, shortest)
    for breaks in found:
        assert np.diff([0, *breaks, 48]).min() >= shortest
    assert sb.partitions(shift + unit * values, 4, shortest)[2] == found[2]


def test_planted_breaks_are_found_and_dated() -> None:
    months = pd.date_range("2000-01", periods=150, freq="MS")
    truth = [months[50], months[100]]
    exact = 0
    for seed in range(12):
        found = sb.find(planted(seed), most=5, shortest=6, draws=99)
        assert found.chosen == 2
        exact += found.dates == truth
        for row, true in zip(found.phases.iloc[1:].itertuples(), truth, strict=True):
            assert row.low <= row.start <= row.high
            assert abs((row.start - true).days) < 100
        assert np.log(found.phases["level"].to_numpy()) == pytest.approx([9, 10.5, 8], abs=0.25)
    assert exact >= 9


def test_the_intervals_hold_the_true_dates() -> None:
    """Weak breaks in persistent errors: 90 % intervals of 40 series hold the planted month in at least 80 %."""
    held = []
    for seed in range(40):
        found = sb.find(planted(seed, 0.6, 0.2, (0, 0.8), 60), most=1, shortest=6, rule="bic", level=0.9, draws=99)
        held += [row.low <= pd.Timestamp("2005-01-01") <= row.high for row in found.phases.iloc[1:].itertuples()]
    assert len(held) == 40 and np.mean(held) >= 0.8


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_size_of_the_calibrated_rule(rho: float) -> None:
    assert sb.false_breaks(rho, 152, 8, 6, "calibrated", draws=60) <= sb.FALSE_ALARMS


def test_size_near_a_random_walk_is_larger_as_the_chapter_says() -> None:
    assert sb.FALSE_ALARMS < sb.false_breaks(0.97, 152, 8, 6, "calibrated", draws=60) <= 0.3


def test_rules_for_independent_months_fail_where_months_are_alike() -> None:
    """Why the chapter does not use them: nominal in white noise, near certain false alarms at 0.8."""
    assert sb.false_breaks(0, 152, 8, 6, "lwz") <= 0.05
    assert sb.false_breaks(0.8, 152, 8, 6, "lwz") >= 0.6
    assert sb.false_breaks(0.8, 152, 8, 6, "bic") >= 0.9


def test_persistence_is_recovered_from_fitted_phases() -> None:
    """Searched phases hide persistence; the correction brings it back in the median."""
    found = []
    for values in sb.noise(np.random.default_rng(8), 152, 0.7, 0.2, 40):
        found.append(sb.errors(values, sb.partitions(values, 5, 6)[5], 6)[0])
    assert np.median(found) == pytest.approx(0.7, abs=0.08)


def test_a_wandering_series_is_told_to_be_no_evidence() -> None:
    walk = monthly(9 + np.cumsum(np.random.default_rng(4).normal(0, 0.2, 150)))
    assert sb.find(walk, most=3, rule="bic", draws=99).p_wandering > 0.1
    assert sb.find(planted(1, 0, 0.05, (0, 2, 0, 2)), most=3, rule="bic", draws=99).p_wandering < 0.1


def test_the_season_is_taken_out() -> None:
    time = np.arange(120)
    series = monthly(np.exp(9 + 0.4 * np.sin(2 * np.pi * time / 12) + 0.5 * (time >= 72)))
    left = sb.seasonally_adjusted(series, "2000-01", "2005-12")
    assert left.to_numpy() == pytest.approx(9 + 0.5 * (time >= 72), abs=1e-9)


def test_the_breaks_of_the_border() -> None:
    """Three since 2000 and none in 2019; a criterion for independent months finds the maximum it is given."""
    adjusted = sb.seasonally_adjusted(southwest("border_patrol"), "2000-01", "2019-12")
    assert [f"{one:%Y-%m}" for one in sb.dates(adjusted, 8, 6, "calibrated")] == ["2008-06", "2020-10", "2025-02"]
    assert len(sb.dates(adjusted, 8, 6, "bic")) == 8
    assert sb.dates(adjusted["2013":], 8, 6, "calibrated") == []


def test_nearness_against_chance() -> None:
    every = pd.Series(pd.date_range("2018-01", "2020-12", freq="2MS"))
    crowded = sb.nearness([pd.Timestamp("2019-03-01")], every, "2018-01", "2020-12")
    assert crowded.distances == [0] and crowded.p == pytest.approx(0.5, abs=0.03)
    rare = sb.nearness([pd.Timestamp("2019-03-01")], pd.Series([pd.Timestamp("2019-03-20")]), "2018-01", "2020-12")
    assert rare.mean == 0 and rare.p == pytest.approx(1 / 36, abs=0.01) and rare.chance > 5


@pytest.mark.parametrize(("call", "words"), [
    (lambda: sb.find(planted(1), rule="aic"), "rule is 'aic'"),
    (lambda: sb.find(planted(1), most=0), "at least one break"),
    (lambda: sb.find(planted(1)[:10], shortest=6), "hold no two phases"),
    (lambda: sb.find(planted(1), level=95), "write 0.95"),
    (lambda: sb.seasonally_adjusted(monthly(np.ones(30))), "at least 48"),
    (lambda: sb.seasonally_adjusted(monthly(np.zeros(60))), "no logarithm"),
    (lambda: sb.nearness([], pd.Series([pd.Timestamp("2019-03-20")]), "2018-01", "2020-12"), "no break"),
])
def test_what_cannot_work_is_refused_in_one_line(call, words: str) -> None:
    with pytest.raises(BookError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
