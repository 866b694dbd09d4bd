"""What no page uses is left out of the site: rules of style sheets, and files."""

from __future__ import annotations

import re
from pathlib import Path

import tinycss2

from migrationbook import paths
from migrationbook.press.cache import digest, kept

STATIC = Path(__file__).with_name("static")
SHEET = re.compile(r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"]*_static/)([^"?]+)[^"]*"[^>]*>\n?')
IMPORT = re.compile(r'@import\s+"([^"]+)";?')
SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+")
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
GIVEN = re.compile(r'\s(?:class|id)="([^"]*)"')
# The theme's icons are letters of a font; `frame.css` draws the few that are used, others are decoration.
ICON = re.compile(r"fa[bsrl]?(-[\w-]+)?")
ICON_FONT = re.compile(r"Font ?Awesome|@(?:-webkit-)?keyframes fa-")
ICON_LETTER = re.compile(r'(--pst-icon-[\w-]+):"[^"]*"')
# The theme measures every block of code on load and after every change, which takes phones a second; `frame.js` does it in view.
MEASURING = re.compile(r'"complete"===document\.readyState\?\w+\(\):window\.addEventListener\("load",\w+\)')
GROUPS = ("media", "supports", "layer", "container")


def slim(folder: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Give the pages of ``folder`` (text by path) one style sheet, remove files that nothing names, return the new texts."""
    static = folder / "_static"
    page_text = "\n".join(pages.values())
    words = {word for text in (*GIVEN.findall(page_text), _scripts(static, page_text)) for word in WORD.findall(text)}
    most = max(pages.values(), key=lambda page: len(SHEET.findall(page)))
    names = dict.fromkeys(name for page in (most, *pages.values()) for _, name in SHEET.findall(page))
    sheet = "\n".join(_rules(static / name, words) for name in names)
    name = f"style.{digest(sheet)[:8]}.css"
    (static / name).write_text(sheet, encoding="utf-8")
    pages = {path: _linked(page, name) for path, page in pages.items()}
    _remove_unnamed(static, "\n".join([*pages.values(), sheet]))
    return pages


def _scripts(static: Path, text: str) -> str:
    """The text of every script that this text names, or that one of these names."""
    left = {path: SOURCE_MAP.sub("", path.read_text(encoding="utf-8")) for path in static.rglob("*.js")}
    found = ""
    while named := [path for path in left if path.name in text or path.name in found]:
        found += "".join(left.pop(path) for path in named)
    return found


def _remove_unnamed(static: Path, text: str) -> None:
    """Remove files of ``static`` that neither this text names nor a script that it needs; no reader has the maps of scripts."""
    text += _scripts(static, text)
    for path in [path for path in static.rglob("*") if path.is_file()]:
        if path.name not in text:
            path.unlink()
        elif path.suffix == ".js":
            script = SOURCE_MAP.sub("", path.read_text(encoding="utf-8"))
            path.write_text(MEASURING.sub("0", script) if path.name == "pydata-sphinx-theme.js" else script, encoding="utf-8")
    for empty in sorted((path for path in static.rglob("*") if path.is_dir()), reverse=True):
        if not any(empty.iterdir()):
            empty.rmdir()


def _linked(page: str, name: str) -> str:
    """The page with one style sheet where its first stood."""
    first = SHEET.search(page)
    if not first:
        return page
    link = f'<link rel="stylesheet" href="{first[1]}{name}" />\n'
    return page[:first.start()] + link + SHEET.sub("", page[first.end():])


def _rules(path: Path, words: set[str]) -> str:
    """The rules of a style sheet, and of those it imports, that can apply to something with these classes and identifiers."""
    css = IMPORT.sub(lambda found: (path.parent / found[1]).read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))
    if not (STATIC / path.name).exists():
        css = ICON_LETTER.sub(r"\1:none", css)
        words = {word for word in words if not ICON.fullmatch(word)}
    words = words & set(WORD.findall(css))  # so that a new word elsewhere changes nothing
    return kept(paths.BUILD / "styles", lambda: _used(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True),
                                                      words), css, sorted(words))


def _used(rules: list, words: set[str]) -> str:
    text = ""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [tinycss2.serialize(one).strip() for one in _selectors(rule.prelude) if _can_apply(one, words)]
            text += f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}\n" if selectors else ""
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in GROUPS:
            inner = _used(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), words)
            text += f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}\n" if inner else ""
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset" and not ICON_FONT.search(rule.serialize()):
            text += f"{rule.serialize()}\n"
    return text


def _selectors(prelude: list) -> list[list]:
    """A list of selectors, split at its commas."""
    selectors: list[list] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _can_apply(selector: list, words: set[str]) -> bool:
    """Whether there is a page with its classes and identifiers; what stands in brackets, as in :not(...), does not count."""
    pairs = zip([None, *selector], selector, strict=False)
    return all(token.value in words for before, token in pairs
               if token.type == "hash" or token.type == "ident" and before == ".")
