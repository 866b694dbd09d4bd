"""One notebook as one page in one file: whatever the page needs is inside it, and it asks nothing of any server.

The page is made as the book's pages are, from a stage that holds this notebook alone, with those it quotes. What it says of
other chapters stays as text: their pages are not beside it.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from migrationbook import settings
from migrationbook.errors import BookError
from migrationbook.press import cache, policy, site
from migrationbook.press.chapters import chapters
from migrationbook.words import word

QUOTED = re.compile(r"([\w-]+)\.ipynb::")  # {glue:text}`other.ipynb::key`
MISSING = "xref_missing"  # a reference to what is not on the page is expected
ADDRESS = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)["']?\s*\)""")
IMPORT = re.compile(r"""@import\s+(?:url\()?\s*["']?([^"');]+)["']?\s*\)?[^;]*;""")
UNUSED_FONTS = {".ttf", ".woff", ".eot"}  # each has a twin in .woff2
# Navigation of a site: other pages, the search over all of them, files beside the page.
SITE = ("#pst-primary-sidebar, [class*=sidebar-toggle].primary-toggle, #pst-primary-sidebar-modal, .search-button, "
        ".search-button__wrapper, #pst-search-dialog, .prev-next-area")
SEARCH = re.compile(r"searchtools|searchindex|language_data|sphinx_highlight")


def make(notebook: Path, page: Path, note: str = "") -> list[str]:
    """Print an executed notebook as ``page``; return what Sphinx warned of, except references to other chapters.

    note: Markdown to stand under the title. The page is written aside and renamed. Raises BookError if there is none.
    """
    with tempfile.TemporaryDirectory(prefix="press-") as folder:
        stage, output, log = (Path(folder).resolve() / name for name in ("stage", "out/html", "log"))
        quoted = set(QUOTED.findall(notebook.read_text(encoding="utf-8"))) - {notebook.stem}
        others = [path for path in chapters() if path.stem in quoted]
        site.lay_out(stage, [notebook, *others])
        _annotate(stage / "chapters" / notebook.name, note)
        entries = "".join(f"\n- file: chapters/{path.stem}" for path in others)
        toc = f"format: jb-book\nroot: chapters/{notebook.stem}\n" + (f"chapters:{entries}\n" if others else "")
        (stage / "_toc.yml").write_text(toc, encoding="utf-8")
        try:
            site.print_pages(stage, output, log, site.pages_environment())
        except subprocess.TimeoutExpired:
            raise BookError(f"{page.name}: making the page took more than {settings.MINUTES} minutes") from None
        told = [line for line in site.warnings(log, stage)
                if MISSING not in line and not any(path.name in line for path in others)]
        made = output / "chapters" / f"{notebook.stem}.html"
        if not made.exists():
            raise BookError(f"{page.name}: the page could not be made: {told[-1] if told else 'Sphinx said nothing'}")
        cache.write(page, one_file(made))
    return told


def code(value: object) -> str:
    """A value as code in Markdown."""
    return f"`{str(value).replace('`', chr(39))}`"


def _annotate(notebook: Path, note: str) -> None:
    """Put a note under the title, and the works cited at the end, where the site has a page of its own for them."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    texts = [cell for cell in book["cells"] if cell["cell_type"] == "markdown"]
    if note and texts:
        title, _, rest = "".join(texts[0]["source"]).partition("\n")
        texts[0]["source"] = f"{title}\n\n{note}\n{rest}"
    if any("{cite" in "".join(cell["source"]) for cell in texts):
        works = f"## {word('run.works')}\n\n```{{bibliography}}\n:filter: docname in docnames\n```"
        book["cells"].append({"cell_type": "markdown", "id": "works-cited", "metadata": {}, "source": works})
    notebook.write_text(json.dumps(book), encoding="utf-8")


def one_file(page: Path) -> str:
    """The HTML of ``page`` with its styles, scripts, pictures and downloads inside."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for element in soup.select(SITE):
        element.decompose()
    for element in soup("link"):
        _style(soup, element, page)
    known = [script.string or "" for script in soup.head("script") if not {"src", "type"} & set(script.attrs)]
    for element in soup("script", src=True):
        known += _script(soup, element, page)
    for meta in soup("meta", attrs={"http-equiv": "Content-Security-Policy"}):
        meta["content"] = policy.content(known, own="")
    for element in soup(["img", "source"]):
        for attribute in {"src", "srcset"} & set(element.attrs):
            if not (address := str(element[attribute])).startswith("data:"):
                element[attribute] = _data(_file(page, address))
    for element in soup("a", href=True):
        _link(element, page)
    return str(soup)


def _file(page: Path, address: str) -> Path | None:
    """The file an address on ``page`` means; None if that is not one of those made."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = (page.parent / unquote(parts.path)).resolve()
    return path if path.is_file() else None


def _data(path: Path | None) -> str:
    """A file as an address that holds its content."""
    if path is None:
        return "data:,"
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _style(soup: BeautifulSoup, link: Tag, page: Path) -> None:
    """A style sheet goes inside, with the pictures and fonts it names; other links are hints for a site."""
    path = _file(page, str(link.get("href", "")))
    if "stylesheet" in link.get_attribute_list("rel") and path:
        style = soup.new_tag("style")
        style.string = _rules(path)
        link.replace_with(style)
    else:
        link.decompose()


def _rules(sheet: Path) -> str:
    """The text of a style sheet, with the sheets it imports and the pictures and fonts it names."""
    def inside(found: re.Match) -> str:
        named = _file(sheet, found[1])
        return f"url({_data(None if named and named.suffix in UNUSED_FONTS else named)})"

    def imported(found: re.Match) -> str:
        named = _file(sheet, found[1])
        return _rules(named) if named else ""

    return ADDRESS.sub(inside, IMPORT.sub(imported, sheet.read_text(encoding="utf-8")))


def _script(soup: BeautifulSoup, script: Tag, page: Path) -> list[str]:
    """A script goes inside; one that waits for the page (defer) to its end, since only scripts with an address can wait.

    Returns the texts that were put inside.
    """
    path = _file(page, str(script["src"]))
    waits = script.has_attr("defer")
    if path is None or SEARCH.search(path.name):
        script.decompose()
        return []
    del script["src"]
    script.string = _harmless(path)
    inside = [script.string]
    if waits and soup.body:
        del script["defer"]
        library = path.with_name("vega.js")
        if path.name == "charts.js" and library.exists():
            inside.append(_harmless(library))
            soup.body.append(soup.new_tag("script", string=inside[-1]))
        soup.body.append(script.extract())
    return inside


def _harmless(path: Path) -> str:
    """A script in which nothing ends the element it stands in."""
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _link(link: Tag, page: Path) -> None:
    """A file to download goes inside, a place on this page stays, another page is not there: its link becomes text.

    Pictures in points stay outside: there is the same in lines, and they would double the file.
    """
    address = str(link["href"])
    if urlsplit(address).scheme or address.startswith("#"):
        return
    path = _file(page, address)
    if path == page and urlsplit(address).fragment:
        link["href"] = f"#{urlsplit(address).fragment}"
    elif path and path.suffix not in (".html", ".png"):
        link["href"], link["download"] = _data(path), path.name
    else:
        link.name, link.attrs = "span", {}
