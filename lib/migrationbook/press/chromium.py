"""A real Chromium: found, else installed where that is possible, else an error that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from migrationbook.errors import BookError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
CURE = ("install one (Debian: apt-get install chromium; elsewhere: python -m playwright install chromium) or set CHROMIUM to "
        "its path")


def find(own: str) -> str:
    """Path of a Chromium; ``own`` is where Playwright keeps its own. Raises BookError if there is none and none comes."""
    found = present() or (own if Path(own).exists() else None)
    if found:
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        if _run("apt-get", "install", "-y", "--no-install-recommends", "chromium") and (installed := present()):
            return installed
    if _run(sys.executable, "-m", "playwright", "install", "chromium") and Path(own).exists():
        return own
    raise BookError(f"no Chromium: {CURE}")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium and close it at the end."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        path = find(playwright.chromium.executable_path)
        try:
            running = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        except Error as error:
            told = error.message.strip().splitlines()[0]
            raise BookError(f"the Chromium at {path} does not start: {told}; {CURE}") from None
        yield running
        running.close()


def present() -> str | None:
    """Path of a Chromium: CHROMIUM if it is set, else one that is installed; None if there is none."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=900).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
