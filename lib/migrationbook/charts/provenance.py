"""Where the figures behind a chart or table come from, in two lines of words."""

from __future__ import annotations

from migrationbook import data
from migrationbook.errors import BookError


def provenance(what: str, tables: list[str]) -> dict[str, str]:
    """Source line (each publisher with the vintages of its tables) and licence line from the tables' metadata.

    what: the figure or table that asks, for the message. Raises BookError when tables are missing or unknown.
    """
    if isinstance(tables, str) or not tables:
        raise BookError(f"{what}: tables is {tables!r}; give a list such as ['cbp_monthly']")
    entries = [data.resource(name) for name in tables]
    vintages: dict[str, dict[str, None]] = {}
    for entry in entries:
        publishers = ", ".join(dict.fromkeys(source["title"] for source in entry["sources"]))
        vintages.setdefault(publishers, {})[entry["vintage"]] = None
    licences = dict.fromkeys(licence["title"] for entry in entries for licence in entry["licenses"])
    source = "; ".join(f"{publishers} ({'; '.join(vintage)})" for publishers, vintage in vintages.items())
    return {"source": source, "licence": "; ".join(licences)}
