"""The book's one Sphinx extension: figures, claims, the data catalogue and pages that ask nothing of any other server."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from migrationbook.sphinx import (
    api,
    badge,
    catalogue,
    chart,
    citation,
    claim,
    claim_files,
    ebook,
    editions,
    front,
    glossary,
    glossed,
    head,
    launch,
    notebook,
    pages,
    published,
    reading,
    rights,
    scoreboard,
    search,
)

STATIC = Path(__file__).with_name("static")


def setup(app: Sphinx) -> dict:
    """Register everything with Sphinx (`extra_extensions: [migrationbook.sphinx]`)."""
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.add_css_file("book.css", priority=900)
    app.add_css_file("api.css", priority=900)
    chart.setup(app)
    claim.setup(app)
    badge.setup(app)
    claim_files.setup(app)
    scoreboard.setup(app)
    catalogue.setup(app)
    rights.setup(app)
    reading.setup(app)
    notebook.setup(app)
    glossary.setup(app)
    glossed.setup(app)
    editions.setup(app)
    citation.setup(app)
    front.setup(app)
    published.setup(app)
    head.setup(app)
    search.setup(app)
    launch.setup(app)
    api.setup(app)
    ebook.setup(app)
    pages.setup(app)
    # Not safe to write in parallel: vl-convert hangs in a process forked after it has drawn.
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
