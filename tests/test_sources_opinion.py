"""Polls and surveys: what their builders read and refuse, and what the published tables must agree with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import build, load, names, resource
from migrationbook.data.package import table_problems
from migrationbook.errors import BookError
from migrationbook.sources import BUILDERS, gallup, mexico_surveys, us_surveys, world_surveys
from migrationbook.sources.polls import fieldwork, origin, respondents, shares
from migrationbook.sources.reading import Raw

OPINION = [name for name in names() if resource(name)["path"].startswith("opinion/")]
WITH_DAYS = [name for name in OPINION if {"start", "end"} <= {field["name"] for field in resource(name)["schema"]["fields"]}]
WITH_N = [name for name in OPINION if "n" in {field["name"] for field in resource(name)["schema"]["fields"]}]


def _write(raw: Path, file: str, *lines: str) -> Raw:
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Raw(raw, "t")


def _frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


# the builders, on small files


def test_fieldwork_is_known_to_the_day_the_month_or_the_year() -> None:
    found = fieldwork(_frame(field_start=["2019-06-14", "2019-06", "1965"], field_end=["2019-06-16", "2019-06", "1965"]))
    assert list(found["start"].dt.strftime("%Y-%m-%d")) == ["2019-06-14", "2019-06-01", "1965-01-01"]
    assert list(found["end"].dt.strftime("%Y-%m-%d")) == ["2019-06-16", "2019-06-30", "1965-12-31"]
    assert list(found["date_precision"]) == ["day", "month", "year"]
    with pytest.raises(BookError, match="row 2, column 'field_end': expected .* found 'June 2019'"):
        fieldwork(_frame(field_start=["2019-06"], field_end=["June 2019"]))


@given(st.lists(st.one_of(st.none(), st.integers(1, 99999)), min_size=1, max_size=20))
def test_people_interviewed_are_read_and_never_filled_in(people: list[int | None]) -> None:
    written = ["" if n is None else f"{n}.0" if n % 2 else str(n) for n in people]
    found = respondents(_frame(n=written))
    assert found.dtype == "Int64"
    assert [None if pd.isna(n) else int(n) for n in found] == people


@pytest.mark.parametrize("cell", ["1000.5", "1,000", "-1000", "about 1000"])
def test_people_interviewed_are_whole(cell: str) -> None:
    with pytest.raises(BookError, match="row 3, column 'n': expected a whole number, found"):
        respondents(_frame(n=["1000", cell]))


def test_a_share_that_was_not_found_stays_empty_and_one_that_is_no_number_is_refused() -> None:
    assert list(shares(_frame(approve=["64.6", "", "70"]), "approve").fillna(-1)) == [64.6, -1, 70]
    with pytest.raises(BookError, match="row 3, column 'approve': expected a number, found '70%'"):
        shares(_frame(approve=["", "70%"]), "approve")


def test_remarks_keep_what_was_found_without_the_date_of_the_review() -> None:
    notes = ["Audit 2026-11-23: error from a page", "a; audit 2026-11-23: was 62 (cut); 62.5 from b", "plain"]
    frame = _frame(url=["https://a.b"] * 3, quality=["official"] * 3, note=notes)
    assert list(origin(frame)["note"]) == ["error from a page", "a; first read as 62 (cut); 62.5 from b", "plain"]
    with pytest.raises(BookError, match="row 2, column 'quality': expected one of .* found 'rumour'"):
        origin(frame.assign(quality=["rumour", "official", "official"]))


APPROVAL = ("poll_id,pollster,sponsor,field_start,field_end,date_precision,approve,disapprove,neither,n,moe_reported,mode,"
            "mode_basis,unit_type,in_office,pool_ok,derived,quality,url,note")


def test_an_approval_poll(tmp_path: Path) -> None:
    raw = _write(tmp_path, mexico_surveys.APPROVAL_FILE, APPROVAL,
                 "amlo044,Reforma,A and B,2019-07-09,2019-07-14,day,70.0,,,1200.0,5.0,face_to_face,stated,single_poll,1,1,0,"
                 "secondary,https://a.b,")
    row = mexico_surveys.mexico_approval_polls(raw).iloc[0]
    assert (row["approve"], row["n"], row["reported_error"], row["date_precision"]) == (70, 1200, 5, "day")
    assert pd.isna(row["disapprove"]) and row["pool_ok"] and row["in_office"] and not row["derived"]


def test_a_flag_that_is_neither_yes_nor_no(tmp_path: Path) -> None:
    raw = _write(tmp_path, mexico_surveys.APPROVAL_FILE, APPROVAL,
                 "amlo044,R,,2019-07-09,2019-07-14,day,70,,,,,online,stated,single_poll,1,perhaps,0,secondary,https://a.b,")
    with pytest.raises(BookError, match="row 2, column 'pool_ok': expected one of '1', '0', found 'perhaps'"):
        mexico_surveys.mexico_approval_polls(raw)


def test_a_round_that_was_not_held_has_no_row(tmp_path: Path) -> None:
    raw = _write(tmp_path, mexico_surveys.INSECURITY_FILE, "date,value,pct_women,pct_men,cities_covered,quality,url,note",
                 "2020-03,73.4,78.6,67.2,,official,https://a.b,", "2020-06,,,,,official,,not fielded",
                 "2020-09,67.8,72.7,62.0,70,official,https://a.b,")
    table = mexico_surveys.perceived_insecurity(raw)
    assert list(table["date"].dt.strftime("%Y-%m-%d")) == ["2020-03-01", "2020-09-01"]
    assert list(table["cities"].fillna(0)) == [0, 70]


US = "poll_id,question_id,startdate,enddate,pollster,grade,samplesize,population,tracking,weight,approve,disapprove," \
     "adjusted_approve,adjusted_disapprove"


def test_adjustments_of_the_aggregator_are_those_of_the_pollster(tmp_path: Path) -> None:
    rows = ["1,11,2019-06-01,2019-06-03,Y,B,1000.0,a,,0.1,40,55,41.25,54.5",
            "2,12,2019-06-08,2019-06-10,Y,B,1000.5,a,T,0.1,42,53,43.25,52.5"]
    table = us_surveys.us_approval_polls(_write(tmp_path, us_surveys.APPROVAL_FILE, US, *rows))
    assert list(table["adjustment_approve"]) == [1.25, 1.25]
    assert list(table["n"]) == [1000, 1000.5] and list(table["tracking"]) == [False, True]
    raw = _write(tmp_path, us_surveys.APPROVAL_FILE, US, rows[0], rows[1].replace("43.25", "44.25"))
    with pytest.raises(BookError, match="adjustments of one pollster and population: expected 0 .* found 1;"):
        us_surveys.us_approval_polls(raw)


def test_the_sample_is_the_reports_or_else_that_of_the_same_days(tmp_path: Path) -> None:
    raw = _write(tmp_path, gallup.PROBLEM_FILE,
                 f"field_start,field_end,group,percent_naming_immigration,n,quality,url,note,{gallup.LISTED_N}",
                 "2019-06-03,2019-06-16,all adults,23,,official,https://a.b,,1015.0",
                 "2024-04-01,2024-04-22,all adults,27,1001.0,official,https://a.b,,1002",
                 "2018-08,2019-04,all adults,17,,official,https://a.b,mean of monthly readings,")
    table = gallup.gallup_most_important_problem(raw)
    assert list(table["n"].fillna(0)) == [1015, 1001, 0]
    assert list(table["n_basis"]) == ["same_days_in_538", "report", ""]
    assert list(table["reading"]) == ["wave", "wave", "mean_of_months"]


def test_a_country_or_a_group_nobody_knows_is_refused(tmp_path: Path) -> None:
    raw = _write(tmp_path, gallup.ACCEPTANCE_FILE, "country,year,value,quality,url,note", "Atlantis,2019,5,official,https://a.b,")
    with pytest.raises(BookError, match="row 2, column 'country': expected one of .* found 'Atlantis'"):
        gallup.gallup_migrant_acceptance(raw)
    raw = _write(tmp_path, world_surveys.LATIN_NEIGHBOURS_FILE, "iso3,year,cat,pct,n", "MEX,2024,vecinos,5,863")
    with pytest.raises(BookError, match="row 2, column 'cat': expected one of .* found 'vecinos'"):
        world_surveys.latinobarometro_neighbours(raw)


def test_every_table_of_the_theme_has_its_builder() -> None:
    assert len(OPINION) == 13
    described = build.described()
    assert {name for name in BUILDERS if described[name]["path"].startswith("opinion/")} == set(OPINION)


# the published tables


@pytest.mark.parametrize("name", WITH_DAYS)
def test_fieldwork_ends_after_it_begins_and_lasts_at_most_a_season(name: str) -> None:
    table = load(name)
    days = (table["end"] - table["start"]).dt.days
    assert (days >= 0).all()
    if name == "gallup_most_important_problem":
        days = days[table["reading"] == "wave"]
    if "date_precision" in table:
        days = days[table["date_precision"].reindex(days.index) != "year"]
    assert (days <= 122).all()


@pytest.mark.parametrize("name", WITH_N)
def test_wherever_people_are_counted_they_are_a_sample(name: str) -> None:
    n = load(name)["n"].dropna()
    assert len(n) and (n >= 240).all()


def test_the_answers_to_one_question_are_no_more_than_everybody() -> None:
    table = load("mexico_migrant_attitudes")
    sums = table.groupby(["poll_id", "question"])["percent"].sum()
    assert (sums <= 100.5).all()
    whole = table[table["answer"].str.startswith(("don't know", "no position"))][["poll_id", "question"]]
    assert len(whole) == 4  # the questions of which every answer is listed
    assert (sums.loc[list(whole.itertuples(index=False, name=None))] == 100).all()


def test_approval_polls_by_term_mode_and_pollster() -> None:
    table = load("mexico_approval_polls")
    assert (table["in_office"] == (table["end"] >= "2018-12-01")).all()
    usable = table[table["pool_ok"]]
    assert len(usable) == 137 and usable["pollster"].nunique() == 16 and usable["n"].notna().sum() == 34
    summer = usable[(usable["start"] <= "2019-08-31") & (usable["end"] >= "2019-05-01")]
    assert len(summer) == 18
    assert not (usable["mode"] == "aggregate").any()
    assert (usable["approve"].notna()).all()
    dont_know_left_out = usable[usable["pollster"].str.contains("AMLOVEmetrics")]
    assert (dont_know_left_out["approve"] + dont_know_left_out["disapprove"] == 100).all()


def test_the_city_average_lies_between_women_and_men_and_slightly_more_women_are_asked() -> None:
    table = load("perceived_insecurity").dropna(subset=["unsafe_women"])
    women = (table["unsafe"] - table["unsafe_men"]) / (table["unsafe_women"] - table["unsafe_men"])
    assert len(table) == 25
    assert women.between(0.525, 0.565).all()


def test_rounds_of_perceived_insecurity_are_quarterly_with_the_gap_of_2020() -> None:
    dates = load("perceived_insecurity")["date"]
    expected = pd.date_range("2016-09-01", "2025-12-01", freq="3MS").difference([pd.Timestamp("2020-06-01")])
    assert list(dates[dates >= "2016-09-01"]) == list(expected)


def test_gallups_samples_are_those_of_its_approval_polls_of_the_same_days() -> None:
    polls = load("us_approval_polls").query("pollster == 'Gallup'").set_index(["start", "end"])["n"]
    compared = 0
    for name in ("gallup_immigration_level", "gallup_most_important_problem"):
        table = load(name).dropna(subset=["n"]).set_index(["start", "end"])
        for days, row in table[table.index.isin(polls.index)].iterrows():
            assert row["n"] == polls[days]
            compared += 1
    assert compared == 5


def test_tracking_polls_overlap_and_those_that_do_not_are_the_larger_part() -> None:
    table = load("us_approval_polls")
    assert table["tracking"].sum() == 948
    assert table["pollster"].nunique() == 62
    half = table[table["n"] % 1 > 0]
    assert len(half) == 3


def test_the_general_social_survey_says_what_norc_said_of_2018() -> None:
    """23 percent more, 41 the same, 34 fewer (weighted; AP, March 2019). Unweighted counts come within two points."""
    table = load("gss_immigration").query("variable == 'letin1a' and year == 2018 and substantive")
    share = 100 * table.set_index("answer")["respondents"] / table["respondents"].sum()
    assert share.filter(like="increased").sum() == pytest.approx(23, abs=2)
    assert share["remain the same as it is"] == pytest.approx(41, abs=2)
    assert share.filter(like="reduced").sum() == pytest.approx(34, abs=2)


def test_answers_of_the_general_social_survey_are_either_answers_or_missing_throughout() -> None:
    table = load("gss_immigration")
    assert (table.groupby("answer")["substantive"].nunique() == 1).all()
    asked = table[table["substantive"]].groupby(["variable", "year"])["respondents"].sum()
    assert asked["letin1a"].agg(["size", "min", "max"]).tolist() == [10, 890, 3440]


def test_the_zeros_of_a_question_not_asked_are_left_out() -> None:
    table = load("wvs_neighbours")
    assert (table["percent"] > 0).all()
    first = table.query("study == 'WVS' and wave == 1").set_index(["country", "group"])["percent"]
    assert ("MEX", "immigrants") not in first.index and first["MEX", "another_race"] == 6.8
    assert ("HUN", "immigrants") not in first.index
    assert "XKX" in set(table["country"]) and "XKS" not in set(table["country"])
    corrections = load("corrections").query("table == 'wvs_neighbours'")
    assert list(corrections["column"]).count("*") == 2


def test_both_groups_of_a_wave_were_asked_of_nearly_the_same_people() -> None:
    n = load("wvs_neighbours").pivot(index=["country", "study", "wave"], columns="group", values="n").dropna()
    apart = (n["immigrants"] / n["another_race"] - 1).abs()
    assert list(apart[apart > 0.05].index) == [("ITA", "EVS", 7)]  # a part of the sample was asked one of the two


def test_latinobarometro_agrees_with_the_share_of_hostile_answers_of_all_countries() -> None:
    """57 percent of the region say immigrants do harm, 62 do not want more Venezuelans (IDB and UNDP, 2023)."""
    table = load("latinobarometro_immigrants").query("year == 2020").groupby("item")["percent"].mean()
    assert table["C_004_205"] == pytest.approx(57, abs=0.5)
    assert table["C_004_204"] == pytest.approx(62, abs=0.5)


def test_shares_that_cannot_add_up_are_found_although_hash_and_sums_are_right() -> None:
    entry = {key: value for key, value in resource("gallup_immigration_level").items() if key != "controls"}
    table = load("gallup_immigration_level")
    row = table.index[(table["increased"] == 27) & (table["present_level"] == 37)][0]
    table.loc[row, "decreased"] = 45
    told = f"row {row + 2}, increased + present_level + decreased: expected 94 to 100, found 109"
    assert told in table_problems(entry, build.as_csv(table, entry))
