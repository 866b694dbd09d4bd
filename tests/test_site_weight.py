"""What pages weigh, and that nothing is loaded which was not weighed."""

from __future__ import annotations

import gzip

import pytest
from browser import browser, page_watch, scroll_through
from migrationbook.press import audit
from migrationbook.press.weight import loaded, packed, weigh
from test_site import SITE, pages, read  # noqa: F401 (pages is a fixture)


def test_every_page_keeps_to_the_budget(pages):  # noqa: F811
    limits = audit.budget()["weight"]
    for file in pages:
        weight = weigh(file, SITE)
        assert weight.before <= 1000 * limits["before charts"], f"{file}: {weight}"
        assert weight.charts <= 1000 * limits["with charts"], f"{file}: {weight}"
        assert weight.charts > weight.before or 'class="chart"' not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("name", ["enforcement", "scoreboard", "glossary"])
def test_a_reader_loads_what_was_weighed(pages, name):  # noqa: F811
    file = SITE / "chapters" / f"{name}.html"
    early, late = loaded(file, SITE)
    requests: set[str] = set()
    with browser() as chromium, page_watch(chromium, 1280, "light") as (context, _):
        page = context.new_page()
        page.on("request", lambda request: requests.add(request.url.partition("?")[0]))
        page.goto(file.as_uri())
        page.wait_for_load_state("load")
        if late:
            scroll_through(page)
    seen = {address for address in requests if address.startswith("file:")}
    weighed = {path.as_uri() for path in early | late}
    assert seen <= weighed
    # a page may need no letter of a font, and a browser takes one icon of two
    assert all(address.endswith((".woff2", "favicon.png", "favicon.svg")) for address in weighed - seen), weighed - seen


def test_known_weight(tmp_path):
    (tmp_path / "_static").mkdir()
    files = {"page.html": '<link rel="stylesheet" href="_static/a.css"><script src="_static/a.js?v=1"></script>'
                          '<figure class="chart"><img src="x-light.svg" loading="lazy">'
                          '<img src="x-dark.svg" loading="lazy"></figure>',
             "_static/a.css": '@font-face { src: url("f.woff2") }', "_static/f.woff2": "0" * 999, "_static/a.js": "1" * 999,
             "x-light.svg": "2" * 999, "x-dark.svg": "3" * 999, "_static/vega.js": "4" * 999}
    for name, content in files.items():
        (tmp_path / name).write_text(content)

    def size(name):
        return len(gzip.compress((tmp_path / name).read_bytes(), 6, mtime=0))

    weight = weigh(tmp_path / "page.html", tmp_path)
    assert weight.before == size("page.html") + size("_static/a.css") + size("_static/a.js") + 999  # a font is compressed already
    assert weight.charts == weight.before + size("x-light.svg") + size("_static/vega.js")
    assert packed(tmp_path / "_static" / "f.woff2") == 999
