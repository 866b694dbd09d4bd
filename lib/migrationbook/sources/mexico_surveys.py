"""Polls and surveys of people in Mexico: the president's approval, security, migrants, feeling unsafe."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.polls import YES_NO, fieldwork, origin, respondents, shares
from migrationbook.sources.reading import Raw, numbers, periods, recode

FOLDER = "opinion/"
APPROVAL_FILE = FOLDER + "mexpollsters_amlo_approval_polls_2018_2024.csv"
SECURITY_FILE = FOLDER + "mexpollsters_amlo_security_ratings_2019_2024.csv"
MIGRANTS_FILE = FOLDER + "mexpollsters_migrant_attitudes_2018_2019.csv"
INSECURITY_FILE = FOLDER + "inegi_ensu_perceived_insecurity_national_2013_2025.csv"

ORIGIN = ["quality", "url", "note"]
DATES = ["field_start", "field_end"]


def mexico_approval_polls(raw: Raw) -> pd.DataFrame:
    """Job approval of President López Obrador, one poll a row, percent of adults."""
    texts = ["poll_id", "pollster", "sponsor", "mode", "mode_basis"]
    flags = ["in_office", "pool_ok", "derived"]
    figures = ["approve", "disapprove", "neither", "n", "moe_reported", "date_precision", "unit_type"]
    frame = raw.read(APPROVAL_FILE, texts + flags + figures + DATES + ORIGIN)
    return pd.concat(
        [
            frame[texts],
            fieldwork(frame).assign(
                date_precision=recode(frame, "date_precision", {"day": "day", "month": "month", "approx": "approximate"})
            ),
            pd.DataFrame({share: shares(frame, share) for share in ("approve", "disapprove", "neither")}),
            pd.DataFrame({"n": respondents(frame), "reported_error": shares(frame, "moe_reported"), "kind": frame["unit_type"]}),
            pd.DataFrame({flag: recode(frame, flag, YES_NO) for flag in flags}),
            origin(frame),
        ],
        axis=1,
    )


def mexico_security_ratings(raw: Raw) -> pd.DataFrame:
    """How people rate the government on public security, by pollster and question, percent."""
    frame = raw.read(SECURITY_FILE, ["pollster", "period", "series", "positive", "negative", "n", *ORIGIN])
    dates = periods(frame, "period")
    return pd.DataFrame(
        {
            "start": dates["start"],
            "end": dates["end"],
            "pollster": frame["pollster"],
            "question": frame["series"],
            "positive": shares(frame, "positive"),
            "negative": shares(frame, "negative"),
            "n": respondents(frame),
        }
    ).join(origin(frame))


def mexico_migrant_attitudes(raw: Raw) -> pd.DataFrame:
    """Answers about Central American migrants, one answer to one question of one poll a row, percent."""
    texts = ["poll_id", "pollster", "sponsor", "mode"]
    asked = ["question_id", "question_paraphrase", "option"]
    frame = raw.read(MIGRANTS_FILE, texts + asked + ["n", "moe_reported", "percent"] + DATES + ORIGIN)
    return pd.concat(
        [
            frame[texts],
            fieldwork(frame),
            pd.DataFrame({"n": respondents(frame), "reported_error": shares(frame, "moe_reported")}),
            frame[asked].set_axis(["question", "wording", "answer"], axis=1),
            numbers(frame, "percent", "float64"),
            origin(frame),
        ],
        axis=1,
    )


def perceived_insecurity(raw: Raw) -> pd.DataFrame:
    """Adults who feel unsafe in their city by quarterly round, percent; a round that was not held has no row."""
    frame = raw.read(INSECURITY_FILE, ["date", "value", "pct_women", "pct_men", "cities_covered", *ORIGIN])
    held = frame[frame["value"] != ""]
    return pd.DataFrame(
        {
            "date": periods(held)["start"],
            "unsafe": numbers(held, "value", "float64"),
            "unsafe_women": shares(held, "pct_women"),
            "unsafe_men": shares(held, "pct_men"),
            "cities": respondents(held, "cities_covered"),
        }
    ).join(origin(held))
