"""New chapters: made whole from a template, renamed, removed; all of it or nothing.

To a chapter belong its notebook, its line in the table of contents, the work it cites, its table with a description, and its
test. The template is in ``migrationbook/template``; ``$name``, ``$title`` and ``$theme`` in it are filled in.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from migrationbook import data, paths, settings
from migrationbook.data.build import as_json
from migrationbook.data.build import build as describe
from migrationbook.data.package import DESCRIPTOR
from migrationbook.errors import BookError
from migrationbook.press import cache, toc
from migrationbook.press.chapters import chapters
from migrationbook.press.tidy import tidied

TEMPLATE = paths.LIBRARY / "migrationbook" / "template"
NAME = re.compile(r"[a-z][a-z0-9_]*")
CATALOGUE = re.compile(r"^`{3,}\{data-catalogue\} *(\S+)", re.MULTILINE)
# How a chapter, its table, its figures, exercises and cited work are named in texts and code; ``%s`` is the chapter's name.
MENTION = (r"""(?<![\w-])(?:(?<=["'`/])%s(?=\\?["'`#)]|\.md\b)|(?<=\]\()%s(?=[)#]|\.md\b)"""
           r"""|%s(?=-(?:exercise|figure|source)\b|\.ipynb\b)|(?<=/)%s(?=\.(?:csv|yaml)\b))|(?<=table-)%s\b""")


@dataclass(frozen=True)
class Files:
    """Where the parts of a chapter lie; only these are its own."""

    notebook: Path
    table: Path
    description: Path
    test: Path

    @classmethod
    def of(cls, name: str, theme: str) -> Files:
        table = paths.DATA / theme / f"{name}.csv"
        return cls(paths.CHAPTERS / f"{name}.ipynb", table, table.with_suffix(".yaml"), paths.ROOT / "tests" / f"test_{name}.py")

    def all(self) -> list[Path]:
        return [self.notebook, self.table, self.description, self.test]


def themes() -> list[str]:
    """The themes a chapter can have: those whose tables have a page in the catalogue."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(paths.CHAPTERS.rglob("*.md"))]
    return list(dict.fromkeys(theme for page in pages for theme in CATALOGUE.findall(page)))


def new(name: str, title: str, theme: str) -> list[Path]:
    """Make a chapter that executes, and return its files and the shared ones that got an entry.

    Raises BookError, leaving nothing behind, for a name that is taken or no name, a title that asks nothing, an unknown theme.
    """
    if theme not in themes():
        raise BookError(f"no theme '{theme}'; there are: {', '.join(themes()) or 'none'} (a new one needs a page in the "
                        "catalogue with {data-catalogue} THEME, and a name under [theme] in chapters/words.toml)")
    if not title.rstrip().endswith("?") or "\n" in title:
        raise BookError(f"the title of a chapter is its question; '{title}' does not end with a question mark")
    files = Files.of(name, theme)
    _free(name, files)
    names = {"name": name, "title": title.strip(), "theme": theme}
    bibliography = _bibliography()
    changes = {
        files.notebook: _notebook(names),
        files.table: _filled("table.csv", names),
        files.description: _filled("table.yaml", names),
        files.test: _filled("test_chapter.py", names),
        paths.ROOT / toc.FILE: toc.added(_read(paths.ROOT / toc.FILE), f"chapters/{name}", settings.CLOSING),
        bibliography: _read(bibliography) + _filled("references.bib", names),
        paths.DATA / DESCRIPTOR: _read(paths.DATA / DESCRIPTOR),
    }
    with _all_or_nothing(changes):
        describe(paths.DATA, [name])
        _execute(files.notebook)
    return list(changes)


def rename(old: str, name: str, force: bool = False) -> list[str]:
    """Give a chapter and all that belongs to it another name; return the places elsewhere that still have the old one.

    Raises BookError, leaving everything as it was, if there are such places and not ``force``, or the new name is taken.
    """
    before, theme = _existing(old)
    after = Files.of(name, theme)
    _free(name, after)
    places = _checked(old, before, force)
    bibliography, tocfile = _bibliography(), paths.ROOT / toc.FILE
    changes: dict[Path, str | None] = {
        paths.DATA / DESCRIPTOR: _without(old),
        tocfile: toc.renamed(_read(tocfile), f"chapters/{old}", f"chapters/{name}"),
        bibliography: _renamed(_read(bibliography), old, name)}
    for was, now in zip(before.all(), after.all(), strict=True):
        if was.exists():
            text = _renamed(_read(was), old, name)
            if was == before.description:
                text = re.sub(rf"^  {old}:", f"  {name}:", text, flags=re.MULTILINE)
            changes |= {was: None, now: text}
    with _all_or_nothing(changes):
        if after.description in changes:
            describe(paths.DATA, [name])
        _execute(after.notebook)
    return places


def remove(name: str, force: bool = False) -> tuple[list[str], Path]:
    """Take a chapter and all that belongs to it out of the book; return the places elsewhere that name it, and its last folder.

    Its files are kept there, in ``_build/removed``. Raises BookError like `rename`.
    """
    files, _ = _existing(name)
    places = _checked(name, files, force)
    bibliography, tocfile = _bibliography(), paths.ROOT / toc.FILE
    entry = re.compile(rf"^@\w+\{{{name}-source,\n(?:.*\n)*?\}}\n", re.MULTILINE)
    kept = paths.BUILD / "removed" / name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    there = [path for path in files.all() if path.exists()]
    for path in there:
        shutil.copy(path, kept)
    changes: dict[Path, str | None] = dict.fromkeys(there) | {
        tocfile: toc.removed(_read(tocfile), f"chapters/{name}"), bibliography: entry.sub("", _read(bibliography)),
        paths.DATA / DESCRIPTOR: _without(name)}
    with _all_or_nothing(changes):
        pass
    return places, kept


def mentions(name: str, own: list[Path]) -> list[str]:
    """Where the book names a chapter or its table outside the files that are its own: ``file:line: text``."""
    pattern = re.compile(MENTION.replace("%s", name))
    toml = re.compile(rf"^{name}\s*=")
    found = []
    for path in sorted([*paths.CHAPTERS.rglob("*"), *(paths.ROOT / "tests").glob("*.py")]):
        if path in own or path.suffix not in (".ipynb", ".md", ".toml", ".py") or ".ipynb_checkpoints" in path.parts:
            continue
        for place, text in _lines(path):
            if pattern.search(text) or path.suffix == ".toml" and toml.match(text):
                found.append(f"{path.relative_to(paths.ROOT).as_posix()}:{place}: {text.strip()[:80]}")
    keys = {entry["name"] for entry in data.package()["resources"] for key in entry["schema"].get("foreignKeys", [])
            if key["reference"]["resource"] == name and entry["name"] != name}
    return found + [f"data/{DESCRIPTOR}: table {key} refers to table {name}" for key in sorted(keys)]


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a text, or of a notebook's cells, with their places."""
    if path.suffix != ".ipynb":
        yield from ((str(number), line) for number, line in enumerate(_read(path).splitlines(), start=1))
        return
    for number, cell in enumerate(json.loads(_read(path))["cells"], start=1):
        for line in "".join(cell["source"]).splitlines():
            yield f"cell {number}", line


def _free(name: str, files: Files) -> None:
    """Refuse a name that is none, or taken."""
    if not NAME.fullmatch(name):
        raise BookError(f"'{name}' cannot name a chapter; take lower case letters, digits and _, a letter first")
    taken = [path for path in [*files.all(), files.notebook.with_suffix(".md")] if path.exists()]
    if taken:
        raise BookError(f"the name '{name}' is taken: there is {taken[0].relative_to(paths.ROOT).as_posix()}; take another")
    if name in data.names():
        raise BookError(f"the name '{name}' is taken: there is a table of that name; take another")


def _existing(name: str) -> tuple[Files, str]:
    """The files of a chapter and its theme."""
    known = [path.stem for path in chapters() if path.parent == paths.CHAPTERS]
    if name not in known:
        raise BookError(f"no chapter '{name}'; there are: {', '.join(known) or 'none'}")
    described = next(iter(paths.DATA.glob(f"*/{name}.yaml")), None)
    theme = described.parent.name if described else name
    return Files.of(name, theme), theme


def _checked(name: str, files: Files, force: bool) -> list[str]:
    """Places elsewhere that name a chapter; BookError if there are any and not ``force``."""
    places = mentions(name, files.all())
    if places and not force:
        raise BookError(f"{name} is named elsewhere: {'; '.join(places)}; change that first, or add --force")
    return places


def _notebook(names: dict[str, str]) -> str:
    book = json.loads(_read(TEMPLATE / "chapter.ipynb"))
    for cell in book["cells"]:
        cell["source"] = Template("".join(cell["source"])).substitute(names)
    return tidied(json.dumps(book), "chapter.ipynb")


def _filled(file: str, names: dict[str, str]) -> str:
    return Template(_read(TEMPLATE / file)).substitute(names)


def _renamed(text: str, old: str, name: str) -> str:
    """A chapter's own file with its own names changed; words that only look like them stay."""
    return re.sub(MENTION.replace("%s", old), name, text)


def _without(name: str) -> str:
    """The descriptor of the data package without a table."""
    package = json.loads(_read(paths.DATA / DESCRIPTOR))
    package["resources"] = [entry for entry in package["resources"] if entry["name"] != name]
    return as_json(package).decode()


def _bibliography() -> Path:
    config = yaml.safe_load(_read(paths.ROOT / "_config.yml"))
    files = config.get("bibtex_bibfiles") or []
    if not files:
        raise BookError("_config.yml names no bibliography; add bibtex_bibfiles: [chapters/references.bib]")
    return paths.ROOT / files[0]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError:
        raise BookError(f"{path.name} is missing; restore it from version control") from None


def _execute(notebook: Path) -> None:
    """Execute a chapter and store its outputs in it, as the book's own are."""
    from migrationbook.press import site
    from migrationbook.press.execute import execute_jobs, write_back

    with site.alone():
        for result in execute_jobs([job for job in site.jobs() if job.notebook == notebook], site.store()):
            if result.problem:
                raise BookError(f"{result.problem}; nothing was changed")
            write_back(notebook, result.job.output)


@contextmanager
def _all_or_nothing(changes: Mapping[Path, str | None]) -> Iterator[None]:
    """Write texts to files (None: remove the file); if that or the block fails, put all of them back as they were."""
    before = {path: path.read_bytes() if path.exists() else None for path in changes}
    try:
        for path, text in changes.items():
            _put(path, None if text is None else text.encode())
        yield
    except BaseException as error:
        for path, content in before.items():
            if content is not None or path.exists():
                _put(path, content)
        if isinstance(error, OSError):
            raise BookError(f"{error.strerror or error}: {error.filename}; nothing was changed") from None
        raise


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()  # if nothing else is in it
    else:
        cache.write(path, content.decode())
