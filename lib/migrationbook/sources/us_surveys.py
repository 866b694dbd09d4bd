"""Polls and surveys of people in the United States: the president's approval, his handling of immigration, the GSS."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.polls import YES_NO, fieldwork, origin, respondents, shares
from migrationbook.sources.reading import Raw, numbers, periods, recode

FOLDER = "opinion/"
APPROVAL_FILE = FOLDER + "fivethirtyeight_trump_approval_polls_2018-10_2020-03.csv"
IMMIGRATION_FILE = FOLDER + "uspollsters_trump_immigration_issue_2017_2025.csv"
GSS_FILE = FOLDER + "norc_gss_us_immigration_items_counts_1994_2024.csv"

POPULATIONS = {"a": "adults", "rv": "registered_voters", "lv": "likely_voters", "v": "voters"}
# what each variable of the General Social Survey asks, in our words
QUESTIONS = {
    "letin": "How many people from abroad should be permitted to come to live here",
    "letin1": "How many immigrants there should be nowadays (agree/disagree module)",
    "letin1a": "How many immigrants there should be nowadays",
    "letinhsp": "How many immigrants from Latin America there should be",
    "immjobs": "Immigrants take jobs from people born here",
    "immcrime": "Immigrants raise crime rates",
    "immameco": "Immigrants are good for the economy",
    "immimp": "Immigrants improve society by new ideas and cultures",
    "immcosts": "Government spends too much on assisting immigrants",
    "immunemp": "More immigrants will mean more unemployment",
    "excldimm": "Stronger measures should keep out people without permission to be here",
}


def us_approval_polls(raw: Raw) -> pd.DataFrame:
    """Job approval of President Trump, one question of one poll a row, as FiveThirtyEight listed and adjusted it."""
    texts = ["question_id", "poll_id", "pollster", "grade"]
    figures = ["weight", "approve", "disapprove", "adjusted_approve", "adjusted_disapprove"]
    frame = raw.read(APPROVAL_FILE, texts + figures + ["startdate", "enddate", "samplesize", "population", "tracking"])
    values = pd.DataFrame({figure: numbers(frame, figure, "float64") for figure in figures})
    table = pd.concat([numbers(frame, "question_id"), numbers(frame, "poll_id"), frame[["pollster", "grade"]], values], axis=1)
    table = table.assign(
        start=periods(frame, "startdate")["start"],
        end=periods(frame, "enddate")["end"],
        population=recode(frame, "population", POPULATIONS),
        n=numbers(frame, "samplesize", "float64"),
        tracking=recode(frame, "tracking", {"T": True, "": False}),
        adjustment_approve=(values["adjusted_approve"] - values["approve"]).round(6),
        adjustment_disapprove=(values["adjusted_disapprove"] - values["disapprove"]).round(6),
    )
    lean = table.groupby(["pollster", "population"])["adjustment_approve"]
    raw.expect_total(
        "points between the adjustments of one pollster and population",
        (lean.max() - lean.min()).max(), 0,
        "FiveThirtyEight adjusts by pollster: https://projects.fivethirtyeight.com/trump-approval-ratings/",
        tolerance=1e-5,
    )
    return table


def us_immigration_polls(raw: Raw) -> pd.DataFrame:
    """Approval of President Trump on immigration or border security, four polls, percent."""
    frame = raw.read(IMMIGRATION_FILE, ["field_start", "field_end", "pollster", "item", "approve", "disapprove", "n",
                                        "quality", "url", "note"])
    return fieldwork(frame).assign(
        pollster=frame["pollster"],
        question=frame["item"],
        approve=shares(frame, "approve"),
        disapprove=shares(frame, "disapprove"),
        n=respondents(frame),
    ).join(origin(frame))


def gss_immigration(raw: Raw) -> pd.DataFrame:
    """Answers to the immigration questions of the US General Social Survey, people by year and answer (unweighted)."""
    frame = raw.read(GSS_FILE, ["variable", "year", "answer", "count_unweighted", "substantive"])
    return pd.DataFrame(
        {
            "variable": frame["variable"],
            "question": recode(frame, "variable", QUESTIONS),
            "year": numbers(frame, "year"),
            "answer": frame["answer"],
            "substantive": recode(frame, "substantive", YES_NO),
            "respondents": numbers(frame, "count_unweighted"),
        }
    )
