"""Polls cut from the tables, and how they are drawn: known answers, nothing invented where n or mode is not published."""

from __future__ import annotations

import pandas as pd
import pytest
from migrationbook.charts import figure
from migrationbook.charts import opinion as draw
from migrationbook.data import load, opinion
from migrationbook.errors import BookError
from migrationbook.models import polls
from migrationbook.press.chapters import chapter, parameters
from migrationbook.prose import counted, ordinal, points

JULY = ("2019-01-01", "2019-07-31")


def test_only_polls_of_the_president_in_office_are_pooled_each_once() -> None:
    found = opinion.approval("2018-12", "2024-09")
    assert len(found) == 130 and found["house"].nunique() == 16
    assert not found["house"].str.contains("Oraculus|average").any()
    assert found["date"].is_monotonic_increasing and found["date"].min() >= pd.Timestamp("2018-12-01")
    summer = found[found["date"].between("2019-06-01", "2019-07-31")].set_index("house")["share"]
    assert summer["Reforma"] == 70 and summer["El Financiero"] == 66 and summer["El Universal"] == 72.7
    assert "amlo042" not in set(found["poll_id"])  # a day inside a month that is there already


def test_modes_and_houses_are_left_out_as_asked() -> None:
    everything = opinion.approval("2018-12", "2024-09")
    offline = opinion.approval("2018-12", "2024-09", "without_online")
    spoken = opinion.approval("2018-12", "2024-09", "interviewers", ["Reforma"])
    assert len(everything) - len(offline) == (everything["mode"] == "online").sum() == 29
    assert set(spoken["mode"]) == {"telephone", "face_to_face", "mixed"} and "Reforma" not in set(spoken["house"])
    assert len(opinion.approval("2018-12", "2024-09", "without_online", ["México Elige"])) == len(offline)
    with pytest.raises(BookError, match="no polls of 'Oraculus' to leave out; houses are: AMLOVEmetrics, ARCOP"):
        opinion.approval("2018-12", "2024-09", without=["Oraculus"])


def test_us_polls_prefer_adults_and_overlap_no_more_after_thinning() -> None:
    found = opinion.us_approval("2018-10", "2020-03")
    kept = polls.without_overlap(found)
    assert len(found) == 2421 and found["n"].notna().all()
    one = found[(found["house"] == "ABC/Post") & (found["start"] == "2019-06-28")]
    assert one["population"].iloc[0] == "adults" and one["share"].iloc[0] == 44
    rolling = kept[kept["house"] == "Rasmussen"].sort_values("start")
    assert (rolling["start"].iloc[1:].to_numpy() > rolling["end"].iloc[:-1].to_numpy()).all()
    assert opinion.aggregator_leanings()["Rasmussen"] == pytest.approx(5.4, abs=0.01)


def test_deportation_has_four_questions_and_four_answers() -> None:
    found = opinion.readings("deportation", *JULY).set_index("house")["percent"]
    assert found.to_dict() == {"El Universal": 44.4, "El Financiero": 75, "GEA-ISA": 51, "Reforma": 55}
    spring = opinion.readings("deportation", "2019-01-01", "2019-05-31")
    assert spring["percent"].tolist() == [41.2]  # the wave before
    offline = opinion.readings("enforcement", *JULY, modes="without_online")
    assert set(offline["house"]) == {"El Universal", "El Financiero", "Reforma"}


@pytest.mark.parametrize("topic", opinion.TOPICS)
def test_every_answer_a_topic_counts_is_in_the_table(topic: str) -> None:
    rows = load("mexico_migrant_attitudes")
    given = set(zip(rows["question"], rows["answer"], strict=True))
    assert {(question, answer) for question, answers in opinion.TOPICS[topic].items() for answer in answers} <= given


def test_what_was_repeated_keeps_its_modes() -> None:
    found = opinion.repeated("2019-07-31")
    entry = found[(found["house"] == "El Universal") & (found["question"] == "allow_entry")]
    assert entry["percent"].tolist() == [37.8, 49.4, 62.5]
    assert entry["mode"].tolist() == ["telephone", "face_to_face", "unknown"]
    assert found[found["house"] == "Parametría"]["neither"].tolist() == [20, 3]
    assert found.groupby(["house", "question"]).size().min() == 2


def test_an_answer_that_was_not_given_is_named() -> None:
    assert opinion.answer("elfin_2019_06b", "trump_respects", "will not")["percent"] == 64
    with pytest.raises(BookError, match="poll 'elfin_2019_06b' has no answer 'maybe' to 'deport'"):
        opinion.answer("elfin_2019_06b", "deport", "maybe")


def test_published_margins_imply_the_known_design_effects() -> None:
    found = opinion.margins()
    effects = [polls.design_effect(margin, n) for margin, n in zip(found["reported_error"], found["n"], strict=True)]
    by_poll = dict(zip(zip(found["house"], found["end"].dt.strftime("%Y-%m"), strict=True), effects, strict=True))
    assert by_poll["Reforma", "2019-07"] == pytest.approx(3.12, abs=0.01)
    assert by_poll["Reforma", "2020-02"] == pytest.approx(2.31, abs=0.01)
    assert by_poll["El Financiero", "2019-06"] == pytest.approx(1, abs=0.05)
    assert len(by_poll) == len(found)


def test_the_survey_counts_people_who_gave_a_real_answer() -> None:
    counts = opinion.gss("letin1a")
    answers = counts.drop(columns="don't know", errors="ignore")
    assert answers.loc[2018].sum() == 1520 and 2022 in counts.index
    assert not {"iap", "no answer"} & set(counts.columns)
    with pytest.raises(BookError, match="no question 'letin2'; it has"):
        opinion.gss("letin2")


def test_the_term_s_rating_is_no_month_of_security() -> None:
    found = opinion.security_handling().set_index("date")
    assert found["positive"].iloc[0] == 45 and found["negative"].iloc[0] == 34
    assert found.index.max() < pd.Timestamp("2024-09-01")
    assert opinion.insecurity()["2019-06-01"] == 73.9


def test_a_reading_without_n_is_drawn_hollow_and_without_an_interval() -> None:
    rows = draw.labelled(polls.with_intervals(opinion.readings("deportation", *JULY), assumed=2))
    spec = figure(draw.readings(rows), "readings", "Title", "Subtitle", "Words", ["mexico_migrant_attitudes"]).spec
    drawn = {row["house"]: row for row in spec["datasets"]["readings"]}
    assert drawn["El Universal"]["lower"] is None and drawn["El Universal"]["_known"] is False
    assert drawn["El Universal"]["_detail"] == "El Universal, mode and n not published, June 2019"
    assert drawn["Reforma"]["_detail"] == "Reforma, face to face, n = 1,200, July 2019"
    assert drawn["Reforma"]["lower"] < 55 < drawn["Reforma"]["upper"]
    half = next(layer for layer in spec["layer"] if layer["encoding"].get("x") == {"datum": 50})
    assert half["mark"]["type"] == "tick"  # beside the bars only: a rule would run through the words


def test_waves_of_other_modes_are_never_joined_by_a_full_line() -> None:
    found = opinion.repeated("2019-07-31")
    named = found.assign(line=found["house"] + found["question"], date=found["end"],
                         mode=found["mode"].replace({"face_to_face": "face to face", "unknown": "not stated"}))
    roles = dict.fromkeys(named["line"].unique(), "us")
    spec = figure(draw.waves(named, roles), "waves", "Title", "Subtitle", "Words", ["mexico_migrant_attitudes"]).spec
    steps = spec["datasets"]["waves-steps"]
    full = {(row["house"], row["question"]) for row in steps if row["_joined"] == "same mode"}
    assert full == {("Parametría", "allow_entry"), ("El Financiero", "close_border")}
    assert len(steps) == len(named) - len(roles)


def test_other_countries_are_ticks_and_one_is_a_line_with_its_intervals() -> None:
    rows = load("wvs_neighbours").query("study == 'WVS' and group == 'immigrants' and country in ('MEX', 'CHL', 'GTM')")
    rows = polls.with_intervals(rows, assumed=2)
    spec = figure(draw.among(rows, "MEX"), "among", "Title", "Subtitle", "Words", ["wvs_neighbours"]).spec
    own = {row["year"]: row for row in spec["datasets"]["among-own"]}
    assert list(own) == [1990, 1996, 2000, 2005, 2012, 2018]  # in 1981 it was not asked
    assert own[2018]["lower"] < own[2018]["percent"] == 13.6 < own[2018]["upper"]
    assert {row["country"] for row in spec["datasets"]["among-others"]} == {"CHL", "GTM"}
    top = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "tick")["encoding"]["y"]["scale"]["domain"][1]
    assert rows["upper"].max() <= top  # no interval leaves the drawing


def test_places_in_an_order() -> None:
    assert [counted(number, "row") for number in (0, 1, 2, 1200)] == ["0 rows", "1 row", "2 rows", "1,200 rows"]
    assert [ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]


def test_points_have_a_sign_and_no_negative_zero() -> None:
    assert [points(value) for value in (5.24, -5.24, -0.04, 0)] == ["+5.2", "−5.2", "+0.0", "+0.0"]
    assert points(-0.4, 0) == "+0"


def test_the_chapter_explains_its_parameters() -> None:
    found = parameters(chapter("opinion"))
    assert {"poll_start", "poll_end", "as_of", "left_out", "modes", "design_effect", "interval"} <= set(found)
    assert all(entry.help and entry.type in ("str", "int", "float") for entry in found.values())
