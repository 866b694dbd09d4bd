"""The picture that is shown where somebody shares a chapter: its title and its answer on a quiet card of 1200 × 630 px."""

from __future__ import annotations

import base64
import textwrap
from html import escape
from importlib.metadata import version
from pathlib import Path

import vl_convert
from sphinx.application import Sphinx

from migrationbook import paths
from migrationbook.press.cache import kept
from migrationbook.sphinx.poster import packed

FOLDER = "_preview"
WIDTH, HEIGHT = 1200, 630
EDGE, SIZE = 80, 31  # px: margin, letters of the answer
INK, QUIET, ACCENT = "#1f2328", "#59616b", "#00659e"
FONT = "'Liberation Sans', Arial, Helvetica, 'DejaVu Sans', sans-serif"
WIDE = {400: 0.52, 700: 0.56}  # mean width of a letter in its height, by weight, with room for DejaVu Sans, which is wider


def address(docname: str) -> str:
    """Where the picture of a page is, from the root of the site."""
    return f"{FOLDER}/{docname.rpartition('/')[2]}.png"


def write(app: Sphinx, docname: str, title: str, told: str) -> None:
    """Draw the picture of a page, or take it from the last time."""
    card = svg(title, told, app.config.project)
    drawn = kept(paths.BUILD / "drawings", lambda: base64.b64encode(packed(vl_convert.svg_to_png(card, scale=1))).decode(),
                 version("vl-convert-python"), card)
    path = Path(app.outdir) / address(docname)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(base64.b64decode(drawn))


def svg(title: str, told: str, book: str) -> str:
    """The card: the title, as much of the answer as there is room for, and the name of the book."""
    size = 54 if len(title) < 70 else 46
    heading = _lines(title, size, 700, 3)
    below = EDGE + 1.2 * size * len(heading) + 34
    answer = _lines(told, SIZE, 400, int((HEIGHT - 100 - below) / (1.42 * SIZE)))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="{FONT}">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/><rect width="{WIDTH}" height="14" fill="{ACCENT}"/>'
            + _text(heading, EDGE + size, size, 1.2, INK, 700) + _text(answer, below + SIZE, SIZE, 1.42, QUIET, 400)
            + _text([book], HEIGHT - 44, 26, 1, ACCENT, 700) + "</svg>")


def _lines(text: str, size: int, weight: int, most: int) -> list[str]:
    """A text in lines that fit, the last of ``most`` ending in dots if there is more."""
    return textwrap.wrap(text, int((WIDTH - 2 * EDGE) / (WIDE[weight] * size)), max_lines=most, placeholder=" …")


def _text(lines: list[str], y: float, size: int, leading: float, colour: str, weight: int) -> str:
    """Lines, the first standing on ``y``."""
    return "".join(f'<text x="{EDGE}" y="{y + number * leading * size:.4g}" font-size="{size}" font-weight="{weight}" '
                   f'fill="{colour}">{escape(line)}</text>' for number, line in enumerate(lines))
