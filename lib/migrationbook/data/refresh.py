"""Bring a table up to date from a new file of its publisher: read, compare, validate, and write only when told to."""

from __future__ import annotations

import copy
import datetime
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from migrationbook import paths
from migrationbook.data.build import as_csv, as_json, describe, validate_then_write
from migrationbook.data.corrections import corrected
from migrationbook.data.fetch import fetch
from migrationbook.data.package import DESCRIPTOR, load, package, resource
from migrationbook.errors import BookError
from migrationbook.prose import counted
from migrationbook.sources.readers import READERS

SHOWN = 20  # revised values, rows gone and rows new that are named


def refresh(name: str, source: str | None = None, write: bool = False) -> None:
    """Read the publisher's file, say what would change in table ``name``, and with ``write`` change it.

    source: a file or an address; by default the address in the data package (``refresh: url``). Rows of the file replace
    those of the table in the periods it covers; other periods stay. The table as it was is kept under ``vintages/``.
    Nothing is written if the file cannot be read or the result breaks the schema. Raises BookError of one line.
    """
    entry = resource(name)
    if name not in READERS:
        able = ", ".join(table["name"] for table in package()["resources"] if table["name"] in READERS)
        raise BookError(f"{name}: no reader for its publisher's format; the tables that can be refreshed are: {able}")
    old = load(name)
    with tempfile.TemporaryDirectory() as aside:
        path, told = _obtained(entry, source, Path(aside))
        with path.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        new = _in_scope(entry, READERS[name](path))
    click.echo(f"{name}: {told} read, sha256 {checksum}")
    period = _period(entry)
    changes = compared(old, new, entry["schema"]["primaryKey"], period)
    for line in changes.lines(period):
        click.echo(line)
    if changes.none:
        return
    record: dict = {"read": f"{datetime.date.today()}", "from": told, "sha256": checksum}
    record["periods"] = [_told(new[period].min()), _told(new[period].max())]
    table = pd.concat([old[~old[period].isin(new[period])], new])
    content = as_csv(table, entry)
    after = _described(entry, content, record, changes)
    _put(entry, after, content, write)
    if write:
        click.echo(f"written; as it was: load('{name}', vintage='{after['previous'][-1]['until']}')")
    else:
        click.echo("nothing was written; add --write to write it")


@dataclass(frozen=True)
class Changes:
    """What a new file does to a table: rows of new periods, and within old ones rows new, rows gone and cells revised."""

    periods: pd.DataFrame
    added: pd.DataFrame
    gone: pd.DataFrame
    revised: pd.DataFrame  # key columns, then column, was, now

    @property
    def none(self) -> bool:
        return self.only_new and self.periods.empty

    @property
    def only_new(self) -> bool:
        """Whether every row the table had stays as it was."""
        return all(part.empty for part in (self.added, self.gone, self.revised))

    def lines(self, period: str) -> Iterator[str]:
        """The changes as a person reads them, the largest revision first."""
        if self.none:
            yield "nothing to change"
        if len(self.periods):
            new = self.periods[period].drop_duplicates().sort_values()
            yield f"new: {_periods(new)}, {counted(len(self.periods), 'row')}"
        figures = self.revised["size"].notna()
        if figures.any():
            rows = self.revised[figures].sort_values("size", ascending=False, kind="stable")
            yield f"revised: {counted(len(rows), 'figure')}"
            yield from _first(rows, lambda row: f"{_key(row)}, {row.column}: {_revision(row.was, row.now)}")
        for column, rows in self.revised[~figures].groupby("column"):
            cells = counted(len(rows), "cell")
            yield f"changed: {cells} of '{column}', such as '{rows['was'].iloc[0]}' to '{rows['now'].iloc[0]}'"
        for label, rows in (("gone", self.gone), ("new in periods the table had", self.added)):
            if len(rows):
                yield f"{label}: {counted(len(rows), 'row')}"
                yield from _first(rows, lambda row: ", ".join(_told(value) for value in row[1:]))


def compared(old: pd.DataFrame, new: pd.DataFrame, key: list[str], period: str) -> Changes:
    """Set the rows of ``new`` beside those that ``old`` has for the same periods; both have the columns of the schema."""
    columns = list(old.columns)
    known = new[period].isin(old[period])
    both = old[old[period].isin(new[period])].merge(
        new[columns][known], on=key, how="outer", suffixes=("_was", "_now"), indicator="side"
    )
    values = [column for column in columns if column not in key]
    alone = {side: both[both["side"] == side] for side in ("left_only", "right_only")}
    gone, added = (
        alone[side].rename(columns={f"{column}{end}": column for column in values})[columns]
        for side, end in (("left_only", "_was"), ("right_only", "_now"))
    )
    shared = both[both["side"] == "both"]
    revised = [_revised(shared, key, column) for column in values]
    return Changes(new[columns][~known], added, gone, pd.concat(revised) if revised else pd.DataFrame({"size": []}))


def _revised(shared: pd.DataFrame, key: list[str], column: str) -> pd.DataFrame:
    """Cells of one column that differ: key, column, was, now and, of figures, the size of the difference."""
    was, now = shared[f"{column}_was"], shared[f"{column}_now"]
    differ = ~((was == now).fillna(False) | (was.isna() & now.isna())).astype(bool)
    number = pd.api.types.is_numeric_dtype(was) and not pd.api.types.is_bool_dtype(was)
    # a figure that appears or goes is as large as it is
    size = (now.fillna(0) - was.fillna(0)).abs().astype(float) if number else float("nan")
    table = shared[key].assign(column=column, was=was.astype(object), now=now.astype(object), size=size)
    return table[differ]


def _obtained(entry: dict, source: str | None, aside: Path) -> tuple[Path, str]:
    """The file to read, and how to name it: an address as it is, a file without its folder."""
    source = source or entry.get("refresh", {}).get("url")
    if source is None:
        page = entry["sources"][0].get("path", "its publisher's page")
        raise BookError(f"{entry['name']}: no address in the data package; get the file from {page} and give it with --from")
    if source.startswith(("http://", "https://")):
        return fetch(source, aside), source
    path = Path(source).expanduser()
    if not path.is_file():
        raise BookError(f"{source}: expected a file or an address (https://…), found neither")
    return path, path.name


def _in_scope(entry: dict, new: pd.DataFrame) -> pd.DataFrame:
    """The rows the table takes from such a file: those since ``refresh: since``, with the corrections declared for it."""
    columns = [field["name"] for field in entry["schema"]["fields"]]
    since = entry.get("refresh", {}).get("since")
    period = _period(entry)
    if since is not None:
        new = new[new[period] >= (pd.Timestamp(since) if new[period].dtype.kind == "M" else since)]
    return corrected(entry["name"], new, lenient=True)[columns]


def _period(entry: dict) -> str:
    return entry.get("refresh", {}).get("period", "date")


def _described(entry: dict, content: bytes, record: dict, changes: Changes) -> dict:
    """The resource of the refreshed table: its vintage, the files read since it was built, and the table as it was."""
    kept, day = entry.get("previous", []), record["read"]
    taken = {old["until"] for old in kept}
    until = next(text for text in [day, *(f"{day}-{number}" for number in range(2, len(kept) + 3))] if text not in taken)
    was = {"path": f"vintages/{entry['name']}/{until}.csv", "until": until, "vintage": entry["vintage"], "hash": entry["hash"]}
    refreshed = entry.get("refreshed", {"before": entry["vintage"], "files": []})
    first, last = record["periods"]
    # of a file whose periods this one covers, nothing is left in the table
    files = [file for file in refreshed["files"] if not (first <= file["periods"][0] and file["periods"][1] <= last)]
    refreshed = {"before": refreshed["before"], "files": [*files, record]}
    metadata = entry | {"vintage": _vintage(refreshed), "previous": [*kept, was], "refreshed": refreshed}
    # totals the builder matched hold as long as its rows do; those declared with the table are evaluated anew
    declared = {total["label"] for total in entry.get("totals", [])}
    matched = [check for check in entry["checks"] if check["label"] not in declared] if changes.only_new else []
    return describe(entry["name"], metadata, content, matched)


def _put(entry: dict, after: dict, content: bytes, write: bool) -> None:
    """Validate the new table and, with ``write``, put it in place with its descriptor and the table as it was."""
    descriptor = copy.deepcopy(package())
    descriptor["resources"] = [after if old["name"] == entry["name"] else old for old in descriptor["resources"]]
    before = (paths.DATA / entry["path"]).read_bytes()
    files = {after["previous"][-1]["path"]: before, entry["path"]: content, DESCRIPTOR: as_json(descriptor)}
    validate_then_write(files, descriptor, {entry["name"]}, write)


def _vintage(refreshed: dict) -> str:
    """Which file each period comes from, as far as it is known: the built table, then every file read since."""
    read = [f"{file['periods'][0]} to {file['periods'][1]}: file read {file['read']}" for file in refreshed["files"]]
    return "; ".join([refreshed["before"], *read])


def _periods(values: pd.Series) -> str:
    return f"{counted(len(values), 'period')}, {_told(values.iloc[0])} to {_told(values.iloc[-1])}"


def _told(value: object) -> str:
    """A cell as a person reads it: months as YYYY-MM, figures with separators."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m}" if value.day == 1 else f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer() or isinstance(value, int) and not isinstance(value, bool):
        return f"{value:.0f}"
    return str(value)


def _key(row: tuple) -> str:
    return ", ".join(_told(value) for value in row[1:-4])


def _revision(was: Any, now: Any) -> str:
    """``1,234 to 1,250 (+16, +1.3 %)``."""
    if pd.isna(was) or pd.isna(now):
        return f"{'none' if pd.isna(was) else f'{was:,.12g}'} to {'none' if pd.isna(now) else f'{now:,.12g}'}"
    share = f", {100 * (now - was) / abs(was):+.1f} %" if was else ""
    return f"{was:,.12g} to {now:,.12g} ({now - was:+,.12g}{share})"


def _first(rows: pd.DataFrame, told) -> Iterator[str]:
    for row in rows.head(SHOWN).itertuples():
        yield f"  {told(row)}"
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN:,} more"
