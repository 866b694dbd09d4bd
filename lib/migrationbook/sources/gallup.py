"""Gallup's readings on immigration: the level wanted, the most important problem, acceptance of migrants by country."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.polls import fieldwork, origin, respondents, shares
from migrationbook.sources.reading import Raw, numbers, recode

FOLDER = "opinion/"
LEVEL_FILE = FOLDER + "gallup_us_immigration_level_1965_2025.csv"
PROBLEM_FILE = FOLDER + "gallup_us_most_important_problem_immigration_2006_2024.csv"
ACCEPTANCE_FILE = FOLDER + "gallup_migrant_acceptance_index_2016_2019.csv"

ORIGIN = ["quality", "url", "note"]
DATES = ["field_start", "field_end"]
LISTED_N = "n_from_fivethirtyeight_same_field_dates"
GROUPS = {
    "all adults": "all_adults", "Republicans": "republicans", "independents": "independents", "Democrats": "democrats"
}
COUNTRIES = {
    "Australia": "AUS", "Canada": "CAN", "Croatia": "HRV", "Czech Republic": "CZE", "Estonia": "EST", "Hungary": "HUN",
    "Iceland": "ISL", "Israel": "ISR", "Latvia": "LVA", "Macedonia": "MKD", "Mali": "MLI", "Montenegro": "MNE",
    "New Zealand": "NZL", "Nigeria": "NGA", "North Macedonia": "MKD", "Peru": "PER", "Rwanda": "RWA", "Serbia": "SRB",
    "Sierra Leone": "SLE", "Slovakia": "SVK", "Sweden": "SWE", "United States": "USA", "World": "",
}  # fmt: skip


def gallup_immigration_level(raw: Raw) -> pd.DataFrame:
    """Should immigration be increased, kept or decreased, percent of US adults, one wave a row."""
    answers = ["increased", "present_level", "decreased"]
    frame = raw.read(LEVEL_FILE, answers + ["n", "moe_reported", LISTED_N] + DATES + ORIGIN)
    return pd.concat(
        [
            fieldwork(frame),
            pd.DataFrame({answer: shares(frame, answer) for answer in answers}),
            _people(frame),
            pd.DataFrame({"reported_error": shares(frame, "moe_reported")}),
            origin(frame),
        ],
        axis=1,
    )


def gallup_most_important_problem(raw: Raw) -> pd.DataFrame:
    """US adults who name immigration as the most important problem, percent, by wave and party."""
    frame = raw.read(PROBLEM_FILE, ["group", "percent_naming_immigration", "n", LISTED_N] + DATES + ORIGIN)
    mean = frame["note"] == "mean of monthly readings"
    return pd.concat(
        [
            fieldwork(frame),
            pd.DataFrame(
                {
                    "group": recode(frame, "group", GROUPS),
                    "reading": mean.map({True: "mean_of_months", False: "wave"}),
                    "percent": numbers(frame, "percent_naming_immigration", "float64"),
                }
            ),
            _people(frame),
            origin(frame),
        ],
        axis=1,
    )


def gallup_migrant_acceptance(raw: Raw) -> pd.DataFrame:
    """Gallup's index of acceptance of migrants (0 to 9) for the countries it listed, and the world (no code)."""
    frame = raw.read(ACCEPTANCE_FILE, ["country", "year", "value", *ORIGIN])
    return pd.DataFrame(
        {
            "year": numbers(frame, "year"),
            "country": recode(frame, "country", COUNTRIES),
            "acceptance": numbers(frame, "value", "float64"),
        }
    ).join(origin(frame))


def _people(frame: pd.DataFrame) -> pd.DataFrame:
    """People interviewed: from the report itself or else from FiveThirtyEight's list for the same days of fieldwork."""
    reported, listed = respondents(frame), respondents(frame, LISTED_N)
    basis = reported.notna().map({True: "report", False: ""}).mask(reported.isna() & listed.notna(), "same_days_in_538")
    return pd.DataFrame({"n": reported.fillna(listed), "n_basis": basis})
