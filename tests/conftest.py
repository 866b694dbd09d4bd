"""What several tests share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from hypothesis import settings
from migrationbook import paths

settings.register_profile("book", deadline=None)  # a busy machine is no counterexample
settings.load_profile("book")
sys.path.insert(0, str(Path(__file__).parent))  # tests import their helper `browser`


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what tests have to say beyond passed or failed, also when they ran in another process."""
    told = [text for outcome in ("passed", "failed") for test in terminalreporter.stats.get(outcome, [])
            for name, text in test.user_properties if name == "report" and test.when == "call"]
    for text in told:
        terminalreporter.section("what the tests found")
        terminalreporter.write_line(text)


@dataclass(frozen=True)
class Built:
    """A throw-away book: the builder's exit status, what it said, and the folder of pages."""

    status: int
    log: str
    html: Path


@pytest.fixture
def build_book(tmp_path: Path) -> Callable[..., Built]:
    """Build a book of one chapter, ``chapters/one.ipynb``, whose code cells show the given outputs.

    An output is a MIME bundle. The book's own ``_config.yml`` and extension are used, warnings are errors. builder: of Sphinx.
    """

    def build(*outputs: dict, text: str = "A sentence.", builder: str = "html") -> Built:
        source = tmp_path / "book"
        (source / "chapters").mkdir(parents=True)
        cells = [nbformat.v4.new_markdown_cell(f"# A chapter\n\n{text}")]
        for bundle in outputs:
            shown = nbformat.v4.new_output("display_data", data=bundle)
            cells.append(nbformat.v4.new_code_cell("show()", outputs=[shown], execution_count=1))
        book = nbformat.v4.new_notebook(cells=cells, metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        })
        nbformat.write(book, source / "chapters" / "one.ipynb")
        (source / "chapters" / "index.md").write_text("# A book\n\nIts first page.\n", encoding="utf-8")
        (source / "chapters" / "references.bib").write_text("", encoding="utf-8")
        (source / "_toc.yml").write_text(
            "format: jb-book\nroot: chapters/index\nchapters:\n- file: chapters/one\n", encoding="utf-8")
        config = (paths.ROOT / "_config.yml").read_text(encoding="utf-8")
        (source / "_config.yml").write_text(config, encoding="utf-8")
        html = tmp_path / "out" / builder
        command = [sys.executable, "-m", "migrationbook.press.pages", source, html, builder]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        return Built(done.returncode, done.stdout + done.stderr, html)

    return build
