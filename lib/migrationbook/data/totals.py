"""What a table declares of its own figures: published totals, ranges, columns that add up. Checked at each build and check."""

from __future__ import annotations

import pandas as pd

from migrationbook.errors import BookError

MANY = 20  # rows named per table
ROUNDING = 1e-9  # decimals are not exact in binary: 10.2 + 0.3 is not 10.5


def rows_where(frame: pd.DataFrame, where: dict) -> pd.DataFrame:
    """The rows of a typed table that meet every condition: a value, a list of values, or ``{from: …, to: …}`` (inclusive).

    Raises BookError for a column the table does not have.
    """
    chosen = pd.Series(True, index=frame.index)
    for name, wanted in where.items():
        if name not in frame.columns:
            raise BookError(f"a total speaks of column '{name}'; the table has: {', '.join(frame.columns)}")
        column = frame[name]
        if isinstance(wanted, dict):
            first, last = (_like(column, wanted[end]) for end in ("from", "to"))
            chosen &= column.between(first, last)
        else:
            values = wanted if isinstance(wanted, list) else [wanted]
            chosen &= column.isin([_like(column, value) for value in values])
    return frame[chosen]


def evaluated(entry: dict, frame: pd.DataFrame) -> list[dict]:
    """The published totals of ``entry["totals"]`` beside what the table holds: label, expected, found, tolerance, source.

    A total sums ``column`` over the rows that meet ``where``; without a column it counts them.
    """
    results = []
    for total in entry.get("totals", []):
        rows = rows_where(frame, total.get("where", {}))
        found = float(rows[total["column"]].sum()) if "column" in total else float(len(rows))
        found = int(found) if found.is_integer() else float(f"{found:.12g}")
        results.append({"label": total["label"], "expected": total["expected"], "found": found,
                        "tolerance": total.get("tolerance", 0), "source": total["source"]})
    return results


def missed(entry: dict, frame: pd.DataFrame) -> list[str]:
    """One line for each published total that the table does not meet."""
    return [
        f"{total['label']}: expected {total['expected']:,} (tolerance {total['tolerance']:,}; {total['source']}), "
        f"found {total['found']:,}"
        for total in evaluated(entry, frame)
        if not abs(total["found"] - total["expected"]) <= total["tolerance"]
    ]


def unbalanced(entry: dict, frame: pd.DataFrame) -> list[str]:
    """One line for each row whose ``parts``, ``less`` what is taken off, are not its ``total``, within the tolerance.

    The total is a column or, for shares, a number: two answers of a poll that leave at most 20 of 100 undecided add up to
    90, 10 more or less. Rows where the total or a part is empty say nothing and are passed over.
    """
    problems = []
    for balance in entry.get("balances", []):
        total, parts, less = balance["total"], balance["parts"], balance.get("less", [])
        rows = frame[[*parts, *less]].astype(float)
        rows["_total"] = frame[total].astype(float) if isinstance(total, str) else float(total)
        rows = rows.dropna()
        sums = rows[parts].sum(axis=1) - rows[less].sum(axis=1)
        for index in rows.index[(sums - rows["_total"]).abs() > balance.get("tolerance", 0) + ROUNDING]:
            problems.append(_unbalanced(index, balance, sums[index], rows.at[index, "_total"]))
    return problems[:MANY]


def _unbalanced(index: int, balance: dict, found: float, expected: float) -> str:
    total, added = balance["total"], " - ".join([" + ".join(balance["parts"]), *balance.get("less", [])])
    if isinstance(total, str):
        return f"row {index + 2}, column '{total}': expected {found:,.12g} ({added}), found {expected:,.12g}"
    least, most = total - balance["tolerance"], total + balance["tolerance"]
    return f"row {index + 2}, {added}: expected {least:,.12g} to {most:,.12g}, found {found:,.12g}"


def out_of_range(entry: dict, frame: pd.DataFrame) -> list[str]:
    """One line for each figure outside the ``ranges`` of its table.

    A range holds ``column`` between ``minimum`` and ``maximum`` in the rows that meet ``where``: what a constraint of the
    schema cannot say of a table that has one indicator after the other in one column.
    """
    problems = []
    for limits in entry.get("ranges", []):
        column, least, most = limits["column"], limits["minimum"], limits["maximum"]
        figures = rows_where(frame, limits["where"])[column].dropna()
        wrong = figures[~figures.between(least, most)]
        of = ", ".join(str(value) for value in limits["where"].values())
        problems += [f"row {index + 2}, column '{column}': expected {least:,} to {most:,} ({of}), found {found:,.12g}"
                     for index, found in wrong.items()]
    return problems[:MANY]


def _like(column: pd.Series, value: object) -> object:
    """A value from the descriptor in the type of the column: JSON has no dates."""
    return pd.Timestamp(value) if column.dtype.kind == "M" else value
