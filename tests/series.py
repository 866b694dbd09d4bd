"""Series with known properties, for the tests of the models."""

from __future__ import annotations

import numpy as np
import pandas as pd


def monthly(values: np.ndarray, start: str = "2000-01", name: str = "planted") -> pd.Series:
    """Values as a series of month starts."""
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="MS"), name=name, dtype=float)


def seasonal(seed: int, months: int = 240, start: str = "2000-01", sd: float = 0.1) -> pd.Series:
    """A random-walk level with a fixed season and noise, in logarithms around 10,000: neither model is favoured."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0, sd, months)) + rng.normal(0, sd / 2, months)
    return monthly(np.exp(9.2 + 0.3 * np.sin(2 * np.pi * np.arange(months) / 12) + level), start)


def autoregressive(rng: np.random.Generator, months: int, rho: float, sd: float = 0.1) -> np.ndarray:
    """AR(1) errors, stationary from the first month when rho is below 1, else a random walk."""
    shocks = rng.normal(0, sd, months)
    if rho < 1:
        shocks[0] /= np.sqrt(1 - rho**2)
    for month in range(1, months):
        shocks[month] += rho * shocks[month - 1]
    return shocks


def two_groups(seed: int, rho: float, months: int = 134, effect: float = 0.0) -> tuple[pd.Series, pd.Series]:
    """A treated and a control group that share a wandering level, each with its season; AR(1) gap; ends 2020-02.

    From 2019-06-07 the treated group's logarithm moves by `effect`, in June 2019 by 23/30 of it.
    """
    rng = np.random.default_rng(seed)
    time = np.arange(months)
    shared = 9 + np.cumsum(rng.normal(0, 0.2, months))
    share = np.zeros(months)
    share[-9:] = 1
    share[-9] = 23 / 30
    start = f"{pd.Timestamp('2020-02-01') - pd.DateOffset(months=months - 1):%Y-%m}"
    gap = autoregressive(rng, months, rho) + 0.2 * np.cos(2 * np.pi * time / 12) + effect * share
    return monthly(np.exp(shared + gap), start, "treated"), monthly(np.exp(shared), start, "control")
