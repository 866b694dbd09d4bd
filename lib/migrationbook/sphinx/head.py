"""What other programs show of a page: description, preview (Open Graph) and icon.

A chapter is described by its answer, the paragraph under its title; another page by its first paragraph.
"""

from __future__ import annotations

import re
import textwrap
from html import escape

from docutils import nodes
from sphinx.application import Sphinx

from migrationbook.sphinx import preview
from migrationbook.sphinx.front import chapters
from migrationbook.sphinx.published import FEED
from migrationbook.sphinx.reading import reading_time
from migrationbook.words import word

CITATION = re.compile(r" \[[^\]]*\d{4}\w?\]")
LONGEST = 300  # characters of a description that is no answer
ICONS = '<link rel="icon" href="{png}" sizes="48x48"/>\n<link rel="icon" href="{svg}" type="image/svg+xml" sizes="any"/>'


def first_paragraph(doctree: nodes.document) -> str:
    """The first paragraph of a page as one line of text without citations, "" if there is none."""
    texts = (CITATION.sub("", " ".join(paragraph.astext().split())) for paragraph in doctree.findall(nodes.paragraph)
             if not isinstance(paragraph, reading_time))
    return next(filter(None, texts), "")


def add(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Put the tags into the head of a page, and draw the preview of a chapter and of the first page."""
    if app.builder.name != "html":
        return
    first, site = pagename == app.config.root_doc, app.config.html_baseurl
    chapter = pagename in chapters(app.env)
    book = app.config.html_title
    title = book if first or doctree is None else app.env.titles[pagename].astext()
    told = first_paragraph(doctree) if doctree is not None else word("missing.text" if pagename == "404" else "search.hint")
    if not (chapter or first):
        told = textwrap.shorten(told, LONGEST, placeholder=" …")
    tags = {"og:title": title, "og:type": "article" if chapter else "website", "og:site_name": book, "og:description": told}
    if site and doctree is not None:
        if chapter or first:
            preview.write(app, pagename, title, told)
        picture = preview.address(pagename if chapter else app.config.root_doc)
        tags |= {"og:url": context["pageurl"], "og:image": f"{site}{picture}", "og:image:width": preview.WIDTH,
                 "og:image:height": preview.HEIGHT, "og:image:alt": title}
    lines = [f'<meta name="description" content="{escape(told)}"/>',
             *(f'<meta property="{name}" content="{escape(str(value))}"/>' for name, value in tags.items()),
             *(['<meta name="twitter:card" content="summary_large_image"/>'] if "og:image" in tags else []),
             *(['<meta name="robots" content="noindex"/>'] if pagename in ("search", "404", "genindex") else []),
             ICONS.format(**{kind: context["pathto"](f"_static/favicon.{kind}", 1) for kind in ("png", "svg")})]
    if site:
        lines.append(f'<link rel="alternate" type="application/atom+xml" title="{escape(word("feed.title"))}" '
                     f'href="{context["pathto"](FEED, 1)}"/>')
    context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(lines)


def setup(app: Sphinx) -> None:
    """Register the head of pages."""
    app.connect("html-page-context", add)
