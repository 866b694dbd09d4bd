"""Readers of the publishers' own files, as a person downloads them today: one module for each publisher.

A reader takes the path of one file and returns the rows it holds in exactly the columns of its table's schema
(dates as timestamps), or raises a BookError of one line. It touches nothing else: no network, no data package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

# table name -> its reader
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {}
