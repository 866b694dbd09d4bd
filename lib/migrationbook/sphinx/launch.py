"""Links that open a chapter on Binder or Colab, once the book's public repository is known.

The repository is one setting: the variable ``REPOSITORY_URL``, or ``book_repository`` in ``_config.yml``. Without it a chapter
can only be downloaded, because both services fetch it from there.
"""

from __future__ import annotations

import os
import re
from html import escape
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config

from migrationbook.errors import BookError
from migrationbook.words import word

ADDRESS = re.compile(r"https://(?P<host>[\w.-]+)/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)")


def repository(configured: str) -> str:
    """The repository's address without a slash or ``.git`` at its end; empty if none is set.

    Raises BookError for one that no code host has.
    """
    address = os.environ.get("REPOSITORY_URL", configured).strip().rstrip("/").removesuffix(".git")
    if address and not ADDRESS.fullmatch(address):
        raise BookError(f"REPOSITORY_URL is '{address}'; it takes an address such as https://github.com/OWNER/BOOK")
    return address


def addresses(repository: str, branch: str, notebook: str) -> dict[str, str]:
    """Where services open ``notebook`` (a path in the repository): name → address. Colab reads from GitHub alone."""
    parts = ADDRESS.fullmatch(repository)
    if not parts:
        return {}
    host, owner, name = parts.groups()
    places = {"github.com": f"gh/{owner}/{name}", "gitlab.com": f"gl/{owner}%2F{name}"}
    place = places.get(host, f"git/{quote(repository, safe='')}")
    found = {"binder": f"https://mybinder.org/v2/{place}/{branch}?urlpath=lab/tree/{notebook}"}
    if host == "github.com":
        found["colab"] = f"https://colab.research.google.com/github/{owner}/{name}/blob/{branch}/{notebook}"
    return found


def links(config: Config, docname: str) -> str:
    """Links of a chapter's page to these services, as HTML; each tells what to expect there."""
    found = addresses(repository(config.book_repository), config.book_branch, f"{docname}.ipynb")
    return "".join(f' · <a class="launch" href="{escape(address)}" title="{escape(word(f"launch.{name}_about"))}">'
                   f'{escape(word(f"launch.{name}"))}</a>' for name, address in found.items())


def setup(app: Sphinx) -> None:
    """Register the settings, and refuse an impossible one before anything is made."""
    app.add_config_value("book_repository", "", "html", [str])
    app.add_config_value("book_branch", "main", "html", [str])
    app.connect("config-inited", lambda app, config: repository(config.book_repository))
