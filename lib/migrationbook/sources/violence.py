"""Violence as prosecutors, death certificates and police count it, in Mexico and south of it."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.readers.sesnsp import with_sums
from migrationbook.sources.reading import Raw, gathered, months, numbers, recode

FOLDER = "security/"
STATE_FILE = FOLDER + "sesnsp_victims_by_state_monthly_2015-01_2025-06.csv"
NATIONAL_FILE = FOLDER + "sesnsp_victims_national_monthly_2015-01_2025-06.csv"
INEGI_FILE = FOLDER + "inegi_homicides_mexico_national_annual_1990_2024.csv"
RATES_FILE = FOLDER + "central_america_homicide_rates_annual_2014_2023.csv"

# the publisher's name of a crime -> ours
CRIMES = {
    "homicidio_doloso": "intentional_homicide",
    "homicidio_doloso_arma_de_fuego": "intentional_homicide_firearm",
    "feminicidio": "femicide",
    "homicidio_culposo": "unintentional_homicide",
    "extorsion": "extortion",
    "secuestro": "kidnapping",
    "trata_de_personas": "human_trafficking",
    "trafico_de_menores": "trafficking_of_minors",
}
COUNTRIES = {
    "guatemala": "GTM",
    "honduras": "HND",
    "el_salvador": "SLV",
    "nicaragua": "NIC",
    "costa_rica": "CRI",
    "panama": "PAN",
}


def crime_victims_by_state(raw: Raw) -> pd.DataFrame:
    """Victims in files opened by state prosecutors (people) by month, state and crime, 2015-01 to 2025-06."""
    frame = raw.read(STATE_FILE, ["month", "state_code_inegi", *CRIMES])
    frame["date"] = frame["month"] + "-01"
    table = pd.DataFrame({"date": months(frame), "state": frame["state_code_inegi"]})
    table = with_sums(table.assign(**{ours: numbers(frame, theirs) for theirs, ours in CRIMES.items()}))
    national = raw.read(NATIONAL_FILE, ["month", *CRIMES]).set_index("month")
    states = table.groupby(frame["month"])[list(CRIMES.values())].sum()
    for theirs, ours in CRIMES.items():
        gap = states[ours].sub(numbers(national, theirs), fill_value=0).abs().max()
        raw.expect_total(f"{ours}, largest gap of a month to the national figure", gap, 0, "SESNSP, the same cut-off")
    _expect_gap_to_inegi(raw, table)
    return table


def _expect_gap_to_inegi(raw: Raw, victims: pd.DataFrame) -> None:
    """Death certificates exceed prosecutors' files by a few percent: hold the two publishers to each other."""
    registered = homicides_inegi(raw.of("homicides_inegi"))
    registered = registered[registered["vintage"] == "definitive"].set_index("start")["deaths"]
    counted = victims["intentional_homicide"] + victims["femicide"]
    years = counted.groupby(victims["date"].dt.year).sum()
    for year, expected in [(2018, 5.8), (2019, 2.7), (2020, 3.5), (2021, 3.8), (2022, 4.1), (2023, 5.5), (2024, 8.6)]:
        deaths = registered.get(pd.Timestamp(year, 1, 1), float("nan"))
        raw.expect_total(
            f"INEGI's homicides over intentional homicide and femicide, {year}, percent",
            round(100 * (deaths / years.get(year, float("nan")) - 1), 1),
            expected,
            "table homicides_inegi, a count of death certificates",
        )


def homicides_inegi(raw: Raw) -> pd.DataFrame:
    """Deaths by homicide registered in Mexico, years 1990 to 2024 and first halves 2012 to 2023, each vintage a row.

    The list gives one figure a row and earlier ones of the same period in its note: they become rows here.
    """
    table = gathered(raw, INEGI_FILE, "deaths")
    note, half = table["note"], table["measure"] == "inegi_homicides_registered_jan_jun"
    final = note.str.startswith("definitive")
    table["vintage"] = final.map({True: "definitive", False: "preliminary"}).mask(half, "restated")
    table.loc[half & (table["start"] == "2023-01-01"), "vintage"] = "preliminary"
    table["note"] = note.where(~final & ~half, "").str.removeprefix("PRELIMINARY; ")
    # "definitive (preliminary 35,625)"; the halves all carry one note, which speaks of 2019
    before = note.str.extract(r"\(preliminary ([\d,]+)\)")[0]
    before = before.mask(half & (table["start"] == "2019-01-01"), note.str.extract(r"2019-H1 first published as ([\d,]+)")[0])
    before = before.dropna().str.replace(",", "").astype("int64")
    return pd.concat([table, table.loc[before.index].assign(deaths=before, vintage="preliminary")], ignore_index=True)


def homicide_rates_central_america(raw: Raw) -> pd.DataFrame:
    """Homicides per 100,000 people by country and year, 2014 to 2023, from two compilations of police figures."""
    table = gathered(raw, RATES_FILE, "value", "float64")
    table["year"] = table["start"].dt.year
    table.attrs["file"] = RATES_FILE
    names = {f"{kind}_{name}": code for name, code in COUNTRIES.items() for kind in ("homicide_rate", "homicides")}
    table["country"] = recode(table, "measure", names)
    counts = table["measure"].str.startswith("homicides_")
    # a count stands with its rate in the note
    table["rate"] = table["value"].mask(counts, table["note"].str.extract(r"^rate ([\d.]+)$")[0].astype("float64"))
    table["homicides"] = table["value"].where(counts).astype("Int64")
    table["note"] = table["note"].mask(counts, "")
    return table
