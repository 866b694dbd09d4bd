"""Control sums that find an altered cell.

For each column two sums are kept: of the cells' numbers, and of row number times cell number. If one cell changes by d,
the first sum changes by d and the second by row × d: the pair gives back the row, and for whole numbers the old value.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from zlib import crc32

SCALE = 10**6


def cell_number(text: str) -> int:
    """The number a cell counts as: whole and decimal numbers as millionths, any other text by its checksum."""
    try:
        value = Decimal(text)
        return int(value * SCALE) if value.is_finite() else crc32(text.encode())
    except InvalidOperation:
        return crc32(text.encode())


def control_sums(header: list[str], rows: list[list[str]]) -> dict[str, list[int]]:
    """Two sums per column over ``rows`` (lists of cell texts, numbered from 1)."""
    sums = {}
    for position, name in enumerate(header):
        cells = [cell_number(row[position]) for row in rows]
        sums[name] = [sum(cells), sum(number * cell for number, cell in enumerate(cells, start=1))]
    return sums


def locate(expected: dict[str, list[int]], header: list[str], rows: list[list[str]]) -> list[str]:
    """Say where ``rows`` differ from the sums kept: one sentence per column that does."""
    found = []
    for name, now in control_sums(header, rows).items():
        change = now[0] - expected[name][0]
        shift = now[1] - expected[name][1]
        if not change and not shift:
            continue
        row, rest = divmod(shift, change) if change else (0, 1)
        if rest or not 1 <= row <= len(rows):
            found.append(f"column '{name}': more than one cell differs from the published table")
            continue
        cell = rows[row - 1][header.index(name)]
        old = _old_value(cell, change)
        wanted = f"expected {old}, found '{cell}'" if old else f"found '{cell}', which is not the published value"
        found.append(f"row {row + 1}, column '{name}': {wanted}")
    return found


def _old_value(cell: str, change: int) -> str | None:
    """The value a changed number had, or None when the cell is or was not a plain number."""
    if str(cell).replace(".", "", 1).lstrip("-").isdigit():
        old = Decimal(cell_number(cell) - change) / SCALE
        return f"{old.normalize():f}"
    return None
