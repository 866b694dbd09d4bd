"""Readers of the publishers' own files, as a person downloads them today: one module for each publisher.

A reader takes the path of one file and returns the rows it holds in exactly the columns of its table's schema
(dates as timestamps), or raises a BookError of one line. It touches nothing else: no network, no data package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from migrationbook.sources.readers import banxico, cbp, foreign_assistance, iom, ohss, sesnsp, unhcr, upmrip, world_bank

# table name -> its reader
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "cbp_monthly": cbp.cbp_monthly,
    "cbp_encounters": cbp.cbp_encounters,
    "cbp_encounters_by_region": cbp.cbp_encounters_by_region,
    "khsm_total": ohss.khsm_total,
    "khsm_by_citizenship": ohss.khsm_by_citizenship,
    "khsm_by_family_status": ohss.khsm_by_family_status,
    "khsm_by_sector": ohss.khsm_by_sector,
    "mexico_detentions": upmrip.mexico_detentions,
    "mexico_returns": upmrip.mexico_returns,
    "unhcr_applications": unhcr.unhcr_applications,
    "unhcr_decisions": unhcr.unhcr_decisions,
    "unhcr_stocks": unhcr.unhcr_stocks,
    "worldbank_indicators": world_bank.worldbank_indicators,
    "us_aid": foreign_assistance.us_aid,
    "us_aid_regional": foreign_assistance.us_aid_regional,
    "remittances_mexico_monthly": banxico.remittances_mexico_monthly,
    "crime_victims_by_state": sesnsp.crime_victims_by_state,
    "missing_migrants": iom.missing_migrants,
    "missing_migrants_nationalities": iom.missing_migrants_nationalities,
}
