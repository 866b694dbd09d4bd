"""A figure as one picture to publish by itself: title, drawing, source, licence and where it is from, on white."""

from __future__ import annotations

import re
import textwrap
import zlib
from base64 import b64decode, b64encode
from html import escape

import vl_convert

from migrationbook.charts.theme import INK, QUIET
from migrationbook.sphinx import drawing

MARGIN = 24  # px
SCALE = 2  # of the PNG: twice as sharp as a plain screen
# Size, line height and characters a line (px), for letters as wide as those that may stand in for the font.
TITLE, SUBTITLE, FACTS = (19, 25, 66), (14, 20, 98), (12, 17, 112)
SIGNATURE = b"\x89PNG\r\n\x1a\n"
OUTER = re.compile(r"^<svg [^>]*>|</svg>\s*$")


def svg(drawn: tuple[str, int, int], title: str, subtitle: str, alt: str, facts: list[str]) -> str:
    """Compose the picture around ``drawn`` (an SVG text, its width and height); ``facts`` stand below, a paragraph each."""
    inner, width, height = drawn
    body, y = "", MARGIN
    for text, form, colour, weight in ((title, TITLE, INK, 600), (subtitle, SUBTITLE, QUIET, 400)):
        written, y = _paragraph(text, form, colour["light"], weight, y)
        body += written
    y += 12
    # as a group: an SVG inside an SVG is drawn as a picture of its own, which takes three times as long
    body += f'<g transform="translate({MARGIN} {y})">{OUTER.sub("", inner)}</g>\n'
    y += height + 8
    for text in facts:
        written, y = _paragraph(text, FACTS, QUIET["light"], 400, y)
        body += written
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return (f'<svg {names} width="{width + 2 * MARGIN}" height="{y + MARGIN}" role="img" font-family="{drawing.FONT}">\n'
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
    made = drawing.made(lambda: b64encode(packed(vl_convert.svg_to_png(picture, scale=SCALE))).decode(), "png", SCALE, picture)
    return b64decode(made)


def packed(image: bytes) -> bytes:
    """The same PNG at a third of its size: vl-convert packs pixels in a hurry."""
    parts: dict[bytes, bytes] = {}  # by kind, in their order: the pixels' parts become one
    start = len(SIGNATURE)
    while start < len(image):
        end = start + 8 + int.from_bytes(image[start:start + 4])
        kind = image[start + 4:start + 8]
        parts[kind] = parts.get(kind, b"") + image[start + 8:end]
        start = end + 4
    parts[b"IDAT"] = zlib.compress(zlib.decompress(parts[b"IDAT"]))
    return SIGNATURE + b"".join(
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4) for kind, content in parts.items())
