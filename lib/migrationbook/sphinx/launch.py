"""Buttons that open a chapter on Binder or Colab, once the book's public repository is known.

The repository is one setting: the variable ``REPOSITORY_URL``, or ``repository_url`` in ``_config.yml``. Without it a chapter can
only be downloaded, because both services fetch it from there.
"""

from __future__ import annotations

import os
import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from migrationbook.errors import BookError
from migrationbook.words import word

ADDRESS = re.compile(r"https://(?P<host>[\w.-]+)/[\w.-]+/[\w.-]+")


def repository(configured: str) -> str:
    """The repository's address without a slash or ``.git`` at its end; empty if none is set.

    Raises BookError for one that no code host has.
    """
    address = os.environ.get("REPOSITORY_URL", configured).strip().rstrip("/").removesuffix(".git")
    if address and not ADDRESS.fullmatch(address):
        raise BookError(f"REPOSITORY_URL is '{address}'; it takes an address such as https://github.com/OWNER/BOOK")
    return address


def configure(app: Sphinx, config: Config) -> None:
    """Tell the theme the repository, or take its buttons away; Colab reads from GitHub alone."""
    options = config.html_theme_options
    options["repository_url"] = address = repository(options.get("repository_url") or "")
    buttons = options.get("launch_buttons", {}) if address else {}
    options["launch_buttons"] = {
        name: value for name, value in buttons.items() if name != "colab_url" or address.startswith("https://github.com/")}


def explain(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Say on each button what a reader has to expect there."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                button["tooltip"] = word(f"launch.{button['text'].lower()}")


def setup(app: Sphinx) -> None:
    """Register the setting before the theme reads it, and the words after the theme has made its buttons."""
    app.connect("config-inited", configure)
    app.connect("html-page-context", explain, priority=502)
