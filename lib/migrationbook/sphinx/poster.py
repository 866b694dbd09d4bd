"""A figure as one picture to publish by itself: title, drawing, source, licence and where it is from, on white."""

from __future__ import annotations

import textwrap
from base64 import b64decode, b64encode
from html import escape

import vl_convert

from migrationbook.charts.theme import INK, QUIET
from migrationbook.sphinx import drawing

MARGIN = 24  # px
SCALE = 2  # of the PNG: twice as sharp as a plain screen
# Size, line height and characters a line (px), for letters as wide as those that may stand in for the font.
TITLE, SUBTITLE, FACTS = (19, 25, 60), (14, 20, 86), (12, 17, 100)


def svg(drawn: tuple[str, int, int], title: str, subtitle: str, alt: str, facts: list[str]) -> str:
    """Compose the picture around ``drawn`` (an SVG text, its width and height); ``facts`` stand below, a paragraph each."""
    inner, width, height = drawn
    body, y = "", MARGIN
    for text, form, colour, weight in ((title, TITLE, INK, 600), (subtitle, SUBTITLE, QUIET, 400)):
        written, y = _paragraph(text, form, colour["light"], weight, y)
        body += written
    y += 12
    body += inner.replace("<svg ", f'<svg x="{MARGIN}" y="{y}" ', 1)
    y += height + 8
    for text in facts:
        written, y = _paragraph(text, FACTS, QUIET["light"], 400, y)
        body += written
    total = f'width="{width + 2 * MARGIN}" height="{y + MARGIN}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {total} role="img" font-family="{drawing.FONT}">\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(alt)}</desc>\n"
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n')


def _paragraph(text: str, form: tuple[int, int, int], colour: str, weight: int, y: int) -> tuple[str, int]:
    """Lines of text from ``y`` downwards, and where they end."""
    size, line, characters = form
    lines = textwrap.wrap(text, characters)
    spans = "".join(f'<tspan x="{MARGIN}" y="{y + line * number + size}">{escape(part)}</tspan>'
                    for number, part in enumerate(lines))
    return f'<text fill="{colour}" font-size="{size}" font-weight="{weight}">{spans}</text>\n', y + line * len(lines)


def png(picture: str) -> bytes:
    """The same as pixels."""
    made = drawing.made(lambda: b64encode(vl_convert.svg_to_png(picture, scale=SCALE)).decode(), "png", SCALE, picture)
    return b64decode(made)
