"""Series of the investment theme: aid, promises, money from migrants, Mexico's states, and the panel of origins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from migrationbook.data.package import load
from migrationbook.data.series import NORTHERN_TRIANGLE
from migrationbook.errors import BookError

YOUNG = ["15-19", "20-24", "25-29"]
SOUTHS = {  # what a reader may mean by Mexico's south → INEGI codes
    "banxico": ["04", "07", "12", "20", "23", "27", "30", "31"],  # the central bank's region "South"
    "pacific": ["07", "12", "20"],  # Chiapas, Guerrero and Oaxaca, without oil and without Cancún
    "isthmus": ["07", "20", "27", "30"],  # where the projects of the pledge were to be
}
PANEL_ORIGINS = ["MEX", "GTM", "HND", "SLV", "NIC", "ECU", "COL", "CRI", "BLZ"]  # with income and homicides in most years

# Which entries of the ledger are parts, stages or repeats of another, read from the notes of table pledges: first day and
# dollars → of what. Whoever adds up the column must leave these out.
PART_OF = {
    ("2018-12-18", 2_000_000_000): "the 4.8 billion for Mexico",
    ("2019-05-20", 10_600_000_000): "the 5.8 and 4.8 billion of December 2018",
    ("2019-06-20", 30_000_000): "the 100 million of the day",
    ("2019-07-11", 52_000_000): "the 4.8 billion for Mexico",
    ("2019-07-11", 240_000_000): "the 4.8 billion for Mexico",
    ("2019-07-11", 250_000_000): "the 4.8 billion for Mexico",
    ("2019-07-19", 31_000_000): "the 30 million of 20 June",
    ("2019-07-27", 30_000_000): "the 90 million of the day",
    ("2019-07-27", 90_000_000): "the 100 million of 20 June, in part",
    ("2019-09-20", 62_000_000): "the two grants of the summer",
    ("2019-11-08", 632_000_000): "the 4.8 billion for Mexico",
    ("2019-11-08", 187_000_000): "the 4.8 billion for Mexico",
    ("2020-01-15", 25_000_000_000): "a plan's cost, no pledge",
    ("2021-01-01", 44_735_000_000): "a plan's cost, no pledge",
    ("2021-05-28", 861_000_000): "the 4 billion over four years",
    ("2021-12-01", 1_200_000_000): "the running total of March 2024",
    ("2022-06-07", 3_200_000_000): "the running total of March 2024",
    ("2023-02-01", 4_200_000_000): "the running total of March 2024",
}


def ledger() -> pd.DataFrame:
    """Table ``pledges`` with a column part_of: what each entry is a part, stage or repeat of, empty for those of their own.

    Raises BookError when the table no longer has an entry that `PART_OF` names.
    """
    rows = load("pledges")
    keys = list(zip(rows["start"].dt.strftime("%Y-%m-%d"), rows["amount_usd"].astype(int), strict=True))
    missing = set(PART_OF) - set(keys)
    if missing:
        day, amount = min(missing)
        raise BookError(f"pledges: no entry of {day} over {amount:,} dollars, which PART_OF names; correct one of them")
    return rows.assign(part_of=[PART_OF.get(key, "") for key in keys])


def aid(*countries: str, transaction: str = "obligations") -> pd.Series:
    """US aid to countries together by fiscal year, million current dollars: ``us_aid``.

    transaction: obligations, disbursements, or another of the table's types; they are stages of the same money and never
    to be added. Money booked under a region has no country and is not in it. 2025 is partial and left out.
    """
    rows = load("us_aid").query("country in @countries and transaction_type == @transaction and fiscal_year < 2025")
    if rows.empty:
        raise BookError(f"us_aid: no {transaction} for {', '.join(countries)}")
    return _by_year(rows, "current_usd").div(1e6).rename(transaction)


def regional_aid(region: str, transaction: str = "obligations") -> pd.Series:
    """The same for money booked under a region, such as ``central_america``: ``us_aid_regional``."""
    rows = load("us_aid_regional").query("region == @region and transaction_type == @transaction and fiscal_year < 2025")
    if rows.empty:
        raise BookError(f"us_aid_regional: no {transaction} for {region}")
    return _by_year(rows, "current_usd").div(1e6).rename(region)


def suspension(measure: str) -> float:
    """A figure of the suspension of 2019 (million dollars or as its unit says): ``aid_suspension_2019``."""
    rows = load("aid_suspension_2019").query("measure == @measure")
    if rows.empty:
        raise BookError(f"aid_suspension_2019: no measure '{measure}'")
    return float(rows["value"].iloc[0])


def pledge(pledger: str, amount: float) -> pd.Series:
    """The row of ``pledges`` of a pledger (the words its name begins with) and an amount in dollars."""
    rows = load("pledges")
    rows = rows[rows["pledger"].str.startswith(pledger) & (rows["amount_usd"] == amount)]
    if len(rows) != 1:
        raise BookError(f"pledges: {len(rows)} rows of {pledger} with {amount:,.0f} dollars; one was expected")
    return rows.iloc[0]


def world_bank(indicator: str) -> pd.Series:
    """An indicator by country and year: ``worldbank_indicators``."""
    rows = load("worldbank_indicators").query("indicator == @indicator")
    if rows.empty:
        raise BookError(f"worldbank_indicators: no indicator '{indicator}'")
    return rows.set_index(["iso3", "year"])["value"].rename(indicator)


def scale(countries: list[str], year: int) -> pd.DataFrame:
    """Aid from the United States, foreign direct investment and remittances of a year, per cent of GDP.

    Indexed by country. Aid is that of the fiscal year which ends in September of the year. Raises BookError for a gap.
    """
    def of_year(indicator: str) -> pd.Series:
        return world_bank(indicator).reindex([(one, year) for one in countries]).set_axis(countries)

    obligated = pd.Series({one: aid(one).get(year) for one in countries}, dtype=float) * 1e6
    flows = {"US aid": obligated, "Foreign direct investment": of_year("fdi_inflows"),
             "Remittances": of_year("remittances_received")}
    table = 100 * pd.DataFrame(flows).div(of_year("gdp"), axis=0)
    gaps = table.isna().stack()
    if gaps.any():
        country, measure = gaps[gaps].index[0]
        raise BookError(f"{measure} or GDP of {country} is not known for {year}; choose a year from 2008 to 2023")
    return table


def states(year: int) -> pd.DataFrame:
    """Mexico's states in a year: population, gdp, gdp_without_mining (million pesos of 2018), fdi, remittances (million dollars).

    Indexed by INEGI code. Remittances are the sum of the four quarters. FDI is the yearly mean of the five years to this
    one, since a single year of a state may be one factory, or negative. Sources: ``state_gdp``, ``state_fdi``,
    ``remittances_by_state``, ``state_population``.
    """
    gdp = load("state_gdp").query("year == @year").pivot(index="state", columns="industry", values="constant_2018_mxn_million")
    people = load("state_population").query("year == @year").set_index("state")["population_mid_year"].astype(float)
    table = pd.DataFrame({"population": people, "gdp": gdp["total"], "gdp_without_mining": gdp["total"] - gdp["mining"],
                          "fdi": _sums(load("state_fdi"), year - 4, year)["fdi_usd_million"] / 5,
                          "remittances": _sums(load("remittances_by_state"), year, year)["value_usd"] / 1e6})
    return table.loc[[code for code in table.index if len(code) == 2 and code != "00"]]


def _sums(rows: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Sums by state of quarterly rows from one year to another."""
    return rows[rows["date"].dt.year.between(first, last)].groupby("state").sum(numeric_only=True)


def per_head(table: pd.DataFrame, codes: list[str] | None = None) -> pd.Series:
    """Each measure of `states` per inhabitant of these states together, per cent of the nation's."""
    chosen = table if codes is None else table.loc[codes]
    measures = table.columns.drop("population")
    return 100 * (chosen[measures].sum() / chosen["population"].sum()) / (table[measures].sum() / table["population"].sum())


def outlines() -> pd.DataFrame:
    """One row per state with its outline as a GeoJSON feature: state, geometry: ``mexican_state_outlines``.

    Points run clockwise, as d3 wants them: the other way round a polygon is the rest of the world.
    """
    rows = []
    for code, state in load("mexican_state_outlines").sort_values(["polygon", "point"]).groupby("state"):
        rings = [[one[["longitude", "latitude"]].to_numpy()[::-1].tolist()] for _, one in state.groupby("polygon")]
        rows.append((code, {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": rings}}))
    return pd.DataFrame(rows, columns=["state", "geometry"])


def imports() -> pd.Series:
    """US goods imports from Mexico by month, million dollars, not seasonally adjusted: ``us_imports_from_mexico``."""
    return load("us_imports_from_mexico").set_index("date")["imports_usd_million"].asfreq("MS")


def tariff_steps() -> dict[str, float]:
    """The schedule threatened on 30 May 2019: first day → per cent: ``tariff_threat``."""
    rows = load("tariff_threat").query("measure == 'proposed_tariff_rate'").sort_values("start")
    return {f"{day:%Y-%m-%d}": float(rate) for day, rate in zip(rows["start"], rows["value"], strict=True)}


def origin_panel(first: int, last: int, least: int, lag: int = 1) -> pd.DataFrame:
    """Origin × fiscal year: what the panel of push and pull is estimated on.

    Columns: origin, fiscal_year, rate (Border Patrol apprehensions per 100,000 inhabitants), homicides (per 100,000),
    income (GDP per head, PPP, 2021 dollars), young (share of people of 15 to 29, per cent), and log_rate,
    log_homicides, log_income. Homicides and income are those of the calendar year `lag` years before the fiscal year's
    own number. `young` runs in a straight line between the five-yearly counts: the one interpolation of this book, of a
    share that moves by a few tenths a year. Kept are origins with at least `least` apprehensions in every year, since the
    counts are rounded to ten. Sources: ``khsm_by_citizenship``, ``worldbank_indicators``, ``population_by_age``.
    """
    counts = load("khsm_by_citizenship").query("@first <= fiscal_year <= @last and citizenship in @PANEL_ORIGINS")
    counts = counts.pivot_table(index="fiscal_year", columns="citizenship", values="encounters", aggfunc="sum", fill_value=0)
    kept = [one for one in PANEL_ORIGINS if one in counts and (counts[one] >= least).all()]
    ages = load("population_by_age")
    share = 100 * (ages[ages["age"].isin(YOUNG)].groupby(["iso3", "year"])["population_thousand"].sum()
                   / ages.groupby(["iso3", "year"])["population_thousand"].sum())
    people, killed, income = (world_bank(name) for name in ("population", "homicides", "gdp_per_head_ppp"))
    rows = [{"origin": one, "fiscal_year": year, "rate": 1e5 * counts.at[year, one] / people[one, year - lag],
             "homicides": killed.get((one, year - lag), np.nan), "income": income.get((one, year - lag), np.nan),
             "young": float(np.interp(year - lag, share[one].index, share[one].to_numpy()))}
            for one in kept for year in counts.index]
    panel = pd.DataFrame(rows)
    return panel.assign(**{f"log_{name}": np.log(panel[name]) for name in ("rate", "homicides", "income")})


def us_demand(first: int, last: int) -> pd.DataFrame:
    """US labour market by fiscal year: log_openings (log of the mean of job openings), unemployment (mean rate, per cent)."""
    rows = load("us_labour_market")
    year = rows["date"].dt.year + (rows["date"].dt.month >= 10)
    table = rows.groupby(year)[["job_openings_thousand", "unemployment_rate"]].mean().loc[first:last]
    return pd.DataFrame({"log_openings": np.log(table["job_openings_thousand"]), "unemployment": table["unemployment_rate"]})


def emigration(first: int, last: int) -> pd.DataFrame:
    """Mean yearly net emigration per 1,000 inhabitants and income per head (PPP) over years, by country of origin.

    Columns net_emigration, income; net: those who left less those who came, whatever the destination. Countries without
    income (Cuba, Venezuela) and the United States are left out. Source: ``worldbank_indicators``.
    """
    table = pd.concat([world_bank("net_migration"), world_bank("population"), world_bank("gdp_per_head_ppp")], axis=1).dropna()
    table = table.drop("USA", level="iso3").query("@first <= year <= @last")
    table = table.assign(net_emigration=-1000 * table["net_migration"] / table["population"], income=table["gdp_per_head_ppp"])
    return table.groupby(level="iso3")[["net_emigration", "income"]].mean()


def triangle_apprehensions() -> pd.Series:
    """Apprehensions (from 2020 with expulsions) of people of the Northern Triangle by fiscal year: ``khsm_by_citizenship``."""
    rows = load("khsm_by_citizenship")
    rows = rows[rows["citizenship"].isin(NORTHERN_TRIANGLE) & (rows["fiscal_year"] < 2025)]
    return _by_year(rows, "encounters")


def _by_year(rows: pd.DataFrame, column: str) -> pd.Series:
    """Sums of a column by fiscal year, an index of plain whole numbers."""
    sums = rows.groupby("fiscal_year")[column].sum().astype(float)
    return sums.set_axis(sums.index.astype(int))
