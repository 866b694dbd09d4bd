"""The investment theme: series from the committed tables, tariff arithmetic, and the map's outlines."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from migrationbook.cli import main
from migrationbook.data import investment, load
from migrationbook.errors import BookError
from migrationbook.models import panel, tariff
from migrationbook.prose import reach, whole
from migrationbook.sphinx.rows import as_csv


def test_aid_is_the_sum_of_the_countries_and_never_of_the_stages():
    together = investment.aid("GTM", "HND", "SLV")
    assert together[2018] == pytest.approx(459.7, abs=0.1)  # 464.1 in the copy of the site of 2022
    assert together[2019] == pytest.approx(sum(investment.aid(one)[2019] for one in ("GTM", "HND", "SLV")))
    assert 2025 not in together.index  # partial
    assert investment.aid("GTM", transaction="disbursements")[2019] != together[2019]
    with pytest.raises(BookError, match="us_aid: no promises for GTM"):
        investment.aid("GTM", transaction="promises")


def test_the_ledger_names_parts_and_fails_when_an_entry_is_gone(monkeypatch):
    rows = investment.ledger()
    own = rows[rows["part_of"] == ""]
    assert own["amount_usd"].is_unique
    assert 4_800_000_000 in set(own["amount_usd"]) and 2_000_000_000 not in set(own["amount_usd"])
    monkeypatch.setitem(investment.PART_OF, ("2019-01-01", 7), "nothing")
    with pytest.raises(BookError, match="no entry of 2019-01-01 over 7 dollars"):
        investment.ledger()


def test_the_scale_refuses_years_with_gaps():
    table = investment.scale(["GTM", "HND", "SLV"], 2018)
    assert table.loc["HND", "Remittances"] == pytest.approx(19.85, abs=0.01)
    assert (table["US aid"] < 1).all()
    with pytest.raises(BookError, match="is not known for 2024"):
        investment.scale(["GTM"], 2024)


def test_states_add_up_to_the_nation_and_per_head_of_all_is_the_mean():
    table = investment.states(2018)
    assert len(table) == 32 and not table.isna().any().any()
    assert 120e6 < table["population"].sum() < 130e6
    np.testing.assert_allclose(investment.per_head(table), 100)
    assert (table["gdp_without_mining"] <= table["gdp"]).all()
    assert investment.per_head(table, investment.SOUTHS["pacific"])["gdp"] < 50
    published = load("remittances_by_state").query("date.dt.year == 2018")["value_usd"].sum() / 1e6
    assert table["remittances"].sum() == pytest.approx(published)
    invested = load("state_fdi").query("2014 <= date.dt.year <= 2018")["fdi_usd_million"].sum()
    assert table["fdi"].sum() == pytest.approx(invested / 5)


def test_outlines_are_closed_clockwise_and_where_the_states_are():
    rows = investment.outlines().set_index("state")["geometry"]
    assert len(rows) == 32
    for feature in rows:
        for polygon in feature["geometry"]["coordinates"]:
            x, y = np.array(polygon[0]).T
            assert polygon[0][0] == polygon[0][-1]
            assert ((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) < 0  # clockwise: d3 would otherwise fill the rest of the world
    chiapas, sonora = (np.array(rows[code]["geometry"]["coordinates"][0][0]).mean(axis=0) for code in ("07", "26"))
    assert chiapas[1] < 18 and sonora[1] > 27 and sonora[0] < chiapas[0]


def test_the_rows_offered_leave_the_outlines_to_their_own_table():
    assert as_csv([{"state": "07", "geometry": {"type": "Feature"}, "gdp": 41.5}]) == "state,gdp\n07,41.5\n"


def test_the_panel_keeps_origins_by_their_smallest_year_and_leaves_gaps():
    rows = investment.origin_panel(2001, 2019, 100)
    assert set(rows["origin"]) == {"MEX", "GTM", "HND", "SLV", "NIC", "ECU", "COL"}
    assert len(rows) == 7 * 19
    assert rows.loc[rows["homicides"].isna(), "origin"].unique().tolist() == ["NIC"]
    mexico = rows.set_index(["origin", "fiscal_year"]).loc[("MEX", 2019)]
    assert mexico["rate"] == pytest.approx(1e5 * 166_460 / investment.world_bank("population")["MEX", 2018])
    years = load("population_by_age").query("iso3 == 'GTM' and year == 2015")
    young = years[years["age"].isin(investment.YOUNG)]["population_thousand"].sum() / years["population_thousand"].sum()
    assert rows.set_index(["origin", "fiscal_year"]).loc[("GTM", 2016), "young"] == pytest.approx(100 * young)
    assert set(investment.origin_panel(2001, 2019, 5000)["origin"]) < set(rows["origin"])


def test_demand_and_apprehensions_go_by_fiscal_year():
    demand = investment.us_demand(2018, 2019)
    months = load("us_labour_market").set_index("date")["unemployment_rate"]["2018-10":"2019-09"]
    assert demand.loc[2019, "unemployment"] == pytest.approx(months.mean())
    assert investment.triangle_apprehensions()[2019] == 264_170 + 253_800 + 89_820


def test_duty_is_rate_times_imports_less_what_is_no_longer_bought():
    assert tariff.duty(346.5e9, 5) == pytest.approx(17.325e9)
    assert tariff.duty(100, 25, 2) == pytest.approx(25 / 1.25**2)
    assert tariff.duty(100, 0, 3) == 0
    with pytest.raises(BookError, match="both are 0 or more"):
        tariff.duty(100, -5)


def test_a_schedule_counts_the_days_of_each_rate():
    imports = pd.Series([300.0, 310.0, 310.0], pd.date_range("2019-06-01", periods=3, freq="MS"))
    table = tariff.scheduled(imports, {"2019-06-10": 5, "2019-07-01": 10})
    assert list(table["rate"]) == pytest.approx([5 * 21 / 30, 10, 10])
    assert table["duty"].sum() == pytest.approx(300 * 0.035 + 31 + 31)
    with pytest.raises(BookError, match="no step of the schedule"):
        tariff.scheduled(imports, {"2020-01-01": 5})
    assert list(investment.tariff_steps().values()) == [5, 10, 15, 20, 25]


def run(*arguments: str):
    return CliRunner().invoke(main, ["run", "investment", *arguments])


@pytest.mark.parametrize(("given", "message"), [
    (("south", "north"), "south is 'north'; it takes one of: banxico, pacific, isthmus"),
    (("panel_last", "2021"), "panel_last is 2021; it takes a whole number from 2012 to 2019"),
    (("least", "5000"), "least is 5000: only 3 origins have that many apprehensions in every year"),
    (("tariff", "60"), "tariff is 60; it takes a whole number from 0 to 25"),
])
def test_a_mistaken_parameter_is_one_line_that_names_it(tmp_path, given, message):
    result = run("-p", *given, "-o", str(tmp_path / "out.ipynb"))
    assert result.exit_code == 1
    errors = [line for line in result.output.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1 and message in errors[0]


def test_other_parameters_give_other_sentences(tmp_path):
    result = run("-p", "least", "1000", "-p", "south", "pacific", "-o", str(tmp_path / "out.ipynb"))
    assert result.exit_code == 0, result.output
    text = (tmp_path / "out.ipynb").read_text()
    assert "Chiapas, Guerrero and Oaxaca" in text
    assert "with so few countries no size would be enough" in text


def test_the_two_tests_of_homicides_disagree_and_the_lag_decides_one_of_them():
    """What the chapter says of its panel: bootstrap 0.03, randomisation 0.58; the bootstrap rejects only with one lag."""
    p = {}
    for lag in (0, 1):
        frame = investment.origin_panel(2001, 2018 + lag, 100, lag)
        choice = (frame, "log_rate", "log_homicides", ["log_income", "young"])
        p[lag] = panel.fixed_effects(*choice).p, panel.randomisation_p(*choice)[0]
    assert p[1][0] == pytest.approx(4 / 128) and p[0][0] > 0.2
    assert min(p[0][1], p[1][1]) > 0.5


def test_an_interval_without_an_end_says_so():
    assert reach(-48.0, -4.0, whole) == "−48\u00a0% to −4\u00a0%"
    assert reach(-inf, -4.0, whole) == "up to −4\u00a0%"
    assert reach(2.0, inf, whole) == "from +2\u00a0%"
    assert reach(-inf, inf, whole) == "without end on either side"
