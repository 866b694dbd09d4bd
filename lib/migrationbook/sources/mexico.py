"""Mexican figures: detentions, returns, numbers as first reported, deployment, the agency's means."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, gathered, months, numbers, recode

FOLDER = "enforcement/"
NATIONALITY_FILE = FOLDER + "segob_upmrip_irregular_situation_by_nationality_monthly_2018-01_2025-04.csv"
AGE_FILE = FOLDER + "segob_upmrip_irregular_situation_by_sex_age_monthly_2018-01_2025-04.csv"
RETURNS_FILE = FOLDER + "segob_upmrip_returned_foreigners_by_nationality_type_monthly_2015-01_2025-04.csv"
REPORTED_FILE = FOLDER + "mexico_inm_detentions_returns_press_figures_1997_2024.csv"
DEPLOYMENT_FILE = FOLDER + "mexico_border_deployment_figures_2019_2024.csv"
RESOURCES_FILE = FOLDER + "mexico_inm_resources_2011_2020.csv"

JORNADA_2020 = (
    "INM in La Jornada, 3 January 2020: https://jornada.com.mx/noticia/2020/01/03/politica/"
    "alojan-estaciones-migratorias-a-mas-de-179-mil-migrantes-en-2019-2375"
)
LATER_2019 = "UPM: https://sergiovalle.mx/?p=33810"
EFE_2022 = (
    "UPM in EFE: https://www.bullfrag.com/"
    "mexico-exceeds-228000-migrant-arrests-and-82000-deportations-by-2021/"
)
CENTRAL_AMERICA = ["BLZ", "CRI", "GTM", "HND", "NIC", "PAN", "SLV"]


def _in(table: pd.DataFrame, column: str, when: str) -> int:
    """Sum of ``column`` over the months whose ISO date begins with ``when``."""
    return int(table.loc[table["date"].dt.strftime("%Y-%m-%d").str.startswith(when), column].sum())


def mexico_detentions(raw: Raw) -> pd.DataFrame:
    """Detentions by Mexico's migration institute by nationality and month (events), 2018-01 to 2025-04."""
    frame = raw.read(NATIONALITY_FILE, ["date", "nationality_iso3", "value"])
    table = pd.DataFrame(
        {
            "date": months(frame),
            "nationality": frame["nationality_iso3"],
            "detentions": numbers(frame, "value"),
        }
    )
    for year, expected, source in [
        ("2018", 131445, JORNADA_2020),
        ("2019", 182940, LATER_2019),
        ("2020", 82379, EFE_2022),
    ]:
        raw.expect_total(f"all nationalities, {year}", _in(table, "detentions", year), expected, source)
    raw.expect_total(
        "all nationalities, 2021",
        _in(table, "detentions", "2021"),
        307569,
        "UPM, first vintage, February 2022: https://intoleranciadiario.com/articles/nacional/2022/02/06/"
        "991276-gobierno-federal-detuvo-a-mas-de-300-mil-migrantes-en-2021.html",
        tolerance=3000,
    )
    raw.expect_total(
        "all nationalities, 2024",
        _in(table, "detentions", "2024"),
        1200000,
        "UPM, rounded: https://migranoticias.com/"
        "mexico-rompe-su-propio-record-mas-de-1-2-millones-de-migrantes-detenidos-en-2024/",
        tolerance=50000,
    )
    central = table[table["nationality"].isin(CENTRAL_AMERICA)]
    for month, expected in [("2019-05", 18940), ("2019-06", 26950), ("2019-07", 17173)]:
        raw.expect_total(
            f"Central Americans, {month}",
            _in(central, "detentions", month),
            expected,
            "UPM, first vintage: https://jornada.com.mx/2019/11/06/politica/015n1pol",
            tolerance=1000,
        )
    return table


def mexico_detentions_by_age(raw: Raw) -> pd.DataFrame:
    """The same by sex and age group."""
    frame = raw.read(AGE_FILE, ["date", "sex", "age", "value"])
    ages = {
        "18+": "18_and_over",
        "12-17": "12_to_17",
        "under 12, accompanied": "under_12_accompanied",
        "under 12, unaccompanied": "under_12_unaccompanied",
    }
    table = pd.DataFrame(
        {
            "date": months(frame),
            "sex": recode(frame, "sex", {"female": "female", "male": "male"}),
            "age": recode(frame, "age", ages),
            "detentions": numbers(frame, "value"),
        }
    )
    for year, expected, source in [
        ("2018", 131445, JORNADA_2020),
        ("2019", 182940, LATER_2019),
        ("2020", 82379, EFE_2022),
    ]:
        raw.expect_total(f"all ages, {year}", _in(table, "detentions", year), expected, source)
    nationalities = mexico_detentions(raw.of("mexico_detentions"))
    raw.expect_total(
        "all ages, 2024",
        _in(table, "detentions", "2024"),
        _in(nationalities, "detentions", "2024"),
        "table mexico_detentions, which the publisher revised apart",
        tolerance=1200,
    )
    return table


def mexico_returns(raw: Raw) -> pd.DataFrame:
    """Foreigners returned by Mexico by nationality, kind of return and month (events), 2015-01 to 2025-04."""
    frame = raw.read(RETURNS_FILE, ["date", "nationality_iso3", "type", "value"])
    kinds = {
        "deportation": "deportation",
        "assisted return": "assisted_return",
        "assisted return of children": "assisted_return_of_children",
    }
    table = pd.DataFrame(
        {
            "date": months(frame),
            "nationality": frame["nationality_iso3"],
            "return_type": recode(frame, "type", kinds),
            "returns": numbers(frame, "value"),
        }
    )
    june = table[table["date"] == "2019-06-01"].groupby("return_type")["returns"].sum()
    bulletin = "UPMRIP, Boletín table 3.2.4, vintage of 19 June 2025"
    for kind, expected in [
        ("deportation", 347),
        ("assisted_return", 14993),
        ("assisted_return_of_children", 8785),
    ]:
        raw.expect_total(f"June 2019, {kind.replace('_', ' ')}", june.get(kind, 0), expected, bulletin)
    raw.expect_total("all returns, June 2019", _in(table, "returns", "2019-06"), 24125, bulletin)
    raw.expect_total("all returns, 2021", _in(table, "returns", "2021"), 130275, bulletin)
    raw.expect_total("all returns, 2020", _in(table, "returns", "2020"), 60315, EFE_2022, tolerance=10)
    raw.expect_total(
        "all returns, December 2018",
        _in(table, "returns", "2018-12"),
        6373,
        "INM, preliminary: https://politica.expansion.mx/mexico/2019/07/05/"
        "mexico-ha-retornado-730-migrantes-por-dia-desde-el-acuerdo-con-eu",
        tolerance=250,
    )
    return table


def mexico_first_reported(raw: Raw) -> pd.DataFrame:
    """Detentions and returns as first reported, and historic ones no machine-readable table covers."""
    table = gathered(raw, REPORTED_FILE, "events")
    june = (
        table[(table["start"] == "2019-06-01") & (table["end"] == "2019-06-30")]
        .groupby("measure")["events"]
        .max()
    )
    raw.expect_total(
        "returned in June 2019",
        june.get("returned_first_reported", 0),
        21912,
        "INM: https://mexiconewsdaily.com/news/mexico-deported-22000-migrants-in-june/",
    )
    listed = table[table["measure"] == "detained_inm_june2019_vintage"]
    whole = listed["end"] - listed["start"] > pd.Timedelta(days=31)
    raw.expect_total(
        "detained December 2018 to 24 June 2019, the seven parts of the list",
        listed.loc[~whole, "events"].sum(),
        listed.loc[whole, "events"].sum(),
        "the sum printed with them",
    )
    return table


def mexico_deployment(raw: Raw) -> pd.DataFrame:
    """Guard, Army, Navy and agents on migration duty, promised and deployed, each with its source."""
    table = gathered(raw, DEPLOYMENT_FILE, "people")
    day = table[table["start"] == "2019-06-24"].groupby("measure")["people"].min()
    parts = day.get("southern_border_national_guard_component", 0) + day.get(
        "southern_border_army_navy_component", 0
    )
    raw.expect_total(
        "south on 24 June 2019, Guard plus Army and Navy", parts, 6500, "SEDENA through EFE, 24 June 2019"
    )
    raw.expect_total(
        "both borders on 24 June 2019, by EFE's count",
        parts + day.get("northern_border_guard_army_deployed", 0),
        21500,
        "EFE, 24 June 2019",
    )
    return table


def mexico_agency_resources(raw: Raw) -> pd.DataFrame:
    """Budget, posts, hires, dismissals and station capacity of Mexico's migration institute."""
    table = gathered(raw, RESOURCES_FILE, "value", "float64")
    reforma = table[table["publisher"] == "SHCP budget via Reforma"].set_index(["measure", "start"])["value"]
    new = reforma.get(("inm_budget_approved", pd.Timestamp("2019-01-01")), float("nan"))
    old = reforma.get(("inm_budget_approved", pd.Timestamp("2018-01-01")), float("nan"))
    raw.expect_total(
        "approved budget, change from 2018 to 2019, percent",
        round(100 * (new / old - 1), 1),
        -23,
        "SHCP in Milenio, 1,844 to 1,415 million pesos: "
        "https://amp.milenio.com/estados/ola-migratoria-presupuesto-inm-cuadruplico-2019",
        tolerance=0.5,
    )
    occupied = table[table["start"] == "2019-08-01"].set_index("measure")["value"]
    share = occupied.get("inm_station_occupancy", 0) / occupied.get("inm_station_capacity", 1)
    raw.expect_total(
        "stations, August 2019, people in every hundred places",
        round(100 * share),
        162,
        "the share printed with the figures",
        tolerance=1,
    )
    return table
