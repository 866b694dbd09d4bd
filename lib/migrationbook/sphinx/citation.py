"""`{how-to-cite}`: lines to copy for the book, a chapter, a figure and a table, made from CITATION.cff."""

from __future__ import annotations

import re
from datetime import date
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder as Builder
from sphinx.util.docutils import SphinxDirective

from migrationbook import data, paths
from migrationbook.data.rights import credit
from migrationbook.errors import BookError
from migrationbook.prose import day
from migrationbook.sphinx.catalogue import logger
from migrationbook.sphinx.front import chapters
from migrationbook.words import word

FILE = "CITATION.cff"
NEEDED = ("title", "authors", "version", "date-released")


class citations(nodes.General, nodes.Element):
    """The lines to copy; made when every chapter has been read."""


class CiteDirective(SphinxDirective):
    """``{how-to-cite}``: the book plainly and for BibTeX, then each chapter; a figure and a table by example."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(paths.ROOT / FILE))
        return [citations()]


def edition(path: Path | None = None) -> dict:
    """The book as CITATION.cff names it: title, authors (one text), version, date. Raises BookError if one is missing."""
    path = path or paths.ROOT / FILE
    try:
        about = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BookError(f"{FILE}: it cannot be read: {' '.join(str(error).split())}; restore it") from None
    missing = [key for key in NEEDED if not (isinstance(about, dict) and about.get(key))]
    if missing:
        raise BookError(f"{FILE}: it has no {', '.join(missing)}; add it there")
    released = about["date-released"]
    if not isinstance(released, date):
        raise BookError(f"{FILE}: date-released is '{released}'; write it as YYYY-MM-DD")
    names = [one.get("name") or f"{one.get('given-names', '')} {one.get('family-names', '')}" for one in about["authors"]]
    return {"title": about["title"], "authors": " and ".join(name.strip() for name in names),
            "version": str(about["version"]), "date": released, "url": about.get("url", "")}


def plain(about: dict, *parts: str) -> str:
    """One line for a list of references. parts: of the book if not the whole of it, such as a figure and its chapter."""
    told = f"{about['authors']} ({about['date'].year}). "
    told += f" {word('cite.in')} ".join([*(f"“{part}”," for part in parts if part), about["title"]])
    where = f" {about['url']}" if about["url"] else ""
    return f"{told}, {word('cite.edition')} {about['version']}, {day(about['date'])}.{where}"


def bibtex(about: dict, key: str, part: str = "") -> str:
    """An entry for BibTeX: the book, or a part of it."""
    # braces around the name of a group: BibTeX would take it for a first and a last name
    fields = {"author": f"{{{about['authors']}}}", "title": part or about["title"], "booktitle": about["title"] if part else ""}
    fields |= {"edition": about["version"], "year": about["date"].year, "month": about["date"].month, "url": about["url"]}
    lines = [f"  {name} = {{{_tex(str(value))}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'incollection' if part else 'book'}{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    """Signs that TeX would read as commands, written out; dashes and quotation marks stay, as UTF-8."""
    return "".join(f"\\{sign}" if sign in "&%$#_" else sign for sign in text)


def html(about: dict, titles: dict[str, str], figure: list[str]) -> str:
    """All lines to copy. titles: of the chapters, by name. figure: one for the example (number and title) and its chapter."""
    stem = "".join(re.findall("[a-z]+", about["title"].lower())[:2]) + str(about["date"].year)
    entry = next(entry for entry in data.package()["resources"])
    parts = [
        _lines("book", plain(about), bibtex(about, stem)),
        *(_lines("chapter", plain(about, title), bibtex(about, f"{stem}{name}", title), title)
          for name, title in titles.items()),
    ]
    if figure:
        parts.append(_lines("figure", plain(about, *figure)))
    parts.append(_lines("table", credit(entry, entry["licenses"][0])))
    return "".join(parts)


def _lines(kind: str, line: str, entry: str = "", title: str = "") -> str:
    name = escape(word(f"cite.{kind}") + (f": {title}" if title else ""))
    folded = f"<details><summary>BibTeX</summary>\n<pre>{escape(entry)}</pre></details>\n" if entry else ""
    return f'<div class="to-cite"><p><b>{name}</b></p>\n<p class="credit">{escape(line)}</p>\n{folded}</div>\n'


def _first_figure(builder: Builder, docname: str) -> list[str]:
    """Number and title of the first figure of a chapter, and the chapter's title; nothing if it has none."""
    for spec in getattr(builder.env, "book_charts", {}).get(docname, []):
        about = spec["usermeta"]["figure"]
        number = builder.env.toc_fignumbers.get(docname, {}).get("figure", {}).get(about["name"], ())
        shown = f"{builder.config.numfig_format['figure'] % '.'.join(map(str, number))}. {about['title']}"
        return [shown, builder.env.titles[docname].astext()]
    return []


def visit(self, node: citations) -> None:
    builder = self.builder
    env = builder.env
    shown = chapters(env)
    titles = {docname.rpartition("/")[2]: env.titles[docname].astext() for docname in shown}
    figure = next(filter(None, (_first_figure(builder, docname) for docname in shown)), [])
    try:
        self.body.append(html(edition(), titles, figure))
    except BookError as error:
        logger.warning(str(error), location=builder.current_docname)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the lines to copy."""
    app.add_node(citations, html=(visit, None))
    app.add_directive("how-to-cite", CiteDirective)
