"""Print the executed book: for e-readers with Sphinx, and from the same pages as one PDF with Chromium."""

from __future__ import annotations

import io
import os
import posixpath
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import click
from bs4 import BeautifulSoup, Tag

from migrationbook import paths
from migrationbook.errors import BookError
from migrationbook.press import site
from migrationbook.sphinx import citation, cover
from migrationbook.sphinx.ebook import LANGUAGE, PRINT
from migrationbook.words import word

STYLES = ("ebook.css", "paper.css")
FONT = PRINT.with_name("static") / "newsreader-latin.woff2"
OPF = "{http://www.idpf.org/2007/opf}"
CATALOGUE = "chapters/data/"  # pages whose sections, one a table, are too many for the list of contents


def epub(workers: int | None = None, minutes: float | None = None) -> Path:
    """Print the book for e-readers, in place of the last one, and return its path. Arguments as of `site.build`."""
    return _print("book.epub", lambda book, made: shutil.copy(book / "book.epub", made), workers, minutes)


def pdf(workers: int | None = None, minutes: float | None = None) -> Path:
    """Print the book on A4 pages, in place of the last one, and return its path. Arguments as of `site.build`."""
    from migrationbook.press import chromium

    def make(book: Path, made: Path) -> None:
        click.echo("Printing")
        with chromium.browser() as running:
            print_pdf(book, made, running)

    return _print("book.pdf", make, workers, minutes)


def _print(name: str, make, workers: int | None, minutes: float | None) -> Path:
    """Bring the chapters up to date, make their pages for paper, and let ``make(pages, file)`` turn them into ``name``."""
    stays, made = f"the last {name} stays", paths.BUILD / name
    with site.one_line_errors(stays), site.alone():
        try:
            site.prepare_pages()
            site.execute_all(stays, workers, minutes)
            click.echo("Making pages")
            book = site.pages_of("epub", "book.epub", stays)
            make(book, book.parent / name)
            os.replace(book.parent / name, made)
        finally:
            from migrationbook.press import warm

            warm.stop()
            shutil.rmtree(paths.BUILD / "next", ignore_errors=True)
    return made


def spine(book: Path) -> list[str]:
    """The pages of an e-book in reading order, as paths in its folder."""
    package = ElementTree.parse(book / "content.opf")
    files = {item.get("id"): unquote(item.get("href", "")) for item in package.iter(f"{OPF}item")}
    return [files[entry.get("idref")] for entry in package.iter(f"{OPF}itemref") if entry.get("linear") != "no"]


def print_pdf(book: Path, made: Path, running) -> None:
    """Print the pages of an e-book as one PDF, ``made``, with the browser ``running``.

    Twice, since no browser knows where a link leads on paper: the list of contents gets its page numbers from the first copy.
    Raises BookError if the browser gives up.
    """
    from playwright.sync_api import Error
    from pypdf import PdfReader, PdfWriter

    whole = Book(book)
    try:
        draft = PdfReader(io.BytesIO(_chromium(whole.html({}), book, running)))
        found = {name.lstrip("/"): (draft.get_destination_page_number(place) or 0) + 1
                 for name, place in draft.named_destinations.items() if name.lstrip("/") in whole.listed}
        final = PdfWriter(clone_from=PdfReader(io.BytesIO(_chromium(whole.html(found), book, running))))
    except Error as error:
        raise BookError(f"{made.name}: Chromium could not print it: {error.message.strip().splitlines()[0]}") from None
    about = citation.edition()
    final.add_metadata({"/Title": about["title"], "/Author": about["authors"], "/Subject": word("paper.description")})
    final.write(made)


def _chromium(html: str, book: Path, running) -> bytes:
    """The bytes of a PDF; the HTML lies beside the pages, whose pictures it shows."""
    shutil.copy(FONT, book / "_static")
    path = book / "book.html"
    path.write_text(html, encoding="utf-8")
    page = running.new_page()
    try:
        page.goto(path.as_uri(), wait_until="load", timeout=120_000)
        return page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    finally:
        page.close()


class Book:
    """All pages of an e-book as one page of HTML. Anchors get the name of their page before them, so that none is there twice."""

    def __init__(self, book: Path) -> None:
        self.files = spine(book)
        self.sections = [self._section(name, (book / name).read_text(encoding="utf-8")) for name in self.files]
        self.contents = list(self._contents())
        self.listed = {anchor for anchor, _, _ in self.contents}

    def html(self, numbers: dict[str, int]) -> str:
        """The book. numbers: the page of each anchor in the list of contents, as far as known."""
        entries = "".join(
            f'<li class="level-{level}"><a href="#{escape(anchor)}"><span>{escape(title)}</span> '
            f'<b>{numbers.get(anchor, "")}</b></a></li>\n' for anchor, title, level in self.contents)
        running = "".join(f"@page {_slug(name)} {{ @top-right {{ content: {_css(section.h1)} }} }}\n"
                          for name, section in list(zip(self.files, self.sections, strict=True))[1:])
        styles = "".join((PRINT / name).read_text(encoding="utf-8") for name in STYLES)
        first = f"@page {{ @top-left {{ content: {_quoted(word('paper.running'))} }} }}\n"
        return (f'<!DOCTYPE html>\n<html lang="{LANGUAGE}"><head><meta charset="utf-8"/>'
                f"<title>{escape(citation.edition()['title'])}</title>\n<style>{styles}{first}{running}</style></head><body>\n"
                f'<div class="cover">{cover.svg()}</div>\n'
                f'<nav class="contents"><p class="title">{escape(word("paper.contents"))}</p>'
                f"<ol>\n{entries}</ol></nav>\n{''.join(map(str, self.sections))}</body></html>\n")

    def _section(self, name: str, text: str) -> Tag:
        section = BeautifulSoup(text, "html.parser").select_one("div.body")
        section.attrs = {"class": "chapter", "style": f"page: {_slug(name)}", "id": _slug(name)}
        for element in section.find_all(id=True):
            element["id"] = f"{_slug(name)}--{element['id']}"
        for link in section.find_all("a", href=True):
            link["href"] = self._address(name, link["href"])
        for image in section.find_all(["img", "source"]):
            for attribute in {"src", "srcset"} & set(image.attrs):
                image[attribute] = posixpath.normpath(posixpath.join(posixpath.dirname(name), image[attribute]))
            image.attrs.pop("loading", None)
        return section

    def _address(self, name: str, address: str) -> str:
        """Where a link on page ``name`` leads in the one page of the book."""
        parts = urlsplit(address)
        if parts.scheme:
            return address
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
        return f"#{_slug(target)}" + (f"--{unquote(parts.fragment)}" if parts.fragment else "")

    def _contents(self) -> Iterator[tuple[str, str, int]]:
        """Anchor, title and level of what the list of contents names."""
        for name, section in zip(self.files, self.sections, strict=True):
            for heading in section.find_all(["h1"] if name.startswith(CATALOGUE) else ["h1", "h2"]):
                anchor = heading.find_parent(id=True)["id"]
                yield anchor, " ".join(heading.get_text().split()), int(heading.name[1])


def _slug(name: str) -> str:
    return name.removesuffix(".xhtml").replace("/", "-").replace("_", "-")


def _css(heading: Tag | None) -> str:
    """A heading up to its colon, as a string of CSS."""
    return _quoted(" ".join(heading.get_text().split()).partition(": ")[0] if heading else "")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
