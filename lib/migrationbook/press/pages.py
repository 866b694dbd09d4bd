"""Make the pages of a staged book: ``python -m migrationbook.press.pages BOOK OUTPUT [BUILDER [KEPT]]``.

Jupyter Book turns ``_config.yml`` into Sphinx's settings, and Sphinx runs in this process; warnings are errors. Not through the
command line, which starts slower. Pages are written one after the other: Sphinx would fork processes for it after the first, and
the library that draws charts, once it has drawn, hangs in a fork.
"""

from __future__ import annotations

import gc
import shutil
import sys
from functools import cache
from pathlib import Path

from migrationbook import settings
from migrationbook.press import lean  # noqa: F401 (before Jupyter Book)

# What a build of pages imports anyway, for the process it is forked from (`warm.py`).
PRELOAD = [
    "migrationbook.press.pages", "jupyter_book.config", "sphinx.application", "sphinx.builders.html", "sphinx.builders.epub3",
    "sphinx.builders.linkcheck", "sphinx_book_theme", "pydata_sphinx_theme", "myst_nb.sphinx_ext", "myst_parser.sphinx_ext.main",
    "sphinx_external_toc", "sphinxcontrib.bibtex", "sphinx_exercise", "sphinx_design", "sphinx_togglebutton", "sphinx_thebe",
    "sphinx_copybutton", "sphinx_comments", "sphinx_jupyterbook_latex", "migrationbook.sphinx",
]


def make(book: Path, output: Path, builder: str = "html", kept: Path | None = None) -> int:
    """Write the pages of ``book`` to ``output`` with a builder of Sphinx; return 0 if there was nothing to warn of.

    kept: a folder for what Sphinx knows of the book and the pages as it wrote them. If it is there, from an earlier book with
    other texts and nothing else, pages that are still right are taken from it; it must not be used again after a warning.
    """
    import pybtex.plugin
    from jupyter_book.config import get_final_config
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    gc.set_threshold(100_000)  # a short life: looking for garbage often takes longer than it saves
    # It looks through all installed packages for every citation, which takes a tenth of the time; they stay what they are.
    pybtex.plugin.entry_points = cache(pybtex.plugin.entry_points)
    ours = {"nitpicky": True, "external_toc_path": str(book / "_toc.yml"), "latex_individualpages": False}
    config, _ = get_final_config(user_yaml=book / "_config.yml", cli_config=ours, sourcedir=book, use_external_toc=True)
    if builder == "epub":
        from migrationbook.sphinx import ebook

        config = ebook.settings(config)
    written, doctrees = (kept / builder, kept / "doctrees") if kept else (output, output.with_name("doctrees"))
    fresh = not (kept and kept.exists())
    with patch_docutils(None), docutils_namespace():
        app = Sphinx(book, None, written, doctrees, builder, config, freshenv=fresh, warningiserror=True, keep_going=True)
        if kept:
            app.setup_extension(settings.WIDENS)
            app.connect("build-finished", lambda app, _: _leave(app, output), priority=980)
        app.build(force_all=fresh)
        return app.statuscode


def _leave(app, output: Path) -> None:
    """Let whatever comes next in finishing the site work on a copy: the pages as Sphinx wrote them stay for the next time."""
    app.outdir = type(app.outdir)(shutil.copytree(app.outdir, output))


if __name__ == "__main__":
    book, output, *more = sys.argv[1:]
    sys.exit(make(Path(book).resolve(), Path(output).resolve(), more[0] if more else "html", Path(more[1]) if more[1:] else None))
