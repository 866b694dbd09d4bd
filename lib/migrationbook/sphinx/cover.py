"""The cover: the title over people apprehended each month at the border the agreement is about, from the book's own table."""

from __future__ import annotations

import textwrap
from html import escape

import vl_convert

from migrationbook.charts.theme import COLOURS, INK, QUIET
from migrationbook.data import load
from migrationbook.errors import BookError
from migrationbook.prose import day
from migrationbook.sphinx import citation

WIDTH, HEIGHT = 1200, 1697  # the shape of A4
MARGIN, BASE, TALL = 110, 1330, 620  # px: sides, where the curve stands, how high its peak is
SERIF = "Newsreader, Georgia, 'Liberation Serif', 'DejaVu Serif', serif"
SANS = "'Liberation Sans', Arial, Helvetica, sans-serif"
SIGNED = "2019-06-01"


def svg() -> str:
    """The cover as a drawing that text can be taken from."""
    about = citation.edition()
    main, _, more = about["title"].partition("? ")
    title = textwrap.wrap(f"{main}?" if more else main, 16)
    under = textwrap.wrap(more, 44)
    lines = [(text, 190 + 104 * number, 96, SERIF, INK["light"], 600) for number, text in enumerate(title)]
    start = 190 + 104 * len(title) + 10
    lines += [(text, start + 56 * number, 40, SANS, QUIET["light"], 400) for number, text in enumerate(under)]
    lines += [(about["authors"], 1500, 34, SANS, INK["light"], 600),
              (f"{about['version']}, {day(about['date'])}", 1550, 30, SANS, QUIET["light"], 400)]
    texts = "".join(f'<text x="{MARGIN}" y="{y}" font-size="{size}" font-family="{font}" font-weight="{weight}" '
                    f'fill="{colour}">{escape(text)}</text>' for text, y, size, font, colour, weight in lines)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{_curve()}{texts}</svg>')


def png() -> bytes:
    """The cover as a picture."""
    return vl_convert.svg_to_png(svg())


def _curve() -> str:
    """Apprehensions a month, a gap where the table has one, and a rule at the agreement's month; nothing without the table."""
    try:
        table = load("cbp_monthly")
    except BookError:  # a fork may have other tables
        return ""
    of_border = table[table["component"] == "border_patrol"].set_index("date")["encounters"].sort_index().asfreq("MS")
    step, scale = (WIDTH - 2 * MARGIN) / (len(of_border) - 1), TALL / of_border.max()
    parts, pen = [], "M"
    for place, value in enumerate(of_border):
        if value != value:
            pen = "M"
            continue
        parts.append(f"{pen}{MARGIN + place * step:.1f} {BASE - value * scale:.1f}")
        pen = "L"
    signed = MARGIN + of_border.index.get_loc(SIGNED) * step
    return (f'<path d="M{MARGIN} {BASE}H{WIDTH - MARGIN}" stroke="{QUIET["light"]}" stroke-width="2"/>'
            f'<path d="M{signed:.1f} {BASE}V{BASE - TALL - 20}" stroke="{COLOURS["mexico"]}" stroke-width="3"/>'
            f'<path d="{"".join(parts)}" fill="none" stroke="{COLOURS["us"]}" stroke-width="6" stroke-linejoin="round"/>')
