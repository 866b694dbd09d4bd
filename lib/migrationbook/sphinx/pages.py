"""Pages that need nothing from elsewhere: what the theme would fetch from other servers, or for nothing, goes."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from migrationbook.sphinx import ebook
from migrationbook.sphinx.markup import on_paper

logger = logging.getLogger(__name__)

UNUSED = re.compile(r"thebe|mathjax", re.IGNORECASE)
# The icons draw from the theme's style sheet and fonts; this megabyte and a half only replaces them by the same icons.
ICON_SCRIPT = "scripts/fontawesome.js"
LEFTOVERS = re.compile(
    rf'[ \t]*<script[^>]*{re.escape(ICON_SCRIPT)}[^>]*></script>\n?'
    r'|[ \t]*<script type="text/x-thebe-config">.*?</script>\n?'
    r'|[ \t]*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>\n?'  # the search page has its own
    r"|[ \t]*<script>kernelName = [^<]*</script>\n?", re.DOTALL)


def drop_scripts(app: Sphinx, pagename: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    if on_paper(app.builder):
        context["script_files"] = []
        context["css_files"] = [file for file in context["css_files"] if str(file.filename).endswith(ebook.STYLE)]
    for files in ("script_files", "css_files"):
        context[files] = [file for file in context[files] if _is_ours(file)]


def _is_ours(file) -> bool:
    named = str(getattr(file, "filename", file) or "")
    body = str(getattr(file, "attributes", {}).get("body", ""))
    return not (named.startswith(("http:", "https:", "//")) or UNUSED.search(named) or UNUSED.search(body))


def drop_leftovers(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(LEFTOVERS.sub("", text), encoding="utf-8")
    for file in [*Path(app.outdir).glob(f"_static/{ICON_SCRIPT}*"), *Path(app.outdir).glob("_static/sphinx-thebe.*")]:
        file.unlink()


def refuse_mathematics(app: Sphinx, doctree: nodes.document) -> None:
    for node in doctree.findall(lambda node: isinstance(node, (nodes.math, nodes.math_block))):
        logger.warning("this site ships no renderer for formulas (MathJax would come from another server): say it in "
                       "words or plain characters", location=node)


def setup(app: Sphinx) -> None:
    """Register the clean-up; it comes after every other extension has added its scripts."""
    app.connect("html-page-context", drop_scripts, priority=990)
    app.connect("doctree-read", refuse_mathematics)
    app.connect("build-finished", drop_leftovers)
