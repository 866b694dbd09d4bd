"""A table described in words for a terminal: what it is, its columns, where it comes from, its first rows."""

from __future__ import annotations

import textwrap

import pandas as pd

from migrationbook.data.package import first_rows, resource
from migrationbook.data.rights import credit, terms

LABEL = 10  # characters before the text of a line such as "Licence"
CELL = 28  # characters of a cell shown among the first rows


def card(name: str, width: int = 90) -> str:
    """Describe table ``name`` in lines of at most ``width`` characters (the first rows are cut to it).

    An unknown name raises BookError suggesting the nearest.
    """
    entry = resource(name)
    parts = [
        f"{name}\n{_wrapped(entry['title'], width)}",
        _wrapped(entry.get("description", ""), width),
        "Columns\n" + "\n".join(_column(field, entry["schema"], width) for field in entry["schema"]["fields"]),
        "Caveats\n" + "\n".join(_item(caveat, width) for caveat in entry["caveats"]) if entry.get("caveats") else "",
        "\n".join(_facts(entry, width)),
        f"First rows\n{_rows(name, width)}",
    ]
    return "\n\n".join(part for part in parts if part)


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    return textwrap.fill(" ".join(text.split()), width, initial_indent=first, subsequent_indent=rest,
                         break_long_words=False, break_on_hyphens=False)


def _item(text: str, width: int) -> str:
    return _wrapped(text, width, "  - ", "    ")


def _column(field: dict, schema: dict, width: int) -> str:
    key = "key" if field["name"] in schema.get("primaryKey", []) else ""
    traits = ", ".join(filter(None, [field["type"], field.get("unit", ""), key]))
    meaning = ". ".join(filter(None, [field.get("title", "").rstrip("."), field.get("description", "")]))
    return "\n".join([_wrapped(f"{field['name']} ({traits})", width, "  ", "      "),
                      *([_wrapped(meaning, width, "      ", "      ")] if meaning else [])])


def _facts(entry: dict, width: int) -> list[str]:
    """Rows, vintage, sources, licences and how to credit them, a labelled line each."""
    covered = " to ".join(entry.get("coverage") or [])
    sources = [". ".join(filter(None, [source["title"], source.get("obtained_from", ""), source.get("path", "")]))
               for source in entry["sources"]]
    licences = [terms(licence) for licence in entry["licenses"]]
    facts = [("Rows", ", ".join(filter(None, [f"{entry['rows']:,}", covered]))), ("Vintage", str(entry["vintage"])),
             *(("Source", text) for text in sources), *(("Licence", text) for text in licences),
             *(("Credit", credit(entry, licence)) for licence in entry["licenses"])]
    return [_wrapped(text, width, label.ljust(LABEL), " " * LABEL) for label, text in facts]


def _rows(name: str, width: int) -> str:
    header, rows = first_rows(name)
    short = [[textwrap.shorten(cell, CELL, placeholder="…") for cell in row] for row in rows]
    return pd.DataFrame(short, columns=header).to_string(index=False, line_width=width, justify="left")
