"""What a browser may run on the built site: its own scripts, and nothing that data could bring."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser

import pytest
from browser import browser, page_watch
from migrationbook.press import policy, standalone
from test_site import SITE, pages, read  # noqa: F401 (pages is a fixture)

DATA = ("application/json", "application/ld+json")


class Scripts(HTMLParser):
    """What of a page could run, and its policy."""

    def __init__(self, page: str):
        super().__init__()
        self.policies: list[str] = []
        self.before_policy: list[str] = []  # what stands before it is not held to it
        self.inline: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = {key: value or "" for key, value in attributes}
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(values["content"])
        elif tag in ("script", "link", "style") and not self.policies:
            self.before_policy.append(tag)
        self._open = tag == "script" and "src" not in values and values.get("type") not in DATA
        self.handlers += [f"{tag} {key}" for key in values if key.startswith("on")]
        self.addresses += [values[key] for key in ("href", "src", "action", "formaction") if key in values]

    def handle_data(self, data):
        if self._open:
            self.inline.append(data)

    def handle_endtag(self, tag):
        self._open = False


def directives(content: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in content.split(";"))}


def fingerprint(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_every_page_states_a_strict_policy_first(pages):  # noqa: F811
    for file in pages:
        found = Scripts(file.read_text(encoding="utf-8"))
        assert len(found.policies) == 1, file
        assert not found.before_policy, file
        stated = directives(found.policies[0])
        assert stated["default-src"] == ["'none'"] and stated["base-uri"] == ["'none'"], file
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "blob:", "https:"} & set(stated["script-src"]), file
        assert not [value for values in stated.values() for value in values if "://" in value or "*" in value], file


def test_inline_scripts_are_those_the_policy_knows(pages):  # noqa: F811
    for file in pages:
        found = Scripts(file.read_text(encoding="utf-8"))
        allowed = set(directives(found.policies[0])["script-src"]) - {"'self'"}
        assert {fingerprint(script) for script in found.inline} == allowed, file


def test_nothing_else_on_a_page_could_run(pages):  # noqa: F811
    for file in pages:
        found = Scripts(file.read_text(encoding="utf-8"))
        assert not found.handlers, f"{file}: {found.handlers}"
        assert not [address for address in found.addresses if address.strip().lower().startswith("javascript:")], file


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


def test_a_stray_script_is_refused(chromium, tmp_path):
    """Markup that slipped into a page, say from a table, is text that the browser does not run."""
    site = shutil.copytree(SITE, tmp_path / "site", ignore=shutil.ignore_patterns("_charts", "_data", "_sources"))
    page = site / "chapters" / "glossary.html"
    (site / "stray.js").write_text("window.strayed = 'file'", encoding="utf-8")
    stray = ("<script>window.strayed = 'inline'</script><img src='data:,' onerror=\"window.strayed = 'handler'\">"
             "<a id='stray' href=\"javascript:window.strayed='link'\">x</a><script src='data:text/javascript,strayed=1'></script>"
             "<script src='https://example.org/x.js'></script><base href='https://example.org/'>")
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</article>", f"{stray}</article>", 1), encoding="utf-8")
    with page_watch(chromium, 1280, "light") as (context, troubles):
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_load_state("load")
        tab.evaluate("document.getElementById('stray').click()")
        tab.evaluate("setTimeout(\"window.strayed = 'text as code'\", 0)")
        tab.wait_for_timeout(300)
        assert tab.evaluate("window.strayed") is None
        assert len(troubles) >= 6, troubles  # each was refused, and said so
        assert not [trouble for trouble in troubles if trouble.startswith("request")]
        assert tab.evaluate("document.baseURI").startswith("file:")


def test_only_the_head_is_trusted():
    page = '<html><head><meta charset="utf-8" /><script>known()</script></head><body><script>stray()</script></body></html>'
    stated = policy.stated(page)
    assert fingerprint("known()") in stated
    assert fingerprint("stray()") not in stated
    assert re.search(r'<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy"', stated)


def test_a_page_without_a_head_has_its_policy_first():
    assert policy.stated('<meta http-equiv="Refresh" content="0; url=x.html" />').startswith("<meta http-equiv=\"Content-Sec")


def test_scripts_wait_and_styles_are_one(pages):  # noqa: F811
    for file in (file for file in pages if not read(file).leads_to):
        text = file.read_text(encoding="utf-8")
        assert len(re.findall(r'<link[^>]*rel="stylesheet"', text)) == 1, file
        assert all("defer" in tag for tag in re.findall(r"<script[^>]*\bsrc=[^>]*>", text)), file


def test_files_nobody_names_are_not_shipped():
    static = SITE / "_static"
    assert not [path for path in static.rglob("*") if path.suffix in {".map", ".woff2", ".ttf"} and "fontawesome" in str(path)]
    for gone in ("locales", "vendor/fontawesome", "scripts/bootstrap.js", "scripts/fontawesome.js", "sphinx-thebe.js"):
        assert not (static / gone).exists(), gone


def test_icons_of_the_frame_are_drawn(pages):  # noqa: F811
    """Every icon class on a page has its drawing in the style sheet."""
    sheet = next((SITE / "_static").glob("style.*.css")).read_text(encoding="utf-8")
    used = {name for file in pages
            for name in re.findall(r'class="[^"]*\bfa-solid (fa-[\w-]+)', file.read_text(encoding="utf-8"))}
    assert used
    assert not [name for name in used if f".{name} {{" not in sheet and f".{name}{{" not in sheet]


def test_a_page_in_one_file_runs_what_is_inside_and_nothing_else(chromium, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(standalone.one_file(SITE / "chapters" / "agreement.html").replace(
        "</article>", "<script>window.strayed = 1</script></article>", 1), encoding="utf-8")
    allowed = directives(Scripts(page.read_text(encoding="utf-8")).policies[0])["script-src"]
    assert all(value.startswith("'sha256-") for value in allowed)
    with page_watch(chromium, 1280, "light") as (context, troubles):
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_load_state("load")
        assert tab.evaluate("typeof window.vegaEmbed") == "function"
        assert tab.evaluate("document.documentElement.dataset.theme") == "light"
        assert tab.evaluate("window.strayed") is None
        assert len([trouble for trouble in troubles if "inline script" in trouble]) == 1, troubles


def test_nothing_may_run_where_nothing_is_known():
    assert "script-src 'none'" in policy.content([], own="")
