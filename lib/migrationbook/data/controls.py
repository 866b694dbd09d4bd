"""Control sums that find an altered cell.

For each column two sums are kept: of the cells' numbers, and of row number times cell number. If one cell
changes by d, the first sum changes by d and the second by row × d: the pair gives back the row, and for
figures the old value. All arithmetic is on whole numbers, so nothing is lost to rounding.
"""

from __future__ import annotations

import re
from decimal import Decimal
from zlib import crc32

SCALE = 10**6  # figures count in millionths
FIGURE = re.compile(r"-?[0-9]+(\.[0-9]{1,6})?")


def cell_number(text: str) -> int:
    """The whole number a cell counts as: a figure in millionths, any other text by its checksum plus one."""
    if FIGURE.fullmatch(text):
        whole, _, part = text.partition(".")
        return int(whole + part.ljust(6, "0"))
    return crc32(text.encode()) + 1


def control_sums(header: list[str], rows: list[list[str]]) -> dict[str, list[int]]:
    """Two sums per column over ``rows`` (lists of cell texts, numbered from 1)."""
    sums = {}
    for position, name in enumerate(header):
        cells = [cell_number(row[position]) for row in rows]
        sums[name] = [sum(cells), sum(number * cell for number, cell in enumerate(cells, start=1))]
    return sums


def altered_cells(
    expected: dict[str, list[int]], header: list[str], rows: list[list[str]]
) -> dict[str, int | None]:
    """Columns whose sums differ from those ``expected``, each with the index of the one row that explains it.

    None where no single row does: then several cells of the column differ.
    """
    found = {}
    for name, now in control_sums(header, rows).items():
        change, shift = (now[i] - expected[name][i] for i in (0, 1))
        if not change and not shift:
            continue
        row, rest = divmod(shift, change) if change else (0, 1)
        found[name] = row - 1 if not rest and 1 <= row <= len(rows) else None
    return found


def figure(number: int) -> str:
    """The figure that counts as ``number``, without needless zeros."""
    return f"{(Decimal(number) / SCALE).normalize():f}"
