"""Mexico's states: gross domestic product (INEGI) and foreign direct investment (Secretaría de Economía)."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.banxico import quarters
from migrationbook.sources.reading import Raw, numbers, recode

GDP_FILE = "investment/inegi_pibe_state_gdp_annual_2003_2024.csv"
FDI_FILE = "investment/economia_fdi_by_state_quarterly_1999Q1_2024Q4.csv"
CONSTANT, CURRENT = "constant_2018_mxn_million", "current_mxn_million"
NATIONAL = "00"
INDUSTRIES = {
    "PIB": "total",
    "11": "agriculture",
    "21": "mining",
    "23": "construction",
    "31-33": "manufacturing",
    "72": "lodging_and_food",
}


def state_gdp(raw: Raw) -> pd.DataFrame:
    """GDP by state, industry and year (million pesos, prices of 2018 and current); held to the printed national rows."""
    frame = raw.read(GDP_FILE, ["year", "state_code_inegi", "industry_code", f"gdp_{CONSTANT}", f"gdp_{CURRENT}"])
    table = pd.DataFrame(
        {
            "year": numbers(frame, "year"),
            "state": frame["state_code_inegi"],
            "industry": recode(frame, "industry_code", INDUSTRIES),
            # INEGI prints three decimals; the file carries what adding them in binary leaves
            CONSTANT: numbers(frame, f"gdp_{CONSTANT}", "float64").round(3),
            CURRENT: numbers(frame, f"gdp_{CURRENT}", "float64").round(3),
        }
    )
    national = table["state"] == NATIONAL
    rows = ["industry", "year"]
    sums = table[~national].groupby(rows)[[CONSTANT, CURRENT]].sum()
    gap = (sums - table[national].set_index(rows)[[CONSTANT, CURRENT]]).abs().max().max()
    raw.expect_total("largest gap between the states and the printed national row, million pesos", gap, 0,
                     "INEGI: https://www.inegi.org.mx/programas/pibent/2018/", tolerance=0.02)
    return table[~national]


def state_fdi(raw: Raw) -> pd.DataFrame:
    """Foreign direct investment by state and quarter (million USD, may be negative), 1999 to 2024."""
    frame = raw.read(FDI_FILE, ["quarter", "state_code_inegi", "fdi_usd_million"])
    return pd.DataFrame(
        {
            "date": quarters(frame),
            "state": frame["state_code_inegi"],
            "fdi_usd_million": numbers(frame, "fdi_usd_million", "float64").round(6),
        }
    )
