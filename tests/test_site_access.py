"""The built site for those who do not see it, do not point at it, or do not want it to move: WCAG 2.2 AA."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from browser import browser, page_watch
from test_site import SITE, pages, read  # noqa: F401 (pages is a fixture)

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_breaks_a_rule_of_accessibility(chromium, pages, width, mode):  # noqa: F811
    broken = []
    # The page's policy lets no script in but its own; the checker is no part of the page.
    with page_watch(chromium, width, mode, bypass_csp=True, reduced_motion="reduce") as (context, _):
        page = context.new_page()
        for file in (file for file in pages if not read(file).leads_to):
            page.goto(file.as_uri())
            page.wait_for_load_state("load")
            found: AxeResults = Axe().run(page, options=RULES)
            broken += [f"{file.relative_to(SITE)}: {one['id']}: {node['target']} {node.get('failureSummary', '')}"
                       for one in found.response["violations"] for node in one["nodes"]]
    assert not broken, "\n".join(broken)
