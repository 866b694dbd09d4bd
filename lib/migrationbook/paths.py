"""Where things are. Everything else asks here, so that a copy of the book in another folder just works."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "lib"
DATA = Path(os.environ.get("MIGRATIONBOOK_DATA", ROOT / "data"))
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
