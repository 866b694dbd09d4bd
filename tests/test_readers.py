"""Readers of the publishers' own formats, on small files made here in their layouts, whole and damaged."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from migrationbook.data import load, names, package, resource
from migrationbook.errors import BookError
from migrationbook.sources.countries import spanish
from migrationbook.sources.readers import READERS, cbp, ohss, upmrip
from migrationbook.sources.readers.cells import complete_months, decimal, month_number, unique, whole
from migrationbook.sources.readers.files import csv_chunks, json_document, sheet_rows

COLUMNS = ["Mes", "Año", "Total"]
PAGE = b"<!DOCTYPE html>\n<html><body>404 not found</body></html>"


def _refused(told: str, reader: Callable, *arguments: object) -> None:
    """The reader refuses in one line that says ``told`` (a regular expression)."""
    with pytest.raises(BookError, match=told) as refusal:
        reader(*arguments)
    assert "\n" not in str(refusal.value)


def _texts(*cells: str) -> pd.DataFrame:
    return pd.DataFrame({"n": cells}, index=pd.Index(range(7, 7 + len(cells)), name="row"), dtype="str")


# -- CSV files -------------------------------------------------------------------------------------------------------


def _csv(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def _read(path: Path) -> pd.DataFrame:
    return pd.concat(csv_chunks(path, COLUMNS, rows=2))


@pytest.mark.parametrize(
    ("content", "encoding", "rows"),
    [
        ("Mes,Año,Total\nenero,2020,5\nmarzo,2020,6\nabril,2020,7\n", "utf-8", [2, 3, 4]),
        ("Mes;Año;Total\nenero;2020;5\nmarzo;2020;6\nabril;2020;7", "utf-8", [2, 3, 4]),
        ("Mes\tAño\tTotal\r\nenero\t2020\t5\r\nmarzo\t2020\t6\r\nabril\t2020\t7\r\n", "utf-8", [2, 3, 4]),
        ("Mes|Año|Total\nenero|2020|5\nmarzo|2020|6\nabril|2020|7\n", "utf-8-sig", [2, 3, 4]),
        ("Mes,Año,Total\nenero,2020,5\nmarzo,2020,6\nabril,2020,7\n", "cp1252", [2, 3, 4]),
        ("Mes,Año,Total\nenero,2020,5\nmarzo,2020,6\nabril,2020,7\n", "utf-16", [2, 3, 4]),
        ("Título; con, signos\n\nMES,  ano ,Total\nenero,2020,5\n\nmarzo, 2020,6\n,,\nabril,2020,7\n", "latin-1", [4, 6, 8]),
        ('x,Total,"Año",Mes\n1,5,2020,enero\n2,6,2020,marzo\n"3\n4",7,2020,abril\n', "utf-8", [2, 3, 4]),
    ],
)
def test_the_same_table_is_read_however_it_is_written(tmp_path: Path, content: str, encoding: str, rows: list[int]) -> None:
    """Delimiters, BOM, encodings, a header moved down, columns moved, blank rows; rows keep the file's own numbers."""
    frame = _read(_csv(tmp_path, content, encoding))
    assert frame.to_dict("list") == {"Mes": ["enero", "marzo", "abril"], "Año": ["2020"] * 3, "Total": ["5", "6", "7"]}
    assert list(frame.index) == rows
    assert frame.attrs["file"] == "file.csv"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "file.csv: expected a CSV file, found an empty file; download"),
        (b" \n\n", "found an empty file"),
        (PAGE, r"expected a CSV file, found a web page \('<!DOCTYPE html>"),
        (b"\xef\xbb\xbf  <html>", "found a web page"),
        (b"PK\x03\x04\x14\x00rest", "found a spreadsheet or zip archive; save or download it as a CSV file"),
        (b"\xd0\xcf\x11\xe0rest", "found an old Excel spreadsheet"),
        (b"%PDF-1.7", "found a PDF"),
        (b"Mes,A\0o,Total\n", "found binary data"),
        ("Mes,Año,Total\n", "expected rows below the header, found none"),
        ("Mes,Año,Totales\nenero,2020,5\n", r"row 1: expected a column 'Total', found: .*\(the nearest is 'Totales'\)"),
        ("Mes,Año\nenero,2020\n", "row 1: expected a column 'Total', found: Mes, Año; the publisher"),
        ("Mes,Año,Total,total\nenero,2020,5,6\n", "row 1: expected one column 'Total', found several"),
        ("Mes,Año,Total\nenero,2020,5\nmarzo,20", "row 3: expected 3 cells, found 2: marzo,20 .*cut off"),
        ("Mes,Año,Total\nenero,2020,5,6\nmarzo,2020,6\n", "row 2: expected 3 cells, found 4"),
        ('Mes,Año,Total\nenero,2020,5\nmarzo,2020,"6', "row 3: expected a CSV row, found: unexpected end of data"),
        ("Mes,Año,Total\nenero,2020,5\nmarzo,2020,ñ".encode()[:-1], "last row: expected a whole character"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_line(tmp_path: Path, content: str | bytes, told: str) -> None:
    _refused(told, _read, _csv(tmp_path, content))


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    _refused("expected a file that can be read, found: No such file", _read, tmp_path / "none.csv")


def test_the_encoding_is_decided_over_the_whole_file(tmp_path: Path) -> None:
    """A letter in Windows-1252 three megabytes into a plain file."""
    lines = ["Mes,Año,Total".encode(), *[b"enero,2020,5"] * 250_000, "décembre,2020,6".encode("cp1252")]
    path = _csv(tmp_path, b"\n".join([lines[0].decode().encode("cp1252"), *lines[1:]]))
    assert pd.concat(csv_chunks(path, COLUMNS))["Mes"].iloc[-1] == "décembre"


# -- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [",", " ", "\u00a0", "\u2009", "\u202f"])
def test_counts_with_and_without_thousands_separators(blank: str) -> None:
    frame = _texts("0", "007", " 12 ", f"1{blank}234", f"12{blank}345{blank}678")
    assert list(whole(frame, "n", 10**8)) == [0, 7, 12, 1234, 12345678]


@pytest.mark.parametrize("cell", ["", "-1", "1.234", "1,23", "1,2345", "1,234 567", "0,123", "1e3", "1.0", "٣", "NA", "(5)"])
def test_what_is_no_count_is_refused_by_row_and_column(cell: str) -> None:
    told = f"row 8, column 'n': expected a whole number, not negative, found '{cell}'"
    _refused(re.escape(told), whole, _texts("1", cell), "n", 9)


@pytest.mark.parametrize("cell", ["1001", "1,001", "9" * 40])
def test_absurd_counts_are_refused(cell: str) -> None:
    _refused(f"row 7, column 'n': expected at most 1,000, found '{cell}'", whole, _texts(cell), "n", 1000)


def test_declared_marks_for_no_figure_are_gaps_and_not_zeros() -> None:
    assert whole(_texts("1", "-", ""), "n", 9, ["-", ""]).isna().tolist() == [False, True, True]
    assert decimal(_texts("1.5", "n.d."), "n", 0, 9, missing=["n.d."]).isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("cell", "declared", "value"),
    [
        ("1.5", {}, 1.5),
        (".5", {}, 0.5),
        ("-1.5", {}, -1.5),
        ("−1.5", {}, -1.5),
        ("1e-05", {}, 1e-05),
        ("12 345.6", {}, 12345.6),
        ("1,234.5", {"thousands": ","}, 1234.5),
        ("1.234,5", {"mark": ",", "thousands": "."}, 1234.5),
        ("1,234", {"thousands": ","}, 1234),
        ("1,234", {"mark": ","}, 1.234),
    ],
)
def test_decimals_are_read_as_declared(cell: str, declared: dict[str, str], value: float) -> None:
    assert list(decimal(_texts(cell), "n", -10, 10**6, **declared)) == [value]


@pytest.mark.parametrize(
    ("cell", "declared"),
    [("1,234", {}), ("1,5", {}), ("1.5", {"mark": ","}), ("1.2.3", {}), ("12,34.5", {"thousands": ","}), ("", {}), (".", {}),
     ("-", {}), ("1-2", {}), ("inf", {}), ("nan", {})],
)  # fmt: skip
def test_a_decimal_is_never_guessed(cell: str, declared: dict[str, str]) -> None:
    with pytest.raises(BookError, match="row 7, column 'n': expected a number"):
        decimal(_texts(cell), "n", -10, 10**6, **declared)


def test_decimals_out_of_range_are_refused() -> None:
    for cell in ("-0.1", "100.1", "1e300"):
        _refused("expected a number from 0 to 100, found", decimal, _texts(cell), "n", 0, 100)


@given(st.integers(0, 10**12))
def test_every_count_survives_its_separators(count: int) -> None:
    assert list(whole(_texts(f"{count:,}", str(count), f"{count:,}".replace(",", "\u00a0")), "n", 10**12)) == [count] * 3


def test_months_in_two_languages() -> None:
    english = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    spanish_names = ["Enero", "febrero", "Marzo", "ABRIL", "mayo", "Junio", "julio", "Agosto", "Septiembre", "octubre"]
    spanish_names += ["noviembre", "diciembre"]
    for number, (short, long) in enumerate(zip(english, spanish_names, strict=True), start=1):
        assert month_number(short) == month_number(long) == month_number(f" {long[:3]}. ") == number
    assert [month_number(name) for name in ("sept.", "Sept", "set", "setiembre", "August")] == [9, 9, 9, 9, 8]
    assert month_number("Total") is month_number("") is month_number("13") is None


def test_keys_and_months() -> None:
    dates = pd.to_datetime(["2020-01-01", "2020-02-01", "2020-04-01", "2020-04-01"])
    frame = pd.DataFrame({"date": dates, "state": ["01", "01", "01", "01"]}, index=pd.Index([5, 6, 8, 9], name="row"))
    frame.attrs["file"] = "file.csv"
    _refused("file.csv, row 9: expected one row for 2020-04-01, 01, found a second", unique, frame, ["date", "state"])
    _refused("file.csv: expected rows for 2020-03, found none", complete_months, frame)
    _refused("file.csv: expected rows for 2020-03 for 01, found none", complete_months, frame, ["state"])
    whole_frame = frame.iloc[:2]
    assert complete_months(unique(whole_frame, ["date"])) is whole_frame


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": [1]}')
    assert json_document(path) == {"a": [1]}
    for content, told in [
        (b"", "an empty file"),
        (PAGE, "a web page"),
        (b'{"a": [1', "row 1: expected complete JSON"),
        (b'{"a": "\xf1"}', "expected JSON in UTF-8"),
    ]:
        path.write_bytes(content)
        _refused(f"file.json.*{told}", json_document, path)


# -- workbooks -------------------------------------------------------------------------------------------------------


def _workbook(path: Path, sheets: dict[str, list[list]], merged: list[str] = ()) -> Path:
    """A workbook with the given rows in each sheet; ``merged``: ranges such as A1:C1 of the first."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        workbook.worksheets[0].merge_cells(cells)
    workbook.save(path)
    return path


def test_a_sheet_as_texts_with_merged_headers_filled(tmp_path: Path) -> None:
    rows = [[], ["A title"], ["Ene", None, "Feb"], [1.0, 2.5, 10], [pd.Timestamp("2020-03-01"), " x ", None]]
    path = _workbook(tmp_path / "book.xlsx", {"Hoja 1": rows, "Two": [["y"]]}, ["A2:C2", "A3:B3", "A4:B4"])
    assert sheet_rows(path) == sheet_rows(path, "hoja  1") == [
        ["", "", ""],
        ["A title"] * 3,
        ["Ene", "Ene", "Feb"],
        ["1", "", "10"],  # a merged figure stands once
        ["2020-03-01", "x", ""],
    ]
    _refused("book.xlsx: expected a sheet 'Three', found: Hoja 1, Two", sheet_rows, path, "Three")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an empty file"),
        (PAGE, "a web page"),
        (b"a,b\n1,2\n", r"text \('a,b 1,2'\)"),
        (b"PK\x03\x04 and no more", "a damaged one"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a damaged one"),
    ],
)
def test_what_is_no_workbook_is_one_clear_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    _refused(f"book.xlsx: expected a spreadsheet, found {told}", sheet_rows, path)


def test_a_workbook_cut_off_or_a_zip_of_something_else(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "book.xlsx", {"One": [[number] for number in range(500)]})
    path.write_bytes(path.read_bytes()[:-200])
    _refused("book.xlsx: expected a spreadsheet, found a damaged one", sheet_rows, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "a,b")
    _refused("book.xlsx: expected a spreadsheet, found a damaged one", sheet_rows, path)


# -- CBP -------------------------------------------------------------------------------------------------------------

SOUTHWEST = (
    "Fiscal Year,Month Grouping,Month (abbv),Component,Demographic,Citizenship Grouping,Title of Authority,"
    "Encounter Type,Encounter Count\n"
)
NATIONWIDE = (
    "Fiscal Year,Month Grouping,Month (abbv),Component,Land Border Region,Area of Responsibility,AOR (Abbv),Demographic,"
    "Citizenship,Title of Authority,Encounter Type,Encounter Count\n"
)
PATROL = "U.S. Border Patrol"


def southwest_file(path: Path, months: list[str], count: int = 100) -> Path:
    """CBP's southwest file: per month (``2025-10``) two groups of the Border Patrol and one at the ports of entry."""
    lines = []
    for month in months:
        date = pd.Timestamp(month)
        year = f"{date.year + (date.month >= 10)}" + (" (FYTD)" if date.year > 2024 else "")
        start = f"{year},FYTD,{date:%b},".upper().replace("(FYTD),", "(FYTD),")
        lines += [
            f"{start}{PATROL},Single Adults,Mexico,Title 8,Apprehensions,{count}",
            f"{start}{PATROL},UAC,Guatemala,Title 8,Apprehensions,{count + 1}",
            f"{start}Office of Field Operations,FMUA,Other,Title 8,Inadmissibles,{count + 2}",
        ]
    path.write_text(SOUTHWEST + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def southwest(tmp_path: Path) -> Path:
    return southwest_file(tmp_path / "sbo.csv", ["2024-08", "2024-09", "2024-10", "2024-11"])


def test_cbp_southwest(southwest: Path) -> None:
    table = cbp.cbp_encounters(southwest)
    assert list(table.columns) == [field["name"] for field in resource("cbp_encounters")["schema"]["fields"]]
    assert table["date"].dt.strftime("%Y-%m").unique().tolist() == ["2024-08", "2024-09", "2024-10", "2024-11"]
    assert table["encounters"].sum() == 4 * 303
    assert set(table["vintage"]) == {"2024-11"}
    assert set(table["demographic"]) == {"single_adults", "unaccompanied_children", "family_units"}
    monthly = cbp.cbp_monthly(southwest)
    assert monthly.query("component == 'border_patrol'")["encounters"].tolist() == [201] * 4


def _changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Encounter Count", "Count", "row 1: expected a column 'Encounter Count'"),
        ("Apprehensions,100", "Apprehensions,-100", "row 2, column 'Encounter Count': expected a whole number, not negative"),
        ("Apprehensions,100", "Apprehensions,100000000", "row 2, column 'Encounter Count': expected at most 1,000,000"),
        ("Apprehensions,100", "Apprehensions,1.5", "expected a whole number"),
        ("Single Adults", "Robots", "row 2, column 'Demographic': expected one of"),
        ("AUG", "XXX", r"row 2, column 'Month \(abbv\)': expected the name of a month, found 'XXX'"),
        ("2024,FYTD", "24,FYTD", "row 2, column 'Fiscal Year': expected a fiscal year"),
        ("UAC,Guatemala", "Single Adults,Mexico", "row 3: expected one row for 2024, AUG, .* found a second"),
    ],
)
def test_cbp_damages(southwest: Path, old: str, new: str, told: str) -> None:
    _changed(southwest, old, new)
    _refused(f"sbo.csv.*{told}", cbp.cbp_encounters, southwest)


def test_cbp_month_missing_in_the_middle(tmp_path: Path) -> None:
    path = southwest_file(tmp_path / "sbo.csv", ["2024-08", "2024-10"])
    _refused("sbo.csv: expected rows for 2024-09 for border_patrol, found none", cbp.cbp_encounters, path)


def test_cbp_with_separators_spanish_months_and_semicolons(southwest: Path) -> None:
    """What a spreadsheet program set to Mexico makes of the file."""
    before = cbp.cbp_encounters(southwest)
    text = southwest.read_text().replace(",", ";").replace("AUG", "ago").replace(";100\n", ";100 \n")
    southwest.write_text("Descargado\n" + text, encoding="cp1252")
    pd.testing.assert_frame_equal(cbp.cbp_encounters(southwest), before)


@pytest.fixture
def nationwide(tmp_path: Path) -> Path:
    rows = [
        f"2023,FYTD,{month},{PATROL},{region},{area},{area[:6]},Single Adults,{citizenship},{authority},{kind},{count}"
        for month in ("OCT", "NOV", "DEC")
        for region, area in [("Southwest Land Border", "El Paso Sector"), ("Southwest Land Border", "Yuma Sector"),
                             ("Northern Land Border", "Blaine Sector"), ("Other", "Miami Sector")]
        for citizenship in ("BRAZIL", "MEXICO")
        for authority, kind, count in [("Title 8", "Apprehensions", "1,000"), ("Title 42", "Expulsions", "7")]
    ]  # fmt: skip
    path = tmp_path / "nationwide.csv"
    # as Excel writes the thousands separators of a CSV: in quotes
    text = "\n".join(re.sub("1,000$", '"1,000"', row) for row in rows)
    path.write_text(NATIONWIDE + text + "\n", encoding="utf-8-sig")
    return path


def test_cbp_nationwide(nationwide: Path) -> None:
    table = cbp.cbp_encounters_by_region(nationwide)
    assert list(table.columns) == ["date", "fiscal_year", "region", "authority", "encounters"]
    assert len(table) == 3 * 3 * 2
    october = table[table["date"] == "2022-10-01"].set_index(["region", "authority"])["encounters"]
    assert october.to_dict() == {
        ("northern", "title_8"): 2000, ("northern", "title_42"): 14, ("other", "title_8"): 2000, ("other", "title_42"): 14,
        ("southwest", "title_8"): 4000, ("southwest", "title_42"): 28,
    }  # fmt: skip
    assert set(table["fiscal_year"]) == {2023}


def test_cbp_nationwide_damages(nationwide: Path) -> None:
    text = nationwide.read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    nationwide.write_text("\n".join([*lines, lines[9]]) + "\n")
    _refused(f"nationwide.csv, row {len(lines) + 1}: expected one row for each", cbp.cbp_encounters_by_region, nationwide)
    nationwide.write_text("\n".join(line for line in lines if ",NOV," not in line) + "\n")
    _refused("nationwide.csv: expected rows for 2022-11 for ", cbp.cbp_encounters_by_region, nationwide)
    nationwide.write_text(text[:-4])
    _refused("found .*cut off", cbp.cbp_encounters_by_region, nationwide)
    nationwide.write_text(text.replace("Land Border Region", "Region"))
    _refused(r"expected a column 'Land Border Region'.*nearest is 'Region'", cbp.cbp_encounters_by_region, nationwide)


def test_the_southwest_file_is_not_taken_for_the_nationwide_one(southwest: Path) -> None:
    _refused("sbo.csv, row 1: expected a column 'Citizenship'", cbp.cbp_encounters_by_region, southwest)


# -- OHSS ------------------------------------------------------------------------------------------------------------

MONTHS = ["01 October", "02 November", "03 December", "04 January"]


def khsm_workbook(path: Path, months: list[str] = MONTHS, quantity: object = 10, country: str = "Mexico") -> Path:
    """The DHS workbook with the sheets we read, months of fiscal 2020 and an annual sheet before them."""
    head = ["Fiscal\nYear", "Month", "Region"]
    breakdowns = {
        "Monthly Region": ([], [[]]),
        "Monthly Rgn and Citp": (["Citizenship"], [[country], ["Guatemala"]]),
        "Monthly Rgn and Fam Status": (["Family Status"], [["Single Adults"], ["Unaccompanied Children"]]),
        "Monthly Rgn and Sector": (["Sector"], [["Laredo, TX"], ["Yuma, AZ"]]),
    }
    sheets = {"Annual Count": [["Fiscal\nYear", "Quantity"], [2020, 40]]}
    for sheet, (columns, values) in breakdowns.items():
        rows = [
            [2020, month, region, *value, quantity if region.startswith("South") else 5]
            for month in months
            for region in ("Coastal Border", "Southwest Land Border")
            for value in values
        ]
        sheets[sheet] = [[*head, *columns, "Quantity"], *rows]
    return _workbook(path, sheets)


def test_khsm(tmp_path: Path) -> None:
    path = khsm_workbook(tmp_path / "khsm.xlsx")
    total = ohss.khsm_total(path)
    assert total["date"].dt.strftime("%Y-%m").tolist() == ["2019-10", "2019-11", "2019-12", "2020-01"]
    assert total["encounters"].tolist() == [10] * 4
    assert ohss.khsm_by_citizenship(path)["citizenship"].tolist() == ["MEX", "GTM"] * 4
    assert ohss.khsm_by_family_status(path)["family_status"].tolist() == ["single_adults", "unaccompanied_children"] * 4
    assert ohss.khsm_by_sector(path)["sector"].tolist() == ["laredo", "yuma"] * 4
    for name in ("khsm_total", "khsm_by_citizenship", "khsm_by_family_status", "khsm_by_sector"):
        assert list(READERS[name](path).columns) == [field["name"] for field in resource(name)["schema"]["fields"]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"months": [MONTHS[0], MONTHS[2]]}, "khsm.xlsx: expected rows for 2019-11, found none"),
        ({"months": [MONTHS[0], MONTHS[0]]}, "row 8: expected one row for 2020, 01 October, Mexico, found a second"),
        ({"months": ["October"]}, "row 4, column 'Month': expected a month such as 01 October"),
        ({"quantity": -10}, "column 'Quantity': expected a whole number, not negative, found '-10'"),
        ({"quantity": 10**9}, "column 'Quantity': expected at most 1,000,000"),
        ({"country": "Atlantis"}, "row 4, column 'Citizenship': expected one of .*found 'Atlantis'"),
    ],
)
def test_khsm_damages(tmp_path: Path, changes: dict, told: str) -> None:
    path = khsm_workbook(tmp_path / "khsm.xlsx", **changes)
    _refused(told, ohss.khsm_by_citizenship, path)


def test_khsm_with_separators_as_text(tmp_path: Path) -> None:
    table = ohss.khsm_total(khsm_workbook(tmp_path / "khsm.xlsx", quantity="1,230"))
    assert set(table["encounters"]) == {1230}


def test_another_workbook_is_not_taken_for_the_dhs_one(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "other.xlsx", {"Sheet1": [["a"], [1]]})
    _refused("other.xlsx: expected a sheet 'Monthly Region', found: Sheet1", ohss.khsm_total, path)


# -- UPMRIP ----------------------------------------------------------------------------------------------------------


def boletin_3_1_1(path: Path, **changes: object) -> Path:
    """Cuadro 3.1.1 as since 2021: merged months over three columns, groups among countries, total, notes."""
    year, months = changes.get("year", 2025), changes.get("months", ["Ene.", "Feb.", "Mar. 1/"])
    countries = changes.get("countries", {"Guatemala": 30, "Honduras (1)": 20})
    rows = [
        ["III. Personas en situación migratoria irregular"],
        [f"3.1.1 Eventos de personas en situación migratoria irregular en México, según continente y país, {year}"],
        [],
        ["Continente/ país de nacionalidad", *[cell for month in [*months, "Total"] for cell in (month, None, None)]],
        [None, *["Presentados", "Canalizados", "Subtotal"] * (len(months) + 1)],
    ]

    def figures(count: int) -> list:
        # February with a thousands separator, as text
        cells = [count * 100, 5, count * 100 + 5, f"{count * 100:,}", "-", f"{count * 100:,}", *[count, 0, count] * 9]
        return cells[: 3 * len(months)] + [None] * 3

    def summed(listed: dict[str, int]) -> list:
        parts = [figures(count) for count in listed.values()]
        number = [[int(str(cell).replace(",", "").replace("-", "0") or 0) for cell in part[: 3 * len(months)]] for part in parts]
        return [sum(cells) for cells in zip(*number, strict=True)]

    rows += [["Total general", *changes.get("total", summed({**countries, "Francia": 1}))]]
    rows += [["América"], ["América Central", *summed(countries)]]
    rows += [[name, *figures(count)] for name, count in countries.items()]
    rows += [["Europa", *summed({"Francia": 1})], ["Francia", *figures(1)], [], [changes.get("note", "(1) Cifras preliminares.")]]
    last = len(rows)
    merged = ["A1:J1", "A2:J2", f"A{last}:J{last}", *[f"{a}4:{b}4" for a, b in ("BD", "EG", "HJ")]]
    return _workbook(path, {"3.1.1": rows}, merged)


def test_upmrip_detentions(tmp_path: Path) -> None:
    table = upmrip.mexico_detentions(boletin_3_1_1(tmp_path / "cuadro.xlsx"))
    assert list(table.columns) == [field["name"] for field in resource("mexico_detentions")["schema"]["fields"]]
    rows = table.assign(date=table["date"].dt.strftime("%Y-%m")).set_index(["date", "nationality"])["detentions"]
    assert rows.to_dict() == {
        ("2025-01", "FRA"): 105, ("2025-01", "GTM"): 3005, ("2025-01", "HND"): 2005,
        ("2025-02", "FRA"): 100, ("2025-02", "GTM"): 3000, ("2025-02", "HND"): 2000,
        ("2025-03", "FRA"): 1, ("2025-03", "GTM"): 30, ("2025-03", "HND"): 20,
    }  # fmt: skip


def test_upmrip_detentions_of_years_with_one_column_a_month(tmp_path: Path) -> None:
    rows = [["Eventos de extranjeros presentados ante la autoridad, 2019"], ["País", "Enero", "Febrero", "Marzo", "Total"],
            ["Total general", 7, 8, None, 15], ["Dominicana, Rep.", 3, 8, "-", 11], ["Apátridas", 4, "-", "", 4]]  # fmt: skip
    table = upmrip.mexico_detentions(_workbook(tmp_path / "cuadro.xlsx", {"a": rows}))
    assert table["nationality"].tolist() == ["DOM", "XXA", "DOM"]  # March is not reported yet: no rows, not zeros
    assert table["detentions"].tolist() == [3, 4, 8]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"countries": {"Guatemala": 30, "Atlántida": 20}}, "row 10, .*expected a country's Spanish name .*found 'Atlántida'"),
        ({"countries": {"Guatemala": 30, "Guatemala (1)": 20}}, "row 10: expected one row for Guatemala, found a second"),
        ({"countries": {"Guatemala": 30, "Honduras": -20}}, "expected a whole number, not negative"),
        ({"countries": {"Guatemala": 30, "Honduras": 20000}}, "expected at most 500,000"),
        ({"total": [9] * 9}, r"row 6, column 'Ene. subtotal': expected countries that sum to 9 .*found 5,115"),
        ({"year": "2024 y 2025"}, "expected one year in the title, found 2024, 2025"),
        ({"year": ""}, "expected one year in the title, found none"),
        ({"months": ["Ene.", "Mar.", "Abr."]}, "expected rows for 2025-02, found none"),
        ({"months": ["Ene.", "Ene.", "Feb."]}, "row 4: expected one column for each month, found several of one name"),
        ({"months": ["A", "B", "C"]}, "expected a row of months"),
    ],
)
def test_upmrip_damages(tmp_path: Path, changes: dict, told: str) -> None:
    _refused(f"cuadro.xlsx.*{told}", upmrip.mexico_detentions, boletin_3_1_1(tmp_path / "cuadro.xlsx", **changes))


def test_a_table_cut_off_above_its_total_is_refused(tmp_path: Path) -> None:
    rows = [["Eventos de extranjeros presentados ante la autoridad, 2019"], ["País", "Enero"], ["Honduras", 3]]
    path = _workbook(tmp_path / "cuadro.xlsx", {"a": rows})
    _refused(r"expected a row 'Total general', found none \(cut off", upmrip.mexico_detentions, path)


def test_one_table_of_the_bulletin_is_not_taken_for_another(tmp_path: Path) -> None:
    _refused("expected a title with 'devolucion', found '.*situación", upmrip.mexico_returns, boletin_3_1_1(tmp_path / "a.xlsx"))
    rows = [["3.2.1 Eventos de devolución, 2025"], ["País", "Ene"], ["Total", 5], ["Honduras", 5]]
    path = _workbook(tmp_path / "b.xlsx", {"a": rows})
    _refused("b.xlsx: expected a title with 'situacion migratoria irregular'", upmrip.mexico_detentions, path)


KINDS = ["Deportación", "Retorno asistido", "Retorno asistido de menores"]


def test_upmrip_returns_however_the_kinds_stand(tmp_path: Path) -> None:
    """In columns below the month, in heading rows above the countries, or in the title."""
    beside = [["Devoluciones, 2025"], ["País", "Ene", None, None, None], ["", *KINDS, "Total"],
              ["Total", 1, 7, 3, 11], ["Honduras", 1, 5, 3, 9], ["Cuba", 0, 2, "-", 2]]  # fmt: skip
    above = [["Devoluciones, 2025"], ["País", "Ene"], ["Total general", 11], ["Deportación", 1], ["Honduras", 1],
             ["Retorno asistido", 7], ["Honduras", 5], ["Cuba", 2],
             ["Retorno asistido de menores de 18 años", 3], ["Honduras", 3]]  # fmt: skip
    tables = [
        upmrip.mexico_returns(_workbook(tmp_path / "beside.xlsx", {"a": beside}, ["B2:E2"])),
        upmrip.mexico_returns(_workbook(tmp_path / "above.xlsx", {"a": above})),
    ]
    for table in tables:
        assert list(table.columns) == [field["name"] for field in resource("mexico_returns")["schema"]["fields"]]
        assert table.set_index(["nationality", "return_type"])["returns"].to_dict() == {
            ("CUB", "assisted_return"): 2, ("HND", "assisted_return"): 5,
            ("HND", "assisted_return_of_children"): 3, ("HND", "deportation"): 1,
        }  # fmt: skip
    title = [["Eventos de retorno asistido, 2025"], ["País", "Ene"], ["Total", 5], ["Honduras", 5]]
    table = upmrip.mexico_returns(_workbook(tmp_path / "title.xlsx", {"a": title}))
    assert table["return_type"].tolist() == ["assisted_return"]
    none = [["Devoluciones, 2025"], ["País", "Ene"], ["Total", 5], ["Honduras", 5]]
    _refused("expected the kind of return", upmrip.mexico_returns, _workbook(tmp_path / "none.xlsx", {"a": none}))


def test_spanish_names_of_countries() -> None:
    """The names the bulletin is known to use, and every name in our own table of countries."""
    names = {
        "Dominicana, Rep.": "DOM", "Centroafricana, Rep.": "CAF", "Corea, Rep. (Sur)": "KOR", "Checa, Rep.": "CZE", "Fiyi": "FJI",
        "Martinica (Terr. Ultram. Francia)": "MTQ", "Mianmar (Birmania)": "MMR", "Micronesia, Rep.": "FSM", "PERÚ": "PER",
        "Países Bajos (Holanda)": "NLD", "Apátridas": "XXA", "Estados Unidos": "USA", "Haiti": "HTI", "Guinea Ecuatorial": "GNQ",
    }  # fmt: skip
    assert {name: spanish(name) for name in names} == names
    countries = load("countries").query("kind == 'country'")
    assert [spanish(name) for name in countries["name_es"]] == countries["iso3"].tolist()
    assert spanish("Atlántida") is None


def test_tables_with_a_reader_say_which_column_tells_their_periods() -> None:
    refreshed = {entry["name"]: entry["refresh"] for entry in package()["resources"] if "refresh" in entry}
    assert set(refreshed) == set(READERS) & set(names())
    for name, how in refreshed.items():
        assert how["period"] in [field["name"] for field in resource(name)["schema"]["fields"]], name
