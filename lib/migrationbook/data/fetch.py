"""Fetch one file from its publisher: asked for again only if it changed, retried, never left half on the disk."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from migrationbook import paths
from migrationbook.errors import BookError

CACHE = paths.BUILD / "downloads"  # what the publishers sent last, with their ETag; may be deleted at any time
TIMEOUT = (10, 60)  # seconds to connect; seconds without a byte
TRIES, PAUSE = 4, 1.0  # further tries when a server is busy or down; seconds before the second of them, then doubled
BUSY = (429, 500, 502, 503, 504)
BLOCK = 1 << 20  # bytes held in memory at a time
BY_HAND = "download it in a browser and give the file with --from"


def fetch(address: str, folder: Path) -> Path:
    """Download ``address`` into ``folder``, in blocks, and return the file. Raises BookError of one line.

    A server that sends an ETag or a date is asked whether its file changed, and the kept copy is used if not.
    """
    import requests

    path = folder / (re.sub(r"[^\w.-]+", "_", unquote(Path(urlsplit(address).path).name)) or "download")
    try:
        with _session() as session, session.get(address, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code != 200:
                raise BookError(f"{address}: expected the file, found an answer {answer.status_code} {answer.reason}; "
                                f"look whether it has moved, or {BY_HAND}")
            with path.open("wb") as file:
                for block in _shown(answer.iter_content(BLOCK), path.name, int(answer.headers.get("Content-Length", 0))):
                    file.write(block)
    except requests.exceptions.SSLError:
        raise BookError(f"{address}: expected a certificate that can be verified, found another; {BY_HAND}") from None
    except requests.exceptions.ChunkedEncodingError:
        raise BookError(f"{address}: expected the whole file, found a download cut off; try again, or {BY_HAND}") from None
    except requests.exceptions.Timeout:
        raise BookError(f"{address}: expected an answer within {max(TIMEOUT)} seconds, found none; try again later") from None
    except requests.exceptions.ConnectionError as error:
        slow = "timed out" in str(error)  # in the middle of the file
        found = "silence in the middle of the file" if slow else "no connection"
        raise BookError(f"{address}: expected an answer, found {found}; check the network, or {BY_HAND}") from None
    except requests.exceptions.RequestException as error:
        raise BookError(f"{address}: expected an address to download from: {error}") from None
    return path


def _session():
    """A session that retries and keeps what it got; bodies are files of their own, so a large one is never in memory."""
    import requests
    from cachecontrol import CacheControlAdapter
    from cachecontrol.caches.file_cache import SeparateBodyFileCache
    from urllib3.util import Retry

    session = requests.Session()
    session.headers["User-Agent"] = "migrationbook (reads official statistics, once a month)"
    retries = Retry(total=TRIES, backoff_factor=PAUSE, status_forcelist=BUSY, raise_on_status=False)
    adapter = CacheControlAdapter(cache=SeparateBodyFileCache(CACHE), max_retries=retries)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _shown(blocks: Iterator[bytes], label: str, length: int) -> Iterator[bytes]:
    """The blocks themselves, with progress for whoever watches in a terminal."""
    if not sys.stderr.isatty():
        yield from blocks
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        for block in blocks:
            bar.update(len(block))
            yield block
