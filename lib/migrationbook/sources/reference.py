"""The dimensions all tables share: countries and months. Both are computed, from Unicode's country list and the calendar."""

from __future__ import annotations

import pandas as pd
from babel import Locale

from migrationbook.sources.countries import current_codes
from migrationbook.sources.reading import Raw
from migrationbook.sources.us_border import fiscal_year

# Codes for what ISO 3166 has no current code for, as the publishers of our tables use them.
OTHER_CODES = [
    ("OOO", "Other or unknown", "Otro o desconocido", "group"),
    ("UNK", "Unknown", "Desconocido", "group"),
    ("XXA", "Stateless", "Apátrida", "group"),
    ("XKX", "Kosovo", "Kosovo", "area"),
    ("XNC", "Northern Cyprus", "Chipre del Norte", "area"),
    ("NIR", "Northern Ireland", "Irlanda del Norte", "area"),
    ("TIB", "Tibet", "Tíbet", "area"),
    ("SCG", "Serbia and Montenegro (to 2006)", "Serbia y Montenegro (hasta 2006)", "area"),
]
FIRST, LAST = "1960-01", "2030-12"


def countries(raw: Raw) -> pd.DataFrame:
    """One row per ISO 3166-1 alpha-3 code, with names in English and Spanish, and the few codes beside them."""
    english, spanish = Locale("en").territories, Locale("es").territories
    listed = [(code, english[alpha2], spanish[alpha2], "country") for code, alpha2 in current_codes().items()]
    raw.expect_total("current codes", len(listed), 249, "ISO 3166-1: https://www.iso.org/iso-3166-country-codes.html")
    return pd.DataFrame(listed + OTHER_CODES, columns=["iso3", "name_en", "name_es", "kind"])


def months(raw: Raw) -> pd.DataFrame:
    """One row per calendar month with its year, quarter and US fiscal year."""
    dates = pd.Series(pd.date_range(FIRST, LAST, freq="MS"))
    table = pd.DataFrame({"date": dates, "year": dates.dt.year, "quarter": dates.dt.quarter, "fiscal_year": fiscal_year(dates)})
    raw.expect_total("months of fiscal year 2019", int((table["fiscal_year"] == 2019).sum()), 12, "31 U.S.C. 1102")
    return table
