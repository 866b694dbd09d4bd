"""What a tariff would take at the border, by arithmetic: nothing here knows of retaliation, exchange rates or substitutes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from migrationbook.errors import BookError


def duty(imports: float, rate: float, response: float = 0.0) -> float:
    """Duty on imports at a rate in per cent, in the unit of `imports` (their value before duty, per year or month).

    response: by how many per cent the value falls when the price with duty is one per cent higher (an elasticity, 0 or
    more); 0 is static arithmetic: buyers buy as before. The whole duty is taken to be passed on to them.
    """
    if rate < 0 or response < 0:
        raise BookError(f"tariff: rate is {rate:g}, response is {response:g}; both are 0 or more")
    price = 1 + rate / 100
    return float(imports * rate / 100 * price**-response)


def scheduled(imports: pd.Series, steps: Mapping[str, float]) -> pd.DataFrame:
    """Duty by month had a schedule been applied to the imports that were in fact made: month, rate, imports, duty.

    imports: by month, from the first of the schedule's on. steps: first day → rate in per cent. A month in which the rate
    changes counts each rate by its days. Raises BookError when no step falls into the months given.
    """
    days = pd.Series(np.nan, index=pd.date_range(imports.index[0], imports.index[-1] + pd.offsets.MonthEnd(), freq="D"))
    for day in sorted(steps):
        if day in days.index:
            days[day:] = steps[day]
    if days.isna().all():
        raise BookError(f"tariff: no step of the schedule falls between {days.index[0]:%Y-%m} and {days.index[-1]:%Y-%m}")
    rate = days.fillna(0).resample("MS").mean()
    table = pd.DataFrame({"month": imports.index, "rate": rate.to_numpy(), "imports": imports.to_numpy(dtype=float)})
    return table.assign(duty=table["imports"] * table["rate"] / 100)
