"""Panels of few countries: planted effects are found, effects of nothing are not, and three countries give no test."""

from __future__ import annotations

from math import inf, isinf, sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from migrationbook.errors import BookError
from migrationbook.models import panel, polynomial


def wandering(rng: np.random.Generator, units: int, periods: int, rho: float = 0.8) -> np.ndarray:
    shocks = rng.standard_normal((units, periods + 50)) * sqrt(1 - rho**2)
    for period in range(1, periods + 50):
        shocks[:, period] += rho * shocks[:, period - 1]
    return shocks[:, 50:]


def drawn(seed: int, effect: float = 0.0, units: int = 7, periods: int = 19) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = wandering(rng, units, periods)
    y = effect * x + wandering(rng, units, periods) + rng.standard_normal((units, 1)) + rng.standard_normal((1, periods))
    return pd.DataFrame({"origin": np.repeat(np.arange(units), periods), "fiscal_year": np.tile(np.arange(periods), units),
                         "x": x.ravel(), "y": y.ravel(), "z": rng.standard_normal(units * periods)})


def test_coefficient_and_clustered_error_are_those_of_statsmodels():
    rows = drawn(1, 0.4)
    found = panel.FixedEffects(rows, "y", "x", ["z"])
    design = pd.concat([rows[["x", "z"]], pd.get_dummies(rows["origin"], prefix="o", dtype=float),
                        pd.get_dummies(rows["fiscal_year"], prefix="f", drop_first=True, dtype=float)], axis=1)
    other = sm.OLS(rows["y"], design).fit(cov_type="cluster", cov_kwds={"groups": rows["origin"]})
    assert found.coefficient == pytest.approx(other.params["x"], rel=1e-9)
    assert found.standard_error == pytest.approx(other.bse["x"], rel=1e-6)


@pytest.mark.parametrize(("column", "p"), [("small", 2 / 128), ("large", 6 / 128)])
def test_p_counts_every_way_to_turn_the_clusters_around(column, p):
    # by hand: seven clusters of two periods whose differences are the whole story
    differences = {"small": [1, 1.1, 0.9, 1.2, 1, 0.8, 1.1], "large": [1, 1.1, 0.9, 1.2, 1, 0.8, -0.3]}[column]
    rows = pd.DataFrame([(unit, float(period), period * value) for unit, value in enumerate(differences) for period in (0, 1)],
                        columns=["origin", "x", "y"])
    found = panel.FixedEffects(rows, "y", "x", effects=["origin"])
    assert found.coefficient == pytest.approx(np.mean(differences))
    turned = np.array(differences) * np.array(np.meshgrid(*[[1, -1]] * 7)).reshape(7, -1).T
    t = np.abs(turned.mean(axis=1)) / np.sqrt(((turned - turned.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))
    assert found.p_value() == pytest.approx((t >= t[0] - 1e-9).mean())
    assert found.p_value() <= p


def test_an_effect_of_nothing_is_found_in_about_one_panel_of_twenty_and_by_the_usual_error_in_more():
    """Size at 5 %: 160 panels; 15 rejections and more have a probability of one per cent for a test of size 5 %."""
    models = [panel.FixedEffects(drawn(seed), "y", "x") for seed in range(160)]
    bootstrap = sum(one.p_value() <= 0.05 for one in models)
    usual = sum(abs(one.coefficient) > 1.96 * one.standard_error for one in models)
    assert bootstrap <= 15
    assert usual > bootstrap


def test_a_planted_effect_is_found_and_covered():
    """Power: an effect of one standard deviation is found in nearly all of 40 panels; the interval covers it in nearly all."""
    models = [panel.FixedEffects(drawn(seed, 1.0), "y", "x") for seed in range(40)]
    assert sum(one.p_value() <= 0.05 for one in models) >= 34
    assert sum(one.p_value(1.0) > 0.05 for one in models) >= 34
    low, high = models[0].interval()
    assert low < models[0].coefficient < high
    assert models[0].p_value(high + 1e-6) <= 0.05 < models[0].p_value(high - 1e-3)


def test_three_countries_give_no_interval_and_no_p_below_a_quarter():
    found = panel.fixed_effects(drawn(3, 50.0, units=3), "y", "x")
    assert found.p_least == 0.25
    assert found.p >= 0.25
    assert isinf(found.low) and isinf(found.high)
    assert panel.FixedEffects(drawn(3, units=3), "y", "x").detectable() == inf


def test_what_is_detectable_would_be_detected():
    model = panel.FixedEffects(drawn(5), "y", "x")
    size = model.detectable()
    assert 0 < size < 20 * model.standard_error
    assert model.detectable(power=0.5) <= size


def test_randomisation_finds_what_belongs_to_a_country_and_nothing_else():
    p, orders = panel.randomisation_p(drawn(7, 1.5), "y", "x")
    assert orders == 5040
    assert p < 0.02
    p_nothing = [panel.randomisation_p(drawn(seed), "y", "x")[0] for seed in range(40)]
    assert sum(one <= 0.05 for one in p_nothing) <= 6
    gappy = drawn(7, 1.5)
    gappy.loc[gappy.index[:18], "x"] = np.nan
    with pytest.raises(BookError, match="fewer than three periods"):
        panel.randomisation_p(gappy, "y", "x")


def test_each_unit_is_left_out_once_and_gaps_are_left_out():
    rows = drawn(9, 0.5)
    rows.loc[0, "x"] = np.nan
    table = panel.leave_one_out(rows, "y", "x")
    assert list(table["left_out"]) == list(range(7))
    assert panel.fixed_effects(rows, "y", "x").n == 7 * 19 - 1
    alone = panel.fixed_effects(rows[rows["origin"] != 3], "y", "x")
    assert table.set_index("left_out").loc[3, "coefficient"] == pytest.approx(alone.coefficient)


def test_what_the_effects_explain_already_is_refused():
    rows = drawn(2).assign(common=lambda table: table["fiscal_year"] * 2.0)
    with pytest.raises(BookError, match="'common' does not vary beside its controls and effects origin, fiscal_year"):
        panel.fixed_effects(rows, "y", "common")
    with pytest.raises(BookError, match="1 value of 'origin'"):
        panel.fixed_effects(rows[rows["origin"] == 0], "y", "x")


def test_a_planted_hump_is_found_and_a_line_is_none():
    x = np.linspace(8, 10.5, 30)
    noise = np.random.default_rng(1).standard_normal(30) * 0.1
    hump = polynomial.polynomial(x, 5 - 2 * (x - 9.2) ** 2 + noise, 2)
    assert hump.peak == pytest.approx(9.2, abs=0.05)
    assert hump.low < -2 < hump.high and hump.p < 1e-6
    np.testing.assert_allclose(hump.at(np.array([9.2])), 5, atol=0.1)
    line = polynomial.polynomial(x, 3 * x + noise, 1)
    assert line.coefficients[1] == pytest.approx(3, abs=0.1) and line.peak is None
    other = sm.OLS(3 * x + noise, sm.add_constant(x)).fit()
    assert (line.low, line.high) == pytest.approx(tuple(other.conf_int()[1]))
    with pytest.raises(BookError, match="4 points are too few for degree 2"):
        polynomial.polynomial(x[:4], x[:4], 2)
