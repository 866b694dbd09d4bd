"""Rates from counts of decisions: the denominator is named, and so is what an interval would assume."""

from __future__ import annotations

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from migrationbook.errors import BookError

DENOMINATORS = ("substantive", "all_outcomes")


def protection_rates(counts: pd.DataFrame, interval: float = 0.95) -> pd.DataFrame:
    """Protection as a percentage of decided claims, on both denominators.

    counts: columns recognized, complementary, rejected, closed (persons or cases), a row a group. Returns granted
    (recognized + complementary) and, for each denominator, its size n_*, the rate rate_* and a Wilson interval low_*,
    high_* (percent): substantive = granted + rejected; all_outcomes = those + closed without a decision on the claim.
    The counts are complete, so the interval is no sampling error: it is how far the rate could move if each claim of
    the group were an independent draw with one chance of success, which understates what judges, years and lawyers
    make of it. Rates without any decision are missing. Raises BookError for missing columns or negative counts.
    """
    wanted = ["recognized", "complementary", "rejected", "closed"]
    missing = [name for name in wanted if name not in counts]
    if missing:
        raise BookError(f"protection rates: no column {missing[0]}; they take {', '.join(wanted)}")
    if (counts[wanted] < 0).any(axis=None):
        raise BookError("protection rates: a negative number of decisions; check the figures")
    granted = counts["recognized"] + counts["complementary"]
    table = pd.DataFrame({"granted": granted})
    substantive = granted + counts["rejected"]
    for name, total in zip(DENOMINATORS, (substantive, substantive + counts["closed"]), strict=True):
        known = total.where(total > 0)
        low, high = proportion_confint(granted, known, 1 - interval, method="wilson")
        table[f"n_{name}"] = total
        table[f"rate_{name}"], table[f"low_{name}"], table[f"high_{name}"] = 100 * granted / known, 100 * low, 100 * high
    return table
