"""A real Chromium for the tests of pages: found, else installed, else a failure that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def _present() -> str | None:
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=900).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _find(own: str) -> str:
    """Path of a Chromium; ``own`` is where Playwright keeps its own."""
    found = _present() or (own if Path(own).exists() else None)
    if found:
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        if _run("apt-get", "install", "-y", "--no-install-recommends", "chromium") and _present():
            return _present()
    if _run(sys.executable, "-m", "playwright", "install", "chromium") and Path(own).exists():
        return own
    pytest.fail("no Chromium: install one (Debian: apt-get install chromium; elsewhere: python -m playwright install "
                "chromium) or set CHROMIUM to its path")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium and close it at the end."""
    with sync_playwright() as playwright:
        path = _find(playwright.chromium.executable_path)
        running = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield running
        running.close()


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
    for figure in page.query_selector_all("figure.chart"):
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(30)
    for _ in range(200):  # wait_for_function evaluates text in the page, which its policy forbids
        if page.evaluate("[...document.querySelectorAll('figure.chart .drawing')].every((one) => one.matches('.is-live'))"):
            break
        page.wait_for_timeout(100)
