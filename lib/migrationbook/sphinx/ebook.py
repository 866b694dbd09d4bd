"""The book for e-readers, and what the printed book is made of: Sphinx's EPUB builder, without code, scripts and downloads."""

from __future__ import annotations

import posixpath
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.dom import XML_NAMESPACE, minidom
from xml.parsers.expat import ExpatError

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from migrationbook.sphinx import citation, cover
from migrationbook.sphinx.markup import on_paper
from migrationbook.sphinx.reading import reading_time
from migrationbook.words import word

logger = logging.getLogger(__name__)
PRINT = Path(__file__).with_name("print")
STYLE = "ebook.css"
COVER = "_static/cover.png"
LANGUAGE = "en"
SVG = "http://www.w3.org/2000/svg"
# Extensions whose only work is to put scripts and a site's furniture on a page.
SITE_ONLY = {"sphinx_togglebutton", "sphinx_copybutton", "sphinx_thebe", "sphinx_book_theme"}


def settings(config: dict) -> dict:
    """Sphinx's settings for the e-book, from those of the site and CITATION.cff."""
    about = citation.edition()
    # Two editions are two books to an e-reader; the same edition, printed again, is the same book.
    name = f"urn:uuid:{uuid5(NAMESPACE_URL, '{title} {version}'.format(**about))}"
    return config | {
        "extensions": [one for one in config["extensions"] if one not in SITE_ONLY],
        "templates_path": [], "version": about["version"],
        "epub_title": about["title"], "epub_author": about["authors"], "epub_publisher": about["authors"],
        "epub_contributor": about["authors"], "epub_description": word("paper.description"),
        "epub_copyright": word("paper.rights"),
        "epub_language": LANGUAGE, "epub_uid": "book", "epub_identifier": about["url"] or name, "epub_basename": "book",
        "epub_cover": (COVER, ""), "epub_css_files": [STYLE], "epub_tocscope": "includehidden", "epub_tocdepth": 2,
        "epub_tocdup": False, "epub_show_urls": "no", "epub_use_index": False,
    }


class Ebook(Epub3Builder):
    """Sphinx's builder with our style and cover only; its pages are checked to be valid XML whose links all lead somewhere."""

    def copy_static_files(self) -> None:
        folder = Path(self.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PRINT / STYLE, folder)
        (Path(self.outdir) / COVER).write_bytes(cover.png())

    def gen_pages_from_extensions(self) -> None:
        """None: they are furniture of the site."""

    def handle_finish(self) -> None:
        pages = self._read()
        anchors = {path: {element.getAttribute("id") for element in elements(page)} for path, page in pages.items()}
        for path, page in pages.items():
            tidy(page, path, anchors)
            (Path(self.outdir) / path).write_text(page.toxml(), encoding="utf-8")
        super().handle_finish()

    def _read(self) -> dict[str, minidom.Document]:
        """Every page written, by its path in the book."""
        pages = {}
        for path in sorted(Path(self.outdir).rglob("*.xhtml")):
            name = path.relative_to(self.outdir).as_posix()
            try:
                pages[name] = minidom.parse(str(path))
            except ExpatError as error:
                logger.warning(f"{name} is not well-formed XML, so e-readers would refuse it: {error}")
        return pages

    def build_content(self) -> None:
        """Say in the manifest which picture is the cover and which pages hold drawings, which Sphinx leaves out."""
        super().build_content()
        path = Path(self.outdir) / "content.opf"
        package = minidom.parse(str(path))
        for item in package.getElementsByTagName("item"):
            file = Path(self.outdir) / unquote(item.getAttribute("href"))
            if item.getAttribute("href") == COVER:
                item.setAttribute("properties", "cover-image")
            elif file.suffix == ".xhtml" and file.name != "nav.xhtml" and "<svg" in file.read_text(encoding="utf-8"):
                item.setAttribute("properties", "svg")
        path.write_text(package.toxml(), encoding="utf-8")


def elements(page: minidom.Document) -> list[minidom.Element]:
    return page.getElementsByTagName("*")


def tidy(page: minidom.Document, path: str, anchors: dict[str, set[str]]) -> None:
    """Make a page fit for e-readers. anchors: of every page of the book, by path."""
    root = elements(page)[0]
    root.setAttribute("lang", LANGUAGE)
    root.setAttributeNS(XML_NAMESPACE, "xml:lang", LANGUAGE)
    for element in elements(page):
        if element.tagName == "svg":
            element.setAttribute("xmlns", SVG)
        elif element.tagName == "details":
            element.setAttribute("open", "open")
        elif element.tagName == "a" and element.hasAttribute("href"):
            _mend(element, page, path, anchors)


def _mend(link: minidom.Element, page: minidom.Document, path: str, anchors: dict[str, set[str]]) -> None:
    """A link to a file that only the site has becomes text; one to a place that no page has is a mistake."""
    parts = urlsplit(link.getAttribute("href"))
    if parts.scheme in ("http", "https", "mailto"):
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
    if parts.scheme or target not in anchors:
        link.removeAttribute("href")
        if link.hasAttribute("download"):
            link.removeAttribute("download")
        page.renameNode(link, link.namespaceURI or "", "span")
    elif parts.fragment and unquote(parts.fragment) not in anchors[target]:
        logger.warning(f"{path} links to {target}#{parts.fragment}, which is not there")


class PaperForm(SphinxPostTransform):
    """Leave out the code of a notebook, say where it is, and show what a click would open."""

    default_priority = 100  # before MyST-NB hides cells
    formats = ("html",)

    def run(self, **kwargs) -> None:
        if not on_paper(self.app.builder):
            return
        for cell in list(self.document.findall(nodes.container)):
            cell.attributes.pop("hide_mode", None)
            if cell.get("nb_element") == "cell_code_source":
                cell.parent.remove(cell)
        for line in self.document.findall(reading_time):
            line += [nodes.Text(f" · {word('paper.code')} "), nodes.literal(text=f"{self.env.docname}.ipynb")]
        title = next(self.document.findall(nodes.title), None)
        if self.env.docname == self.config.root_doc and title is not None:
            note = nodes.paragraph(text=word("paper.about"), classes=["on-paper"])
            title.parent.insert(title.parent.index(title) + 1, note)


def setup(app: Sphinx) -> None:
    """Register the builder and what makes pages fit for paper."""
    app.add_builder(Ebook, override=True)
    app.add_post_transform(PaperForm)
