"""The dated events of the relationship: policies, court rulings, agreements, March 2018 to February 2025."""

from __future__ import annotations

import pandas as pd

from migrationbook.sources.reading import Raw, periods, recode

FILE = "asylum/events.csv"
KINDS = {
    "US policy": "us_policy",
    "Mexican policy": "mexican_policy",
    "bilateral": "bilateral",
    "court": "court",
    "trade": "trade",
    "flow": "flow",
    "pandemic": "pandemic",
    "legislation": "legislation",
    "oversight": "oversight",
    "politics": "politics",
}
CHECKED = {"yes": "yes", "month only": "month_only", "day inferred": "day_inferred", "weak page": "weak_page"}


def events(raw: Raw) -> pd.DataFrame:
    """One row per event, with what the date means and whether it could be confirmed."""
    frame = raw.read(
        FILE, ["date", "event", "kind", "jurisdiction", "url", "date_basis", "date_checked", "note"]
    )
    when = periods(frame)
    return pd.DataFrame(
        {
            "date": when["start"],
            "date_precision": when["date_precision"],
            "event": frame["event"],
            "kind": recode(frame, "kind", KINDS),
            "jurisdiction": frame["jurisdiction"],
            "date_basis": frame["date_basis"],
            "date_checked": recode(frame, "date_checked", CHECKED),
            "url": frame["url"],
            "note": frame["note"],
        }
    )
