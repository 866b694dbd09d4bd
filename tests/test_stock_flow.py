"""Stock-flow accounts: identities that must close, known answers, and what is refused."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import stock_flow

CASES = st.integers(0, 3_000_000)
RATES = st.tuples(CASES, st.integers(1, 2000), st.integers(1, 2000), st.integers(0, 2_000_000), st.integers(0, 48))


def flows(*rows: tuple, first: int = 2001) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["receipts", "completions", "pending"], index=range(first, first + len(rows)))


@settings(deadline=None)
@given(st.lists(st.tuples(CASES, CASES, CASES), min_size=2, max_size=12))
def test_every_account_closes_to_the_case(rows):
    table = stock_flow.account(flows(*rows)).iloc[1:]
    assert (table["opening"] + table["receipts"] - table["completions"] + table["residual"] == table["pending"]).all()


@settings(deadline=None)
@given(st.lists(st.tuples(CASES, CASES, CASES), min_size=2, max_size=12))
def test_attribution_adds_up_to_the_growth(rows):
    table = stock_flow.account(flows(*rows))
    parts = stock_flow.attribution(table, 2001, 2000 + len(rows))
    assert parts.standing + parts.receipts + parts.completions + parts.residual == parts.growth == rows[-1][2] - rows[0][2]


def test_attribution_finds_what_was_planted():
    """Receipts rise by 10 a year over the base, completions fall by 4, 1 case comes back: over three years 30, 12, 3."""
    rows = flows((100, 90, 1000), (110, 86, 1025), (110, 86, 1050), (110, 86, 1075))
    parts = stock_flow.attribution(stock_flow.account(rows), 2001, 2004)
    assert (parts.standing, parts.receipts, parts.completions, parts.residual) == (30, 30, 12, 3)


def test_years_short_stop_at_a_good_year_and_at_a_gap():
    table = stock_flow.account(flows((5, 9, 90), (10, 5, 100), (10, 5, 105), (10, 5, 110)))
    assert stock_flow.years_short(table, 2004) == 3
    assert stock_flow.years_short(table.drop(2003), 2004) == 1
    assert stock_flow.years_short(table, 2001) == stock_flow.years_short(table, 1999) == 0


def test_a_gap_stays_a_gap():
    table = stock_flow.account(flows((10, 5, 100), (10, 5, 105)).rename({2002: 2003}))
    assert table["residual"].isna().all()
    with pytest.raises(BookError, match="account of 2002 does not close"):
        stock_flow.attribution(table, 2001, 2003)


@pytest.mark.parametrize("frame, message", [
    (flows((1, 1, 1)).drop(columns="pending"), "no column pending"),
    (flows((1, 1, 1), (1, 1, 1)).set_axis([2001, 2001]), "2001 is there twice"),
    (flows((1, -1, 1)), "negative number"),
])
def test_wrong_flows_are_refused(frame, message):
    with pytest.raises(BookError, match=message):
        stock_flow.account(frame)


@settings(deadline=None)
@given(RATES)
def test_path_reaches_the_working_stock_when_the_clearance_says(rates):
    pending, judges, per_judge, receipts, months = rates
    years = stock_flow.clearance_years(*rates)
    target = min(pending, stock_flow.working_stock(receipts, months))
    if math.isinf(years):
        assert stock_flow.projected(*rates, years=50) >= pending
    else:
        assert stock_flow.projected(*rates, years=years) == pytest.approx(target, abs=1e-3)
        assert stock_flow.projected(*rates, years=years / 2) >= target


@settings(deadline=None)
@given(CASES, st.integers(1, 2000), st.integers(1, 2_000_000), st.integers(0, 48), st.integers(1, 40))
def test_the_judges_needed_clear_in_the_years_asked(pending, per_judge, receipts, months, years):
    judges = stock_flow.judges_needed(pending, per_judge, receipts, months, years)
    excess = pending > stock_flow.working_stock(receipts, months)
    cleared = stock_flow.clearance_years(pending, judges, per_judge, receipts, months)
    assert cleared == pytest.approx(years if excess else 0, rel=1e-4)


def test_known_clearances():
    """1,000 cases, 10 judges with 20 cases each, 100 new a year: half a year in progress is 50, 950 / 100 = 9.5 years."""
    assert stock_flow.clearance_years(1000, 10, 20, 100, 6) == 9.5
    assert stock_flow.clearance_years(1000, 5, 20, 100, 6) == math.inf
    assert stock_flow.clearance_years(50, 1, 20, 100, 6) == 0
    assert stock_flow.judges_needed(1000, 20, 100, 6, math.inf) == 5
