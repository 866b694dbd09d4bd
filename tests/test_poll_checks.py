"""Checks of a pool: planted gaps are found, honest intervals cover, herding and drifting houses are noticed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from migrationbook.errors import BookError
from migrationbook.models import poll_checks, polls


def plan(seed: int, n: int = 100, houses: str = "ABCDEFGH", months: int = 48) -> pd.DataFrame:
    """Days and houses of polls that have no shares yet."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2019-01-01", periods=round(months * polls.MONTH), freq="D")
    when = days[np.sort(rng.integers(0, len(days), n))]
    return pd.DataFrame({"date": when, "house": rng.choice(list(houses), n), "share": np.nan})


def drawn(seed: int, error: float = 2.0, wander: float = 1.5, **kind) -> pd.DataFrame:
    """Polls of a wandering level by houses that lean with a standard deviation of 3 points."""
    frame = plan(seed, **kind)
    days = pd.date_range(frame["date"].min(), frame["date"].max())
    houses = sorted(frame["house"].unique())
    leans = dict(zip(houses, np.random.default_rng(seed).normal(0, 3, len(houses)), strict=True))
    level = poll_checks.wandering(days, 60, wander, seed)
    return poll_checks.plant(frame, level, leans, dict.fromkeys(houses, error), seed)


def test_a_walk_starts_where_it_should_and_moves_as_much_as_it_should() -> None:
    days = pd.date_range("2010-01-01", periods=20_000)
    walk = poll_checks.wandering(days, 40, 1.5, 3)
    assert walk.iloc[0] == 40
    assert walk.diff().std() * np.sqrt(polls.MONTH) == pytest.approx(1.5, rel=0.03)


def test_a_planted_gap_between_two_kinds_of_polls_is_found_as_often_as_promised() -> None:
    """60 planted gaps of −6 points among eight houses, three of them marked: the 95 % interval, and its size without a gap."""
    hit, false = 0, 0
    for seed in range(60):
        frame = drawn(seed)
        marked = frame["house"].isin(["A", "B", "C"])
        none = polls.gap(frame, marked)
        found = polls.gap(frame.assign(share=frame["share"] - 6 * marked), marked)
        assert found.points == pytest.approx(none.points - 6, abs=0.05)  # a shift of marked polls shifts the answer as much
        hit += found.lower <= -6 <= found.upper
        false += not none.lower <= 0 <= none.upper
    assert hit >= 53 and false <= 7  # 57 and 3 expected
    assert (found.houses, found.polls) == (3, marked.sum())


def test_more_polls_of_the_same_few_houses_do_not_make_a_gap_sure() -> None:
    few, many = (polls.gap(frame := drawn(2, n=n), frame["house"].isin(["A", "B"])) for n in (80, 400))
    assert many.upper - many.lower > 0.6 * (few.upper - few.lower)


def test_a_gap_needs_both_kinds_and_any_order_of_rows() -> None:
    frame = drawn(1)
    for none in (frame["house"].eq("Z"), frame["house"].ne("Z")):
        with pytest.raises(BookError, match="both kinds"):
            polls.gap(frame, none)
    two = drawn(1, houses="ABC")
    with pytest.raises(BookError, match="3 houses: at least four"):
        polls.gap(two, two["house"].eq("A"))
    mixed = frame.sample(frac=1, random_state=1)
    one, other = (polls.gap(rows, rows["house"].isin(["A", "B"])) for rows in (frame, mixed))
    assert one.points == pytest.approx(other.points)


def test_the_pool_covers_its_own_planted_paths() -> None:
    frame = drawn(5, houses="ABCDEFGHIJKLMNOP")
    found = polls.pool(frame)
    dates = pd.date_range("2019-02-01", "2022-10-01", freq="MS")
    again = poll_checks.recovery(frame, found, dates, range(25))
    assert 88 < again["path_covered"].mean() <= 100
    assert 88 < again["leans_covered"].mean() <= 100
    assert again["wander"].mean() == pytest.approx(found.wander, rel=0.25)
    assert again["error"].mean() == pytest.approx(found.error, rel=0.15)
    assert again["path_error"].between(0.2, 5).all()


def test_coverage_counts_scores() -> None:
    scores = pd.DataFrame({"score": [-3.0, -1.0, 0.0, 0.5, 1.9, 2.1]})
    assert poll_checks.coverage(scores, [0.5, 0.95]).to_dict() == {0.5: pytest.approx(100 / 3), 0.95: pytest.approx(200 / 3)}


def test_scores_are_what_the_intervals_are_made_of() -> None:
    found = polls.pool(drawn(6)).left_out
    assert (found["score"].abs() <= 1.959964).eq(found["covered"]).all()


def test_leanings_that_drift_leave_a_memory_and_constant_ones_do_not() -> None:
    constant = np.mean([poll_checks.memory(polls.pool(drawn(seed)).left_out)[0] for seed in range(8)])
    drifting = []
    for seed in range(8):
        frame = drawn(seed)
        months = (frame["date"] - frame["date"].min()).dt.days / polls.MONTH
        slope = frame["house"].map({"A": 0.4, "B": -0.4, "C": 0.3, "D": -0.3}).fillna(0)
        drifting.append(poll_checks.memory(polls.pool(frame.assign(share=frame["share"] + slope * months)).left_out)[0])
    assert -0.3 < constant < 0.05  # below zero: a poll left out is predicted by the one it is compared with
    assert np.mean(drifting) > constant + 0.3


def test_herding_and_rough_houses_are_told_from_samples_of_their_size() -> None:
    frame = drawn(7, n=300, houses="ABC", error=0.0)
    frame["n"] = 1000
    rng = np.random.default_rng(1)
    size = frame["house"].map({"A": 0.5, "B": 1.0, "C": 3.0})  # times the error of a simple random sample
    frame["share"] += rng.normal(size=len(frame)) * size * np.sqrt(frame["share"] * (100 - frame["share"]) / 1000)
    found = poll_checks.against_sampling(polls.pool(frame), frame, 5).set_index("house")
    assert found.loc["A", "design_effect"] < 0.6
    assert found.loc["B", "design_effect"] == pytest.approx(1, abs=0.45)
    assert found.loc["C", "design_effect"] == pytest.approx(9, rel=0.3)
    assert found["lower"].lt(found["design_effect"]).all() and found["upper"].gt(found["design_effect"]).all()
    assert found.loc["A", "upper"] < 1 < found.loc["C", "lower"] and found.loc["B", "lower"] < 1 < found.loc["B", "upper"]
    assert found["sampling"].between(1.4, 1.6).all() and found["n"].to_numpy() == pytest.approx(1000)


def test_polls_without_a_size_are_passed_over() -> None:
    frame = drawn(8, houses="AB")
    frame["n"] = np.where(frame["house"] == "A", 1000.0, np.nan)
    assert list(poll_checks.against_sampling(polls.pool(frame), frame, 1)["house"]) == ["A"]


def test_the_smallest_sample_that_tells_two_waves_apart() -> None:
    n = polls.smallest_sample(27.6, 44.4)
    assert n == pytest.approx(60.8, abs=0.1)
    spread = np.sqrt((27.6 * 72.4 + 44.4 * 55.6) / n)
    assert 1.959964 * spread == pytest.approx(44.4 - 27.6)
    assert polls.smallest_sample(50, 50) == float("inf")
    with pytest.raises(BookError, match="not between 0 and 100"):
        polls.smallest_sample(50, 101)


def test_intervals_are_given_where_n_is_and_take_the_larger_design_effect() -> None:
    frame = pd.DataFrame({"percent": [55.0, 75.0, 44.4], "n": [1200, 410, None], "reported_error": [5.0, 4.8, np.nan]})
    found = polls.with_intervals(frame, assumed=2.0)
    assert found["effect"].iloc[0] == pytest.approx(3.12, abs=0.01)  # of the margin published
    assert found["effect"].iloc[1] == 2.0  # 4.8 points on 410 are those of a simple random sample
    expected = polls.share_interval(55, 1200, design_effect=found["effect"].iloc[0])
    assert found.loc[0, ["lower", "upper"]].tolist() == pytest.approx(expected)
    assert found.loc[2, ["effect", "lower", "upper"]].isna().all()
    assert polls.with_intervals(frame.drop(columns="reported_error"))["effect"].iloc[0] == 1
