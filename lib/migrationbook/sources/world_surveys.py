"""Surveys that ask the same in many countries: Latinobarómetro, and the World and European Values Surveys."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, numbers, recode

FOLDER = "opinion/"
ITEMS_FILE = FOLDER + "latinobarometro_immigrant_items_by_country_2020_2024.csv"
LATIN_NEIGHBOURS_FILE = FOLDER + "latinobarometro_unwanted_neighbours_2024.csv"
WORLD_NEIGHBOURS_FILE = FOLDER + "wvsa_evs_unwanted_neighbours_by_wave_1981_2022.csv"

# the answer counted for each item of Latinobarómetro, in our words; the more people give it, the less welcome immigrants are
ANSWERS = {
    "C_004_201": "Against receiving immigrants from outside Latin America",
    "C_004_202": "Against receiving immigrants from Latin America",
    "C_004_203": "Against receiving immigrants from Haiti",
    "C_004_204": "Against receiving immigrants from Venezuela",
    "C_004_205": "The arrival of immigrants does harm",
    "C_004_206": "Immigrants are not good for the economy",
    "C_004_207": "Immigrants compete for our jobs",
    "C_004_208": "Immigrants cause more crime",
    "C_004_209": "Immigrants do not improve society by ideas and culture",
    "C_004_210": "Immigrants are a burden on the state",
    "C_004_211": "Immigrants do not give more than they receive",
    "C_004_212": "The politically persecuted should not be helped",
    "C_004_213": "Immigrants should not have the same access to health and schools",
    "C_004_214": "Immigrants should be sent back to their country",
}
GROUPS = {
    "bebedores_drogadictos": "heavy_drinkers_or_drug_users", "homosexuales": "homosexual_people", "inmigrantes": "immigrants",
    "jovenes": "young_people", "otra_raza": "another_race", "otra_religion": "another_religion",
    "otro_idioma": "another_language", "parejas_no_casadas": "unmarried_couples",
}  # fmt: skip


def latinobarometro_immigrants(raw: Raw) -> pd.DataFrame:
    """Answers unfavourable to immigrants by country, round and item, weighted percent of valid answers."""
    frame = raw.read(ITEMS_FILE, ["iso3", "ronda", "item", "pct_hostil", "n"])
    return pd.DataFrame(
        {
            "country": frame["iso3"],
            "year": numbers(frame, "ronda"),
            "item": frame["item"],
            "answer": recode(frame, "item", ANSWERS),
            "percent": numbers(frame, "pct_hostil", "float64"),
            "n": numbers(frame, "n"),
        }
    )


def latinobarometro_neighbours(raw: Raw) -> pd.DataFrame:
    """Groups people would not want as neighbours, by Latin American country, percent of valid answers, 2024."""
    frame = raw.read(LATIN_NEIGHBOURS_FILE, ["iso3", "year", "cat", "pct", "n"])
    return _neighbours(frame)


def wvs_neighbours(raw: Raw) -> pd.DataFrame:
    """Immigrants or people of another race not wanted as neighbours, by country, study and wave, percent."""
    frame = raw.read(WORLD_NEIGHBOURS_FILE, ["iso3", "study", "wave", "year", "cat", "pct", "n"])
    return _neighbours(frame).assign(study=frame["study"], wave=numbers(frame, "wave"))


def _neighbours(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "country": frame["iso3"],
            "year": numbers(frame, "year"),
            "group": recode(frame, "cat", GROUPS),
            "percent": numbers(frame, "pct", "float64"),
            "n": numbers(frame, "n"),
        }
    )
