"""Build tables from the publishers' files: match published totals, validate, write all or nothing."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from pathlib import Path

import click
import pandas as pd
import yaml

from migrationbook import paths, sources
from migrationbook.data import totals
from migrationbook.data.controls import control_sums
from migrationbook.data.corrections import corrected
from migrationbook.data.package import DESCRIPTOR, table_problems, typed
from migrationbook.data.validate import cells, digest, schema_problems
from migrationbook.errors import BookError
from migrationbook.sources.reading import Raw

METADATA = Path(sources.__file__).parent
THEMES = ("enforcement", "asylum", "opinion", "investment", "security", "reference", "claims")  # a metadata file each


HEAD = "package.yaml"


def described() -> dict[str, dict]:
    """The hand-written metadata of every table, by name, in catalogue order.

    First that of the tables the library has builders for, if this is their book: one without a ``package.yaml`` of its own
    in ``data/``. Then that of the tables described beside their files, in ``data/*/*.yaml``.
    """
    ours = [] if _head().parent == paths.DATA else [METADATA / f"{theme}.yaml" for theme in THEMES]
    tables: dict[str, dict] = {}
    for file in [*filter(Path.exists, ours), *sorted(paths.DATA.glob("*/*.yaml"))]:
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))["tables"]
        except (yaml.YAMLError, TypeError, KeyError) as error:
            raise BookError(f"{file.name}: expected 'tables:' in YAML, found: {' '.join(str(error).split())}") from None
        if twice := tables.keys() & found.keys():
            raise BookError(f"{file.name}: table '{min(twice)}' is described in another file, too; give it another name")
        tables |= found
    return tables


def _head() -> Path:
    """The file with the head of the descriptor: the book's own, or that of the library's book."""
    own = paths.DATA / HEAD
    return own if own.exists() else METADATA / HEAD


def build(raw: Path, wanted: list[str] | None = None) -> None:
    """Build tables (all by default) from the folder ``raw`` and update ``data/``.

    Nothing is written until every wanted table has matched its published totals and its schema. Tables not
    wanted keep their file and description. Tables marked ``authored`` (the claims) are written by hand in
    ``data/``: they are validated and described. Raises BookError saying what is wrong.
    """
    tables = described()
    unknown = [name for name in wanted or [] if name not in tables]
    if unknown:
        raise BookError(f"no table '{unknown[0]}'; the tables are: {', '.join(tables)}")
    kept = _kept_entries()
    entries, files = [], {}
    for name, metadata in tables.items():
        if wanted and name not in wanted:
            if name in kept:
                entries.append(kept[name])
            continue
        table = Raw(raw, name)
        if metadata.get("authored"):
            content = _authored(metadata)
        else:
            content = as_csv(corrected(name, sources.BUILDERS[name](table)), metadata)
            files[metadata["path"]] = content
        # tables as they were before a refresh stay reachable
        metadata = metadata | {key: kept[name][key] for key in ("previous",) if key in kept.get(name, {})}
        entries.append(describe(name, metadata, content, table.checks))
        matched = f"published totals matched: {len(entries[-1]['checks'])}"
        told = "written by hand" if metadata.get("authored") else matched
        again = "; it had been refreshed: refresh it again" if "refreshed" in kept.get(name, {}) else ""
        click.echo(f"{name}: {entries[-1]['rows']:,} rows, {told}{again}")
    head = yaml.safe_load(_head().read_text(encoding="utf-8"))
    descriptor = head | {"resources": entries}
    files[DESCRIPTOR] = as_json(descriptor)
    validate_then_write(files, descriptor, set(wanted or tables))


def as_csv(table: pd.DataFrame, metadata: dict) -> bytes:
    """The table as CSV bytes: columns of the schema in its order, rows sorted by primary key, ISO dates, LF.
    """
    fields = metadata["schema"]["fields"]
    table = table[[field["name"] for field in fields]].sort_values(
        metadata["schema"]["primaryKey"], kind="stable"
    )
    for field in fields:
        if field["type"] == "boolean":
            table = table.assign(**{field["name"]: table[field["name"]].map({True: "true", False: "false"})})
    return table.to_csv(
        index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.15g"
    ).encode("utf-8")


def describe(name: str, metadata: dict, content: bytes, checks: list[dict]) -> dict:
    """The Frictionless resource: what was written by hand, and what can be computed from the bytes."""
    try:
        header, rows = cells(content)
    except (ValueError, csv.Error) as error:
        raise BookError(f"{metadata['path']}: expected a CSV file in UTF-8, found: {error}") from None
    width = len(metadata["schema"]["fields"])
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header) or len(row) != width:
            raise BookError(f"{metadata['path']}, row {number}: expected {width} cells, found {len(row)}")
    entry = {"name": name} | metadata | {
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "hash": digest(content),
        "bytes": len(content),
        "rows": len(rows),
    }
    dated = next((column for column in ("date", "start", "fiscal_year", "year") if column in header), None)
    if dated and rows:
        dates = [row[header.index(dated)] for row in rows if row[header.index(dated)]]
        last = [row[header.index("end")] for row in rows] if "end" in header else dates
        entry["coverage"] = [min(dates), max(last)]
    if "totals" in entry:
        checks = checks + totals.evaluated(entry, typed(content, entry["schema"]["fields"]))
    return entry | {"checks": checks, "controls": control_sums(header, rows)}


def _authored(metadata: dict) -> bytes:
    path = paths.DATA / metadata["path"]
    if not path.exists():
        raise BookError(
            f"{metadata['path']}: the file is missing; it is written by hand: restore it from version control"
        )
    return path.read_bytes()


def _kept_entries() -> dict[str, dict]:
    path = paths.DATA / DESCRIPTOR
    if not path.exists():
        return {}
    return {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["resources"]}


def as_json(descriptor: dict) -> bytes:
    """The descriptor as the bytes of its file."""
    return (json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def validate_then_write(files: dict[str, bytes], descriptor: dict, wanted: set[str], write: bool = True) -> None:
    """Validate the package in a folder aside, then, if ``write``, rename its files into place, the descriptor last.

    A failure leaves everything as it was. Only a power cut between the renames leaves tables that `load` refuses because
    their hash is not the described one, never a half-written one.
    """
    paths.DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=paths.DATA) as aside:
        folder = Path(aside)
        for entry in descriptor["resources"]:  # tables not built: foreign keys may point to them
            if entry["path"] not in files and (paths.DATA / entry["path"]).exists():
                (folder / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(paths.DATA / entry["path"], folder / entry["path"])
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        for entry in descriptor["resources"]:
            if entry["name"] in wanted:
                content = (folder / entry["path"]).read_bytes()
                problems = schema_problems(folder, descriptor, entry["name"]) or table_problems(
                    entry, content
                )
                if problems:
                    raise BookError(f"{entry['path']}: {problems[0]}; nothing was written")
        if write:
            _put_in_place(folder, list(files))


def _put_in_place(folder: Path, names: list[str]) -> None:
    """Rename files from ``folder`` into the data folder, in that order; if one cannot be, put those before it back."""
    aside = folder / ".before"
    for name in names:
        if (paths.DATA / name).exists():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(paths.DATA / name, aside / name)
    for position, name in enumerate(names):
        try:
            (paths.DATA / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(paths.DATA / name)
        except OSError as error:
            for done in names[:position]:
                if (aside / done).exists():
                    (aside / done).replace(paths.DATA / done)
                else:
                    (paths.DATA / done).unlink()
            raise BookError(
                f"{name}: expected a file that may be replaced, found: {error.strerror}; nothing was written: "
                "unlock it, then try again"
            ) from None
