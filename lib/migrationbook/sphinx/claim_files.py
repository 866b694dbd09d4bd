"""All judged claims as files beside the pages: claims.json, and the tidy tables claims.csv and claims_estimates.csv."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from migrationbook.claims import files
from migrationbook.sphinx.badge import scoreboard_page
from migrationbook.sphinx.markup import on_paper


def harvested(app: Sphinx) -> list[dict]:
    """Every judgement of the book, `files.completed`, with two addresses.

    ``page`` is the card in the chapter, ``scoreboard`` the entry there ("" in a book without one), both with anchor.
    """
    board, uri = scoreboard_page(app.env), app.builder.get_target_uri
    return files.completed(
        judged | {"page": f"{uri(docname)}#claim-{judged['id']}", "scoreboard": f"{uri(board)}#{judged['id']}" if board else ""}
        for docname, contents in getattr(app.env, "book_claims", {}).items() for judged in contents)


def write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html" or on_paper(app.builder):
        return
    if not (claims := harvested(app)):
        return
    folder = Path(app.outdir)
    texts = {"claims.json": files.as_json, "claims.csv": files.claims_csv, "claims_estimates.csv": files.estimates_csv}
    for name, text in texts.items():
        (folder / name).write_text(text(claims), encoding="utf-8", newline="")


def setup(app: Sphinx) -> None:
    """Write the files once all pages are there."""
    app.connect("build-finished", write)
