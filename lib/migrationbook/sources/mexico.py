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


def mexico_detentions(raw: Raw) -> pd.DataFrame:
    """Detentions by Mexico's migration institute by nationality and month (events), 2018-01 to 2025-04."""
    frame = raw.read(NATIONALITY_FILE, ["date", "nationality_iso3", "value"])
    return pd.DataFrame(
        {
            "date": months(frame),
            "nationality": frame["nationality_iso3"],
            "detentions": numbers(frame, "value"),
        }
    )


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
    nationalities = mexico_detentions(raw.of("mexico_detentions"))
    raw.expect_total(
        "all ages, 2024",
        table.loc[table["date"].dt.year == 2024, "detentions"].sum(),
        nationalities.loc[nationalities["date"].dt.year == 2024, "detentions"].sum(),
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
    return pd.DataFrame(
        {
            "date": months(frame),
            "nationality": frame["nationality_iso3"],
            "return_type": recode(frame, "type", kinds),
            "returns": numbers(frame, "value"),
        }
    )


def mexico_first_reported(raw: Raw) -> pd.DataFrame:
    """Detentions and returns as first reported, and historic ones no machine-readable table covers."""
    table = gathered(raw, REPORTED_FILE, "events")
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
    return gathered(raw, DEPLOYMENT_FILE, "people")


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
