"""What a site has whose address is known: a map for search engines, a feed of editions, a page for what is not there.

The address is ``html_baseurl`` of the configuration or the variable SITE_URL. Without one, everything that cannot do without it
is left out: map, feed, robots.txt, canonical links and preview pictures.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.sphinx.catalogue import logger
from migrationbook.sphinx.citation import edition
from migrationbook.words import word

FEED, MAP, MISSING, HISTORY = "feed.xml", "sitemap.xml", "404.html", "CHANGELOG.md"
ADDRESS = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?")
LOCAL = re.compile(r'((?:href|src|action|data-content_root)=")(?!https?:|/|#|data:|mailto:)([^"]*)')
EDITION = re.compile(r"^## (?P<number>\d\S*) \((?P<day>\d{4}-\d\d-\d\d)\)\n+(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def set_address(app: Sphinx, config: Config) -> None:
    """Let SITE_URL replace ``html_baseurl``; either ends in a slash, or is empty. Raises ConfigError for what is no address."""
    given = os.environ.get("SITE_URL") or config.html_baseurl
    if given and not ADDRESS.fullmatch(given):
        raise ConfigError(f"SITE_URL or html_baseurl is '{given}'; expected an address such as https://example.org/book/")
    config.html_baseurl = f"{given.rstrip('/')}/" if given else ""


def add_style(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """The search page and the page for what is not there look alike."""
    if pagename in ("search", "404"):
        app.add_css_file("search.css", priority=901)


def missing_page(app: Sphinx):
    """The page a server shows for an address that leads nowhere."""
    if app.builder.name == "html":
        yield "404", {}, "404.html"


def write(app: Sphinx, error: Exception | None) -> None:
    """Write map, feed and robots.txt, and make the addresses on the page for missing ones absolute."""
    site, folder = app.config.html_baseurl, Path(app.outdir)
    if error is not None or app.builder.name != "html" or not site:
        return
    (folder / MAP).write_bytes(site_map([site + app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]))
    (folder / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {site}{MAP}\n", encoding="utf-8")
    page = folder / MISSING
    page.write_text(absolute(page.read_text(encoding="utf-8"), urlsplit(site).path), encoding="utf-8")
    try:
        (folder / FEED).write_bytes(feed(site, site + app.builder.get_target_uri(app.config.root_doc)))
    except (BookError, OSError) as trouble:
        logger.warning(f"{FEED}: {trouble}")


def absolute(page: str, root: str) -> str:
    """A page whose own addresses begin at the ``root`` of the site, so that it works wherever a server shows it."""
    return LOCAL.sub(lambda found: found[1] + urljoin(root, found[2]), page)


def site_map(addresses: list[str]) -> bytes:
    """The pages of the site as sitemaps.org wants them."""
    top = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(top, "url"), "loc").text = address
    return _xml(top)


def feed(site: str, home: str, history: str | None = None) -> bytes:
    """Every edition in CHANGELOG.md, the newest first, as an Atom feed. Raises BookError or OSError if the files are damaged."""
    about = edition()
    history = (paths.ROOT / HISTORY).read_text(encoding="utf-8") if history is None else history
    editions = list(EDITION.finditer(history))
    top = ElementTree.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _add(top, "id", home)
    _add(top, "title", f"{about['title']}: {word('feed.title')}")
    _add(top, "updated", _moment(max([one["day"] for one in editions], default=str(about["date"]))))
    ElementTree.SubElement(top, "link", rel="self", type="application/atom+xml", href=f"{site}{FEED}")
    ElementTree.SubElement(top, "link", rel="alternate", type="text/html", href=home)
    _add(ElementTree.SubElement(top, "author"), "name", about["authors"])
    for one in editions:
        entry = ElementTree.SubElement(top, "entry")
        _add(entry, "id", f"{home}#edition-{one['number']}")
        _add(entry, "title", word("feed.edition").format(number=one["number"]))
        _add(entry, "updated", _moment(one["day"]))
        ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=home)
        _add(entry, "content", MarkdownIt("commonmark", {"html": False}).render(one["text"]), type="html")
    return _xml(top)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = text


def _xml(top: ElementTree.Element) -> bytes:
    ElementTree.indent(top)
    return ElementTree.tostring(top, encoding="utf-8", xml_declaration=True) + b"\n"


def setup(app: Sphinx) -> None:
    """Register what is written beside the pages."""
    app.connect("config-inited", set_address)
    app.connect("html-page-context", add_style)
    app.connect("html-collect-pages", missing_page)
    app.connect("build-finished", write, priority=900)
