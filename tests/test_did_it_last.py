"""How long things held, conditions, the arithmetic of a month, and the drawings of the closing chapter."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.charts import did_it_last as draw
from migrationbook.charts import figure
from migrationbook.data import lasting, series
from migrationbook.errors import BookError
from migrationbook.models import duration
from series import monthly


def test_spells_of_the_border_total() -> None:
    """Fourteen months at or below 70,000, seven of them before March 2020, and again from January 2025."""
    first, second = duration.spells(series.southwest("total") <= 70_000, "2019-06")
    assert (f"{first.first:%Y-%m}", f"{first.last:%Y-%m}") == ("2019-08", "2020-09")
    assert (first.months, first.before("2020-03"), first.open) == (14, 7, False)
    assert second.first == pd.Timestamp("2025-01-01") and second.open


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_spells_count_every_true_month_once(values: list[bool]) -> None:
    holds = monthly(np.array(values, dtype=float)).astype(bool)
    found = duration.spells(holds, "2000-01")
    assert sum(one.months for one in found) == sum(values)
    assert all(one.last < other.first for one, other in zip(found, found[1:], strict=False))
    assert all(one.months == len(pd.date_range(one.first, one.last, freq="MS")) for one in found)


def test_a_gap_is_refused() -> None:
    holds = monthly(np.ones(6)).astype(bool).drop(pd.Timestamp("2000-03-01"))
    with pytest.raises(BookError, match="without gaps"):
        duration.spells(holds, "2000-01")


@pytest.mark.parametrize(("then", "later", "verdict"), [
    (100, [110, 130, 125], duration.CAME_AND_STAYED),
    (100, [130, 124], duration.CAME_AND_WENT),
    (100, [124, 90], duration.DID_NOT_COME),
    (0, [3, 0], duration.CAME_AND_WENT),
    (0, [0, 1], duration.CAME_AND_STAYED),
    (0, [0], duration.DID_NOT_COME),
])
def test_every_judgement_can_be_reached(then: float, later: list[float], verdict: str) -> None:
    assert duration.judgement(then, pd.Series(later, dtype=float), 1.25) == verdict


def test_no_figure_no_judgement() -> None:
    with pytest.raises(BookError, match="no later figure"):
        duration.judgement(1, pd.Series(dtype=float), 1.25)


def test_the_arithmetic_of_a_month() -> None:
    base = {"flow": 1000, "stopped": 60, "returned": 50, "onward": 0, "mexicans": 100, "expelled": 0, "again": 0}
    assert duration.arrivals(**base) == 500
    assert duration.arrivals(**base | {"onward": 50}) == 650  # 600 stopped, 300 not returned, 150 of these go on
    assert duration.arrivals(**base | {"expelled": 50, "again": 50}) == pytest.approx(500 / 0.75)
    with pytest.raises(BookError, match="without end"):
        duration.arrivals(**base | {"expelled": 100, "again": 100})


def test_the_arithmetic_returns_every_year() -> None:
    """With nobody going on and nobody trying again the parts of a year make up its count."""
    history = lasting.yearly()
    assert list(history.index) == list(range(2018, 2025))
    for year, row in history.iterrows():
        parts = {name: row[name] for name in ("flow", "stopped", "returned", "mexicans", "expelled")}
        assert duration.arrivals(**parts, onward=0, again=0) == pytest.approx(row["encounters"]), year
    assert history.loc[2024, "returned"] == pytest.approx(100 * 20_834 / 1_231_320)


def test_mexicans_and_others_make_up_the_border_patrol() -> None:
    """Rounded to ten until November 2024, exact after."""
    both = lasting.patrol_by_origin(True) + lasting.patrol_by_origin(False)
    counted = series.southwest("border_patrol").reindex(both.index)
    late = counted["2024-12":].index
    assert (both[late] == counted[late]).all() and len(late) == 9
    assert (both["2018":"2024-11"] / counted["2018":"2024-11"] - 1).abs().max() < 0.003


def test_phases_follow_one_another_and_stop_with_the_figures() -> None:
    found = lasting.phases(pd.Timestamp("2023-03-01"))
    assert list(found["letter"]) == ["", "A", "B"] and found["end"].iloc[-1] == pd.Timestamp("2023-03-01")
    assert (found["start"].iloc[1:].to_numpy() == (found["end"].iloc[:-1] + pd.DateOffset(months=1)).to_numpy()).all()


def test_conditions_have_a_figure_then_and_figures_in_order() -> None:
    found = lasting.conditions()
    assert len({one.condition for one in found}) == 5
    for one in found:
        assert one.later.index.is_monotonic_increasing and one.tables
        if len(one.later):
            assert one.later.index[0] > one.when
    agreements = next(one for one in found if one.condition == "Regional commitments").later
    assert agreements.to_dict() == {2019: 3, 2020: 3, 2021: 0, 2022: 0, 2023: 0, 2024: 0}


def drawn(chart) -> dict:
    return figure(chart, "one", "A title", "Events", "What it shows.", ["cbp_monthly"]).spec


def test_the_hero_names_each_phase_once() -> None:
    months = lasting.monthly()
    spec = drawn(draw.phased({"US border": (months["encounters"], "us")}, lasting.phases(months.index[-1]), 70_000))
    rows = next(rows for name, rows in spec["datasets"].items() if "phases" in name)
    assert [row["letter"] for row in rows] == list("ABCDE")


def test_the_breaks_are_drawn_with_and_without_intervals() -> None:
    adjusted = monthly(np.r_[np.full(30, 1000.0), np.full(30, 9000.0)])
    index = adjusted.index
    phases = pd.DataFrame({"start": [index[0], index[30]], "end": [index[29], index[-1]], "level": [1000, 9000],
                           "low": [pd.NaT, index[28]], "high": [pd.NaT, index[33]]})
    events = pd.Series([pd.Timestamp("2002-05-06")])
    spec = drawn(draw.broken(adjusted, phases, events))
    assert any(name.endswith("breaks") for name in spec["datasets"])
    alone = drawn(draw.broken(adjusted, phases.iloc[:1], events))
    assert not any(name.endswith("breaks") for name in alone["datasets"])


def test_sliders_span_what_was_seen() -> None:
    history = lasting.yearly()
    spec = drawn(draw.scenario(history, {name: low for name, (low, _) in draw.limits(history).items()}))
    ends = {param["name"]: param["bind"] for param in spec["params"] if "bind" in param}
    for name in ("flow", "stopped", "returned", "mexicans", "expelled"):
        assert ends[name]["min"] <= history[name].min() <= history[name].max() <= ends[name]["max"]
    assert ends["again"]["max"] * ends["expelled"]["max"] < 10_000  # never without end


SHARES = st.floats(0, 90)
COUNTS = st.floats(0, 2e5)


@given(st.fixed_dictionaries({"flow": COUNTS, "mexicans": COUNTS} | dict.fromkeys(
    ("stopped", "returned", "onward", "expelled", "again"), SHARES)))
def test_the_words_of_the_drawing_are_the_arithmetic_of_the_library(setting) -> None:
    assert set(re.findall("[a-z]+", draw.ARRIVALS)) == set(setting)
    assert eval(draw.ARRIVALS, {"__builtins__": {}}, setting) == pytest.approx(duration.arrivals(**setting))  # noqa: S307


def test_the_sliders_start_within_their_ends_at_the_count_of_the_year() -> None:
    history = lasting.yearly()
    ends = draw.limits(history)
    for year in history.index:
        start = draw.positions(history, year)
        assert all(ends[name][0] <= value <= ends[name][1] for name, value in start.items())
        assert duration.arrivals(**start) == pytest.approx(history.loc[year, "encounters"], rel=0.005)
