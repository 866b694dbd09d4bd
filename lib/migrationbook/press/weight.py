"""What a page weighs on a first visit: itself and all it loads, compressed as a host does, before its charts and with them."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, SoupStrainer

LEVEL = 6  # of gzip: what hosts use
PACKED = {".woff2", ".png", ".jpg", ".webp"}
LOADING = SoupStrainer(["link", "script", "img", "figure"])
FONT = re.compile(r"""url\(["']?([^"')]+\.woff2)""")
LIBRARY = "_static/vega.js"


@dataclass(frozen=True)
class Weight:
    """Bytes on a first visit: ``before`` charts come near, and ``charts`` with all of them drawn."""

    before: int
    charts: int


def weigh(page: Path, site: Path) -> Weight:
    """Weigh one page of a built site."""
    early, late = loaded(page, site)
    before = sum(map(packed, early))
    return Weight(before, before + sum(map(packed, late - early)))


def loaded(page: Path, site: Path) -> tuple[set[Path], set[Path]]:
    """The files a light page loads at once, and those it loads as its reader comes to the charts."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser", parse_only=LOADING)
    scripts = [script["src"] for script in soup("script", src=True)]
    links = [link["href"] for link in soup("link", href=True) if {"stylesheet", "icon", "preload"} & set(link.get("rel", []))]
    images = [image for image in soup("img", src=True) if not image["src"].startswith("data:")]
    lazy = [image["src"] for image in images if image.get("loading") == "lazy" and "-dark." not in image["src"]]
    early = _files(page, [*scripts, *links, *(image["src"] for image in images if image.get("loading") != "lazy")])
    fonts = {font for sheet in early if sheet.suffix == ".css" for font in _files(sheet, FONT.findall(sheet.read_text()))}
    late = _files(page, lazy)
    if soup.find("figure", class_="chart") and (site / LIBRARY).exists():
        late.add((site / LIBRARY).resolve())
    return early | fonts | {page.resolve()}, late


def _files(base: Path, addresses: list[str]) -> set[Path]:
    files = {(base.parent / unquote(urlsplit(address).path)).resolve() for address in addresses}
    return {file for file in files if file.is_file()}


@cache
def packed(path: Path) -> int:
    """Bytes of a file as they come over the line."""
    content = path.read_bytes()
    return len(content if path.suffix in PACKED else gzip.compress(content, LEVEL, mtime=0))
