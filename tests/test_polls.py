"""Pooling polls: the model against statsmodels, planted paths and leanings, coverage, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook.errors import BookError
from migrationbook.models import polls
from scipy import optimize, stats
from statsmodels.tsa.statespace.initialization import Initialization
from statsmodels.tsa.statespace.mlemodel import MLEModel

LEANS = {"A": 6.0, "B": -4.0, "C": 0.0, "D": -2.0, "E": 3.0}


def planted(seed: int, n: int = 150, months: int = 60, wander: float = 1.5, error: float = 2.0,
            leans: dict[str, float] = LEANS) -> tuple[pd.DataFrame, pd.Series]:
    """Polls on random days of a level that wanders, and that level by day."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2018-12-01", periods=round(months * polls.MONTH), freq="D")
    level = pd.Series(65 + np.cumsum(rng.normal(0, wander / np.sqrt(polls.MONTH), len(days))), index=days)
    when = days[np.sort(rng.integers(0, len(days), n))]
    houses = rng.choice(list(leans), n)
    share = level[when].to_numpy() + np.array([leans[house] for house in houses]) + rng.normal(0, error, n)
    return pd.DataFrame({"date": when, "house": houses, "share": share}), level


def test_a_planted_path_and_planted_leanings_are_recovered() -> None:
    frame, level = planted(1)
    found = polls.pool(frame)
    assert found.converged
    truth = level[found.path["date"]].to_numpy()
    centred = sum(LEANS.values()) / len(LEANS)  # the level is that of the average house
    inside = found.path["lower"].le(truth + centred) & found.path["upper"].ge(truth + centred)
    assert inside.mean() > 0.85
    assert np.abs(found.path["mean"] - truth - centred).mean() < 1.5
    leans = found.houses.set_index("house")
    for house, lean in LEANS.items():
        assert leans.loc[house, "lower"] - 1.5 < lean - centred < leans.loc[house, "upper"] + 1.5
    assert leans["lean"].idxmax() == "A" and leans["lean"].idxmin() == "B"


def test_intervals_cover_about_as_often_as_they_promise() -> None:
    """20 planted paths: the interval of the level, and of each poll from the others, at 95 and 80 %; sizes on average."""
    covered = {0.95: [], 0.8: []}
    path, sizes = [], []
    for seed in range(20):
        frame, level = planted(100 + seed, n=80)
        for wanted, found in covered.items():
            fitted = polls.pool(frame, level=wanted)
            found.append(fitted.left_out["covered"].mean())
        fitted = polls.pool(frame)
        sizes.append((fitted.wander, fitted.error))
        truth = level[fitted.path["date"]].to_numpy() + sum(LEANS.values()) / len(LEANS)
        path.append((fitted.path["lower"].le(truth) & fitted.path["upper"].ge(truth)).mean())
    assert 0.92 < np.mean(covered[0.95]) < 0.985
    assert 0.75 < np.mean(covered[0.8]) < 0.88
    assert np.mean(sizes, axis=0) == pytest.approx([1.5, 2.0], rel=0.15)
    assert np.mean(path) > 0.85  # below 95: the leanings' mean is itself estimated from five houses


def test_houses_that_err_more_are_told_from_houses_that_err_less() -> None:
    frame, _ = planted(3, n=300)
    rng = np.random.default_rng(4)
    rough = frame["house"].isin(["A", "B"])
    frame.loc[rough, "share"] += rng.normal(0, 5, rough.sum())
    error = polls.pool(frame).houses.set_index("house")["error"]
    assert error[["A", "B"]].min() > 1.6 * error[["C", "D", "E"]].max()


class _StateSpace(MLEModel):
    """The same model step by step: one step a poll, the level's variance grows with the days between polls."""

    def __init__(self, frame: pd.DataFrame, wander: float, lean: float, error: float) -> None:
        names, house = np.unique(frame["house"], return_inverse=True)
        states = 1 + len(names)
        super().__init__(frame["share"].to_numpy(), k_states=states, k_posdef=1)
        gap = np.diff(frame["date"].to_numpy()).astype("timedelta64[D]").astype(float) / polls.MONTH
        design = np.zeros((1, states, len(frame)))
        design[0, 0] = 1
        design[0, 1 + house, np.arange(len(frame))] = 1
        self["design"], self["transition"] = design, np.eye(states)
        self["selection"] = np.eye(states)[:, :1]
        self["state_cov"] = wander**2 * np.append(gap, 0)[None, None]
        self["obs_cov"] = np.array([[error**2]])
        start = Initialization(states)
        start.set(0, "diffuse")
        start.set((1, states), "known", constant=np.zeros(states - 1), stationary_cov=lean**2 * np.eye(states - 1))
        self.ssm.initialization = start


def test_the_covariance_form_is_the_state_space_model() -> None:
    frame, _ = planted(5, n=40)
    frame["date"] = frame["date"] + pd.to_timedelta(np.arange(40) % 2, "D")
    frame = frame.sort_values("date", kind="stable").reset_index(drop=True)
    model = polls._Model(frame)
    parameters = np.log([1.2, 3.0, 2.0] + [2.0] * (model.error_of_house.max() - 2))
    mean, sd = model.level(parameters, frame["date"])
    theirs = _StateSpace(frame, 1.2, 3.0, 2.0).smooth([])
    assert mean == pytest.approx(theirs.smoothed_state[0])
    assert sd == pytest.approx(np.sqrt(theirs.smoothed_state_cov[0, 0]))
    leans = model.leanings(parameters, 0.95)
    assert leans["lean"].to_numpy() == pytest.approx(theirs.smoothed_state[1:, -1])


@pytest.mark.parametrize("marked", [False, True])
def test_the_regression_is_the_covariance_form(marked: bool) -> None:
    """The likelihoods of both differ by a constant only, with several polls on one day and houses of few polls."""
    frame, _ = planted(10, n=90, months=2, leans=LEANS | {"F": 1.0})
    frame = polls._in_order(frame[(frame["house"] != "F") | (frame.index > 80)])
    assert frame["date"].duplicated().any()
    model = polls._Model(frame, frame["house"].isin(["A", "B"]) if marked else None)
    sizes = np.random.default_rng(0).normal(0.5, 0.5, (5, model.error_of_house.max() + 1))
    apart = []
    for parameters in sizes:
        _, projected, half_log = model.inverse(parameters)
        apart.append(half_log + model.share @ projected @ model.share / 2 - model.regression.cost(parameters)[0])
        numeric = optimize.approx_fprime(parameters, lambda at: model.regression.cost(at)[0], 1e-7)
        assert model.regression.cost(parameters)[1] == pytest.approx(numeric, abs=1e-3, rel=1e-5)
    assert apart == pytest.approx([apart[0]] * 5, abs=1e-8)


def test_the_gradient_is_the_slope() -> None:
    frame, _ = planted(6, n=60)
    model = polls._Model(frame)
    at = np.log(np.linspace(1.1, 3.0, model.error_of_house.max() + 1))
    numeric = optimize.approx_fprime(at, lambda parameters: model.cost(parameters)[0], 1e-7)
    assert model.cost(at)[1] == pytest.approx(numeric, abs=1e-4)


def test_a_poll_left_out_is_predicted_as_if_it_had_never_been() -> None:
    frame, _ = planted(7, n=50)
    model = polls._Model(polls._in_order(frame))
    parameters = model.fit().x
    row = model.left_out(parameters, 0.95).iloc[20]
    others = polls._Model(model.polls.drop(model.polls.index[20]))
    inverse, projected, _ = others.inverse(parameters)
    variance = np.exp(2 * parameters)
    same_house = (others.polls["house"] == row["house"]).to_numpy()
    shared = variance[0] * np.minimum(model.time[20], others.time) + variance[1] * same_house
    weights = inverse.sum(axis=1)
    expected = weights @ others.share / weights.sum() + shared @ (projected @ others.share)
    assert row["mean"] == pytest.approx(expected)


def test_no_house_carries_the_path_alone() -> None:
    frame, level = planted(8, n=120)
    dates = pd.date_range("2019-01-01", "2023-06-01", freq="MS")
    found = polls.without_each_house(frame, dates)
    assert list(found["house"]) == sorted(LEANS)
    assert found["covered"].between(40, 100).all() and found["covered"].mean() > 80
    assert found["largest_shift"].max() < 6
    two = frame[frame["house"].isin(["A", "B"])]
    assert polls.without_each_house(two, dates).empty


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 60), st.integers(0, 6)), min_size=1, max_size=40))
def test_rolling_windows_count_once(windows: list[tuple[str, int, int]]) -> None:
    day = pd.Timestamp("2019-01-01")
    frame = pd.DataFrame([(house, day + pd.Timedelta(days=start), day + pd.Timedelta(days=start + length))
                          for house, start, length in windows], columns=["house", "start", "end"])
    kept = polls.without_overlap(frame)
    for _, own in kept.sort_values("start").groupby("house"):
        assert (own["start"].iloc[1:].to_numpy() > own["end"].iloc[:-1].to_numpy()).all()
    assert set(kept["house"]) == set(frame["house"])
    for row in frame.drop(kept.index).itertuples():  # whatever was left out overlaps something kept
        own = kept[kept["house"] == row.house]
        assert ((own["start"] <= row.end) & (own["end"] >= row.start)).any()


def test_known_intervals_and_design_effects() -> None:
    assert polls.share_interval(50, 1067) == pytest.approx((47.0, 53.0), abs=0.05)
    assert polls.share_interval(0, 100)[0] == pytest.approx(0) and polls.share_interval(0, 100)[1] > 3
    plain, clustered = polls.share_interval(55, 1200), polls.share_interval(55, 1200, design_effect=3.12)
    assert clustered[1] - clustered[0] == pytest.approx(np.sqrt(3.12) * (plain[1] - plain[0]), rel=0.01)
    assert polls.design_effect(5, 1200) == pytest.approx(3.12, abs=0.01)  # ±5 points on 1,200 interviews
    assert polls.design_effect(100 * stats.norm.ppf(0.975) * 0.5 / np.sqrt(410), 410) == pytest.approx(1)


@settings(max_examples=60)
@given(st.floats(0, 100), st.integers(1, 5000), st.floats(1, 5))
def test_an_interval_holds_its_share_and_stays_a_share(percent: float, n: int, effect: float) -> None:
    low, high = polls.share_interval(percent, n, design_effect=effect)
    assert -1e-9 <= low <= percent + 1e-9 and percent - 1e-9 <= high <= 100 + 1e-9


@pytest.mark.parametrize(("call", "told"), [
    (lambda frame: polls.pool(frame.iloc[:7]), "7 polls of .* houses: at least 8"),
    (lambda frame: polls.pool(frame[frame["house"] == "A"]), "of 1 houses"),
    (lambda frame: polls.pool(frame.assign(share=frame["share"].where(frame.index != 3))), "its share is nan"),
    (lambda frame: polls.pool(frame, level=95), "write 0.95"),
    (lambda frame: polls.share_interval(101, 10), "not between 0 and 100"),
    (lambda frame: polls.share_interval(50, 0), "at least 1"),
    (lambda frame: polls.design_effect(0, 100), "positive"),
])
def test_what_cannot_be_pooled_is_named(call, told: str) -> None:
    with pytest.raises(BookError, match=told):
        call(planted(9, n=40)[0])
