"""Month-to-month changes and their rank among other years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data.series import southwest
from migrationbook.errors import BookError
from migrationbook.models.seasonality import month_change, placebo_rank
from series import monthly, seasonal


def test_change_of_known_figures() -> None:
    series = monthly(np.tile(np.arange(1.0, 13), 3))
    change = month_change(series)
    assert change.to_dict() == pytest.approx({2000: 20, 2001: 20, 2002: 20})
    across = month_change(series, 12, 1)  # December to the next January
    assert across.to_dict() == pytest.approx({2000: -100 * 11 / 12, 2001: -100 * 11 / 12})


def test_years_without_both_months_are_left_out() -> None:
    series = seasonal(1, 36)
    series["2001-06-01"] = np.nan
    assert list(month_change(series).index) == [2000, 2002]


@given(st.floats(0.01, 1e4), st.integers(1, 12), st.integers(1, 12))
def test_the_unit_does_not_matter(factor: float, first: int, last: int) -> None:
    series = seasonal(2, 60)
    pd.testing.assert_series_equal(month_change(series, first, last), month_change(series * factor, first, last))


def test_rank_of_known_values() -> None:
    changes = pd.Series({2000: -30.0, 2001: -10.0, 2002: 0.0, 2003: 10.0, 2019: -20.0})
    found = placebo_rank(changes, 2019)
    assert (found.value, found.n, found.rank, found.as_low) == (-20, 4, 2, [2000])
    assert found.p == pytest.approx(2 / 5) and found.mean == pytest.approx(-7.5)
    assert found.z == pytest.approx(-12.5 / found.sd)
    assert placebo_rank(changes, 2019, [2001, 2002, 2003]).p == pytest.approx(1 / 4)
    assert placebo_rank(changes, 2019, [2001, 2002, 2003, 2019]).n == 3  # never its own reference


@given(st.lists(st.integers(-90, 300), min_size=4, max_size=25))
def test_ranks_and_p_belong_together(values: list[int]) -> None:
    changes = pd.Series(values, index=range(2000, 2000 + len(values)), dtype=float)
    found = placebo_rank(changes, 2000)
    assert 1 / (1 + found.n) <= found.p <= 1
    assert found.rank <= 1 + len(found.as_low) and found.p == (1 + len(found.as_low)) / (1 + found.n)


def test_the_season_of_the_border_is_the_known_one() -> None:
    """May to June 2000-2018: mean -17.5 %, sd 10.5; May to September 2019: -69.5 %, the next lowest -57.4 % in 2014."""
    patrol = southwest("border_patrol")[:"2019-12"]
    june = placebo_rank(month_change(patrol, 5, 6), 2019)
    assert (round(june.mean, 1), round(june.sd, 1), round(june.value, 1)) == (-17.5, 10.5, -28.6)
    assert june.as_low == [2000, 2006, 2010] and june.p == pytest.approx(4 / 20)
    september = month_change(patrol, 5, 9)
    assert (round(september[2019], 1), round(september[2014], 1)) == (-69.5, -57.4)
    assert placebo_rank(september, 2019).rank == 1


def test_p_is_uniform_when_the_year_is_like_the_others() -> None:
    rng = np.random.default_rng(3)
    found = [placebo_rank(pd.Series(rng.normal(size=20), index=range(2000, 2020)), 2019).p for _ in range(1000)]
    assert 0.03 <= np.mean(np.array(found) <= 0.05) <= 0.075
    assert np.mean(found) == pytest.approx(0.525, abs=0.03)


def test_mistakes_are_named() -> None:
    changes = month_change(seasonal(1, 60))
    for call, said in ((lambda: placebo_rank(changes, 1990), "year 1990"),
                       (lambda: placebo_rank(changes, 2004, [2000, 2001]), "at least three"),
                       (lambda: placebo_rank(changes, 2004, [1999, 2000, 2001]), "1999"),
                       (lambda: month_change(seasonal(1, 60), 13, 6), "month 13"),
                       (lambda: month_change(seasonal(1, 60) * 0), "no logarithm"),
                       (lambda: month_change(monthly([1.0, 2.0])), "no year")):
        with pytest.raises(BookError, match=said):
            call()
