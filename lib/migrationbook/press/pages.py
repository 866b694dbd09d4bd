"""Make the pages of a staged book: ``python -m migrationbook.press.pages BOOK OUTPUT [BUILDER]``.

Jupyter Book turns ``_config.yml`` into Sphinx's settings, and Sphinx runs in this process; warnings are errors. Not through the
command line, which starts slower. Pages are written one after the other: Sphinx would fork processes for it after the first, and
the library that draws charts, once it has drawn, hangs in a fork.
"""

from __future__ import annotations

import gc
import sys
from functools import cache
from pathlib import Path

from migrationbook.press import lean  # noqa: F401 (first)

# What a build of pages imports anyway, for the process it is forked from (`warm.py`).
PRELOAD = [
    "migrationbook.press.pages", "jupyter_book.config", "sphinx.application", "sphinx.builders.html", "sphinx.builders.epub3",
    "sphinx.builders.linkcheck", "sphinx_book_theme", "pydata_sphinx_theme", "myst_nb.sphinx_ext", "myst_parser.sphinx_ext.main",
    "sphinx_external_toc", "sphinxcontrib.bibtex", "sphinx_exercise", "sphinx_design", "sphinx_togglebutton", "sphinx_thebe",
    "sphinx_copybutton", "sphinx_comments", "sphinx_jupyterbook_latex", "migrationbook.sphinx",
]


def make(book: Path, output: Path, builder: str = "html") -> int:
    """Write the pages of ``book`` to ``output`` with a builder of Sphinx; return 0 if there was nothing to warn of."""
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
    with patch_docutils(None), docutils_namespace():
        app = Sphinx(book, None, output, output.with_name("doctrees"), builder, config, freshenv=True, warningiserror=True,
                     keep_going=True)
        app.build(force_all=True)
        return app.statuscode


if __name__ == "__main__":
    sys.exit(make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), *sys.argv[3:]))
