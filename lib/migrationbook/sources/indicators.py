"""The World Bank's indicators that the book uses, and the countries of its panel: a hand-made lookup table, indicators.csv.

Columns of `INDICATORS`: ``indicator`` (our name), ``title``, ``unit``, ``world_bank_code`` (empty where the figures come from
elsewhere), ``vintage`` (month of the file read: figures of different vintages are never joined into one series) and
``label``, the name in that file.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

INDICATORS = pd.read_csv(Path(__file__).with_name("indicators.csv"), dtype="str", keep_default_na=False)
PANEL = ["BLZ", "COL", "CRI", "CUB", "ECU", "GTM", "HND", "HTI", "MEX", "NIC", "PAN", "SLV", "USA", "VEN"]
