"""Does a pool of polls do what it says? Planted paths, coverage, memory of the residuals, errors against sampling.

Polls have the columns of `polls.pool`; shares and errors are in percentage points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from migrationbook.models.polls import MONTH, Pool, pool


def wandering(days: pd.DatetimeIndex, start: float, wander: float, seed: int) -> pd.Series:
    """A random walk by day from `start`, with a standard deviation of `wander` points a month."""
    steps = np.random.default_rng(seed).normal(0, wander / np.sqrt(MONTH), len(days))
    steps[0] = 0
    return pd.Series(start + np.cumsum(steps), index=days, name="level")


def plant(polls: pd.DataFrame, level: pd.Series, leans: Mapping[str, float], errors: Mapping[str, float],
          seed: int) -> pd.DataFrame:
    """The same polls on the same days by the same houses, with shares drawn from a level that is known.

    level: by day, over all days of the polls. leans, errors: by house.
    """
    noise = np.random.default_rng(seed).normal(size=len(polls))
    own = level.reindex(polls["date"]).to_numpy() + polls["house"].map(leans).to_numpy()
    return polls.assign(share=own + noise * polls["house"].map(errors).to_numpy())


def planted(polls: pd.DataFrame, found: Pool, seed: int) -> tuple[pd.DataFrame, pd.Series, dict[str, float]]:
    """Polls with shares drawn from the pool's own model, the level they were drawn from, and the leanings.

    Wander, spread of leanings and errors are those of `found`; the level starts at the mean of its path.
    """
    days = pd.date_range(polls["date"].min(), polls["date"].max(), freq="D")
    level = wandering(days, found.path["mean"].mean(), found.wander, seed)
    names = found.houses["house"]
    leans = dict(zip(names, np.random.default_rng(seed + 1_000_000).normal(0, found.lean, len(names)), strict=True))
    errors = dict(zip(names, found.houses["error"], strict=True))
    return plant(polls, level, leans, errors, seed + 2_000_000), level, leans


def recovery(polls: pd.DataFrame, found: Pool, dates: pd.DatetimeIndex, seeds: Iterable[int],
             level: float = 0.95) -> pd.DataFrame:
    """What the pool makes of planted paths, a row each.

    Columns seed, path_covered (per cent of the dates on which the interval holds the planted level), path_error (mean
    distance of the two, points), leans_covered (per cent of the houses), wander and error (as estimated, points), memory
    (see there).
    """
    rows = []
    for seed in seeds:
        drawn, truth, leans = planted(polls, found, seed)
        again = pool(drawn, dates, level)
        planted_level = truth.reindex(dates).to_numpy()
        inside = again.path["lower"].le(planted_level) & again.path["upper"].ge(planted_level)
        own = again.houses["house"].map(leans)
        rows.append({"seed": seed, "path_covered": 100 * inside.mean(),
                     "path_error": np.abs(again.path["mean"] - planted_level).mean(),
                     "leans_covered": 100 * (again.houses["lower"].le(own) & again.houses["upper"].ge(own)).mean(),
                     "wander": again.wander, "error": again.error, "memory": memory(again.left_out)[0]})
    return pd.DataFrame(rows)


def coverage(left_out: pd.DataFrame, levels: Iterable[float]) -> pd.Series:
    """Per cent of the polls inside the interval the other polls predict, by the interval's level."""
    size = left_out["score"].abs()
    return pd.Series({level: 100 * (size <= stats.norm.ppf((1 + level) / 2)).mean() for level in levels}, name="covered")


def memory(left_out: pd.DataFrame) -> tuple[float, int]:
    """Correlation of successive scores of one house, and the number of pairs: high when leanings drift.

    Somewhat below zero when they do not, for either poll helps to predict the other: compare with `recovery`.
    """
    ordered = left_out.sort_values(["house", "date"], kind="stable")
    before = ordered.groupby("house")["score"].shift()
    pairs = before.notna()
    return float(np.corrcoef(before[pairs], ordered.loc[pairs, "score"])[0, 1]), int(pairs.sum())


def against_sampling(found: Pool, polls: pd.DataFrame, fewest: int, level: float = 0.95) -> pd.DataFrame:
    """How much more a house's polls scatter than simple random samples of their size would.

    polls: with a column n, people interviewed; polls without one are passed over. fewest: polls with n from which a house is
    shown. Columns house, polls, n (harmonic mean), error, sampling (standard deviation of a simple random sample, points),
    design_effect (squared ratio of the two) and its interval lower, upper, that of a variance from as many polls as the house has
    (chi-squared; roughly, for level and leaning are estimated, too).
    """
    sized = polls.dropna(subset=["n"])
    variance = (sized["share"] * (100 - sized["share"]) / sized["n"].astype(float)).groupby(sized["house"])
    rows = pd.DataFrame({"polls": variance.size(), "sampling": np.sqrt(variance.mean()),
                         "n": sized["n"].astype(float).groupby(sized["house"]).agg(lambda n: stats.hmean(n))})
    rows = rows[rows["polls"] >= fewest].join(found.houses.set_index("house")[["error"]])
    rows["design_effect"] = (rows["error"] / rows["sampling"]) ** 2
    free = found.houses.set_index("house")["polls"].reindex(rows.index) - 1
    for name, tail in (("lower", (1 + level) / 2), ("upper", (1 - level) / 2)):
        rows[name] = rows["design_effect"] * free / stats.chi2.ppf(tail, free)
    return rows.rename_axis("house").reset_index()[
        ["house", "polls", "n", "error", "sampling", "design_effect", "lower", "upper"]]
