"""Build tables from the publishers' files: match published totals, validate, then write, all of it or nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import click
import pandas as pd
import yaml

from migrationbook import paths, sources
from migrationbook.data.controls import control_sums
from migrationbook.data.package import DESCRIPTOR, schema_problems
from migrationbook.errors import BookError
from migrationbook.sources.reading import Checks

METADATA = Path(sources.__file__).parent
THEMES = ("enforcement", "claims")  # one metadata file each, in the order of the catalogue


def described() -> dict[str, dict]:
    """The hand-written metadata of every table, by name, in catalogue order."""
    tables: dict[str, dict] = {}
    for theme in THEMES:
        tables |= yaml.safe_load((METADATA / f"{theme}.yaml").read_text(encoding="utf-8"))["tables"]
    return tables


def build(raw: Path, wanted: list[str] | None = None) -> None:
    """Build tables (all by default) from the folder ``raw`` and update ``data/``.

    Nothing is written until every wanted table has matched its published totals and its schema. Tables not wanted keep
    their file and description. Tables marked ``authored`` (the claims) are written by hand in ``data/``: they are
    validated and described.
    """
    tables = described()
    unknown = [name for name in wanted or [] if name not in tables]
    if unknown:
        raise BookError(f"no table '{unknown[0]}'; see: migrationbook data list")
    kept = _kept_entries()
    entries, files = [], {}
    for name, metadata in tables.items():
        if wanted and name not in wanted and name in kept:
            entries.append(kept[name])
            continue
        checks = Checks(name)
        if metadata.get("authored"):
            content = (paths.DATA / metadata["path"]).read_bytes()
        else:
            content = as_csv(sources.BUILDERS[name](raw, checks), metadata)
            files[metadata["path"]] = content
        entry = describe(name, metadata, content, checks)
        problems = schema_problems(entry, content)
        if problems:
            raise BookError(f"{metadata['path']}: {problems[0]}; nothing was written")
        entries.append(entry)
        click.echo(f"{name}: {entry['rows']:,} rows, {len(checks.passed)} published totals matched")
    head = yaml.safe_load((METADATA / "package.yaml").read_text(encoding="utf-8"))
    files[DESCRIPTOR] = (json.dumps(head | {"resources": entries}, indent=1, ensure_ascii=False) + "\n").encode()
    _write(files)


def as_csv(table: pd.DataFrame, metadata: dict) -> bytes:
    """The table as CSV bytes: columns of the schema in its order, rows sorted by primary key, ISO dates, LF."""
    columns = [field["name"] for field in metadata["schema"]["fields"]]
    table = table[columns].sort_values(metadata["schema"]["primaryKey"], kind="stable").copy()
    for field in metadata["schema"]["fields"]:
        if field["type"] == "boolean":
            table[field["name"]] = table[field["name"]].map({True: "true", False: "false"})
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode("utf-8")


def describe(name: str, metadata: dict, content: bytes, checks: Checks) -> dict:
    """The Frictionless resource: what we wrote by hand, and what can be computed from the bytes."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    header, body = rows[0], rows[1:]
    entry = {"name": name} | {key: value for key, value in metadata.items() if key != "authored"}
    entry |= {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
              "hash": "sha256:" + hashlib.sha256(content).hexdigest(), "bytes": len(content), "rows": len(body)}
    dated = next((column for column in ("date", "start", "fiscal_year", "year") if column in header), None)
    if dated:
        cells = [row[header.index(dated)] for row in body if row[header.index(dated)]]
        entry["coverage"] = [min(cells), max(cells)]
    return entry | {"checks": checks.passed, "controls": control_sums(header, body)}


def _kept_entries() -> dict[str, dict]:
    path = paths.DATA / DESCRIPTOR
    if not path.exists():
        return {}
    return {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["resources"]}


def _write(files: dict[str, bytes]) -> None:
    """Write every file aside, then rename them all: an interruption leaves the tables of before."""
    asides = []
    for name, content in files.items():
        target = paths.DATA / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(target.name + ".part")
        aside.write_bytes(content)
        asides.append((aside, target))
    for aside, target in asides:
        aside.replace(target)
