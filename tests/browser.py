"""The windows that tests look at pages through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrationbook.press.chromium import browser  # noqa: F401 (tests take it from here)
from playwright.sync_api import Browser, BrowserContext


@contextmanager
def page_watch(running: Browser, width: int, mode: str, **options) -> Iterator[tuple[BrowserContext, list[str]]]:
    """A window of ``width`` px in ``mode`` that can reach files only: (context, troubles seen so far).

    Troubles are requests to any server (which are refused), errors on the console and uncaught exceptions.
    """
    troubles: list[str] = []
    context = running.new_context(viewport={"width": width, "height": 900}, color_scheme=mode, **options)

    def refuse(route):
        troubles.append(f"request to {route.request.url}")
        route.abort()

    context.route("**/*", lambda route: refuse(route) if route.request.url.startswith("http") else route.continue_())
    context.on("console", lambda message: troubles.append(f"console {message.type}: {message.text}")
               if message.type in ("error", "warning") else None)
    context.on("weberror", lambda error: troubles.append(f"exception: {error.error}"))
    yield context, troubles
    context.close()


def scroll_through(page) -> None:
    """Bring every figure near the view, and wait until each is drawn live (at most 20 s; the caller checks)."""
    page.mouse.move(1, 1)  # a reader who only opens a page loads no chart library
    page.mouse.move(2, 2)
    for figure in page.query_selector_all("figure.chart"):
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(30)
    # by selectors: what evaluates text would be refused on a page with a strict content security policy
    page.locator("figure.chart:not(:has(.is-live))").first.wait_for(state="detached", timeout=20_000)
