"""The asylum series against published totals, and their drawings: a gap stays a gap, words fit beside bars."""

from __future__ import annotations

import pandas as pd
import pytest
from migrationbook.charts import asylum as draw
from migrationbook.charts import figure, table
from migrationbook.data import asylum, load
from migrationbook.errors import BookError
from migrationbook.models import rates, stock_flow


def test_the_courts_in_one_vintage():
    table = asylum.court_caseload("2021-04")
    assert table.loc[2019].tolist() == [546248, 276970, 1087201]
    assert list(table.index) == list(range(2008, 2021))  # the half year that the vintage ends with is no year


def test_the_courts_account_closes_on_the_residual_the_table_holds():
    """The table's own column of other changes, computed apart from the model."""
    rows = load("eoir_caseload").query("vintage == '2021-04' and 2008 < fiscal_year < 2021").set_index("fiscal_year")
    residual = stock_flow.account(asylum.court_caseload("2021-04"))["residual"].dropna()
    assert residual.tolist() == rows["other_changes"].tolist()


def test_mexico_closes_in_most_years_and_not_in_two():
    residual = stock_flow.account(asylum.mexico_caseload())["residual"]
    assert residual[[2019, 2020, 2021, 2022, 2024]].abs().max() <= 10
    assert residual[[2023, 2025]].tolist() == [-38387, -60628]
    assert pd.isna(residual[2014])


def test_published_totals():
    assert asylum.claims("MEX").loc[2019].sum() == 70363
    assert asylum.expulsions()["title_42"].sum() == 2912200
    assert asylum.enrolments()["2020-03-01"] == 2255
    assert asylum.protocols("court_cases_opened").set_index("start").loc["2019-07-01", "value"] == 11804
    assert asylum.trac("asylum_decisions", "2019-09-30") == 67520  # the exact figure, not the rounded one beside it
    assert asylum.supplemental()["immigration_courts"] == 65e6
    assert asylum.court_figures("judges_on_board")["2019-09-30"] == 442
    assert asylum.asylum_in("GTM", 2019) == {"applications": 491, "decisions": 111}
    assert asylum.published_for(2019)["pending"].tolist() == [987000, 987274, 1087201, 1331286]


def test_mexico_2019_on_both_denominators():
    one = rates.protection_rates(asylum.outcomes("MEX").loc[[2019]].groupby("year").sum()).iloc[0]
    assert (round(one["rate_substantive"]), round(one["rate_all_outcomes"])) == (80, 49)


def test_review_is_added_to_the_courts_only_when_asked():
    courts = asylum.outcomes("USA", "immigration_court").loc[2019, "recognized"].sum()
    both = asylum.outcomes("USA", "court_and_review").loc[2019, "recognized"].sum()
    assert (courts, both - courts) == (15266, 5623)


@pytest.mark.parametrize("call, message", [
    (lambda: asylum.court_caseload("2020-13"), "vintage is '2020-13'; eoir_caseload has"),
    (lambda: asylum.names("HND", "XXX"), "nationality 'XXX'"),
    (lambda: asylum.trac("backlog", "2031-01-01"), "no backlog ending on 2031-01-01"),
    (lambda: asylum.court_figures("robes"), "no measure 'robes'"),
    (lambda: asylum.protocols("robes"), "no measure 'robes'"),
])
def test_what_is_not_there_is_said_in_one_line(call, message):
    with pytest.raises(BookError, match=message):
        call()


def test_a_missing_year_breaks_a_line_and_its_gap():
    years = pd.DataFrame({"receipts": 9, "completions": 5, "pending": 9}, index=[2015, 2018, 2019])
    chart = draw.flows({"Courts": (stock_flow.account(years), "In", "Out")})
    drawn = figure(chart, "one", "Title", "Cases", "What it shows.", ["eoir_caseload"]).spec
    for rows in drawn["datasets"].values():
        absent = [row for row in rows if str(row["date"]).startswith(("2016", "2017"))]
        assert all(row.get("cases", row.get("receipts")) is None for row in absent)
    assert sum(len(rows) for rows in drawn["datasets"].values()) > 10


def test_bars_keep_room_for_their_words_and_start_at_zero():
    values = {"a": 100.0, "b": 50.0}
    spec = draw.amounts(values, {"a": "a hundred and more", "b": "fifty"}).to_dict()
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low == 0 and high > 150
    below = draw.amounts({"a": 5.0, "b": -2.0}, {"a": "5", "b": "-2"}).to_dict()
    assert below["layer"][0]["encoding"]["x"]["scale"]["domain"][0] == -2


def test_a_scale_of_magnitudes_ends_below_the_edge():
    spec = draw.magnitudes({"a": 15.0, "b": 43000.0}, {"a": "15", "b": "43,000"}, {"a": "us", "b": "mexico"}).to_dict()
    assert spec["layer"][0]["encoding"]["x"]["axis"]["values"] == [10, 100, 1000, 10000]


def test_a_column_of_sentences_keeps_room_and_one_of_numbers_does_not():
    html = table(pd.DataFrame({"n": ["1"], "What": ["a sentence that would stand word below word"]}),
                 "one", "Caption", ["eoir_caseload"])._repr_mimebundle_()["text/html"]
    assert html.count('<td class="words">') == 1 and "<td>1</td>" in html
