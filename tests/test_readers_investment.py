"""Readers of the World Bank, ForeignAssistance.gov and Banxico, on small files made here in their layouts, whole and damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from migrationbook.data import load
from migrationbook.errors import BookError
from migrationbook.sources.foreign_assistance import COUNTRIES, REGIONS, TRANSACTIONS
from migrationbook.sources.indicators import PANEL
from migrationbook.sources.readers import READERS, banxico, foreign_assistance, world_bank

PAGE = b"<!DOCTYPE html>\n<html><body>404 not found</body></html>"
TABLES = ["worldbank_indicators", "us_aid", "us_aid_regional", "remittances_mexico_monthly"]


def _refused(told: str, reader: Callable, path: Path) -> None:
    """The reader refuses in one line that says ``told`` (a regular expression)."""
    with pytest.raises(BookError, match=told) as refusal:
        reader(path)
    assert "\n" not in str(refusal.value)


def _file(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("name", TABLES)
def test_what_is_no_file_of_the_publisher(tmp_path: Path, name: str) -> None:
    reader = READERS[name]
    _refused("found an empty file", reader, _file(tmp_path, "file", b""))
    _refused("found a web page", reader, _file(tmp_path, "file", PAGE))
    _refused("expected a file that can be read, found: No such file", reader, tmp_path / "absent.csv")
    _refused("file.csv.*", reader, _file(tmp_path, "file.csv", "a,b\n1,2\n"))


# -- World Bank ------------------------------------------------------------------------------------------------------

GDP = "NY.GDP.MKTP.CD"


def _figure(country: str, year: int | str, value: float | str | None, code: str = GDP) -> dict:
    return {
        "indicator": {"id": code, "value": "GDP"},
        "country": {"id": country[:2], "value": country},
        "countryiso3code": country,
        "date": str(year),
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


def _figures() -> list[dict]:
    """GDP of 2023 and 2024 (none for Cuba in 2024) and of 1989; a group of countries and one without code beside them."""
    rows = [_figure(country, year, 1e9 + 1e6 * year) for country in PANEL for year in (2024, 2023, 1989)]
    rows[3 * PANEL.index("CUB")]["value"] = None
    return [_figure("EMU", 2024, 1.5e13), _figure("", 2024, 5.0), *rows]


def _answer(folder: Path, rows: list[dict], **about: object) -> Path:
    head = {"page": 1, "pages": 1, "per_page": 20000, "total": len(rows), "sourceid": "2", "lastupdated": "2026-07-13"}
    return _file(folder, "gdp.json", json.dumps([head | about, rows]))


def test_a_world_bank_answer(tmp_path: Path) -> None:
    table = world_bank.worldbank_indicators(_answer(tmp_path, _figures()))
    assert list(table.columns) == list(load("worldbank_indicators").columns)
    assert len(table) == 2 * 14 - 1
    assert set(table["indicator"]) == {"gdp"} and set(table["vintage"]) == {"2026-07"}
    assert set(table["iso3"]) == set(PANEL) and set(table["year"]) == {2023, 2024}
    cuba = table[table["iso3"] == "CUB"]
    assert list(cuba["year"]) == [2023] and list(cuba["value"]) == [1e9 + 2023e6]


def test_several_indicators_in_one_answer(tmp_path: Path) -> None:
    gini = [_figure(country, 2023, 40.5, "SI.POV.GINI") for country in PANEL]
    table = world_bank.worldbank_indicators(_answer(tmp_path, _figures() + gini))
    assert table.groupby("indicator")["value"].count().to_dict() == {"gdp": 27, "gini": 14}


def test_the_world_bank_csv_holds_the_same(tmp_path: Path) -> None:
    rows = [
        f'"{code}","{code}","GDP","{GDP}","1000","{1e9 + 2023e6}","{"" if code == "CUB" else 1e9 + 2024e6}",'
        for code in [*PANEL, "WLD"]
    ]
    head = ['"Data Source","World Development Indicators",', "", '"Last Updated Date","2026-07-13",', ""]
    names = '"Country Name","Country Code","Indicator Name","Indicator Code","1989","2023","2024",'
    path = _file(tmp_path, "API_NY.GDP.csv", "\n".join([*head, names, *rows]) + "\n", "utf-8-sig")
    key = ["indicator", "iso3", "year"]
    table = world_bank.worldbank_indicators(path).sort_values(key, ignore_index=True)
    answer = world_bank.worldbank_indicators(_answer(tmp_path, _figures())).sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(table, answer, check_dtype=False)
    content = path.read_bytes()
    _refused(
        "API_NY.GDP.csv, row 6, column '2023': expected a number",
        world_bank.worldbank_indicators,
        _file(tmp_path, path.name, content.replace(b"3023000000.0", b"3.023,5", 1)),
    )
    _refused(
        "expected one row for NY.GDP.MKTP.CD, BLZ, found a second",
        world_bank.worldbank_indicators,
        _file(tmp_path, path.name, content + rows[0].encode() + b"\n"),
    )
    _refused(
        "the date of the last update .* found ''",
        world_bank.worldbank_indicators,
        _file(tmp_path, path.name, content.replace(b"Last Updated", b"Updated")),
    )
    _refused(
        "expected a column 'Indicator Code', found",
        world_bank.worldbank_indicators,
        _file(tmp_path, path.name, content.replace(b"Indicator Code", b"Series")),
    )
    _refused(
        "row 20: expected 8 cells, found 5.*cut off",
        world_bank.worldbank_indicators,
        _file(tmp_path, path.name, content[: content.rindex(GDP.encode()) + 16]),
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.append(dict(rows[5])), "row 45: expected one row for NY.GDP.MKTP.CD, COL, 2024, found a second"),
        (lambda rows: rows[2].update(value="many"), "row 3, column 'value': expected a number"),
        (lambda rows: rows[2].update(value=1e19), "row 3, column 'value': expected a number from"),
        (lambda rows: rows[2].update(date="2024Q1"), "row 3, column 'year': expected a year, found '2024Q1'"),
        (
            lambda rows: rows[2].update(indicator={"id": "XX.YY"}),
            "row 3, column 'code': expected a World Bank code .* found 'XX.YY'",
        ),
        (lambda rows: rows[2].update(indicator={"id": ""}), "row 3, column 'code': expected a World Bank code"),
        (lambda rows: rows[2].pop("value"), "expected figures with indicator, countryiso3code, date and value"),
        (lambda rows: rows.__delitem__(slice(-3, None)), "for all countries of the panel, found none for VEN; download .*VEN"),
        (lambda rows: rows.__delitem__(slice(2, None)), "expected figures of the panel's countries"),
    ],
)
def test_damaged_figures_of_the_world_bank(tmp_path: Path, change: Callable, told: str) -> None:
    rows = _figures()
    change(rows)
    _refused(told, world_bank.worldbank_indicators, _answer(tmp_path, rows))


def test_damaged_answers_of_the_world_bank(tmp_path: Path) -> None:
    reader, rows = world_bank.worldbank_indicators, _figures()
    _refused("page 1 of 3; ask for them with per_page=20000", reader, _answer(tmp_path, rows, pages=3))
    _refused("expected 100 figures, found 44; download", reader, _answer(tmp_path, rows, total=100))
    _refused("expected the date of the last update", reader, _answer(tmp_path, rows, lastupdated="13 July"))
    message = [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}]
    _refused("expected a World Bank answer .*The provided parameter", reader, _file(tmp_path, "a.json", json.dumps(message)))
    content = _answer(tmp_path, rows).read_bytes()
    _refused("expected complete JSON", reader, _file(tmp_path, "a.json", content[:-50]))
    assert len(reader(_file(tmp_path, "a.json", b"\xef\xbb\xbf" + content))) == 27


# -- ForeignAssistance.gov -------------------------------------------------------------------------------------------

SUMMARY = (
    "Country ID,Country Code,Country Name,Region ID,Region Name,Income Group Acronym,Income Group Name,Transaction Type ID,"
    "Transaction Type Name,Fiscal Year,Current Dollar Amount,Constant Dollar Amount"
)
KINDS = {"Obligations": 2, "Disbursements": 3, "Appropriated and Planned": 1, "President's Budget Requests": 18}


def _summary(*more: str) -> list[str]:
    """One row a recipient, kind and year (2022, 2023), amounts by recipient; elsewhere and long ago beside them."""
    rows = [
        f'{number},{code},"A place, {code}",6,Western Hemisphere,NULL,NULL,{kind},{name},{year},{1000 * number + year},{number}'
        for number, code in enumerate([*COUNTRIES, *REGIONS], start=1)
        for name, kind in KINDS.items()
        for year in (2022, 2023)
    ]
    other = ["900,KEN,Kenya,5,Sub-Saharan Africa,LMIC,NULL,2,Obligations,2023,5,5"]
    before = ["3,COL,Colombia,6,Western Hemisphere,UMIC,NULL,2,Obligations,1976tq,13701000,49054781"]
    given_up = ["3,COL,Colombia,6,Western Hemisphere,UMIC,NULL,19,Initial Allocations,2018,96000,114475"]
    return [SUMMARY, *other, *before, *given_up, *rows, *more]


def _aid(folder: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    return _file(folder, "aid.csv", "\n".join(lines) + "\n", encoding)


def test_the_country_summary_of_aid(tmp_path: Path) -> None:
    path = _aid(tmp_path, _summary())
    table, regional = foreign_assistance.us_aid(path), foreign_assistance.us_aid_regional(path)
    assert list(table.columns) == list(load("us_aid").columns)
    assert list(regional.columns) == list(load("us_aid_regional").columns)
    assert len(table) == 13 * 8 and len(regional) == 7 * 8
    assert table["current_usd"].dtype == "int64"
    assert table.set_index(["country", "transaction_type", "fiscal_year"]).loc[("COL", "obligations", 2022)].to_list() == [
        4022,
        2,
    ]
    assert set(regional["region"]) == set(REGIONS.values())


def test_transactions_of_the_complete_dataset_are_summed_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [line.replace(SUMMARY, f"{SUMMARY},Managing Agency Acronym,Transaction Date") for line in _summary()]
    lines = [whole[0], *(f"{line},USAID,30SEP2023" for line in whole[1:] for _ in range(3))]
    taken = [
        f"3,COL,Colombia,6,Western Hemisphere,UMIC,NULL,2,Obligations,2022,-{amount},0,DOD,01OCT2021"
        for amount in (20000.4, 22.4)
    ]
    whole_piece = foreign_assistance.csv_chunks
    monkeypatch.setattr(foreign_assistance, "csv_chunks", lambda path, columns: whole_piece(path, columns, rows=50))
    table = foreign_assistance.us_aid(_aid(tmp_path, lines + taken))
    assert len(table) == 13 * 8
    colombia = table.set_index(["country", "transaction_type", "fiscal_year"])["current_usd"]
    assert colombia.loc[("COL", "obligations", 2022)] == 3 * 4022 - 20022 - 1  # less than nothing: money taken back
    assert colombia.loc[("COL", "obligations", 2023)] == 3 * 4023


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda lines: [*lines, lines[-1]],
            "row 165: expected one row for WHN, President's Budget Requests, 2023, found a second",
        ),
        (lambda lines: [line for line in lines if ",CNA," not in line], "expected rows for CNA, found none"),
        (
            lambda lines: [line.replace("Obligations,2022", "Obligations,2020") for line in lines],
            "obligations in fiscal 2021, found none",
        ),
        (
            lambda lines: [*lines, lines[-1].replace("2023,", "FY23,")],
            "row 165, column 'Fiscal Year': expected a fiscal year, found 'FY23'",
        ),
        (
            lambda lines: [*lines, lines[-1].replace("President's Budget Requests", "Loans")],
            "column 'Transaction Type Name': expected one of",
        ),
        (
            lambda lines: [*lines[:-1], f"{lines[-1].rpartition(',')[0]},NULL"],
            "row 164, column 'Constant Dollar Amount': expected a number",
        ),
        (
            lambda lines: [*lines[:-1], lines[-1] + "000000000000"],
            "row 164, column 'Constant Dollar Amount': expected a number from",
        ),
        (
            lambda lines: [line.replace("Current Dollar Amount", "current_amount") for line in lines],
            "expected a column 'Current Dollar Amount'",
        ),
        (lambda lines: [*lines[:-1], lines[-1][:30]], "row 164: expected 12 cells, found .*cut off"),
    ],
)
def test_damaged_files_of_aid(tmp_path: Path, change: Callable, told: str) -> None:
    lines = [line for line in change(_summary())]
    reader = foreign_assistance.us_aid_regional
    _refused(told, reader, _aid(tmp_path, lines))


def test_aid_in_other_dress_is_the_same(tmp_path: Path) -> None:
    plain = foreign_assistance.us_aid(_aid(tmp_path, _summary()))
    semicolons = [line.replace('"A place, ', '"A place ').replace(",", ";") for line in _summary()]
    accents = [line.replace("A place", "El Salvador é") for line in _summary()]
    grouped = [line.replace(",4022,2", ',"4,022",2') for line in _summary()]
    for lines, encoding in [(semicolons, "utf-8"), (accents, "cp1252"), (grouped, "utf-8-sig"), (_summary(), "utf-16")]:
        pd.testing.assert_frame_equal(foreign_assistance.us_aid(_aid(tmp_path, lines, encoding)), plain)


# -- Banxico ---------------------------------------------------------------------------------------------------------

MONTHS = {"2025-11": ("5125.3", "12800.25"), "2025-12": ("5322.123456", "13,100.5"), "2026-01": ("4,594.2", "11,500")}
SPANISH = {"2025-11": "Nov 2025", "2025-12": "Dic 2025", "2026-01": "Ene 2026"}


def _days(figures: dict) -> dict[str, tuple[str, str]]:
    return {f"01/{month[5:]}/{month[:4]}": pair for month, pair in figures.items()}


def _series(folder: Path, figures: dict, encoding: str = "cp1252") -> Path:
    head = [
        '"Banco de México"',
        '"Ingresos por Remesas"',
        '"Título","Remesas Totales","Número de Remesas"',
        '"Fecha","SE27803","SE27808"',
    ]
    rows = [f'"{day}","{value}","{number}"' for day, (value, number) in _days(figures).items()]
    return _file(folder, "series.csv", "\r\n".join([*head, *rows]) + "\r\n", encoding)


def _api(folder: Path, figures: dict, codes: tuple[str, str] = ("SE27803", "SE27808")) -> Path:
    series = [
        {
            "idSerie": code,
            "titulo": "Remesas",
            "datos": [{"fecha": day, "dato": pair[at]} for day, pair in _days(figures).items()],
        }
        for at, code in enumerate(codes)
    ]
    return _file(folder, "series.json", json.dumps({"bmx": {"series": series}}))


def _number(text: str) -> float | str:
    return text if text == "N/E" else float(text.replace(",", ""))


def _workbook(folder: Path, figures: dict, change: Callable = lambda rows: None) -> Path:
    values, numbers = ([_number(pair[at]) for pair in figures.values()] for at in (0, 1))
    averages = ["N/E" if "N/E" in pair else round(1000 * pair[0] / pair[1]) for pair in zip(values, numbers, strict=True)]
    rows = [
        ["Banco de México"],
        [],
        ["", "Ingresos por Remesas"],
        [],
        ["", "Título", *(SPANISH[month] for month in figures)],
        [],
        ["", "● Remesas Totales (Millones de dólares)", *values],
        ["", "○ Transferencias Electrónicas", *values],
        ["", "● Número de Remesas Totales (Miles de operaciones)", *numbers],
        ["", "● Remesa Promedio Total (Dólares)", *averages],
        [],
        ["", "Nota: cifras sujetas a revisión"],
    ]
    change(rows)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "ce81.xlsx")
    return folder / "ce81.xlsx"


def test_three_forms_of_banxico_hold_the_same(tmp_path: Path) -> None:
    table = banxico.remittances_mexico_monthly(_series(tmp_path, MONTHS))
    assert list(table.columns) == list(load("remittances_mexico_monthly").columns)
    assert list(table["date"].dt.strftime("%Y-%m")) == list(MONTHS)
    assert list(table["value_usd"]) == [5125300000, 5322123456, 4594200000]
    assert list(table["operations"]) == [12800250, 13100500, 11500000]
    assert set(table["flow"]) == {"inbound"}
    for path in (_api(tmp_path, MONTHS), _workbook(tmp_path, MONTHS), _series(tmp_path, MONTHS, "utf-8-sig")):
        other = banxico.remittances_mexico_monthly(path)
        pd.testing.assert_frame_equal(other.reset_index(drop=True), table.reset_index(drop=True))


@pytest.mark.parametrize("make", [_series, _api, _workbook])
def test_months_of_banxico_without_figures_and_with_wrong_ones(tmp_path: Path, make: Callable) -> None:
    reader = banxico.remittances_mexico_monthly
    assert len(reader(make(tmp_path, MONTHS | {"2026-01": ("N/E", "N/E")}))) == 2
    _refused(
        "expected a value beside the number of transfers, found 'N/E'",
        reader,
        make(tmp_path, MONTHS | {"2026-01": ("N/E", "11500")}),
    )
    _refused("expected a number of transfers beside the value", reader, make(tmp_path, MONTHS | {"2026-01": ("4594.2", "N/E")}))
    _refused("expected rows for 2025-12, found none", reader, make(tmp_path, MONTHS | {"2025-12": ("N/E", "N/E")}))
    _refused("expected months with figures, found none", reader, make(tmp_path, {month: ("N/E", "N/E") for month in MONTHS}))
    _refused(
        "column 'SE27803': expected a number from 0.1 to", reader, make(tmp_path, MONTHS | {"2026-01": ("-4594.2", "11500")})
    )
    _refused(
        "column 'SE27803': expected a number from 0.1 to", reader, make(tmp_path, MONTHS | {"2026-01": ("4594200", "11500")})
    )
    _refused("dollars a transfer, found '4.5942'", reader, make(tmp_path, MONTHS | {"2026-01": ("4.5942", "11500")}))


def test_damaged_files_of_banxico(tmp_path: Path) -> None:
    reader, content = banxico.remittances_mexico_monthly, _series(tmp_path, MONTHS).read_bytes()
    again = content + b'"01/01/2026","4594.2","11500"\r\n'
    _refused("row 8: expected one row for 2026-01-01, found a second", reader, _file(tmp_path, "s.csv", again))
    _refused(
        "row 5, column 'Fecha': expected the first day of a month",
        reader,
        _file(tmp_path, "s.csv", content.replace(b"01/11", b"31/11")),
    )
    _refused(
        "row 5, column 'Fecha': expected the first day",
        reader,
        _file(tmp_path, "s.csv", content.replace(b"01/11/2025", b"Nov 2025")),
    )
    _refused(
        "expected a column 'SE27808', found: Fecha, SE27803",
        reader,
        _file(tmp_path, "s.csv", content.replace(b"SE27808", b"SE27809")),
    )
    _refused("row 7: expected a CSV row, found: unexpected end of data .cut off", reader, _file(tmp_path, "s.csv", content[:-12]))
    semicolons = content.replace(b'","', b'";"')
    assert len(reader(_file(tmp_path, "s.csv", semicolons))) == 3
    _refused("expected the series SE27803 and SE27808, found: SE27803, SE1", reader, _api(tmp_path, MONTHS, ("SE27803", "SE1")))
    refusal = json.dumps({"error": {"mensaje": "Token inválido", "detalle": "El token enviado no es correcto"}})
    _refused(r"expected bmx.series\[\].datos\[\], found: .*Token", reader, _file(tmp_path, "s.json", refusal))
    _refused("expected complete JSON", reader, _file(tmp_path, "s.json", _api(tmp_path, MONTHS).read_bytes()[:-20]))


def test_damaged_workbooks_of_banxico(tmp_path: Path) -> None:
    reader = banxico.remittances_mexico_monthly
    _refused(
        "expected one row 'numero de remesas totales .* found 0", reader, _workbook(tmp_path, MONTHS, lambda rows: rows.pop(8))
    )
    _refused(
        "expected one row 'remesas totales .* found 2", reader, _workbook(tmp_path, MONTHS, lambda rows: rows.append(rows[6]))
    )
    _refused("expected a row of months .* found none", reader, _workbook(tmp_path, MONTHS, lambda rows: rows.pop(4)))

    def slip(rows: list[list]) -> None:
        rows[6][2:] = rows[6][3:] + rows[6][2:3]

    _refused("row 3, column 'average': expected the value divided by the number", reader, _workbook(tmp_path, MONTHS, slip))


# -- the published tables in the publishers' layouts -------------------------------------------------------------------


def _same(table: pd.DataFrame, published: pd.DataFrame, key: list[str]) -> None:
    first, second = (frame[published.columns].sort_values(key, ignore_index=True) for frame in (table, published))
    pd.testing.assert_frame_equal(first, second, check_dtype=False)


def test_published_aid_written_as_the_country_summary_is_read_back(tmp_path: Path) -> None:
    kinds = {ours: theirs for theirs, ours in TRANSACTIONS.items()}
    regions = {ours: theirs for theirs, ours in REGIONS.items()}
    aid, regional = load("us_aid"), load("us_aid_regional")
    both = pd.concat([aid.rename(columns={"country": "code"}), regional.assign(code=regional["region"].map(regions))])
    columns = ["Country Code", "Transaction Type Name", "Fiscal Year", "Current Dollar Amount", "Constant Dollar Amount"]
    rows = both.assign(kind=both["transaction_type"].map(kinds))[["code", "kind", "fiscal_year", "current_usd", "constant_usd"]]
    path = tmp_path / "aid.csv"
    rows.set_axis(columns, axis=1).to_csv(path, index=False)
    _same(foreign_assistance.us_aid(path), aid, ["country", "transaction_type", "fiscal_year"])
    _same(foreign_assistance.us_aid_regional(path), regional, ["region", "transaction_type", "fiscal_year"])


def test_published_remittances_written_as_series_are_read_back(tmp_path: Path) -> None:
    table = load("remittances_mexico_monthly").query("flow == 'inbound'")
    pairs = zip(table["value_usd"] / 1e6, table["operations"] / 1e3, strict=True)
    figures = dict(
        zip(table["date"].dt.strftime("%Y-%m"), ((f"{value:.6f}", f"{number:,.3f}") for value, number in pairs), strict=True)
    )
    for path in (_series(tmp_path, figures), _api(tmp_path, figures)):
        _same(banxico.remittances_mexico_monthly(path), table, ["date"])


def test_published_indicators_written_as_an_answer_are_read_back(tmp_path: Path) -> None:
    table = load("worldbank_indicators").query("indicator == 'gdp'")
    rows = [_figure(*row) for row in table[["iso3", "year", "value"]].itertuples(index=False)]
    found = world_bank.worldbank_indicators(_answer(tmp_path, rows, lastupdated="2025-06-05"))
    _same(found, table, ["iso3", "year"])
