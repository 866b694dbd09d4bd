"""The built site for those who do not see it, do not point at it, or do not want it to move: WCAG 2.2 AA."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import browser, page_watch, scroll_through
from test_site import SITE, pages, read  # noqa: F401 (pages is a fixture)

OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,  # style sheets, by requests that files refuse
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
# What colours, sizes and places decide; the other rules hold in one mode and width if they hold in another.
OF_LOOKS = OPTIONS | {"runOnly": {"type": "rule", "values": [
    "color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "focus-order-semantics"]}}
# Sections far from the view are not laid out (frame.css): here all are, since a rule is not broken by what is not there.
EVERYTHING = ".bd-article > section > section { content-visibility: visible !important }"
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  return { html: one.outerHTML.slice(0, 160), inside: Boolean(one.closest("dialog[open]")),
           seen: style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none" };
}"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


def opened(context, name: str, query: str = ""):
    page = context.new_page()
    page.goto(f"{(SITE / name).as_uri()}{query}")
    page.wait_for_load_state("load")
    return page


@pytest.mark.parametrize("width, mode, options", [
    (390, "light", OPTIONS), (1280, "dark", OPTIONS), (390, "dark", OF_LOOKS), (1280, "light", OF_LOOKS)])
def test_no_page_breaks_a_rule_of_accessibility(chromium, pages, width, mode, options):  # noqa: F811
    broken = []
    with page_watch(chromium, width, mode, reduced_motion="reduce") as (context, _):
        for file in (file for file in pages if not read(file).leads_to):
            page = opened(context, str(file.relative_to(SITE)))
            page.add_style_tag(content=EVERYTHING)
            if options is OPTIONS:
                scroll_through(page)
            found = Axe().run(page, options=options).response["violations"]
            broken += [f"{file.relative_to(SITE)}: {one['id']}: {node['target']}: {node['html'][:160]}: {node['failureSummary']}"
                       for one in found for node in one["nodes"]]
            page.close()
    assert not broken, "\n".join(broken)


def test_every_page_says_its_language(pages):  # noqa: F811
    for file in pages:
        text = file.read_text(encoding="utf-8")
        assert '<html lang="en"' in text and "<title>" in text, file


def test_keyboard_goes_through_a_page_and_sees_where_it_is(chromium):
    """From the link that skips the menu to the end and out again: no trap, and the place is always marked."""
    with page_watch(chromium, 1280, "light") as (context, _):
        page = opened(context, "chapters/cite.html")
        page.keyboard.press("Tab")
        assert "#main-content" in page.evaluate(FOCUS)["html"]
        places = []
        for _ in range(400):
            page.keyboard.press("Tab")
            place = page.evaluate(FOCUS)
            if place is None or "Skip to main" in place["html"]:
                break
            places.append(place)
        else:
            pytest.fail(f"the keyboard does not come out: {places[-3:]}")
        assert len(places) > 30
        assert not [place["html"] for place in places if not place["seen"]]
        page.keyboard.press("Tab")
        page.evaluate("document.querySelector('#pst-skip-link a').focus()")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_menu_opens_holds_and_gives_back_the_keyboard(chromium):
    with page_watch(chromium, 390, "light") as (context, _):
        page = opened(context, "chapters/glossary.html")
        page.evaluate("document.querySelector('.primary-toggle').focus()")
        page.keyboard.press("Enter")
        for _ in range(5):
            page.keyboard.press("Tab")
            place = page.evaluate(FOCUS)
            assert place is None or place["inside"], place  # between the last and the first it is at the browser's own
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)
        assert page.evaluate("document.querySelector('dialog[open]') === null")
        assert page.evaluate("document.activeElement.matches('.primary-toggle')")


def test_search_and_colours_by_keyboard(chromium):
    with page_watch(chromium, 1280, "light") as (context, _):
        page = opened(context, "chapters/glossary.html")
        page.evaluate("document.querySelector('.theme-switch-button').focus()")
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.evaluate("document.activeElement.matches('.theme-switch-button')")
        page.keyboard.press("Control+k")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.keyboard.type("tariffs")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=tariffs")


def test_scoreboard_by_keyboard(chromium):
    with page_watch(chromium, 1280, "light") as (context, _):
        page = opened(context, "chapters/scoreboard.html")
        shown = "document.querySelectorAll('article.entry:not([hidden])').length"
        everything = page.evaluate(shown)
        page.evaluate("document.querySelector('.scoreboard-filter select').focus()")
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(400)
        assert 0 < page.evaluate(shown) < everything
        page.evaluate("document.querySelector('article.entry:not([hidden]) details > summary').focus()")
        assert page.evaluate(FOCUS)["seen"]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open")


def test_a_wide_table_scrolls_by_keyboard(chromium):
    with page_watch(chromium, 390, "light", reduced_motion="reduce") as (context, _):
        page = opened(context, "chapters/data/asylum.html")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        wide = "[...document.querySelectorAll('.scrolling')].find((one) => one.scrollWidth > one.clientWidth + 40)"
        page.evaluate(f"{wide}.focus()")
        assert page.evaluate(FOCUS)["seen"]
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert page.evaluate("document.activeElement.scrollLeft") > 0


def test_a_table_of_sentences_is_stacked_on_a_phone_and_stays_a_table(chromium):
    for width, layout in ((390, "block"), (1280, "table")):
        with page_watch(chromium, width, "light") as (context, _):
            page = opened(context, "chapters/agreement.html")
            box = page.locator("#agreement-promises .scrolling")
            assert box.evaluate("(one) => one.scrollWidth <= one.clientWidth"), width
            assert box.evaluate("(one) => getComputedStyle(one.firstElementChild).display") == layout
            assert box.get_by_role("columnheader").all_text_contents()[::3] == ["Promise", "Known later"]
            assert box.get_by_role("cell").count() == 4 * (box.get_by_role("row").count() - 1)


def test_a_slider_of_a_chart_by_keyboard(chromium):
    with page_watch(chromium, 1280, "light") as (context, _):
        page = opened(context, "chapters/did_it_last.html")
        scroll_through(page)
        slider = "document.querySelector('figure.chart .live input[type=range]')"
        page.evaluate(f"{slider}.focus()")
        assert page.evaluate(FOCUS)["seen"]
        before = page.evaluate("document.activeElement.value")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.value") != before


def test_who_wants_no_motion_gets_none(chromium):
    with page_watch(chromium, 390, "light", reduced_motion="reduce") as (context, _):
        page = opened(context, "chapters/enforcement.html")
        moving = """[...document.querySelectorAll("*")].filter((one) => {
          const style = getComputedStyle(one);
          return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0 || style.scrollBehavior === "smooth";
        }).map((one) => one.outerHTML.slice(0, 80))"""
        assert not page.evaluate(moving)
