"""Remittances to and from Mexico as Banco de México records them: by month, by state, by country."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, months, numbers, recode, refuse

FOLDER = "investment/"
MONTHLY_FILE = FOLDER + "banxico_remittances_mexico_monthly_1995-01_2026-05.csv"
STATE_FILE = FOLDER + "banxico_remittances_by_state_quarterly_2003Q1_2026Q1.csv"
COUNTRY_FILE = FOLDER + "banxico_remittances_by_country_quarterly_2013Q1_2026Q1.csv"
FLOWS = {"inflow": "inbound", "outflow": "outbound"}
ROUNDING = 5  # USD: states are rounded one by one


def quarters(frame: pd.DataFrame, column: str = "quarter") -> pd.Series:
    """First day of quarters written ``2019Q2``; raises BookError for anything else."""
    refuse(frame, column, ~frame[column].str.fullmatch(r"\d{4}Q[1-4]"), "a quarter such as 2019Q2")
    return pd.PeriodIndex(frame[column], freq="Q").to_timestamp().to_series(index=frame.index)


def remittances_mexico_monthly(raw: Raw) -> pd.DataFrame:
    """Transfers to Mexico (from 1995) and from Mexico (from 2013) by month: number of operations and USD."""
    frame = raw.read(MONTHLY_FILE, ["month", "flow", "operations", "value_usd"])
    table = pd.DataFrame(
        {
            "date": months(frame.assign(month=frame["month"] + "-01"), "month"),
            "flow": recode(frame, "flow", FLOWS),
            "operations": numbers(frame, "operations"),
            "value_usd": numbers(frame, "value_usd"),
        }
    )
    inbound = table[table["flow"] == "inbound"].set_index("date")
    average = inbound["value_usd"].resample("YS").sum() / inbound["operations"].resample("YS").sum()
    for year, expected, source in [
        (2022, 390, "Banxico: https://americaeconomica.com/noticia/mexico/mexico-recibe-en-2022-la-cifra-record-de-58-000-millones-de-dolares-en-remesas.html"),
        (2023, 393, "Banxico: https://elporvenir.mx/amp/economico/surge-nuevo-record-historico-en-remesas/687466"),
    ]:
        raw.expect_total(f"average transfer, {year}, USD", average.get(pd.Timestamp(year, 1, 1), 0), expected, source, 1)
    return table


def remittances_by_state(raw: Raw) -> pd.DataFrame:
    """Transfers to Mexico by state of payment and quarter (USD), 2003 on; the states sum to the national figure."""
    frame = raw.read(STATE_FILE, ["quarter", "state_code_inegi", "value_usd"])
    table = pd.DataFrame(
        {"date": quarters(frame), "state": frame["state_code_inegi"], "value_usd": numbers(frame, "value_usd")}
    )
    gap = (table.groupby("date")["value_usd"].sum() - _national(raw)).dropna().abs().max()
    raw.expect_total("largest gap between the states and the national figure of a quarter, USD", gap, 0,
                     "table remittances_mexico_monthly", tolerance=ROUNDING)
    return table


def remittances_by_country(raw: Raw) -> pd.DataFrame:
    """Transfers to and from Mexico by country at the other end and quarter (USD), 13 countries, 2013 on."""
    frame = raw.read(COUNTRY_FILE, ["quarter", "iso3", "flow", "value_usd"])
    table = pd.DataFrame(
        {
            "date": quarters(frame),
            "country": frame["iso3"],
            "flow": recode(frame, "flow", FLOWS),
            "value_usd": numbers(frame, "value_usd"),
        }
    )
    year = table[(table["date"].dt.year == 2023) & (table["flow"] == "inbound")]
    total = _national(raw)["2023"].sum()
    for country, expected in [("USA", 96.2), ("ECU", 0.3), ("GTM", 0.1), ("COL", 0.1)]:
        share = 100 * year.loc[year["country"] == country, "value_usd"].sum() / total
        raw.expect_total(f"share of transfers to Mexico in 2023 that come from {country}, per cent", share, expected,
                         "Banxico through BBVA: https://stornia.com.mx/mundo/mexico/banca-mx/2024/03/04/"
                         "flujo-de-remesas-a-mexico-alcanza-su-nivel-mas-bajo-en-un-ano-banxico", tolerance=0.6)
    return table


def _national(raw: Raw) -> pd.Series:
    """Transfers to Mexico by quarter, from the monthly table; quarters not complete are left out."""
    table = remittances_mexico_monthly(raw.of("remittances_mexico_monthly"))
    by_quarter = table[table["flow"] == "inbound"].set_index("date")["value_usd"].resample("QS")
    return by_quarter.sum()[by_quarter.count() == 3]
