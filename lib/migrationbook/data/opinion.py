"""Polls and surveys ready for a model or a chart, cut from the opinion tables of the data package.

Names of houses are short ones (`SHORT`); polls come with the columns `models.polls` reads: date, house, share.
"""

from __future__ import annotations

import pandas as pd

from migrationbook.data.package import load
from migrationbook.errors import BookError

SHORT = {
    "Buendia & Laredo / Buendia & Marquez": "Buendía", "Covarrubias y Asociados": "Covarrubias",
    "De las Heras Demotecnia": "De las Heras",
    "Mitofsky (home survey)": "Mitofsky home", "Mitofsky (online tracking)": "Mitofsky online", "Parametria": "Parametría",
    "Opinion Publica, Marketing e Imagen (AMLOVEmetrics)": "AMLOVEmetrics", "Mexico Elige": "México Elige",
    "Rasmussen Reports/Pulse Opinion Research": "Rasmussen", "ABC News/The Washington Post": "ABC/Post",
    "NBC News/The Wall Street Journal": "NBC/WSJ", "UVM Centro de Opinion Publica": "UVM", "Quinnipiac University": "Quinnipiac",
}
# which polls count, by how people were interviewed
MODES = {
    "all": ["telephone", "face_to_face", "mixed", "online", "unknown"],
    "without_online": ["telephone", "face_to_face", "mixed", "unknown"],
    "interviewers": ["telephone", "face_to_face", "mixed"],
}
# topic → the questions of mexico_migrant_attitudes that belong to it, each with the answer counted
TOPICS = {
    "deportation": {"deport": ["yes", "deport"], "what_to_do3": ["deport"], "what_to_do": ["expel immediately"]},
    "enforcement": {"ng_south": ["agree"], "ng_use": ["favor"], "militarize": ["yes"], "close_border": ["close border"],
                    "stop_passage": ["agree"], "stricter": ["yes"]},
    "burden": {"burden": ["burden"], "harm": ["harm"], "jobs": ["take jobs"]},
    "benefit": {"burden": ["strengthen"], "jobs": ["contribute to the economy"]},
}
# questions one house asked in the same words more than once, the last time in 2019, with the answer that is hostile to migrants
REPEATED = {"what_to_do": "expel immediately", "allow_entry": "disagree", "stop_passage": "agree", "close_border": "close border"}


def approval(start: str, end: str, modes: str = "all", without: list[str] | None = None) -> pd.DataFrame:
    """Polls of the approval of President López Obrador whose fieldwork ended in some months, from December 2018.

    start, end: first and last month, YYYY-MM. modes: a key of `MODES`. without: houses left out, by short name. Columns date,
    house, share (per cent approving), n, reported_error, mode, last_day. Source: ``mexico_approval_polls``, the rows fit to pool.
    """
    rows = _polls(load("mexico_approval_polls").query("pool_ok and in_office"), start, end, without)
    return rows[rows["mode"].isin(MODES[modes])].reset_index(drop=True)


def us_approval(start: str, end: str, without: list[str] | None = None) -> pd.DataFrame:
    """Polls of the approval of President Trump, as `approval` gives them, with start and end of fieldwork.

    Where one house gives the same days for several populations, adults come first and then registered voters.
    Source: ``us_approval_polls``; `models.polls.without_overlap` thins it.
    """
    order = {"adults": 0, "registered_voters": 1, "voters": 2, "likely_voters": 3}
    rows = load("us_approval_polls").assign(order=lambda polls: polls["population"].map(order))
    rows = rows.sort_values(["end", "order"], kind="stable")
    return _polls(rows, start, end, without)


def aggregator_leanings() -> pd.Series:
    """By how much FiveThirtyEight lowered each house's approval of President Trump (points): what it takes for its leaning."""
    rows = load("us_approval_polls").assign(house=lambda polls: _short(polls["pollster"]))
    return -rows.groupby("house")["adjustment_approve"].mean()


def readings(topic: str, since: str, until: str, modes: str = "all") -> pd.DataFrame:
    """What Mexicans answered on a topic (a key of `TOPICS`): each house's latest wave of each question in a window of fieldwork.

    since, until: first and last day on which fieldwork may end, YYYY-MM-DD. Columns house, start, end, mode, n,
    reported_error, question, wording, answer, percent, url. Source: ``mexico_migrant_attitudes``.
    """
    rows = load("mexico_migrant_attitudes")
    asked = zip(rows["question"], rows["answer"], strict=True)
    rows = rows[[given in TOPICS[topic].get(question, []) for question, given in asked]]
    rows = rows[rows["mode"].isin(MODES[modes]) & rows["end"].between(since, until)]
    rows = rows.assign(house=_short(rows["pollster"])).sort_values("end", kind="stable")
    return rows.drop_duplicates(["house", "question"], keep="last").reset_index(drop=True)


def answer(poll: str, question: str, given: str) -> pd.Series:
    """One answer of one poll: a row of ``mexico_migrant_attitudes``. Raises BookError when it was not asked or given."""
    rows = load("mexico_migrant_attitudes").query("poll_id == @poll and question == @question and answer == @given")
    if rows.empty:
        raise BookError(f"mexico_migrant_attitudes: poll '{poll}' has no answer '{given}' to '{question}'")
    return rows.iloc[0]


def repeated(until: str) -> pd.DataFrame:
    """Each question that one house asked more than once in the same words: its waves to a day, with the hostile answer.

    Columns house, question, end, mode, n, percent, neither (per cent on a middle answer, where published), wording.
    """
    rows = load("mexico_migrant_attitudes")
    rows = rows[rows["end"] <= until]
    middle = rows[rows["answer"] == "neither"].set_index(["poll_id", "question"])["percent"].rename("neither")
    hostile = rows[rows["answer"] == rows["question"].map(REPEATED)].assign(house=lambda polls: _short(polls["pollster"]))
    waves = hostile.join(middle, on=["poll_id", "question"]).sort_values(["house", "question", "end"], kind="stable")
    twice = waves.groupby(["house", "question"])["end"].transform("size") > 1
    return waves.loc[twice, ["house", "question", "end", "mode", "n", "percent", "neither", "wording"]].reset_index(drop=True)


def margins() -> pd.DataFrame:
    """Mexican polls that publish both the people interviewed and a margin of error, in order of fieldwork.

    Columns house, start, end, mode, n, reported_error (points). Source: ``mexico_approval_polls``, ``mexico_migrant_attitudes``.
    """
    columns = ["pollster", "start", "end", "mode", "n", "reported_error"]
    rows = pd.concat([load(name)[columns] for name in ("mexico_approval_polls", "mexico_migrant_attitudes")])
    rows = rows.dropna(subset=["n", "reported_error"]).assign(house=lambda polls: _short(polls["pollster"]))
    rows = rows.drop_duplicates(["house", "start", "n"]).sort_values(["end", "house"], kind="stable")
    return rows.drop(columns="pollster").reset_index(drop=True)


def insecurity() -> pd.Series:
    """Adults in cities who feel unsafe there, per cent, by quarterly round; rounds not held or not found are missing."""
    return load("perceived_insecurity").set_index("date")["unsafe"]


def security_handling(house: str = "El Financiero") -> pd.DataFrame:
    """Handling of public security as one house asks it: date (middle of the month), positive, negative (per cent)."""
    rows = load("mexico_security_ratings")
    rows = rows[(rows["pollster"] == house) & rows["question"].str.startswith("government handling of public security")]
    rows = rows[~rows["note"].fillna("").str.startswith("rating of the whole")]  # of the term, not of the month
    return rows.assign(date=_middle(rows))[["date", "positive", "negative", "n"]].reset_index(drop=True)


def gss(variable: str) -> pd.DataFrame:
    """People by answer and round to one question of the General Social Survey: rounds down, answers across, real answers only.

    Counts are unweighted. Source: ``gss_immigration``. Raises BookError for a question it does not have.
    """
    rows = load("gss_immigration").query("variable == @variable and substantive")
    if rows.empty:
        known = ", ".join(sorted(load("gss_immigration")["variable"].unique()))
        raise BookError(f"gss_immigration: no question '{variable}'; it has {known}")
    return rows.pivot(index="year", columns="answer", values="respondents").fillna(0).astype(int)


def _polls(rows: pd.DataFrame, start: str, end: str, without: list[str] | None) -> pd.DataFrame:
    rows = rows.assign(house=_short(rows["pollster"]), date=_middle(rows), last_day=rows["end"])
    rows = rows.rename(columns={"approve": "share"})
    unknown = sorted(set(without or []) - set(rows["house"]))
    if unknown:
        raise BookError(f"no polls of '{unknown[0]}' to leave out; houses are: {', '.join(sorted(rows['house'].unique()))}")
    month = rows["last_day"].dt.strftime("%Y-%m")
    kept = rows[month.between(start, end) & ~rows["house"].isin(without or [])]
    return kept.sort_values("date", kind="stable").reset_index(drop=True)


def _short(pollsters: pd.Series) -> pd.Series:
    return pollsters.replace(SHORT)


def _middle(rows: pd.DataFrame) -> pd.Series:
    """The day in the middle of fieldwork; of a month, its middle."""
    return (rows["start"] + (rows["end"] - rows["start"]) / 2).dt.normalize()
