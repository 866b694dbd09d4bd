"""What the licences of the tables allow, and how each table is credited. The words are in words.toml."""

from __future__ import annotations

import re

from migrationbook.data.package import package
from migrationbook.errors import BookError
from migrationbook.words import word

OURS = "ours"  # licences the book itself gives; their entries name it as `holder`


def kind_of(licence: dict) -> str:
    """Which words of words.toml explain a licence: its own, those of the book's licence, or the general ones."""
    if licence.get("holder"):
        return OURS
    kind = re.sub(r"[^a-z0-9]+", "-", licence["name"].lower())
    try:
        word(f"rights.{kind}.means")
    except BookError:
        return "other"
    return kind


def by_kind() -> dict[str, list[tuple[dict, dict]]]:
    """Tables and licences by kind, the most frequent kind first."""
    found: dict[str, list[tuple[dict, dict]]] = {}
    for entry in package()["resources"]:
        for licence in entry["licenses"]:
            found.setdefault(kind_of(licence), []).append((entry, licence))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def publishers(entry: dict) -> list[str]:
    """Who published the figures of a table, each once."""
    return list(dict.fromkeys(source.get("publisher") or source["title"] for source in entry["sources"]))


def terms(licence: dict) -> str:
    """The title of a licence and when its terms were read, in words; of our own licence there is nothing to verify."""
    if licence.get("holder"):
        return licence["title"]
    date = str(licence.get("checked", ""))
    dated = re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
    read = word("rights.checked").format(date=date) if dated else word("rights.unchecked")
    return f"{licence['title']}; {read}"


def credit(entry: dict, licence: dict) -> str:
    """The line that credits a table as one of its licences wants it."""
    pages = dict.fromkeys(source["path"] for source in entry["sources"] if source.get("path"))
    return word(f"rights.{kind_of(licence)}.credit").format(
        source=", ".join([*publishers(entry), *pages]), title=entry["title"], vintage=entry["vintage"],
        licence=licence["title"], terms=licence.get("path", ""), holder=licence.get("holder", ""), book=package()["title"])
