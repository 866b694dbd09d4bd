"""Protection rates: both denominators, intervals of known coverage, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from migrationbook.errors import BookError
from migrationbook.models.rates import protection_rates


def counts(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["recognized", "complementary", "rejected", "closed"])


def test_the_two_denominators():
    one = protection_rates(counts((30, 10, 10, 50))).iloc[0]
    assert (one["granted"], one["n_substantive"], one["n_all_outcomes"]) == (40, 50, 100)
    assert (one["rate_substantive"], one["rate_all_outcomes"]) == (80, 40)


def test_wilson_interval_of_a_textbook_case():
    """8 of 10 at 95 per cent: 49.0 to 94.3 (Agresti and Coull's example of the score interval)."""
    one = protection_rates(counts((8, 0, 2, 0))).iloc[0]
    assert one["low_substantive"] == pytest.approx(49.02, abs=0.01)
    assert one["high_substantive"] == pytest.approx(94.33, abs=0.01)


def test_intervals_cover_what_was_planted():
    draws = np.random.default_rng(3).binomial(40, 0.2, size=4000)
    table = protection_rates(pd.DataFrame({"recognized": draws, "complementary": 0, "rejected": 40 - draws, "closed": 0}))
    covered = ((table["low_substantive"] <= 20) & (table["high_substantive"] >= 20)).mean()
    assert 0.92 < covered < 0.98  # the exact coverage at n = 40 and p = 0.2 is 0.928: counts are whole numbers


def test_no_decisions_no_rate():
    table = protection_rates(counts((0, 0, 0, 9), (0, 0, 0, 0)))
    assert table["rate_substantive"].isna().all()
    assert table["rate_all_outcomes"].tolist()[0] == 0 and np.isnan(table["rate_all_outcomes"].iloc[1])


def test_wrong_counts_are_refused():
    with pytest.raises(BookError, match="no column closed"):
        protection_rates(counts((1, 1, 1, 1)).drop(columns="closed"))
    with pytest.raises(BookError, match="negative"):
        protection_rates(counts((1, -1, 1, 1)))
