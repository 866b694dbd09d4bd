"""Where things are. Everything else asks here, so that a copy of the book, or another book, in another folder just works."""

from __future__ import annotations

import os
from pathlib import Path


def _book() -> Path:
    """The book one is in: this folder, or the nearest above, with a table of contents; elsewhere the one the library lies in."""
    here = Path.cwd()
    inside = (folder for folder in (here, *here.parents)
              if (folder / "_toc.yml").is_file() and (folder / "_config.yml").is_file())
    return next(inside, LIBRARY.parent)


LIBRARY = Path(__file__).resolve().parents[1]
ROOT = _book()
DATA = Path(os.environ.get("MIGRATIONBOOK_DATA", ROOT / "data"))
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
