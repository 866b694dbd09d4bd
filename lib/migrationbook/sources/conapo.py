"""Population of the Mexican states, CONAPO."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, numbers

FILE = "security/conapo_population_by_state_annual_1990_2030.csv"
NATIONAL = "00"
FIGURES = ["population_start_of_year", "population_mid_year"]


def state_population(raw: Raw) -> pd.DataFrame:
    """People by state on 1 January and in the middle of each year, 1990 to 2030; the states add up to the national figure."""
    frame = raw.read(FILE, ["year", "state_code_inegi", *FIGURES])
    table = pd.DataFrame({"year": numbers(frame, "year"), "state": frame["state_code_inegi"]})
    table = table.assign(**{name: numbers(frame, name) for name in FIGURES})
    national = table["state"] == NATIONAL
    printed = table[national].set_index("year")
    table = table[~national]
    for name in FIGURES:
        gap = table.groupby("year")[name].sum().sub(printed[name], fill_value=0).abs().max()
        raw.expect_total(f"{name}, largest gap of a year to the national figure", gap, 0, "CONAPO, row 'Nacional'")
    return table
