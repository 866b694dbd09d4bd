"""What a table declares about its own figures, and declared corrections."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook import paths
from migrationbook.data import totals
from migrationbook.data.corrections import corrected
from migrationbook.errors import BookError

FLOW = pd.DataFrame({
    "date": pd.to_datetime(["2019-05-01", "2019-06-01", "2019-07-01", "2019-06-01"]),
    "country": ["HND", "HND", "HND", "SLV"],
    "people": [10, 20, 30, 5],
})


def total(**more) -> dict:
    return {"label": "a total", "source": "a page", "expected": 0} | more


@pytest.mark.parametrize(("declared", "found"), [
    ({"column": "people"}, 65),
    ({"column": "people", "where": {"country": "HND"}}, 60),
    ({"column": "people", "where": {"country": ["HND", "SLV"], "date": "2019-06-01"}}, 25),
    ({"column": "people", "where": {"date": {"from": "2019-06-01", "to": "2019-07-01"}}}, 55),
    ({"where": {"country": "HND"}}, 3),
    ({"column": "people", "where": {"country": "CUB"}}, 0),
])
def test_a_total_sums_the_rows_it_names(declared: dict, found: int) -> None:
    assert totals.evaluated({"totals": [total(**declared)]}, FLOW)[0]["found"] == found


def test_a_missed_total_says_what_was_expected_found_and_by_whom() -> None:
    entry = {"totals": [total(column="people", expected=66), total(column="people", expected=66, tolerance=1)]}
    assert totals.missed(entry, FLOW) == ["a total: expected 66 (tolerance 0; a page), found 65"]
    with pytest.raises(BookError, match="speaks of column 'nation'; the table has: date, country, people"):
        totals.missed({"totals": [total(where={"nation": "HND"})]}, FLOW)


def test_a_total_that_is_not_a_number_is_missed() -> None:
    frame = pd.DataFrame({"share": [float("nan")]})
    frame["share"] = frame["share"] * float("inf")
    assert totals.missed({"totals": [total(column="share", expected=1)]}, frame)


def test_rows_that_do_not_add_up_are_named_by_their_line_in_the_file() -> None:
    frame = pd.DataFrame({"all": [3, 7, None], "yes": [1, 2, 1], "no": [2, 4, 1]})
    entry = {"balances": [{"total": "all", "parts": ["yes", "no"]}]}
    assert totals.unbalanced(entry, frame) == ["row 3, column 'all': expected 6 (yes + no), found 7"]
    entry["balances"][0]["tolerance"] = 1
    assert totals.unbalanced(entry, frame) == []


def test_shares_may_leave_some_of_the_hundred_undecided_but_not_more_than_declared() -> None:
    frame = pd.DataFrame({"approve": [44.0, 70, 10.2, None], "disapprove": [53.0, 31, 69.8, 50]})
    entry = {"balances": [{"total": 90, "parts": ["approve", "disapprove"], "tolerance": 10}]}
    assert totals.unbalanced(entry, frame) == ["row 3, approve + disapprove: expected 80 to 100, found 101"]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=20), st.data())
def test_any_changed_figure_of_a_table_that_balances_is_found(rows: list[tuple[int, int]], data) -> None:
    frame = pd.DataFrame(rows, columns=["yes", "no"]).assign(all=lambda table: table["yes"] + table["no"])
    entry = {"balances": [{"total": "all", "parts": ["yes", "no"]}]}
    assert totals.unbalanced(entry, frame) == []
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(["yes", "no", "all"]))
    frame.loc[row, column] += data.draw(st.integers(1, 10**6))
    assert len(totals.unbalanced(entry, frame)) == 1


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write the corrections of a package that `corrected` reads."""
    monkeypatch.setattr(paths, "DATA", tmp_path)
    (tmp_path / "reference").mkdir()

    def write(*rows: str) -> None:
        text = "\n".join(["table,key,column,was,is,reason,source", *rows]) + "\n"
        (tmp_path / "reference" / "corrections.csv").write_text(text, encoding="utf-8")

    return write


def test_corrections_change_the_cells_they_name_and_no_other(declare) -> None:
    declare("flow,date=2019-06-01; country=SLV,people,5,6,a misprint,https://example.org",
            "other,country=HND,people,10,0,another table,https://example.org")
    found = corrected("flow", FLOW)
    assert list(found["people"]) == [10, 20, 30, 6] and found["people"].dtype == FLOW["people"].dtype
    assert list(FLOW["people"]) == [10, 20, 30, 5]  # the frame given is left alone


def test_a_correction_may_move_a_date_rename_a_group_or_leave_a_row_out(declare) -> None:
    declare("flow,date=2019-05-01,date,2019-05-01,2019-04-01,wrong month,https://example.org",
            "flow,country=HND,country,HND,HTI,wrong code,https://example.org",
            "flow,country=SLV,*,,,counted twice,https://example.org")
    found = corrected("flow", FLOW)
    assert list(found["country"]) == ["HTI"] * 3
    assert found["date"].iloc[0] == pd.Timestamp("2019-04-01")


@pytest.mark.parametrize(("row", "told"), [
    ("flow,country=CUB,people,5,6,r,https://e.org", "no row of flow has country=CUB"),
    ("flow,country=SLV,people,4,6,r,https://e.org", "expected '4', found '5'; the source has changed"),
    ("flow,nation=SLV,people,5,6,r,https://e.org", "flow has no column 'nation'"),
    ("flow,country=SLV,persons,5,6,r,https://e.org", "flow has no column 'persons'"),
])
def test_a_correction_that_no_longer_applies_stops_the_build(declare, row: str, told: str) -> None:
    declare(row)
    with pytest.raises(BookError, match=told):
        corrected("flow", FLOW)


def test_every_declared_correction_is_of_a_table_there_is() -> None:
    from migrationbook.data import load, names

    assert set(load("corrections")["table"]) <= set(names())
