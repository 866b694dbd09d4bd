"""Figures: the same bytes every time, readable colours, nothing without its words."""

from __future__ import annotations

import base64
import io
import itertools
import json
import re

import altair as alt
import nbformat
import pandas as pd
import pytest
import vl_convert
from migrationbook import data, paths
from migrationbook.charts import COLOURS, end_labels, event_rules, figure, interval_band, key_figures, table
from migrationbook.charts.figure import MIME
from migrationbook.charts.layers import CHARACTER, NARROW, _rows
from migrationbook.charts.theme import BACKGROUNDS, INK, LABELS, QUIET, config
from migrationbook.errors import BookError
from migrationbook.sphinx import drawing, rows


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at: at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula_known_answers():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", BACKGROUNDS)
def test_marks_and_words_stand_out_from_the_page(mode):
    weak = {role: contrast(colour, BACKGROUNDS[mode]) for role, colour in COLOURS.items()}
    assert min(weak.values()) >= 3, weak
    words = {role: contrast(colour, BACKGROUNDS[mode]) for role, colour in LABELS[mode].items()}
    assert min(words.values()) >= 4.5 and words.keys() == weak.keys(), words
    assert contrast(INK[mode], BACKGROUNDS[mode]) >= 7
    assert contrast(QUIET[mode], BACKGROUNDS[mode]) >= 4.5


@pytest.fixture(autouse=True)
def catalogue(monkeypatch):
    """Two tables, so that the tests stand without the data package."""
    entries = {
        "one": {"sources": [{"title": "Publisher A"}], "licenses": [{"title": "CC BY 4.0"}], "vintage": "of May"},
        "two": {"sources": [{"title": "Publisher B"}, {"title": "Publisher B"}], "licenses": [{"title": "CC BY 4.0"}],
                "vintage": "of June"},
    }

    def resource(name):
        if name not in entries:
            raise BookError(f"no table '{name}'")
        return entries[name]

    monkeypatch.setattr(data, "resource", resource)


def frame() -> pd.DataFrame:
    dates = pd.date_range("2019-01-01", periods=6, freq="MS")
    return pd.DataFrame({"date": dates, "n": [1.0, 2.0, 0.1 + 0.2, None, 144278.0, 5.5], "low": 0.5, "high": 6.0})


def events() -> pd.DataFrame:
    return pd.DataFrame({"date": pd.to_datetime(["2019-06-07", "2019-03-01"]), "label": ["Agreement", "Earlier"]})


def build(**changes):
    lines = alt.Chart(frame()).mark_line().encode(x="date:T", y="n:Q").interactive()
    chart = interval_band(frame(), "low", "high", "us") + lines + event_rules(events())
    texts = {"name": "a-figure", "title": "It fell", "subtitle": "People, a month", "alt": "A line that falls",
             "tables": ["one", "two"]}
    return figure(chart, **(texts | changes))


def test_equal_figures_are_equal_bytes():
    first, second = (json.dumps(build()._repr_mimebundle_()) for _ in range(2))
    assert first == second


def test_numbers_and_dates_survive_json():
    rows = build().spec["datasets"]["a-figure-interval"]
    assert [row["n"] for row in rows] == [1, 2, 0.3, None, 144278, 5.5]
    assert rows[0]["date"] == "2019-01-01T00:00:00"
    json.loads(json.dumps(build().spec, allow_nan=False))


def test_output_is_valid_in_a_notebook():
    output = nbformat.v4.new_output("display_data", data=build()._repr_mimebundle_())
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])]))
    assert output.data["text/plain"] == "It fell\nA line that falls"


def test_source_and_licence_come_from_the_tables_once_each():
    about = build(note="Rounded.").spec["usermeta"]["figure"]
    assert about["source"] == "Publisher A (of May); Publisher B (of June)"
    assert about["licence"] == "CC BY 4.0"
    assert (about["note"], about["tables"]) == ("Rounded.", ["one", "two"])


@pytest.mark.parametrize("changes, told", [
    ({"alt": " "}, "alt"), ({"title": ""}, "title"), ({"subtitle": ""}, "subtitle"), ({"tables": []}, "tables"),
    ({"tables": "one"}, "tables"), ({"name": "Not A Name"}, "lower case"), ({"tables": ["three"]}, "three"),
])
def test_what_is_missing_is_refused(changes, told):
    with pytest.raises(BookError, match=told):
        build(**changes)


def test_side_by_side_panels_and_data_from_elsewhere_are_refused():
    one = alt.Chart(frame()).mark_line().encode(x="date:T", y="n:Q")
    texts = {"name": "x", "title": "x", "subtitle": "x", "alt": "x", "tables": ["one"]}
    with pytest.raises(BookError, match="stack"):
        figure(one | one, **texts)
    with pytest.raises(BookError, match="DataFrame"):
        figure(alt.Chart("https://example.org/x.csv").mark_line().encode(x="date:T"), **texts)


def test_title_lines_fit_a_phone():
    title = "The number of people apprehended fell by a third in a month and rose again in the following year"
    lines = build(title=title).spec["title"]["text"]
    assert " ".join(lines) == title
    assert max(map(len, lines)) <= 46


def test_event_labels_never_meet_on_a_phone():
    dates = pd.to_datetime(["2019-01-10", "2019-06-07", "2019-07-16", "2020-03-20", "2021-11-01"])
    frame = pd.DataFrame({"date": dates, "label": ["A longer label", "Agreement", "Transit bar", "Title 42", "Again"]})
    domain = (pd.Timestamp("2018-01-01"), pd.Timestamp("2021-12-31"))
    places = NARROW * ((frame["date"] - domain[0]) / (domain[1] - domain[0]))
    x = dict(zip(frame["label"], places, strict=True))
    placed = [(row, side, label) for (row, side), labels in _rows(frame, domain).items() for label in labels]
    assert sorted(label for *_, label in placed) == sorted(frame["label"])
    extents = {label: (x[label], x[label] + CHARACTER * len(label)) if side == "left"
               else (x[label] - CHARACTER * len(label), x[label]) for _, side, label in placed}
    for (row, _, one), (other_row, _, other) in itertools.permutations(placed, 2):
        left, right = extents[one]
        if row == other_row:
            assert right < extents[other][0] or extents[other][1] < left, (one, other)
        elif other_row > row:
            assert not left <= x[other] <= right, f"the rule of {other} crosses the label {one}"


def test_end_labels_move_apart():
    dates = pd.to_datetime(["2019-01-01"] * 3)
    lines = pd.DataFrame({"date": dates, "n": [100.0, 101.0, 300.0], "who": ["a", "b", "c"]})
    labels = end_labels(lines, "n", "who", {"a": "us", "b": "mexico", "c": "muted"}, height=300, top=300)
    drops = [layer["mark"]["dy"] for layer in labels.to_dict()["layer"]]
    heights = [value - drop for value, drop in zip([100, 101, 300], drops, strict=True)]
    assert min(high - low for low, high in itertools.pairwise(heights)) >= 12


@pytest.mark.parametrize("mode", BACKGROUNDS)
def test_marks_with_a_style_follow_the_page(mode):
    chart = alt.Chart(frame()).mark_rule(style="ink").encode(x="date:T").to_dict()
    chart.pop("config")
    assert INK[mode] in vl_convert.vegalite_to_svg(chart, "6.4", config=config(mode))


@pytest.mark.parametrize("mode", BACKGROUNDS)
def test_labels_at_line_ends_take_the_colour_of_words(mode):
    labels = end_labels(frame().assign(who="a"), "n", "who", {"a": "us"}).to_dict()
    labels.pop("config")
    svg = vl_convert.vegalite_to_svg(labels, "6.4", config=config(mode))
    assert LABELS[mode]["us"] in svg and COLOURS["us"] not in svg


def test_labels_have_room_for_a_wider_font(monkeypatch):
    rows = pd.DataFrame({"label": ["Border Patrol, latest figures"], "n": [1.0]})
    bars = alt.Chart(rows).mark_bar().encode(x="n:Q", y="label:N")
    spec = drawing.without_frame(figure(bars, "bars", "It fell", "People", "A bar", ["one"]).spec)

    def room() -> float:
        svg, width, _ = drawing.draw(spec, 400, "light")
        assert width == 400 and 'font-size="12px"' in svg
        return float(re.search(r'translate\(([\d.]+),', svg)[1])

    wide = room()
    monkeypatch.setattr(drawing, "WIDER", 1.0)
    assert wide >= 1.15 * room()


def test_a_table_names_its_source_and_gives_its_rows():
    rows = pd.DataFrame({"Day": ["7 June", "8 June"], "What": ["<b>Agreement</b>", "R&D, \"more\""]})
    links = {"Day": ["https://example.org/?a=1&b=2", ""]}
    page, again = (table(rows, "a-table", "What & when", ["one", "two"], links)._repr_mimebundle_()["text/html"] for _ in "12")
    assert page == again
    assert "Source: Publisher A (of May); Publisher B (of June). Licence: CC BY 4.0." in page
    assert '<a href="https://example.org/?a=1&amp;b=2">7 June</a>' in page and "<td>8 June</td>" in page
    assert "&lt;b&gt;Agreement&lt;/b&gt;" in page and page.index("What &amp; when") < page.index('class="scrolling"')
    coded = re.search(r'base64,([^"]+)" download="a-table.csv">2 rows', page)[1]
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(base64.b64decode(coded))), rows)
    with pytest.raises(BookError, match="table 'bare': tables"):
        table(rows, "bare", "x", [])


def test_a_table_with_three_columns_of_sentences_can_be_stacked_and_says_what_its_parts_are():
    page = {number: table(pd.DataFrame({f"R&D {column}": ["word " * 9] for column in range(number)}), "a-table", "What", ["one"])
            ._repr_mimebundle_()["text/html"] for number in (2, 3)}
    assert "role=" not in page[2].partition("<table")[2] and 'class="data"' in page[2]
    assert '<table class="data stacked" role="table">' in page[3] and page[3].count(' role="columnheader"') == 3
    assert '<td class="words" data-name="R&amp;D 2" role="cell">' in page[3]


def test_key_figures_escape_what_they_show():
    bundle = key_figures([("29 %", "a <b>fall</b>", "R&D"), ("1", "no note", "")])._repr_mimebundle_()
    assert "&lt;b&gt;" in bundle["text/html"] and "R&amp;D" in bundle["text/html"]
    assert bundle["text/html"].count("<li>") == 2
    assert bundle["text/plain"] == "29 %: a <b>fall</b> (R&D)\n1: no note"
    assert MIME.endswith("+json")


def test_columns_that_only_help_drawing_are_offered_to_nobody():
    bars, ends = [{"label": "Aid", "million": 1, "_text": "1 m"}], [{"label": "Aid", "million": 1, "_until": 2}]
    spec = {"datasets": {"x-bars": bars, "x-ends": ends}}
    assert rows.tables(spec) == {"x-bars": bars}  # the other holds nothing else
    assert list(rows.columns(bars, spec)) == ["label", "million"]
    assert rows.as_csv(bars) == "label,million\nAid,1\n"


def _named(part, channel=""):
    """Every column a specification names, with the channel that draws it."""
    if isinstance(part, dict):
        if isinstance(part.get("field"), str):
            yield part["field"], channel
        for key, inner in part.items():
            if key not in ("datasets", "usermeta"):
                yield from _named(inner, key)
    elif isinstance(part, list):
        for inner in part:
            yield from _named(inner, channel)


@pytest.mark.parametrize("path", sorted(paths.CHAPTERS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_rows_offered_hold_no_words_that_only_stand_beside_a_mark_and_have_a_name(path):
    outputs = [output for cell in json.loads(path.read_text())["cells"] for output in cell.get("outputs", [])]
    for spec in (output["data"][MIME] for output in outputs if MIME in output.get("data", {})):
        drawn = list(_named(spec))
        for name, offered in rows.tables(spec).items():
            beside = [column for column in rows.columns(offered, spec)
                      if {channel for what, channel in drawn if what == column} == {"text"}]
            assert not beside, f"{name}: call it _{beside[0]}"
            assert not name.rpartition("-")[2].isdigit(), f"{name}: give its alt.Chart a name of its own"
