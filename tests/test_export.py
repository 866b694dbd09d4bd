"""`data show` and `data export`: what another program reads is what `load` gives, and no file is lost on the way."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from migrationbook.cli import main
from migrationbook.data import load, names, published, resource
from migrationbook.data.card import card
from migrationbook.data.export import export
from pyarrow import parquet

SAMPLE = ["cbp_monthly", "events", "claim_rules", "claim_evidence", "mexico_agency_resources", "darien_transits_annual"]


def run(*arguments: str):
    return CliRunner().invoke(main, ["data", *arguments])


def dates_of(name: str) -> list[str]:
    return [field["name"] for field in resource(name)["schema"]["fields"] if field["type"] == "date"]


@pytest.mark.parametrize("name", names())
def test_csv_is_the_published_file(tmp_path, name):
    assert export(name, "csv", tmp_path / "a.csv").read_bytes() == published(name)


@pytest.mark.parametrize("name", names())
def test_parquet_gives_back_the_table_with_types_units_and_metadata(tmp_path, name):
    table = parquet.read_table(export(name, "parquet", tmp_path / "a.parquet"))
    frame = table.to_pandas(ignore_metadata=True)
    for column in dates_of(name):
        assert str(table.schema.field(column).type) == "date32[day]"
        frame[column] = pd.to_datetime(frame[column]).astype(load(name)[column].dtype)  # seconds or microseconds
    pd.testing.assert_frame_equal(frame, load(name), check_dtype=False, check_exact=True)
    about = json.loads(table.schema.metadata[b"datapackage"])
    assert about["vintage"] == resource(name)["vintage"] and about["licenses"] == resource(name)["licenses"]
    for field in resource(name)["schema"]["fields"]:
        assert (table.schema.field(field["name"]).metadata or {}).get(b"unit", b"").decode() == field.get("unit", "")


@pytest.mark.parametrize("name", SAMPLE)
def test_the_workbook_gives_back_the_table_and_says_what_it_is(tmp_path, name):
    book = openpyxl.load_workbook(export(name, "xlsx", tmp_path / "a.xlsx"))
    assert book.sheetnames == [name[:31], "about"]
    header, *rows = book[name[:31]].iter_rows()
    kinds = {field["name"]: field["type"] for field in resource(name)["schema"]["fields"]}
    assert [cell.value for cell in header] == list(kinds)
    wanted = load(name)
    assert len(rows) == len(wanted)
    for cells, expected in zip(rows, wanted.itertuples(index=False), strict=True):
        for cell, value, kind in zip(cells, expected, kinds.values(), strict=True):
            if kind == "date" and not pd.isna(value):
                assert cell.is_date and cell.value == datetime.datetime.combine(value.date(), datetime.time())
            else:
                assert cell.value == (None if pd.isna(value) or value == "" else value)
    about = {(row[0].value, row[1].value) for row in book["about"].iter_rows()}
    assert ("title", resource(name)["title"]) in about
    assert {text for label, text in about if label == "caveats"} == set(resource(name)["caveats"])
    assert sum(label.startswith("column ") for label, _ in about) == len(kinds)


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path, monkeypatch):
    frame = pd.DataFrame({"a": ["=1+1", "", "plain"]})
    monkeypatch.setattr("migrationbook.data.export.load", lambda name: frame)
    sheet = openpyxl.load_workbook(export("events", "xlsx", tmp_path / "a.xlsx"))["events"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][1:]] == [("=1+1", "s"), (None, "n"), ("plain", "s")]


def test_the_default_file_is_named_after_the_table_in_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("export", "events", "--format", "parquet")
    assert result.exit_code == 0 and "Written: events.parquet" in result.output
    assert os.listdir(tmp_path) == ["events.parquet"]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_file_is_replaced_only_by_force(tmp_path, form):
    path = tmp_path / f"events.{form}"
    path.write_text("mine")
    refused = run("export", "events", "--format", form, "--output", str(path))
    assert refused.exit_code == 1 and "give --force to replace it" in refused.output
    assert path.read_text() == "mine"
    assert run("export", "events", "--format", form, "--output", str(path), "--force").exit_code == 0
    assert path.stat().st_size > 1000 and os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize(("place", "cause"), [("nowhere/a", "No such file or directory"), ("file/a", "Not a directory"),
                                              ("folder", "found a folder")])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, form, place, cause):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    result = run("export", "events", "--format", form, "-o", str(tmp_path / place))
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1 and cause in result.output and "Traceback" not in result.output
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"] and not os.listdir(tmp_path / "folder")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "events.csv"
    path.write_text("old")

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("export", "events", "-o", str(path), "--force")
    assert result.exit_code == 1 and "No space left on device" in result.output
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["events.csv"]


@pytest.mark.parametrize("command", ["show", "export"])
def test_an_unknown_table_suggests_the_nearest(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    result = run(command, "cbp_montly")
    assert result.exit_code == 1 and "did you mean 'cbp_monthly'?" in result.output
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("width", [80, 100])
def test_a_card_says_everything_within_the_width(name, width):
    text = card(name, width)
    words = " ".join(text.split())
    entry = resource(name)
    told = [name, entry["title"], entry["description"], *entry["caveats"], str(entry["vintage"]), f"{entry['rows']:,}",
            *(source["title"] for source in entry["sources"]), *(licence["title"] for licence in entry["licenses"])]
    assert all(" ".join(piece.split()) in words for piece in told)
    for field in entry["schema"]["fields"]:
        assert f"{field['name']} ({field['type']}" in words and field.get("unit", "") in words
    long = [line for line in text.splitlines() if len(line) > width and "http" not in line]
    assert not long


def test_show_prints_the_card():
    result = run("show", "cbp_monthly")
    assert result.exit_code == 0
    assert "encounters (integer, events)" in result.output and "1999-10-01" in result.output
