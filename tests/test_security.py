"""The series of the security chapter against published totals, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from migrationbook.data import load, security
from migrationbook.errors import BookError


@pytest.mark.parametrize(("crime", "year", "published", "within"), [
    ("homicide", 2018, 33743, 5),  # SESNSP, January 2020
    ("homicide", 2019, 34582, 150),  # the same, first published
    ("homicide_and_femicide", 2019, 35588, 150),
    ("kidnapping", 2018, 1559, 5),
    ("kidnapping", 2019, 1614, 20),
])
def test_national_totals_are_those_published(crime: str, year: int, published: int, within: int) -> None:
    assert security.national(crime)[str(year)].sum() == pytest.approx(published, abs=within)


def test_states_and_months_are_complete_and_people_fit_them() -> None:
    victims, people = security.victims("homicide"), security.people()
    assert victims.shape == people.shape == (126, 32) and not victims.isna().to_numpy().any()
    assert (victims.index == people.index).all() and list(victims.columns) == list(people.columns)
    assert people.loc["2020-07-01"].sum() == pytest.approx(127.5e6, rel=0.01)
    assert (security.victims("firearm_homicide") <= victims).to_numpy().all()


def test_groups_are_the_border_states_and_share_none() -> None:
    border = security.groups()
    names = load("mexican_states").set_index("code")["name_en"]
    assert sorted(names[border["south"]]) == ["Campeche", "Chiapas", "Quintana Roo", "Tabasco"]
    assert sorted(names[border["north"]]) == ["Baja California", "Chihuahua", "Coahuila", "Nuevo León", "Sonora", "Tamaulipas"]
    assert sorted(names[border["left"]]) == ["Guanajuato", "Michoacán", "Morelos", "Puebla", "Sinaloa"]
    assert len(border["rest"]) == 20 and set(border["left"]) <= set(border["rest"])
    assert not {*border["rest"]} & {*border["north"], *border["south"], *security.ISTHMUS}
    wider = security.groups("isthmus")
    assert set(wider["south"]) - set(border["south"]) == set(security.ISTHMUS) and wider["rest"] == border["rest"]


def test_a_rate_is_per_hundred_thousand_and_year() -> None:
    victims, people = security.victims("homicide"), security.people()
    whole = security.rate(victims, people, list(victims.columns))
    assert whole["2019"].mean() == pytest.approx(100_000 * 34_723 / people.loc["2019-07-01"].sum(), rel=1e-6)


def test_reports_of_forces_keep_the_accounts_of_one_day_apart_and_drop_the_unconfirmed() -> None:
    reports = security.on_migration_duty()
    day = reports[reports["start"] == "2019-06-24"]
    assert list(day["people"]) == [21500, 25500, 26000]
    assert not ((reports["start"] == "2023-10-17") & (reports["people"] == 32150)).any()
    assert security.guard_at_borders() == 13894  # SEDENA, in two newspapers
    assert security.guard("national_guard_total_strength")["people"].tolist() == [76000, 100235, 113833, 128233]


def test_registered_homicides_are_those_of_the_statistics_office() -> None:
    registered = security.homicides_registered()
    assert (registered[2018], registered[2019], registered[2020]) == (36685, 36661, 36773) and 2017 not in registered
    assert security.homicides_registered("preliminary")[2017] == 31174


def test_revisions_are_those_of_the_published_totals() -> None:
    revised = security.revised()
    assert revised.loc["extortion", ["first", "now"]].tolist() == [7358, 7746]
    assert set(revised.index) == {"intentional_homicide", "extortion", "kidnapping"}
    assert revised.loc["intentional_homicide", "percent"] == pytest.approx(0.58, abs=0.01)


def test_deaths_near_the_border_count_totals_for_a_period_in_years_only() -> None:
    years, months = security.dead_or_missing(), security.dead_or_missing("month")
    assert years[2022] == pytest.approx(745, abs=5)  # IOM published 686 in 2023; later additions and a wider box
    assert months["2021"].sum() < years[2021] and months["2023"].sum() == years[2023]
    assert np.diff(months.index).max() <= np.timedelta64(31, "D")
    assert security.causes_of_death(2019).sum() == years[2019] == 556
    counted = security.deaths_counted()
    assert (counted[2019], counted[2021], counted[2022]) == (300, 557, 856) and 2020 not in counted


@pytest.mark.parametrize(("call", "told"), [
    (lambda: security.victims("theft"), "crime is 'theft'; it takes one of: homicide"),
    (lambda: security.groups("east"), "south is 'east'; it takes one of: border, isthmus"),
    (lambda: security.guard("ships"), "national_guard: no measure 'ships'"),
])
def test_what_is_unknown_is_one_line(call, told: str) -> None:
    with pytest.raises(BookError, match=told):
        call()
