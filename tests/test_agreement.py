"""The first chapter's series and drawings: nothing lost, the same rule for both governments, counts as other tables have them."""

from __future__ import annotations

import pandas as pd
import pytest
from migrationbook.charts import agreement as draw
from migrationbook.charts import figure
from migrationbook.data import agreement as read
from migrationbook.data import load, series
from migrationbook.errors import BookError
from migrationbook.sphinx import drawing

WORDS = {name: words for name, (words, *_) in read.PERIODS.items()}


def drawn(chart) -> tuple[str, int, int]:
    """The drawing without scripts on a phone: SVG, width, height."""
    spec = figure(chart, name="one", title="T", subtitle="S", alt="A", tables=["events"]).spec
    return drawing.draw(drawing.without_frame(spec), drawing.WIDTHS["narrow"], "light")


def test_every_event_has_one_row_a_lane_and_a_period_in_order_of_time():
    events = read.timeline()
    assert len(events) == len(load("events")) and events["date"].is_monotonic_increasing
    assert events["lane"].notna().all() and set(events["lane"]) == set(read.LANES)
    assert set(events["period"]) == set(read.PERIODS) == set(read.SPANS)


def test_periods_follow_one_another_without_gap():
    days = [(pd.Timestamp(first), pd.Timestamp(last)) for _, first, last in read.PERIODS.values()]
    assert all(last + pd.Timedelta(days=1) == first for (_, last), (first, _) in zip(days, days[1:], strict=False))


def test_an_event_outside_the_periods_is_named(monkeypatch):
    monkeypatch.setattr(read, "PERIODS", {"one": ("", "2018-01-01", "2018-12-31")})
    with pytest.raises(BookError, match="lies in none of the periods"):
        read.timeline()


def test_a_date_that_is_not_known_to_the_day_does_not_look_as_if_it_were():
    events = read.timeline().set_index("event")
    assert events.at["First transfers to Guatemala", "when"] == "Nov 19"
    assert events.at["USMCA signed (first text)", "when"] == "Nov 18"  # the page gives the month, the table a day
    assert events.at["90-day review, Pence and Ebrard", "when"] == "~10 Sep 19"
    assert events.at["US-Mexico Joint Declaration; tariffs suspended", "when"] == "7 Jun 19"
    assert events["sure"].sum() == load("events")["date_checked"].eq("yes").sum()


def test_a_bare_month_is_known_on_its_last_day():
    dates = pd.Series(["2019-07", "2019-07-31", "2019-08-01", "2019"])
    assert list(read.known(dates, "2019-07-30")) == [False, False, False, False]
    assert list(read.known(dates, "2019-07-31")) == [True, True, False, False]
    assert list(read.known(dates, "2019-12-31")) == [True] * 4


@pytest.mark.parametrize("day", ["2019-06-30", "2019-07-31", "2026-01-01"])
def test_every_finding_about_a_promise_is_counted_once(day):
    record = read.record(day)
    assert record[["actions", "shortfalls", "context", "later"]].to_numpy().sum() == len(load("promise_record"))
    assert list(record.index) == list(load("promises")["id"])


def test_what_happened_before_the_agreement_carries_out_no_promise():
    findings = load("promise_record")
    assert set(findings.loc[findings["date"] < "2019-06-07", "bearing"]) == {"context"}


def test_a_finding_that_names_both_governments_row_is_the_same_for_both():
    rows = load("promise_record").query("date == '2019-07-07'").set_index("promise")
    assert rows.at["protocols", "bearing"] == rows.at["entry", "bearing"] == "action"  # sending and admitting the same people


def test_first_publications_are_those_of_the_other_tables():
    rows = load("first_publications").set_index(["measure", "date"])["events"]
    for measure in ("border_patrol", "ports_of_entry", "total"):
        pd.testing.assert_series_equal(rows[f"us_{measure}"].sort_index().astype(float),
                                       series.first_published(measure).sort_index(), check_names=False)
    reported = load("mexico_first_reported")
    for (measure, date), events in rows[["mexico_detentions", "mexico_returns"]].items():
        if date < pd.Timestamp("2019-07-01"):  # the whole of July is in no other table
            same = reported[(reported["start"] == date) & (reported["end"] == date + pd.offsets.MonthEnd())]
            assert events in set(same["events"]), (measure, date)


def test_nothing_is_published_before_its_month_is_over():
    rows = load("first_publications")
    published = pd.to_datetime([text if len(text) > 7 else f"{text}-28" for text in rows["published"]])
    assert (published > rows["date"] + pd.offsets.MonthEnd()).all()


def test_revisions_known_answers():
    moved = read.revisions().set_index(["measure", "date"])["change"]
    assert moved["us_border_patrol", pd.Timestamp("2019-05-01")] == pytest.approx(100 * (132856 / 132887 - 1))
    assert moved["mexico_returns", pd.Timestamp("2019-06-01")] == pytest.approx(100 * (24125 / 21912 - 1))
    assert moved["mexico_returns", pd.Timestamp("2019-07-01")] < 0 < moved["mexico_returns", pd.Timestamp("2019-06-01")]


def test_deportations_are_a_small_part_of_the_returns():
    assert read.deportations("2019-06") == 347 < series.returns()["2019-06-01"]


@pytest.mark.parametrize(("month", "year"), [("2018-09", 2018), ("2018-10", 2019), ("2019-09", 2019), ("2019-12", 2020)])
def test_fiscal_year_begins_in_october(month, year):
    assert read.fiscal_year(month) == year


def test_months_until_a_level():
    counts = pd.Series([90.0, 80, 70, 60], pd.date_range("2019-06-01", periods=4, freq="MS"))
    assert [read.months_until(counts, level, "2019-06") for level in (100, 80, 70, 60)] == [1, 1, 2, 3]
    with pytest.raises(BookError, match="choose a higher one"):
        read.months_until(counts, 10, "2019-06")


@pytest.mark.parametrize("period", read.PERIODS)
def test_timeline_draws_every_event_of_its_period_for_a_phone(period):
    events = read.timeline()
    chart = draw.timeline(events, list(read.LANES), WORDS, period)
    svg, width, _ = drawn(chart)
    assert width <= drawing.WIDTHS["narrow"] + 20
    for event in events.loc[events["period"] == period, "event"]:
        assert event.split()[0].replace("&", "&amp;") in svg
    choices = {param["name"]: param["bind"] for param in chart.to_dict()["params"] if "bind" in param}
    assert set(choices) == {"period", "lane"} and {one["input"] for one in choices.values()} == {"select"}
    assert choices["period"]["options"] == list(read.PERIODS) and choices["lane"]["options"] == ["all", *read.LANES]


def test_events_keep_their_words_when_they_are_wrapped():
    longest = max(load("events")["event"], key=len)
    events = read.timeline().query("event == @longest")
    svg = drawn(draw.timeline(events, list(read.LANES), WORDS, events["period"].iloc[0]))[0]
    assert all(word in svg for word in longest.split())


def test_bars_and_dots_show_every_row():
    frame = pd.DataFrame({"label": ["A", "B"], "events": [10, 20], "party": ["us", "mexico"]})
    assert drawn(draw.measures(frame))[0].count("<path") >= 2
    moved = pd.DataFrame({"measure": ["A", "A", "B"], "month": ["May 2019", "June 2019", "July 2019"], "change": [1.0, -3.0, 0.5],
                          "first": [1, 1, 1], "latest": [1, 1, 1], "party": ["us", "us", "mexico"]})
    svg = drawn(draw.revised(moved, ["A", "B"]))[0]
    assert "June 2019" in svg and "July 2019" in svg and "May 2019<" not in svg  # the farthest of each is named
