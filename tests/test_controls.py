"""Charts with controls, in a real browser: what is computed in the page is what the library computes."""

from __future__ import annotations

import itertools
import math
from contextlib import ExitStack

import pandas as pd
import pytest
from browser import browser, page_watch, scroll_through
from migrationbook.charts import asylum, did_it_last, figure, investment
from migrationbook.data import lasting
from migrationbook.data.investment import outlines
from migrationbook.models import duration, stock_flow
from migrationbook.models import tariff as customs

PENDING = 1_087_201
START = {"judges": 442, "per_judge": 708, "receipts": 546_000, "months": 12}
SETTINGS = [dict(zip(START, values, strict=True)) for values in itertools.product(
    (100, 850, 2000), (200, 708), (0, 546_000, 2_000_000), (0, 12, 36))]
RECOMPUTE = """async ({settings}) => {
  const spec = JSON.parse(document.querySelector("figure.chart .chart-spec").textContent);
  const stage = document.body.appendChild(document.createElement("div"));
  const { view } = await vegaEmbed(stage, spec, { mode: "vega-lite", actions: false, ast: true });
  const found = [];
  for (const setting of settings) {
    for (const [name, value] of Object.entries(setting)) view.signal(name, value);
    await view.runAsync();
    const all = Object.keys(view._runtime.data).map((name) => view.data(name));
    const rows = all.find((one) => one?.length && "recomputed" in one[0]);
    found.push({ reading: view.signal("reading"), path: rows.map((row) => [row.years, row.recomputed]) });
  }
  stage.remove();
  return found;
}"""


def calculator() -> dict:
    years = [quarter / 4 for quarter in range(81)]
    path = pd.DataFrame({"years": years, "pending": [stock_flow.projected(PENDING, **START, years=year) for year in years]})
    shown = figure(asylum.clearance(PENDING, path, START), "one", "A title", "Cases", "What it shows.", ["eoir_caseload"])
    return shown._repr_mimebundle_()


def expected(setting: dict) -> str:
    years = stock_flow.clearance_years(PENDING, **setting)
    if math.isinf(years):
        return f"Never: {setting['receipts'] - setting['judges'] * setting['per_judge']:,.0f} more cases every year"
    return f"Queue gone after {years:.1f} years" if years else "No queue"


@pytest.fixture
def page_of(build_book):
    """Open a one-chart book in Chromium and hand over the page; whatever troubles the page saw fail the test."""
    watched: list[list[str]] = []
    with browser() as running, ExitStack() as stack:
        def opened(bundle: dict, width: int = 390):
            built = build_book(bundle)
            assert built.status == 0, built.log
            context, troubles = stack.enter_context(page_watch(running, width, "light"))
            page = context.new_page()
            page.goto((built.html / "chapters" / "one.html").as_uri())
            scroll_through(page)
            watched.append(troubles)
            return page

        yield opened
        assert not any(watched), watched


def test_the_page_computes_what_the_library_computes(page_of):
    page = page_of(calculator())
    for setting, found in zip(SETTINGS, page.evaluate(RECOMPUTE, {"settings": SETTINGS}), strict=True):
        assert found["reading"].replace("\u2212", "-") == expected(setting)
        assert len(found["path"]) == 81
        for years, recomputed in found["path"]:
            assert recomputed == pytest.approx(stock_flow.projected(PENDING, **setting, years=years), abs=1e-3)


def test_sliders_are_named_reachable_by_keyboard_and_kept_when_the_page_turns_dark(page_of):
    page = page_of(calculator())
    sliders = page.get_by_role("slider")
    assert sliders.count() == len(asylum.SLIDERS)
    words = page.locator("output.reading")
    assert words.text_content() == expected(START)
    judges = page.get_by_role("slider", name="Judges")
    judges.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    set_to = int(judges.input_value())
    assert set_to > START["judges"]
    assert words.text_content() == expected(START | {"judges": set_to})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "range"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(600)
    assert page.locator("figure.chart .stage").count() == 1
    assert page.get_by_role("slider", name="Judges").input_value() == str(set_to)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_choice_of_denominator_redraws(page_of):
    rows = [("Mexico", "substantive", 80.0), ("Mexico", "all", 40.0), ("United States", "substantive", 20.0),
            ("United States", "all", 10.0)]
    frame = pd.DataFrame(rows, columns=["country", "denominator", "rate"]).assign(nationality="Honduras", decided=100)
    drawn = asylum.rates(frame, "substantive", {"substantive": "decisions on the claim", "all": "all outcomes"})
    page = page_of(figure(drawn, "one", "A title", "Per cent", "What it shows.", ["unhcr_decisions"])._repr_mimebundle_())
    marks = "[...document.querySelectorAll('.live .mark-symbol.role-mark path')].map((mark) => mark.getAttribute('aria-label'))"
    assert any("80" in label for label in page.evaluate(marks))
    page.get_by_label("Protection as a share of").select_option(label="all outcomes")
    page.wait_for_timeout(200)
    labels = page.evaluate(marks)
    assert len(labels) == 2 and any("40" in label for label in labels) and any("10" in label for label in labels)


def test_the_tariff_slider_computes_what_the_library_computes(page_of):
    start = {"rate": 25, "response": 0.0}
    curve = pd.DataFrame({"rate": range(26), "duty": [customs.duty(353.5e9, rate) / 1e9 for rate in range(26)]})
    drawn = investment.tariff(353.5e9, curve, start)
    framed = figure(drawn, "one", "A title", "Billion dollars", "What it shows.", ["us_imports_from_mexico"])
    page = page_of(framed._repr_mimebundle_())
    words = page.locator("output.reading")
    assert words.text_content() == "At 25 per cent: 88.4 billion dollars a year"
    rate, response = (page.get_by_role("slider", name=name) for name in ("Tariff, per cent", "Fall of imports"))
    rate.focus()
    page.keyboard.press("PageDown")
    response.focus()
    page.keyboard.press("PageUp")
    set_to, answer = float(rate.input_value()), float(response.input_value())
    assert set_to < 25 and answer > 0
    assert words.text_content() == f"At {set_to:.0f} per cent: {customs.duty(353.5, set_to, answer):.1f} billion dollars a year"


def test_the_map_draws_every_state_and_redraws_for_another_measure(page_of):
    table = outlines().assign(name="A state", first=40.0, second=240.0)
    drawn = investment.states(table, {"first": "the first", "second": "the second"}, ["07", "20"])
    page = page_of(figure(drawn, "one", "A title", "Per cent", "What it shows.", ["mexican_state_outlines"])._repr_mimebundle_())
    shades = "[...document.querySelectorAll('.live .mark-shape path')].map((mark) => mark.getAttribute('fill'))"
    assert page.locator(".live .mark-shape path").count() == 32 + 2
    assert investment.SHADES[0] in page.evaluate(shades)
    page.get_by_role("combobox").select_option(label="the second")
    page.wait_for_timeout(200)
    assert investment.SHADES[-1] in page.evaluate(shades)
    assert investment.SHADES[0] not in page.evaluate(shades)


def test_the_month_at_the_border_is_the_librarys_and_told_in_words(page_of):
    history = lasting.yearly()
    start = did_it_last.positions(history, 2019)
    drawn = did_it_last.scenario(history, start)
    page = page_of(figure(drawn, "one", "A title", "Events", "What it shows.", ["cbp_monthly"])._repr_mimebundle_())
    words = page.locator("output.reading")

    def told() -> str:
        values = [float(slider.input_value()) for slider in page.get_by_role("slider").all()]
        return f"{round(duration.arrivals(**dict(zip(did_it_last.NAMES, values, strict=True))), -3):,.0f} encounters a month"

    assert page.get_by_role("slider").count() == len(did_it_last.NAMES)
    before = told()
    assert words.text_content() == before
    for name in ("Of the others, go on", "Stopped by Mexico"):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("PageUp")
        assert words.text_content() == told()
    assert words.text_content() != before
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
