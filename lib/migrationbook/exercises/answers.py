"""The answers to the exercises that have a self-check, computed by the steps of their solutions, and the known slips.

Each function takes the chapter's variables and yields (answer, words): the right one first, then those that slips would give.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from migrationbook.data import asylum, investment, load, security, series
from migrationbook.exercises.check import Candidates, exercise
from migrationbook.models import duration, event_study, polls, rates, state_panel, stock_flow
from migrationbook.models import interrupted_time_series as its


@exercise("agreement-exercise-level", "people a month", within=500,
          look="judge every thousand with `at` and keep the lowest supported.")
def lowest_level(chapter: SimpleNamespace) -> Candidates:
    supported = [level for level in range(20_000, 120_000, 1_000) if chapter.at(level).verdict == "supported"]
    yield min(supported), ""
    yield chapter.level, "that is the level of the chapter; the rule still holds below it."
    tens = [level for level in supported if level % 10_000 == 0]
    yield min(tens), "that is the lowest of the table, which goes in steps of ten thousand; look between its rows."
    yield min(supported) - 1_000, "at that level one of the two waits is too long already."


@exercise("agreement-exercise-month", "month", look="divide the encounters at ports of entry by all encounters, month by month.")
def month_of_ports(chapter: SimpleNamespace) -> Candidates:
    ports, both = (series.southwest(name)["2019-01":"2019-09"] for name in ("ports_of_entry", "total"))
    yield (ports / both).idxmax(), ""
    yield (ports / both).idxmin(), "that is the month with the smallest share."
    yield ports.idxmax(), "that is the month with most encounters at the ports; the share is asked for."
    yield both.idxmax(), "that is the month with most encounters in all; the share at the ports is asked for."


@exercise("enforcement-exercise-window", "per cent", within=0.6,
          look="the same call as the chapter's, with the fourth month as its end.")
def first_four_months(chapter: SimpleNamespace) -> Candidates:
    def effect(months: int) -> float:
        stop = min(chapter.begin + pd.DateOffset(months=months - 1), pd.Timestamp(chapter.window_end))
        return its.counterfactual(chapter.border, chapter.agreement, chapter.pre_start, f"{stop:%Y-%m}", chapter.model,
                                  chapter.interval).percent

    yield effect(4), ""
    yield chapter.effect.percent, "that is the whole window of the chapter; end it after the fourth month."
    yield effect(5), "that is five months: the month the agreement came in counts as the first."
    yield effect(3), "that is three months: the month the agreement came in counts as the first."


@exercise("enforcement-exercise-group", "code", look="give the ISO code of one of the three: GTM, HND or SLV.")
def country_that_turned(chapter: SimpleNamespace) -> Candidates:
    change = pd.Series({code: event_study.difference_in_differences(
        series.by_citizenship(code), chapter.control, chapter.agreement, chapter.comparison_start, chapter.window_end,
        chapter.interval).percent for code in series.NORTHERN_TRIANGLE})
    yield change.idxmin(), ""
    yield change.idxmax(), "that one turned least: the largest fall is the most negative change."
    for code in change.index:
        yield code, "another of the three fell by more."


@exercise("enforcement-exercise-estimator", "per cent", within=0.6, look="`its.step_regression` on the same series and window.")
def jump_of_the_level(chapter: SimpleNamespace) -> Candidates:
    arguments = chapter.border, chapter.agreement, chapter.pre_start, chapter.window_end, chapter.interval
    yield its.step_regression(*arguments).percent, ""
    yield chapter.effect.percent, "that is the forecast's mean gap over the window; the step's jump is asked for."


@exercise("asylum-exercise-vintage", "cases", within=500,
          look="pending cases of fiscal 2019, the wider account less the agency's own.")
def wider_count(chapter: SimpleNamespace) -> Candidates:
    own, wide = (stock_flow.account(asylum.court_caseload(name)).loc[2019] for name in ("2021-04", "2025-07"))
    yield wide["pending"] - own["pending"], ""
    yield wide["change"] - own["change"], "that is the difference in the growth of the year; the levels are asked for."
    yield wide["pending"], "that is the level in the wider account; the difference between the two is asked for."


@exercise("asylum-exercise-judges", "judges", within=1,
          look="`judges_needed` takes pending cases, completions, receipts, months and years.")
def judges_in_five_years(chapter: SimpleNamespace) -> Candidates:
    def judges(receipts: float, years: int, months: float = chapter.months_per_case) -> float:
        return float(np.ceil(stock_flow.judges_needed(chapter.now["pending"], chapter.cases_per_judge, receipts, months, years)))

    yield judges(chapter.before["receipts"], 5), ""
    yield judges(chapter.now["receipts"], 5), "that is with the receipts of the year itself; take those of the year before."
    yield judges(chapter.before["receipts"], 10), "that is for ten years."
    yield judges(chapter.before["receipts"], 5, 0), "that counts every pending case as queue; some are always in progress."


@exercise("asylum-exercise-rate", "per cent", within=0.06, look="one rate a year from `protection_rates`, then their mean.")
def mean_of_yearly_rates(chapter: SimpleNamespace) -> Candidates:
    counts = chapter.decided["Mexico"].loc[chapter.window].xs("HND", level="origin")
    yearly = rates.protection_rates(counts, chapter.interval)
    yield yearly["rate_substantive"].mean(), ""
    yield (rates.protection_rates(counts.sum().to_frame().T, chapter.interval)["rate_substantive"].iloc[0],
           "that is the pooled rate, which weighs years by their decisions.")
    yield yearly["rate_all_outcomes"].mean(), "that has closed applications in the denominator; take decisions on the claim."
    yield yearly["rate_substantive"].median(), "that is the median; the mean is asked for."


@exercise("opinion-exercise-volunteers", "per cent", within=0.15, look="drop México Elige from `ours` and pool to 1 July 2019.")
def without_volunteers(chapter: SimpleNamespace) -> Candidates:
    fewer = chapter.ours[chapter.ours["house"] != "México Elige"]
    level = polls.pool(fewer, pd.DatetimeIndex([chapter.year_after]), chapter.interval).path.iloc[0]
    yield level["mean"], ""
    yield chapter.approved.loc[chapter.year_after, "mean"], "that is the level with México Elige in it."
    yield fewer["share"].mean(), "that is the plain mean of all polls; the pool's level of one day is asked for."
    yield level["lower"], "that is the lower end of the interval."
    yield level["upper"], "that is the upper end of the interval."


@exercise("opinion-exercise-effect", "a ratio of variances", within=0.06,
          look="the sample divided by the answers it may shrink to.")
def largest_design_effect(chapter: SimpleNamespace) -> Candidates:
    def worth(percent: float) -> float:
        return (polls.plain_margin(1, chapter.interval) / (percent - 50)) ** 2

    yield 1200 / worth(55), ""
    yield worth(55), "that is how many answers the poll is then worth; divide the sample by it."
    yield 410 / worth(75), "that is El Financiero's; Reforma's is asked for."
    yield (1200 / worth(55)) ** 0.5, "that is its root, by which margins grow; the design effect is of variances."


@exercise("investment-exercise-scale", "ratio", within=0.6, look="remittances divided by US aid, both of Honduras in 2021.")
def honduras_2021(chapter: SimpleNamespace) -> Candidates:
    def of(country: str, year: int) -> float:
        row = investment.scale([country], year).iloc[0]
        return row["Remittances"] / row["US aid"]

    yield of("HND", 2021), ""
    yield of("HND", 2009), "that is 2009; 2021 is asked for."
    yield of("HND", chapter.scale_year), "that is the year of the chapter; 2021 is asked for."
    for other in ("GTM", "SLV"):
        yield of(other, 2021), "that is another country; Honduras is asked for."


@exercise("investment-exercise-south", "per cent", within=0.6, look="`per_head` with the states of the definition `pacific`.")
def pacific_south(chapter: SimpleNamespace) -> Candidates:
    south = investment.per_head(chapter.nation, investment.SOUTHS["pacific"])
    yield south["gdp_without_mining"], ""
    yield 100 - south["gdp_without_mining"], "that is the distance to the mean; the level is asked for, per cent of the mean."
    yield south["gdp"], "that has oil and mining in it."
    for name, codes in investment.SOUTHS.items():
        yield investment.per_head(chapter.nation, codes)["gdp_without_mining"], f"that is the south as {name}; take `pacific`."


@exercise("security-exercise-south", "per cent", within=0.6, look="six states in the panel's treated group, the rest as it is.")
def six_southern_states(chapter: SimpleNamespace) -> Candidates:
    def change(states: list[str], rest: list[str]) -> float:
        panel = state_panel.Panel(chapter.victims[chapter.homicide], chapter.people, states, rest, chapter.weights)
        return state_panel.change(panel, chapter.before, chapter.after, chapter.interval).percent

    wide, line, rest = security.groups("isthmus"), security.groups("border"), chapter.groups["rest"]
    yield change(wide["south"], rest), ""
    yield change(line["south"], rest), "that is the four states at the line; Oaxaca and Veracruz belong to it, too."
    yield change(wide["north"], rest), "that is the northern border; ask for the south."
    every = [code for code in load("mexican_states")["code"] if code in chapter.people.columns and code not in wide["south"]]
    yield change(wide["south"], every), "that compares with the north as well, where forces were; leave it out."


@exercise("security-exercise-plant", "per cent", within=0.6,
          look="multiply the months of the window in the northern states, then `change`.")
def planted_quarter(chapter: SimpleNamespace) -> Candidates:
    planted = chapter.victims[chapter.homicide].astype(float).copy()
    planted.loc[chapter.after[0]:chapter.after[1], chapter.groups["north"]] *= 1.25
    panel = state_panel.Panel(planted, chapter.people, chapter.groups["north"], chapter.groups["rest"], chapter.weights)
    yield state_panel.change(panel, chapter.before, chapter.after, chapter.interval).percent, ""
    yield chapter.north.percent, "that is the estimate without anything planted."
    yield 25.0, "that is what was planted; it comes on top of what happened anyway."


@exercise("lasting-exercise-level", "months", look="the first run of `spells` at or below 50,000.")
def months_at_fifty_thousand(chapter: SimpleNamespace) -> Candidates:
    below = chapter.months["encounters"] <= 50_000
    first = duration.spells(below, "2019-06")[0]
    yield first.months, ""
    yield first.before("2020-03"), "those are the months before the pandemic; the run goes on."
    yield below["2019-06":].sum(), "those are all such months since; only those in a row are asked for."
    if chapter.first:
        yield chapter.first.months, "that is at the level of the chapter; 50,000 is asked for."


@exercise("lasting-exercise-levers", "people a month", within=600, look="`arrivals` with the parts of 2023, one of them changed.")
def flow_of_2019(chapter: SimpleNamespace) -> Candidates:
    at = {name: float(chapter.history.loc[2023, name]) for name in ("flow", "stopped", "returned", "mexicans", "expelled")}
    at |= {"onward": 0.0, "again": 0.0}
    flow, stopped = {"flow": chapter.history.loc[2019, "flow"]}, {"stopped": chapter.history.loc[2024, "stopped"]}
    yield duration.arrivals(**at | flow), ""
    yield duration.arrivals(**at), "that is 2023 as it was."
    yield duration.arrivals(**at | stopped), "that is the other lever, Mexico stopping the share of 2024."
    yield duration.arrivals(**at | flow | stopped), "that is both levers at once."
    yield duration.arrivals(**at) - duration.arrivals(**at | flow), "that is how far arrivals fall; what remains is asked for."
