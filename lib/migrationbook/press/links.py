"""Links of the finished site that lead elsewhere, tried by Sphinx's link checker."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup, SoupStrainer

from migrationbook.errors import BookError

OPTIONS = {"linkcheck_timeout": "20", "linkcheck_retries": "2", "linkcheck_workers": "8", "linkcheck_anchors": "0",
           "linkcheck_rate_limit_timeout": "60"}


def external(site: Path) -> dict[str, list[str]]:
    """Addresses outside the site by the page they stand on, each once: where a reader first meets it."""
    if not (site / "index.html").exists():
        raise BookError("there is no site in _build/html: run make book first")
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for page in sorted(site.rglob("*.html")):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser", parse_only=SoupStrainer("a"))
        links = dict.fromkeys(link["href"] for link in soup("a", href=True) if link["href"].startswith(("http:", "https:")))
        found[page.relative_to(site).with_suffix("").as_posix()] = [link for link in links if link not in seen]
        seen |= links.keys()
    return {page: links for page, links in found.items() if links}


def check(site: Path, say: Callable[[str], None]) -> tuple[int, int]:
    """Try every link; say which lead nowhere or elsewhere now, and why. Returns how many were tried and how many lead nowhere."""
    pages = external(site)
    with tempfile.TemporaryDirectory(prefix="links-") as folder:
        book, output = Path(folder) / "book", Path(folder) / "out"
        for page, links in pages.items():  # a document a page, a link a paragraph
            path = book / f"{page}.rst"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = [":orphan:", f"{page}\n{'=' * len(page)}", *(f"`x <{_escaped(link)}>`__" for link in links)]
            path.write_text("\n\n".join(text), encoding="utf-8")
        settings = [part for item in OPTIONS.items() for part in ("-D", "=".join(item))]
        command = [sys.executable, "-m", "sphinx", "-C", "-Q", "-b", "linkcheck", "-D", f"root_doc={next(iter(pages), 'index')}",
                   *settings, str(book), str(output)]
        subprocess.run(command, check=False)
        try:
            results = [json.loads(line) for line in (output / "output.json").read_text(encoding="utf-8").splitlines()]
        except OSError:
            raise BookError("Sphinx did not finish checking the links; its message is above") from None
    for result in sorted(results, key=lambda result: (result["filename"], result["lineno"])):
        if result["status"] in ("broken", "timeout", "redirected"):
            say(f"{result['filename'].removesuffix('.rst')}.html: {result['status']}: {result['uri']} ({result['info']})")
    return len(results), sum(result["status"] in ("broken", "timeout") for result in results)


def _escaped(link: str) -> str:
    """A link as reStructuredText takes it as it is."""
    return link.replace("\\", "\\\\").replace("_>", "\\_>").replace("<", "%3C").replace(">", "%3E")
