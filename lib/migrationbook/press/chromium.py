"""A real Chromium: found, else installed where that is possible, else an error that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from migrationbook.errors import BookError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
CURE = ("install one (Debian: apt-get install chromium; elsewhere: python -m playwright install chromium) or set CHROMIUM to "
        "its path")


def find(own: str) -> str:
    """Path of a Chromium; ``own`` is where Playwright keeps its own. Raises BookError if there is none and none comes."""
    found = _present() or (own if Path(own).exists() else None)
    if found:
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        if _run("apt-get", "install", "-y", "--no-install-recommends", "chromium") and _present():
            return _present()
    if _run(sys.executable, "-m", "playwright", "install", "chromium") and Path(own).exists():
        return own
    raise BookError(f"no Chromium: {CURE}")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium and close it at the end."""
    with sync_playwright() as playwright:
        path = find(playwright.chromium.executable_path)
        try:
            running = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        except Error as error:
            told = error.message.strip().splitlines()[0]
            raise BookError(f"the Chromium at {path} does not start: {told}; {CURE}") from None
        yield running
        running.close()


def _present() -> str | None:
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=900).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
