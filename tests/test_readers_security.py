"""Readers of SESNSP's and IOM's own files, on small files made here in their layouts, whole and damaged."""

from __future__ import annotations

import re
import shutil
import weakref
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from migrationbook import paths
from migrationbook.cli import main
from migrationbook.data import load, resource
from migrationbook.errors import BookError
from migrationbook.sources.countries import english
from migrationbook.sources.readers import iom, sesnsp
from migrationbook.sources.readers.files import csv_chunks

PAGE = "<!DOCTYPE html>\n<html><body>Challenge Validation</body></html>"


def _refused(told: str, reader: Callable, *arguments: object) -> None:
    """The reader refuses in one line that says ``told`` (a regular expression)."""
    with pytest.raises(BookError, match=told) as refusal:
        reader(*arguments)
    assert "\n" not in str(refusal.value)


def _columns(name: str) -> list[str]:
    return sorted(field["name"] for field in resource(name)["schema"]["fields"])


# -- SESNSP ----------------------------------------------------------------------------------------------------------

HEADER = ["Año", "Clave_Ent", "Entidad", *sesnsp.LABELS[2:], *sesnsp.MONTHS]
LIFE, FREEDOM = "La vida y la Integridad corporal", "Libertad personal"
# what one state reports in every month: good, crime, kind, means, sex, age, victims
REPORTED = [
    (LIFE, "Homicidio", "Homicidio doloso", "Con arma de fuego", "Hombre", "Adultos (18 y más)", 5),
    (LIFE, "Homicidio", "Homicidio doloso", "Con arma de fuego", "Mujer", "Adultos (18 y más)", 1),
    (LIFE, "Homicidio", "Homicidio doloso", "Con arma blanca", "Hombre", "No especificado", 2),
    (LIFE, "Homicidio", "Homicidio culposo", "En accidente de tránsito", "Hombre", "Menores de edad (0-17)", 4),
    (LIFE, "Feminicidio", "Feminicidio", "Con arma de fuego", "Mujer", "Adultos (18 y más)", 1),
    (LIFE, "Lesiones", "Lesiones dolosas", "Con arma de fuego", "Hombre", "Adultos (18 y más)", 90),
    ("El patrimonio", "Extorsión", "Extorsión", "Extorsión", "Hombre", "No especificado", 3),
    (FREEDOM, "Secuestro", "Secuestro", "Secuestro extorsivo", "Hombre", "Adultos (18 y más)", 2),
    ("La sociedad", "Trata de personas", "Trata de personas", "Trata de personas", "Mujer", "Menores de edad (0-17)", 1),
    (FREEDOM, "Tráfico de menores", "Tráfico de menores", "Tráfico de menores", "No identificado", "No identificado", 1),
]


def _lines(years: tuple[int, ...] = (2024, 2025), months_of_last: int = 8) -> list[str]:
    """The file's lines: the months of the last year after ``months_of_last`` are empty."""
    lines = [",".join(HEADER)]
    for year in years:
        counted = months_of_last if year == years[-1] else 12
        for state in range(1, 33):
            for *labels, victims in REPORTED:
                cells = [f'"{label}"' if "," in label else label for label in labels]
                figures = [str(victims)] * counted + [""] * (12 - counted)
                lines.append(",".join([str(year), str(state), "Estado", *cells, *figures]))
    return lines


def _victims(folder: Path, lines: list[str], encoding: str = "cp1252") -> Path:
    path = folder / "Estatal-Víctimas-2015-2025_ago2025.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def test_victims_of_crime(tmp_path: Path) -> None:
    table = sesnsp.crime_victims_by_state(_victims(tmp_path, _lines()))
    assert sorted(table.columns) == _columns("crime_victims_by_state")
    assert len(table) == 20 * 32
    assert (table["date"].min(), table["date"].max()) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2025-08-01"))
    june = table.set_index(["date", "state"]).loc[(pd.Timestamp("2024-06-01"), "07")]
    expected = {"intentional_homicide": 8, "intentional_homicide_firearm": 6, "intentional_homicide_other_means": 2,
                "femicide": 1, "unintentional_homicide": 4, "extortion": 3, "kidnapping": 2, "human_trafficking": 1,
                "trafficking_of_minors": 1, "victims": 20}
    assert {name: june[name] for name in expected} == expected


VARIANTS = {
    "UTF-8": (lambda lines: lines, "utf-8"),
    "BOM": (lambda lines: lines, "utf-8-sig"),
    "UTF-16": (lambda lines: lines, "utf-16"),
    "semicolons": (lambda lines: [line.replace(",", ";") for line in lines], "cp1252"),
    "a header moved down": (lambda lines: ["Víctimas del fuero común", "", *lines], "cp1252"),
    "months to come as zeros": (lambda lines: [re.sub(r",(?=,|$)", ",0", line) for line in lines], "cp1252"),
    "blanks in the header": (lambda lines: [lines[0].replace("Clave_Ent", " clave_ent "), *lines[1:]], "cp1252"),
}


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_victims_however_the_file_is_written(tmp_path: Path, variant: str) -> None:
    expected = sesnsp.crime_victims_by_state(_victims(tmp_path, _lines()))
    change, encoding = VARIANTS[variant]
    written = sesnsp.crime_victims_by_state(_victims(tmp_path, change(_lines()), encoding))
    pd.testing.assert_frame_equal(written, expected)


def test_victims_in_the_zip_archive_as_it_is_downloaded(tmp_path: Path) -> None:
    path = _victims(tmp_path, _lines())
    archive = tmp_path / "Estatal-Victimas-2015-2025_ago2025.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, path.name)
    pd.testing.assert_frame_equal(sesnsp.crime_victims_by_state(archive), sesnsp.crime_victims_by_state(path))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    _refused("found a spreadsheet or zip archive", sesnsp.crime_victims_by_state, archive)
    archive.write_bytes(whole[:200] + bytes(50) + whole[250:])
    _refused("expected a whole zip archive, found: ", sesnsp.crime_victims_by_state, archive)


def test_thousands_are_set_apart_by_a_blank_or_a_comma(tmp_path: Path) -> None:
    lines = _lines()
    for cell in ('"1,234"', "1 234"):
        changed = [*lines[:1], lines[1].replace(",5,5,", f",{cell},5,", 1), *lines[2:]]
        table = sesnsp.crime_victims_by_state(_victims(tmp_path, changed))
        assert table.iloc[0]["intentional_homicide_firearm"] == 1235


DAMAGES = {
    "a negative figure": (lambda lines: [lines[0], lines[1].replace(",5,", ",-5,", 1), *lines[2:]],
                          "row 2, column 'Enero': expected a whole number, not negative, found '-5'"),
    "an absurd figure": (lambda lines: [lines[0], lines[1].replace(",5,", ",5000,", 1), *lines[2:]],
                         "row 2, column 'Enero': expected at most 2,000, found '5000'"),
    "a decimal": (lambda lines: [lines[0], lines[1].replace(",5,", ",5.5,", 1), *lines[2:]],
                  "row 2, column 'Enero': expected a whole number"),
    "a row twice": (lambda lines: [*lines, lines[5]], "row 642: expected one row for each combination of labels, found a second"),
    "a month renamed": (lambda lines: [lines[0].replace("Marzo", "March"), *lines[1:]],
                        r"row 1: expected a column 'Marzo', found: .*"),
    "a year of the new register": (lambda lines: [line.replace("2025,", "2026,", 1) for line in lines],
                                   r"column 'Año': expected a year from 2015 to 2025 .*another register.*found '2026'"),
    "a year left out": (lambda lines: [line for line in _lines((2022, 2023, 2024)) if not line.startswith("2023")],
                        "expected rows for 2023-01 for 01, found none"),
    "a state left out": (lambda lines: [line for line in lines if ",7,Estado" not in line],
                         "expected all 32 states, found none with code 07"),
    "a state with a code nobody knows": (lambda lines: [line.replace(",7,Estado", ",33,Estado") for line in lines],
                                         "column 'Clave_Ent': expected a state's code from 1 to 32, found '33'"),
    "a month empty in the middle": (lambda lines: [re.sub(r"^((?:[^,]*,){12})\d+", r"\1", line) for line in lines],
                                    "column 'Abril': expected a figure in every row of 2024, found 352 empty cells"),
    "a cell empty": (lambda lines: [lines[0], lines[1].replace(",5,", ",,", 1), *lines[2:]],
                     "column 'Enero': expected a figure in every row of 2024, found 2 empty cells"),
    "a crime renamed": (lambda lines: [line.replace("Secuestro,Secuestro", "Secuestro,Plagio") for line in lines],
                        "expected victims of 'Secuestro', found none"),
    "the means renamed": (lambda lines: [line.replace("Con arma de fuego", "Arma") for line in lines],
                          "expected victims of 'Con arma de fuego', found none"),
    "another file": (lambda lines: [lines[0], *[line for line in lines if "Lesiones" in line]],
                     "expected victims of Homicidio doloso, .* found none"),
    "cut off": (lambda lines: [*lines[:300], lines[300][:40]], "row 301: expected 21 cells, found"),
    "cut off between two rows": (lambda lines: lines[:300], r"expected all 32 states, .* \(cut off\?\)"),
    "an error page": (lambda lines: PAGE.splitlines(), "expected a CSV file, found a web page"),
    "an empty file": (lambda lines: [], "found an empty file"),
    "a header alone": (lambda lines: lines[:1], "expected rows below the header, found none"),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_file_of_victims_is_one_clear_line(tmp_path: Path, damage: str) -> None:
    change, told = DAMAGES[damage]
    _refused(told, sesnsp.crime_victims_by_state, _victims(tmp_path, change(_lines())))


def test_a_file_of_victims_is_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pieces a large file is read in, the one before is let go when the next is asked for, and the sums agree."""
    path = _victims(tmp_path, _lines())
    expected = sesnsp.crime_victims_by_state(path)
    pieces = []

    def watched(path: Path, columns: list[str]) -> Iterator[pd.DataFrame]:
        for frame in csv_chunks(path, columns, rows=50):
            assert sum(piece() is not None for piece in pieces) <= 1
            pieces.append(weakref.ref(frame))
            yield frame

    monkeypatch.setattr(sesnsp, "csv_chunks", watched)
    pd.testing.assert_frame_equal(sesnsp.crime_victims_by_state(path), expected)
    assert len(pieces) == 13


# -- IOM -------------------------------------------------------------------------------------------------------------

IOM_HEADER = (
    '"Main ID","Incident ID","Incident Type","Region of Incident","Incident Date","Incident Year",Month,"Number of Dead",'
    '"Minimum Estimated Number of Missing","Total Number of Dead and Missing","Number of Survivors","Number of Females",'
    '"Number of Males","Number of Children","Country of Origin","Region of Origin","Cause of Death","Country of Incident",'
    '"Migration Route","Location of Incident",Coordinates,"UNSD Geographical Grouping","Information Source",URL,"Source Quality"'
)
US = '"United States of America","US-Mexico border crossing"'
INCIDENTS = [
    f'2014.MMP00001,2014.MMP00001,Incident,"North America",2014-01-06,2014,January,1,,1,,,1,,Guatemala,"Central America",'
    f'"Mixed or unknown",{US},"Arizona, USA","31.650259, -110.366453","Northern America",PCOME,http://a.b,5',
    f'2014.MMP00002,2014.MMP00002,Incident,"North America",2014-01-06,2014,January,1,,1,,1,,,Unknown,"Latin America (P)",'
    f'"Harsh environmental conditions / lack of adequate shelter, food, water",{US},"{"x" * 120}","31.59713, -111.73756",'
    'Northern America,PCOME,,5',
    '2014.MMP00007,2014.MMP00007,Incident,Mediterranean,2014-01-19,2014,January,12,,12,,9,,3,Afghanistan,Unknown,Drowning,'
    'Greece,"Eastern Mediterranean","Waters near Greece","37.2832, 27",Uncategorized,ECRE,http://a.b,5',
    '2014.MMP00300,"2014.MMP003001,2014.MMP003002","Split Incident",Caribbean,2014-02-20,2014,February,8,3,11,24,,,,'
    '"Haiti,Venezuela (Bolivarian Republic of),Unknown,Unknown",Caribbean,"Drowning,Violence","Turks and Caicos Islands",'
    '"Caribbean to US","At sea","21.8, -71.6",Caribbean,AP,http://a.b,1',
    '2014.MMP00400,2014.MMP00400,"Cumulative Incident","Central America",2014-03-31,2014,March,4,,4,,,,,Mixed,,'
    '"Mixed or unknown",Mexico,"US-Mexico border crossing",Mexico (likely),,"Central America",PCOME,,5',
    f'2014.MMP00500,2014.MMP00500,Incident,"North America",2014-03-05,2014,March,1,,1,,,,,,,"Accidental death",{US},"Texas",'
    '"29.5,-101.25","Northern America",PCOME,,5',
]


def _file(folder: Path, lines: list[str], encoding: str = "utf-8-sig") -> Path:
    path = folder / "Missing_Migrants_Global_Figures_allData.csv"
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


def test_missing_migrants(tmp_path: Path) -> None:
    table = iom.missing_migrants(_file(tmp_path, [IOM_HEADER, *INCIDENTS]))
    assert sorted(table.columns) == _columns("missing_migrants")
    assert list(table["number"]) == [1, 2, 1, 1, 1]  # two of the first day, from west to east; Greece is left out
    assert list(table["longitude"].dropna()) == [-111.73756, -110.366453, -71.6, -101.25]
    assert table["location"].str.len().max() == 90
    split = table[table["incident_type"] == "split_incident"].iloc[0]
    assert (split["country_of_incident"], split["dead_or_missing"], split["survivors"], split["cause"]) == (
        "TCA", 11, 24, "drowning;violence")
    cumulative = table[table["incident_type"] == "cumulative_incident"].iloc[0]
    assert pd.isna(cumulative["latitude"]) and pd.isna(cumulative["longitude"]) and pd.isna(cumulative["survivors"])
    assert list(table["dead_or_missing"]) == [1, 1, 11, 1, 4]


def test_nationalities_of_missing_migrants(tmp_path: Path) -> None:
    table = iom.missing_migrants_nationalities(_file(tmp_path, [IOM_HEADER, *INCIDENTS]))
    assert sorted(table.columns) == _columns("missing_migrants_nationalities")
    assert list(table["nationality"]) == ["UNK", "GTM", "HTI", "VEN", "UNK", "UNK", "UNK"]


@pytest.mark.parametrize("variant", ["plain UTF-8", "semicolons", "Latin-1", "columns in another order"])
def test_missing_migrants_however_the_file_is_written(tmp_path: Path, variant: str) -> None:
    expected = iom.missing_migrants(_file(tmp_path, [IOM_HEADER, *INCIDENTS]))
    frame = pd.read_csv(_file(tmp_path, [IOM_HEADER, *INCIDENTS]), dtype=str, keep_default_na=False)
    path = tmp_path / "file.csv"
    if variant == "columns in another order":
        frame[frame.columns[::-1]].to_csv(path, index=False)
    else:
        encoding = "latin-1" if variant == "Latin-1" else "utf-8"
        frame.to_csv(path, index=False, sep=";" if variant == "semicolons" else ",", encoding=encoding)
    pd.testing.assert_frame_equal(iom.missing_migrants(path), expected)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("2014-01-06,2014", "06/01/2014,2014", "row 2, column 'Incident Date': expected a date .* found '06/01/2014'"),
        ("Guatemala", "Guatemal", "row 2, column 'Country of Origin': expected countries' English names .* found 'Guatemal'"),
        ("Turks and Caicos Islands", "Atlantis", "row 5, column 'Country of Incident': expected a country's .* found 'Atlantis'"),
        ("Drowning,Violence", "Drowning,Thirst", "row 5, column 'Cause of Death': expected one of .* found 'Drowning,Thirst'"),
        ('"Split Incident"', "Rumour", "row 5, column 'Incident Type': expected one of .* found 'Rumour'"),
        ("31.650259, -110.366453", "31.65 N; 110.36 W", "row 2, column 'Coordinates': expected latitude, longitude, found"),
        (",8,3,11,24,", ",8,3,-11,24,", "'Total Number of Dead and Missing': expected a whole number, not negative, found '-11'"),
        (",8,3,11,24,", ",8,3,11000,24,", "column 'Total Number of Dead and Missing': expected at most 900, found '11000'"),
        (",8,3,11,24,", ",8,3,,24,", "'Total Number of Dead and Missing': expected a whole number, not negative, found ''"),
        (",8,3,11,24,", ",8,3,11,few,", "column 'Number of Survivors': expected a whole number, not negative, found 'few'"),
        (",2014.MMP00002,", ",2014.MMP00001,", "row 3: expected one row for 2014.MMP00001, found a second"),
        ("2014-02-20", "2014-01-20", "expected rows for 2014-02, found none"),
        ('"Incident Date"', '"Website Date"', "row 1: expected a column 'Incident Date', found: .*"),
        (",5\n2014.MMP00007", ",5,extra\n2014.MMP00007", "row 3: expected 25 cells, found 26"),
    ],
)
def test_a_damaged_file_of_incidents_is_one_clear_line(tmp_path: Path, was: str, now: str, told: str) -> None:
    text = "\n".join([IOM_HEADER, *INCIDENTS])
    assert was in text
    _refused(told, iom.missing_migrants, _file(tmp_path, [text.replace(was, now, 1)]))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (PAGE.splitlines(), "expected a CSV file, found a web page"),
        ([], "found an empty file"),
        ([IOM_HEADER], "expected rows below the header, found none"),
        ([IOM_HEADER, INCIDENTS[2]], "expected incidents in North America, Central America, Caribbean, found none"),
        ([IOM_HEADER, *INCIDENTS[:3], INCIDENTS[3][:90]], "row 5: expected a CSV row, found|row 5: expected 25 cells"),
    ],
)
def test_what_is_no_file_of_incidents(tmp_path: Path, lines: list[str], told: str) -> None:
    _refused(told, iom.missing_migrants, _file(tmp_path, lines))


def test_english_names_of_countries() -> None:
    names = {
        "Venezuela (Bolivarian Republic of)": "VEN", "Saint Kitts and Nevis": "KNA", "St. Kitts & Nevis": "KNA", "Myanmar": "MMR",
        "Democratic Republic of the Congo": "COD", "Congo": "COG", "Türkiye": "TUR", "Turkey": "TUR", "Côte d’Ivoire": "CIV",
        "United States of America": "USA", "Puerto Rico": "PRI", "Korea, South": "KOR", "Republic of Korea": "KOR",
    }  # fmt: skip
    assert {name: english(name) for name in names} == names
    countries = load("countries").query("kind == 'country'")
    assert [english(name) for name in countries["name_en"]] == countries["iso3"].tolist()
    assert english("Atlantis") is None


# -- refresh ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data package."""
    folder = tmp_path / "data"
    shutil.copytree(paths.DATA, folder)
    monkeypatch.setattr(paths, "DATA", folder)
    return folder


def victims_with_a_month_more(folder: Path) -> Path:
    """The table since 2024 written back in SESNSP's layout, its last month repeated as the next: a stand-in for a newer file."""
    table = load("crime_victims_by_state").query("date >= '2024-01-01'")
    lines = [",".join(HEADER)]
    labels = {name: (labels[2], labels[3]) for labels in REPORTED if (name := sesnsp.CRIMES.get(labels[2]))}
    columns = {"intentional_homicide_firearm": ("Homicidio doloso", "Con arma de fuego"),
               "intentional_homicide_other_means": ("Homicidio doloso", "No especificado"),
               **{name: pair for name, pair in labels.items() if name != "intentional_homicide"}}
    for (year, state), rows in table.groupby([table["date"].dt.year, "state"]):
        for name, (kind, means) in columns.items():
            figures = [str(figure) for figure in rows.sort_values("date")[name]]
            figures += figures[-1:] if year == 2025 else []
            cells = [*figures, *[""] * (12 - len(figures))]
            line = [str(year), str(int(state)), "Estado", "Bien", "Tipo", kind, means, "Hombre", "Adultos", *cells]
            lines.append(",".join(line))
    return _victims(folder, lines)


def test_a_new_month_of_victims_is_added(tmp_path: Path, copied: Path) -> None:
    """One new period, nothing revised."""
    path = victims_with_a_month_more(tmp_path)
    result = CliRunner().invoke(main, ["data", "refresh", "crime_victims_by_state", "--from", str(path), "--write"])
    assert result.exit_code == 0, result.output
    assert "new: 1 period, 2025-07 to 2025-07, 32 rows" in result.output
    assert "revised" not in result.output
    assert load("crime_victims_by_state")["date"].max() == pd.Timestamp("2025-07-01")


def test_a_file_of_incidents_that_lost_years_is_refused(tmp_path: Path, copied: Path) -> None:
    """Rows replace those of their year: three of 2014 instead of some four hundred miss the published total."""
    before = (copied / "security/missing_migrants.csv").read_bytes()
    path = _file(tmp_path, [IOM_HEADER, *INCIDENTS])
    result = CliRunner().invoke(main, ["data", "refresh", "missing_migrants", "--from", str(path), "--write"])
    assert result.exit_code == 1
    assert re.search("expected at least 6,645 rows|dead or missing, 2014: expected 618", result.output)
    assert (copied / "security/missing_migrants.csv").read_bytes() == before
