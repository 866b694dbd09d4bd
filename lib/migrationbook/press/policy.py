"""What a browser may load and run on a page: this site's own files. Written into every page, since a host may send no headers."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

# Scripts that would run: without an address, and not data that only stand in a script element.
INLINE = re.compile(r'<script(?![^>]*\b(?:src|type)=)[^>]*>(.*?)</script>', re.DOTALL)
META = '<meta http-equiv="Content-Security-Policy" content="{}" />'
CHARSET = re.compile(r'<meta charset="[^"]*"\s*/?>')


def content(scripts: Iterable[str], own: str = "'self'") -> str:
    """The policy that lets these inline scripts run, and those from ``own``: nothing else, and no text as code.

    Styles may stand in the page: Vega measures and draws with them, and they cannot run anything. What asks for robots.txt in the
    name of the page may: connect-src.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in dict.fromkeys(scripts)]
    allowed = " ".join([*([own] if own else []), *(f"'sha256-{value}'" for value in hashes)]) or "'none'"
    return (f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'")


def stated(page: str) -> str:
    """The page with its policy. Only scripts of the head are known by their hash: what data bring stands in the body."""
    meta = META.format(content(INLINE.findall(page.partition("</head>")[0])))
    found = CHARSET.search(page)
    return f"{page[:found.end()]}{meta}{page[found.end():]}" if found else meta + page
