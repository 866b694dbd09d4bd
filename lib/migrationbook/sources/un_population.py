"""Population by age and sex from the United Nations' World Population Prospects 2019."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, numbers, recode

FILE = "investment/un_wpp2019_population_by_age_sex_5yearly_1990_2030.csv"


def population_by_age(raw: Raw) -> pd.DataFrame:
    """Population (thousands, 1 July) by country, year, sex and five-year age group; estimates and projections told apart."""
    frame = raw.read(FILE, ["iso3", "year", "sex", "age", "thousand", "kind"])
    return pd.DataFrame(
        {
            "iso3": frame["iso3"],
            "year": numbers(frame, "year"),
            "sex": recode(frame, "sex", {"female": "female", "male": "male"}),
            "age": frame["age"],
            "population_thousand": numbers(frame, "thousand", "float64"),
            "kind": recode(frame, "kind", {"estimate": "estimate", "projection_medium": "medium_projection"}),
        }
    )
