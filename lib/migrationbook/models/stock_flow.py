"""Stock-flow accounts of a caseload: what came in, what went out, what is left over, and how long clearing it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from migrationbook.errors import BookError


def account(flows: pd.DataFrame) -> pd.DataFrame:
    """Close the account of each period: opening stock + receipts − completions + residual = closing stock.

    flows: one row a period, indexed by it, with the columns receipts, completions, pending (stock at the period's end;
    cases). Returns the same periods with opening, receipts, completions, residual, pending, change, net (receipts −
    completions) and years_of_work (pending / completions). The residual is whatever the published flows leave
    unexplained: cases that come back, changes of definition, corrections. Where a period lacks a figure or does not
    follow the one before, opening, change and residual are missing; nothing is filled in. Periods are whole numbers
    (years). Raises BookError for missing columns, repeated periods or negative figures.
    """
    wanted = ["receipts", "completions", "pending"]
    missing = [name for name in wanted if name not in flows]
    if missing:
        raise BookError(f"stock-flow account: no column {missing[0]}; it takes {', '.join(wanted)}")
    if flows.index.has_duplicates:
        raise BookError(f"stock-flow account: {flows.index[flows.index.duplicated()][0]} is there twice; "
                        "use one vintage, never two together")
    table = flows[wanted].sort_index().astype(float)
    if (table < 0).any(axis=None):
        raise BookError("stock-flow account: a negative number of cases; check the figures")
    follows = table.index.to_series().diff().eq(1)
    table["opening"] = table["pending"].shift().where(follows)
    table["change"] = table["pending"] - table["opening"]
    table["net"] = table["receipts"] - table["completions"]
    table["residual"] = table["change"] - table["net"]
    table["years_of_work"] = table["pending"] / table["completions"].where(table["completions"] > 0)
    return table[["opening", "receipts", "completions", "residual", "pending", "change", "net", "years_of_work"]]


def years_short(accounted: pd.DataFrame, last: int) -> int:
    """How many years in a row, up to `last`, took in more than they completed; a year without figures ends the row."""
    run = 0
    while last - run in accounted.index and accounted.loc[last - run, "net"] > 0:
        run += 1
    return run


@dataclass(frozen=True)
class Attribution:
    """Growth of a stock by what moved (cases): an identity, not a cause.

    growth = standing + receipts + completions + residual: what would have come had both flows stayed at the base
    year's level; what receipts above that level added; what completions below it added; what the flows leave
    unexplained.
    """

    base: int
    first: int
    last: int
    growth: float
    standing: float
    receipts: float
    completions: float
    residual: float


def attribution(accounted: pd.DataFrame, base: int, last: int) -> Attribution:
    """Split the growth of the stock from the end of `base` to the end of `last` against the flows of year `base`.

    accounted: an `account`. Raises BookError when a year in between has no closed account.
    """
    years = range(base + 1, last + 1)
    if base not in accounted.index or not len(years):
        raise BookError(f"attribution: no years from {base} to {last}; choose others")
    window = accounted.reindex(years)
    open_ended = window.index[window["residual"].isna()]
    if len(open_ended):
        raise BookError(f"attribution: the account of {open_ended[0]} does not close; choose other years")
    level = accounted.loc[base]
    return Attribution(
        base, base + 1, last, growth=float(window["change"].sum()), standing=float(len(window) * level["net"]),
        receipts=float((window["receipts"] - level["receipts"]).sum()),
        completions=float((level["completions"] - window["completions"]).sum()), residual=float(window["residual"].sum()))


def working_stock(receipts: float, months: float) -> float:
    """Cases always in progress where each takes `months` on average: stock = inflow × time (Little's law)."""
    return receipts * months / 12


def projected(pending: float, judges: float, per_judge: float, receipts: float, months: float, years: float) -> float:
    """Cases pending after so many years of unchanged flows, never below the working stock (arithmetic, no forecast).

    judges × per_judge cases are completed and `receipts` come in every year; once the stock has come down to what is
    always in progress (`months` a case) completions only match receipts.
    """
    straight = pending + years * (receipts - judges * per_judge)
    return max(min(pending, working_stock(receipts, months)), straight)


def clearance_years(pending: float, judges: float, per_judge: float, receipts: float, months: float) -> float:
    """Years until the stock is down to the working stock; 0 where it is there already, infinite where it never is."""
    excess = pending - working_stock(receipts, months)
    if excess <= 0:
        return 0.0
    cleared = judges * per_judge - receipts
    return excess / cleared if cleared > 0 else math.inf


def judges_needed(pending: float, per_judge: float, receipts: float, months: float, years: float) -> float:
    """Judges who bring the stock down to the working stock in so many years; infinite `years`: who merely keep pace."""
    excess = max(pending - working_stock(receipts, months), 0)
    return (receipts + excess / years) / per_judge
