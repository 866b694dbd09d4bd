"""Faults as they happen to tables in spreadsheets, for the mutation proof: rows of texts in, faulty rows out."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

PERIODS = ("date", "start", "month", "year", "fiscal_year", "field_start")
Rows = list[list[str]]


class Table:
    """Header, rows and schema of a table, and the columns that faults look for."""

    def __init__(self, entry: dict, header: list[str], rows: Rows) -> None:
        self.header, self.rows = header, rows
        fields = entry["schema"]["fields"]
        times = {*PERIODS, "quarter", "step", "item"}
        self.figures = [position for position, field in enumerate(fields)
                        if field["type"] in ("integer", "number") and field["name"] not in times]
        keys = entry["schema"].get("foreignKeys", [])
        self.codes = [(header.index(name), key["reference"]["resource"], key["reference"]["fields"][0])
                      for key in keys for name in key["fields"] if key["reference"]["resource"] != "months"]
        self.period = next((header.index(name) for name in PERIODS if name in header), None)

    def copy(self) -> Rows:
        return [list(row) for row in self.rows]


def changed_digit(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """One digit of one figure becomes another."""
    return _figure(table, chance, lambda text: _other_digit(text, chance))


def wrong_sign(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """One figure changes its sign."""
    return _figure(table, chance, lambda text: text[1:] if text.startswith("-") else f"-{text}")


def unit_times_1000(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """A column of figures is given in another unit."""
    if not table.figures:
        return None
    column, rows = chance.choice(table.figures), table.copy()
    for row in rows:
        if row[column]:
            row[column] = f"{Decimal(row[column]) * 1000:f}"
    return rows


def swapped_columns(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """The cells of two columns change places under headers that stay."""
    if len(table.header) < 2:
        return None
    (one, other), rows = chance.sample(range(len(table.header)), 2), table.copy()
    for row in rows:
        row[one], row[other] = row[other], row[one]
    return rows


def shifted_rows(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """From some row on a column slips down by one, and the last cell returns to the gap."""
    if len(table.rows) < 3:
        return None
    column, start = chance.randrange(len(table.header)), chance.randrange(len(table.rows) - 2)
    rows = table.copy()
    cells = [row[column] for row in rows[start:]]
    for row, cell in zip(rows[start:], [cells[-1], *cells[:-1]], strict=True):
        row[column] = cell
    return rows


def dropped_period(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """All rows of one month (or year, or day) are lost; of a table without a time, one row."""
    if table.period is None:
        gone = chance.randrange(len(table.rows))
        return table.rows[:gone] + table.rows[gone + 1:]
    when = chance.choice([row[table.period] for row in table.rows])
    return [row for row in table.rows if row[table.period] != when]


def duplicated_row(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """A row is there twice."""
    place = chance.randrange(len(table.rows))
    return table.rows[:place] + [table.rows[place]] + table.rows[place:]


def wrong_code(table: Table, chance: random.Random, codes: dict) -> Rows | None:
    """A country, state or claim gets the code of another one, or one that does not exist."""
    if not table.codes:
        return None
    (column, resource, field), rows = chance.choice(table.codes), table.copy()
    row = chance.choice(rows)
    known = codes[resource, field]
    row[column] = chance.choice(known) if chance.random() < 0.5 else row[column][::-1].lower()
    return rows


def _figure(table: Table, chance: random.Random, change: Callable[[str], str]) -> Rows | None:
    cells = [(row, column) for column in table.figures for row in range(len(table.rows)) if table.rows[row][column]]
    if not cells:
        return None
    (row, column), rows = chance.choice(cells), table.copy()
    rows[row][column] = change(rows[row][column])
    return rows


def _other_digit(text: str, chance: random.Random) -> str:
    place = chance.choice([position for position, character in enumerate(text) if character.isdigit()])
    digit = chance.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1:]


FAULTS = {fault.__name__.replace("_", " "): fault for fault in (
    changed_digit, wrong_sign, unit_times_1000, swapped_columns, shifted_rows, dropped_period, duplicated_row, wrong_code)}
