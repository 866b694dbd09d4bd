"""Pieces of HTML that several parts of the site are made of. Whatever comes from data is escaped here."""

from __future__ import annotations

import re
from html import escape

from sphinx.builders import Builder
from sphinx.util.osutil import relative_uri

# Data may hold anything; only an ordinary web address becomes a link.
ADDRESS = re.compile(r"https?://[^\s\"<>]+[^\s\"<>.,;:)]")


def link(text: object, address: object) -> str:
    """The text, linked if the address is an ordinary web address."""
    named = escape(str(text))
    return f'<a href="{escape(str(address))}">{named}</a>' if ADDRESS.fullmatch(str(address or "")) else named


def linked(text: object) -> str:
    """The text with every web address in it linked."""
    plain, parts, end = str(text), [], 0
    for found in ADDRESS.finditer(plain):
        parts += [escape(plain[end:found.start()]), link(found.group(), found.group())]
        end = found.end()
    return "".join(parts) + escape(plain[end:])


def on_paper(builder: Builder) -> bool:
    """Whether pages are made for an e-reader or for print: no scripts, no files beside them, valid XML."""
    return builder.name == "epub"


def code(text: object) -> str:
    """A name or value as data write it; a long one may break after an underscore."""
    return f"<code>{escape(str(text)).replace('_', '_<wbr/>')}</code>"


def relative(page: str, address: str) -> str:
    """The address as seen from a page; Sphinx's own function drops the anchor."""
    file, _, anchor = address.partition("#")
    return f"{relative_uri(page, file)}#{anchor}"


def listed(items: list[str], kind: str = "") -> str:
    """A list of finished items, nothing if there are none."""
    entries = "".join(f"<li>{item}</li>\n" for item in items)
    return f'<ul class="{kind}">\n{entries}</ul>\n' if entries else ""


def rows_table(label: str, head: list[str], rows: list[list[str]], kind: str = "data") -> str:
    """A table of finished cells. label: what it is, for readers who do not see it."""
    top = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (f'<table class="{kind}" aria-label="{escape(label)}"><thead><tr>{top}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody></table>\n")


def scrolling(label: str, content: str) -> str:
    """Content wider than a phone in a box of its own that scrolls, also by keyboard."""
    return f'<div class="scrolling" role="region" tabindex="0" aria-label="{escape(label)}">\n{content}</div>\n'
