"""Economy, poverty, work and violence by country and year: three vintages of World Bank and ILO figures in one table."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.indicators import INDICATORS, PANEL
from migrationbook.sources.reading import Raw, numbers, recode

FOLDER = "investment/"
# file -> the column that names the indicator, and the vintage of its figures
FILES = {
    FOLDER + "worldbank_wdi_core_14_countries_annual_1990_2023_long.csv": ("indicator", "2025-06"),
    FOLDER + "worldbank_ilo_structure_poverty_14_countries_annual_1990_2025_long.csv": ("indicator", "2026-02"),
    FOLDER + "worldbank_wdi_homicide_labour_14_countries_annual_1990_2019.csv": ("indicator_name", "2021-10"),
}
LAST_ESTIMATE = 2023  # of the ILO's youth employment: later years of the file are its projections
SAME_FIGURE = 0.01  # percentage points: what rounding leaves between a share and the same share computed


def worldbank_indicator_list(raw: Raw) -> pd.DataFrame:
    """What each indicator of `worldbank_indicators` is: title, unit, the World Bank's code, vintage."""
    table = worldbank_indicators(raw.of("worldbank_indicators"))
    raw.expect_total("indicators with figures", table["indicator"].nunique(), len(INDICATORS), "table worldbank_indicators")
    return INDICATORS.drop(columns="label")


def worldbank_indicators(raw: Raw) -> pd.DataFrame:
    """One figure a row by indicator, country and year (calendar), 14 countries, 1990 to 2025, with its vintage."""
    table = pd.concat([_panel(raw, file, name, vintage) for file, (name, vintage) in FILES.items()], ignore_index=True)
    table = table[(table["indicator"] != "youth_employment") | (table["year"] <= LAST_ESTIMATE)]
    wide = table.pivot(index=["iso3", "year"], columns="indicator", values="value")
    _expect_shares(raw, wide)
    _expect_growth(raw, wide)
    return table


def _panel(raw: Raw, file: str, name: str, vintage: str) -> pd.DataFrame:
    frame = raw.read(file, ["iso3", "year", name, "value"])
    of_file = INDICATORS[INDICATORS["vintage"] == vintage]
    return pd.DataFrame(
        {
            "indicator": recode(frame, name, dict(zip(of_file["label"], of_file["indicator"], strict=True))),
            "iso3": recode(frame, "iso3", dict(zip(PANEL, PANEL, strict=True))),
            "year": numbers(frame, "year"),
            "value": numbers(frame, "value", "float64"),
            "vintage": vintage,
        }
    )


def _expect_shares(raw: Raw, wide: pd.DataFrame) -> None:
    """Remittances and investment as shares of GDP, against what others published."""
    of_gdp = 100 * wide["remittances_received"] / wide["gdp"]
    bank = "World Bank in pledgetimes, 2022: https://pledgetimes.com/economy-latin-america-increasingly-dependent-on-remittances/"
    press = "CEMLA in Revista EyN: https://www.revistaeyn.com/centroamericaymundo/remesas-familiares-salvavidas-de-centroamerica-NN18513842"
    for (country, year), expected, source in [
        (("HND", 2022), 27, bank), (("HND", 2023), 27, press), (("SLV", 2023), 24, press), (("GTM", 2023), 20, press),
    ]:
        raw.expect_total(f"remittances, per cent of GDP, {country} {year}", of_gdp.get((country, year), 0), expected, source, 1)
    gap = (100 * wide["fdi_inflows"] / wide["gdp"] - wide["fdi_share_gdp"]).dropna().abs()
    raw.expect_total(
        "investment, share of GDP computed as published, per cent of country-years", 100 * (gap < SAME_FIGURE).mean(),
        100, "the two vintages of the World Bank; the rest was revised between them", tolerance=15,
    )


def _expect_growth(raw: Raw, wide: pd.DataFrame) -> None:
    """GDP per head and its growth are published apart and have to agree in every country and year."""
    levels = wide["gdp_per_head"].dropna()
    before = levels.groupby("iso3").shift(1)
    gap = (100 * (levels / before - 1) - wide["gdp_per_head_growth"]).dropna().abs()
    raw.expect_total(
        "GDP per head, largest gap between computed and published growth, percentage points", gap.max(), 0,
        "World Bank: https://data.worldbank.org/indicator/NY.GDP.PCAP.KD.ZG", tolerance=0.0001,
    )
