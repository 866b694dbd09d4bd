"""The figures of the built site: what can be taken from them is what they show, and they stay still, safe and reachable."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import browser, page_watch, scroll_through
from bs4 import BeautifulSoup
from migrationbook import paths
from migrationbook.charts import asylum, did_it_last
from migrationbook.models import duration
from migrationbook.models import tariff as customs
from migrationbook.prose import day
from migrationbook.sphinx.citation import edition
from test_controls import START, expected

SITE = paths.BUILD / "html"
SVG = "{http://www.w3.org/2000/svg}"
NO_EVAL = """<head><meta http-equiv="Content-Security-Policy" content="script-src file: 'unsafe-inline'">
<script>try { Function("return 1")(); } catch { window.refused = true; }</script>"""
SHOWN = """(figure) => [...figure.querySelectorAll("details.table table")].map((table) => ({
  caption: table.caption.textContent,
  rows: [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
  scopes: [...new Set([...table.querySelectorAll("th")].map((cell) => cell.scope))],
}))"""
DRAWN = """async (figure) => {
  const spec = JSON.parse(figure.querySelector(".chart-spec").textContent);
  const stage = document.body.appendChild(document.createElement("div"));
  const { view } = await vegaEmbed(stage, spec, { mode: "vega-lite", actions: false, ast: true });
  const found = spec.usermeta.tables.map(({ name }) => view.data(name).map((row) => ({ ...row })));
  view.finalize();
  stage.remove();
  return found;
}"""
WATCH_SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.sources.forEach(({ node }) => {
  const part = node?.nodeType === 1 ? node : node?.parentElement;
  if (part?.closest("article")) window.shifts.push(`${entry.value.toFixed(4)} ${part.className || part.nodeName}`);
}))).observe({ type: "layout-shift", buffered: true });"""
HEIGHTS = """() => Object.fromEntries([...document.querySelectorAll("figure.chart")].map((figure) =>
  [figure.id, figure.querySelector(".drawing").getBoundingClientRect().height]))"""


def with_figures() -> dict[str, BeautifulSoup]:
    """The pages that show figures, by name."""
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site in _build/html: run make book first")
    read = {path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in sorted((SITE / "chapters").glob("*.html"))}
    return {name: soup for name, soup in read.items() if soup.select("figure.chart")}


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    return with_figures()


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


def address(name: str) -> str:
    return (SITE / "chapters" / f"{name}.html").as_uri()


def files(figure, kind: str) -> list[Path]:
    """The files of a kind that the actions under a figure lead to, in order."""
    links = figure.select(f'.figure-actions > li > a[href$=".{kind}"]')
    return [(SITE / "chapters" / link["href"]).resolve() for link in links]


def written(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def same(told: object, text: str) -> bool:
    """Whether a value of the page is what the CSV says: a number by its value, a day by its date, nothing as nothing."""
    if told is None or told == "":
        return text == ""
    if isinstance(told, bool):
        return text == str(told).lower()
    if isinstance(told, str):
        try:
            return told.removesuffix("T00:00:00") == text or float(told) == float(text)
        except ValueError:
            return False
    return float(told) == float(text)


def test_every_figure_can_be_taken_away_with_title_source_and_licence(pages):
    book = edition()
    for name, page in pages.items():
        for figure in page.select("figure.chart"):
            title, number = (figure.select_one(f".figure-{part}").get_text() for part in ("title", "number"))
            facts = figure.select_one(".figure-facts").get_text()
            (picture,), (pixels,) = files(figure, "svg"), files(figure, "png")
            drawing = ElementTree.parse(picture).getroot()
            words = "".join(drawing.itertext()).replace(" ", "")
            for wanted in (title, number, facts[:facts.index(" Tables:")], book["title"], book["version"]):
                for word in wanted.split():
                    assert word in words, f"{figure['id']}: no '{word}' in its picture"
            assert drawing.find(f"{SVG}rect").get("fill") == "#ffffff"
            start = pixels.read_bytes()[:24]
            assert start.startswith(b"\x89PNG") and int.from_bytes(start[16:20]) == 2 * int(drawing.get("width"))
            cited = figure.select_one("details.cite .credit").get_text()
            heading = page.select_one("h1").find(string=True, recursive=False)
            for wanted in (title, number, heading, book["title"], book["version"], day(book["date"])):
                assert wanted in cited, f"{figure['id']}: no '{wanted}' in its citation"
            code = figure.find_all("a", string=lambda text: text and text.startswith("How this was made"))
            assert len(code) == 1, figure["id"]
            anchor = code[0]["href"]
            if anchor.startswith("#"):
                assert page.select_one(f"{anchor} pre"), f"{name}: no code at {anchor}"
            else:
                assert (SITE / "chapters" / anchor).resolve().is_file()


def test_the_table_the_csv_and_the_chart_hold_the_same(chromium, pages):
    for name, soup in pages.items():
        # past the policy: the test loads the chart library itself, to ask it for the rows of charts nobody has come near
        with page_watch(chromium, 1280, "light", bypass_csp=True) as (context, troubles):
            page = context.new_page()
            page.goto(address(name))
            page.add_script_tag(path=SITE / "_static" / "vega.js")
            for figure in soup.select("figure.chart"):
                shown = page.locator(f"#{figure['id']}")
                shown.locator("details.table > summary").click()
                page.wait_for_selector(f"#{figure['id']} details.table table")
                tables, drawn = shown.evaluate(SHOWN), shown.evaluate(DRAWN)
                expected_files = [written(file) for file in files(figure, "csv")]
                assert len(tables) == len(drawn) == len(expected_files) > 0
                for table, values, (head, *rows) in zip(tables, drawn, expected_files, strict=True):
                    assert figure.select_one(".figure-subtitle").get_text() in table["caption"]
                    assert table["scopes"] == ["col", "row"]
                    assert len(set(table["rows"][0])) == len(head), f"{figure['id']}: one name for two of {table['rows'][0]}"
                    assert len(table["rows"]) - 1 == len(values) == len(rows)
                    for cells, value, row in zip(table["rows"][1:], values, rows, strict=True):
                        assert all(map(same, cells, row)), (figure["id"], cells, row)
                        assert all(same(value.get(column), text) for column, text in zip(head, row, strict=True)), (value, row)
            assert not troubles, f"{name}: {troubles}"


def test_actions_work_by_keyboard(chromium):
    with page_watch(chromium, 1280, "light") as (context, troubles):
        page = context.new_page()
        page.goto(address("asylum"))
        figure = page.locator("#asylum-money")
        figure.locator(".figure-actions a").first.focus()
        reached = []
        for _ in range(6):
            reached.append(page.evaluate("document.activeElement.textContent"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that {reached[-1]} has the focus"
            page.keyboard.press("Tab")
        assert reached == ["5 rows", "SVG", "PNG", "How this was made", "Table", "Cite"]
        figure.locator("details.table summary").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#asylum-money table")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
        figure.locator("details.cite summary").focus()
        page.keyboard.press("Space")
        assert figure.locator("details.cite .credit").is_visible()
        code = page.locator("#asylum-money-code")
        assert not code.is_visible()
        figure.get_by_text("How this was made").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash === '#asylum-money-code'")
        assert code.is_visible() and "figure(" in code.text_content()
        top = code.evaluate("code => code.getBoundingClientRect().top")
        assert 0 < top < 900
        assert not troubles


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_loaded_for_who_does_not_stir_and_nothing_moves_when_charts_come(chromium, pages, width):
    for name in pages:
        with page_watch(chromium, width, "light") as (context, troubles):
            page = context.new_page()
            page.add_init_script(WATCH_SHIFTS)
            page.goto(address(name))
            page.wait_for_timeout(300)
            assert page.evaluate("window.vegaEmbed === undefined"), name
            before = page.evaluate(HEIGHTS)
            page.evaluate("window.shifts.length = 0")  # from here on it is the charts
            scroll_through(page)
            page.wait_for_timeout(200)
            after = page.evaluate(HEIGHTS)
            moved = {figure: after[figure] - height for figure, height in before.items() if abs(after[figure] - height) > 2}
            assert not moved, f"{name} at {width} px: {moved}"
            assert not page.evaluate("window.shifts"), f"{name} at {width} px"
            assert not troubles, f"{name}: {troubles}"


def answer(text: str):
    return lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8")


def test_charts_need_no_eval(chromium, pages):
    for name in pages:
        with page_watch(chromium, 1280, "dark") as (context, troubles):
            page = context.new_page()
            text = (SITE / "chapters" / f"{name}.html").read_text(encoding="utf-8").replace("<head>", NO_EVAL, 1)
            page.route("**/*.html", answer(text))
            page.goto(address(name))
            assert page.evaluate("window.refused")
            troubles.clear()
            scroll_through(page)
            assert not troubles, f"{name}: {troubles}"


@pytest.fixture
def calculators(chromium):
    """Open a chapter, draw its charts, and hand over a figure of it."""
    with page_watch(chromium, 390, "light") as (context, troubles):
        def opened(chapter: str, name: str):
            page = context.new_page()
            page.goto(address(chapter))
            scroll_through(page)
            return page, page.locator(f"#{name}")

        yield opened
        assert not troubles


def test_the_calculator_of_judges_is_the_librarys(calculators):
    page, figure = calculators("asylum", "asylum-clearance")
    words = figure.locator("output.reading")
    assert words.text_content().replace("−", "-") == expected(START)
    figure.get_by_role("slider", name="Judges").focus()
    for _ in range(4):
        page.keyboard.press("PageUp")
    values = [float(slider.input_value()) for slider in figure.get_by_role("slider").all()]
    set_to = dict(zip(asylum.SLIDERS, values, strict=True))
    assert set_to["judges"] > START["judges"]
    assert words.text_content().replace("−", "-") == expected(set_to)


def test_the_tariff_calculator_is_the_librarys(calculators):
    page, figure = calculators("investment", "investment-tariff")
    spec = json.loads(figure.locator(".chart-spec").text_content())
    imports = 4 * spec["datasets"]["investment-tariff"][-1]["duty"]  # the last row: 25 per cent
    rate, response = figure.get_by_role("slider").all()
    rate.focus()
    page.keyboard.press("PageDown")
    response.focus()
    page.keyboard.press("PageUp")
    duty = customs.duty(imports, float(rate.input_value()), float(response.input_value()))
    assert f"{duty:.1f} billion dollars" in figure.locator("output.reading").text_content()


def test_the_calculator_of_a_month_is_the_librarys(calculators):
    page, figure = calculators("did_it_last", "lasting-scenario")
    sliders = figure.get_by_role("slider").all()
    figure.get_by_role("slider", name="Stopped by Mexico").focus()
    page.keyboard.press("PageUp")
    values = dict(zip(did_it_last.NAMES, (float(slider.input_value()) for slider in sliders), strict=True))
    told = figure.locator("output.reading").text_content()
    assert told == f"{round(duration.arrivals(**values), -3):,.0f} encounters a month"


def test_without_script_the_static_drawing_and_every_file_stay(chromium):
    with page_watch(chromium, 390, "light", java_script_enabled=False) as (context, troubles):
        page = context.new_page()
        page.goto(address("asylum"))
        for figure in page.locator("figure.chart").all():
            assert figure.locator("picture.light img").is_visible() and not figure.locator(".live svg").count()
            assert not figure.locator(".room").first.is_visible() if figure.locator(".room").count() else True
        figure = page.locator("#asylum-money")
        figure.locator("details.table summary").click()
        assert figure.locator('details.table a[href$=".csv"]').is_visible()
        figure.get_by_text("How this was made").click()
        assert page.locator("#asylum-money-code").is_visible()  # unfolded by the browser
        assert not troubles
