"""Finished pages: what the theme would fetch from other servers, or for nothing, goes; a policy says what a browser may run."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from migrationbook.press import policy
from migrationbook.sphinx import ebook, slim
from migrationbook.sphinx.markup import on_paper
from migrationbook.words import word

logger = logging.getLogger(__name__)

UNUSED = re.compile(r"thebe|mathjax", re.IGNORECASE)
# Scripts that serve one kind of content: the page holds it, or does without them.
SERVE = {
    re.compile("toggle"): re.compile(r'class="(?:[^"]* )?(?:toggle|dropdown)[ "]'),
    re.compile("design-tabs"): re.compile("sd-tab-"),
    re.compile(r"clipboard\.|copybutton"): re.compile('class="highlight'),
}
LEFTOVERS = re.compile(
    # The icons and buttons of `frame.css` and the header's template need neither of these megabytes.
    r'[ \t]*<script[^>]*scripts/(?:fontawesome|bootstrap)\.js[^>]*></script>\n?'
    r'|[ \t]*<link rel="preload"[^>]*>\n?'
    r'|[ \t]*<script type="text/x-thebe-config">.*?</script>\n?'
    r'|[ \t]*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>\n?'  # the search page has its own
    r"|[ \t]*<script>kernelName = [^<]*</script>\n?"
    r"|[ \t]*<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\n?"
    r'| id="(?:exercise|solution)-content"'  # the same on each of them
    r"|[ \t]*<script>\s*// Activate the search field[^<]*</script>\n?", re.DOTALL)
# What breaks rules of accessibility, and what stands there instead.
MENDED = {
    '<div id="pst-primary-sidebar" ': f'<div id="pst-primary-sidebar" role="navigation" aria-label="{word("page.sidebar")}" ',
    '<summary><span class="toctree-toggle"': f'<summary aria-label="{word("page.more")}"><span class="toctree-toggle"',
    '<summary aria-label="Toggle hidden content">': "<summary>",  # what can be read there names it
    # named by what stands in it, its keys too
    'search-button-field search-button__button pst-js-only" title="Search" aria-label="Search"':
        'search-button-field search-button__button pst-js-only"',
    ' role="doc-biblioentry"': ' role="listitem"',
    '<th scope="col"></th>': "<td></td>",
    "<dl>\n<dd>": '<dl role="presentation">\n<dd>',  # the parameters of a long signature: no terms
    "<pre>": '<pre tabindex="0">',  # may scroll; `frame.js` takes it out of the keyboard's way if it does not
}
LEADS_ON = re.compile(r'\s*<meta http-equiv="Refresh" content="[^"]*" />\s*')
WAITING = re.compile(r"<script (?=[^>]*\bsrc=)(?![^>]*\b(?:defer|async)\b)")


def prepare(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Leave out scripts that a page does not need; paper needs none, and one style sheet."""
    if on_paper(app.builder):
        context["script_files"] = []
        context["css_files"] = [file for file in context["css_files"] if str(file.filename).endswith(ebook.STYLE)]
    body = context.get("body") or ""
    for files in ("script_files", "css_files"):
        context[files] = [file for file in context[files] if _is_needed(file, body)]


def add_words(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Let templates take their words from where all of the site's are."""
    context["word"] = word


def _is_needed(file, body: str) -> bool:
    named = str(getattr(file, "filename", file) or "")
    text = str(getattr(file, "attributes", {}).get("body", ""))
    if named.startswith(("http:", "https:", "//")) or UNUSED.search(named) or UNUSED.search(text):
        return False
    return named.endswith(".css") or all(content.search(body) for script, content in SERVE.items()
                                         if script.search(named) or script.search(text))


def finish(app: Sphinx, error: Exception | None) -> None:
    """Go over all pages once they are written, after every other extension."""
    if error is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    paths = [path for path in folder.rglob("*.html") if "_static" not in path.relative_to(folder).parts]
    pages = {path: _tidy(path.read_text(encoding="utf-8")) for path in paths}
    for path, text in slim.slim(folder, pages).items():
        path.write_text(policy.stated(_whole(text, app.config.html_title or app.config.project)), encoding="utf-8")


def _whole(page: str, title: str) -> str:
    """A page that only leads on, which Jupyter Book writes as one bare element, as a document with language and title."""
    if not LEADS_ON.fullmatch(page):
        return page
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8" />{page.strip()}<title>{escape(title)}</title></head>'
            "<body></body></html>\n")


def _tidy(page: str) -> str:
    """Without leftovers, with scripts that wait until the page is there."""
    page = LEFTOVERS.sub("", page)
    for found, instead in MENDED.items():
        page = page.replace(found, instead)
    return WAITING.sub("<script defer ", page)


def refuse_mathematics(app: Sphinx, doctree: nodes.document) -> None:
    for node in doctree.findall(lambda node: isinstance(node, (nodes.math, nodes.math_block))):
        logger.warning("this site ships no renderer for formulas (MathJax would come from another server): say it in "
                       "words or plain characters", location=node)


def setup(app: Sphinx) -> None:
    """Register the clean-up; it comes after every other extension has added its scripts."""
    app.config.templates_path.insert(0, str(Path(__file__).with_name("templates")))
    app.add_css_file("frame.css", priority=890)
    app.add_js_file("frame.js", loading_method="defer")
    app.connect("html-page-context", add_words, priority=100)  # the theme looks at its templates before they are written
    app.connect("html-page-context", prepare, priority=990)
    app.connect("doctree-read", refuse_mathematics)
    app.connect("build-finished", finish, priority=990)
