"""What readers can take away from a figure: rows, a picture, a table, the code behind it and a line to cite it by."""

from __future__ import annotations

from html import escape
from pathlib import Path

from migrationbook.sphinx import drawing, poster, rows
from migrationbook.sphinx.citation import edition, plain
from migrationbook.words import word


def html(spec: dict, about: dict, number: str, chapter: str, code: str, folder: Path, base: str) -> str:
    """Write the files of a figure into ``folder`` and return the row of actions, which refers to them by ``base``.

    spec: the drawing without its frame; about: the frame. number: such as "Figure 3". chapter: the title of its page.
    code: address of the code, an anchor if it is on the page.
    """
    files = _csv(spec, about["name"], folder, base)
    line = plain(edition(), ". ".join(filter(None, [number, about["title"]])), chapter)
    items = [
        f"{word('chart.data')}: {files}",
        f"{word('chart.image')}: {_pictures(spec, about, number, chapter, folder, base)}",
        _code(code),
        _folded("table", f'<div class="rows"></div><p>{word("chart.all_rows")}: {files}.</p>'),
        _folded("cite", f'<p class="credit">{escape(line)}</p>'),
    ]
    listed = "\n".join(f"<li>{item}</li>" for item in items)
    label = word("chart.actions").format(figure=number or about["title"])
    return f'<ul class="figure-actions" aria-label="{escape(label)}">\n{listed}\n</ul>\n'


def described(spec: dict, about: dict) -> list[dict]:
    """The tables of a figure as the page's script shows them: data set, caption with the unit, and each column's heading."""
    tables = rows.tables(spec)
    captions = {table: rows.label(table, about["name"]) if len(tables) > 1 else "" for table in tables}
    return [{"name": table, "columns": rows.columns(drawn, spec),
             "caption": f"{captions[table].capitalize()}: {about['subtitle']}" if captions[table] else about["subtitle"]}
            for table, drawn in tables.items()]


def _csv(spec: dict, name: str, folder: Path, base: str) -> str:
    """Write the rows drawn and link to them."""
    links = []
    tables = rows.tables(spec)
    for table, drawn in tables.items():
        (folder / f"{table}.csv").write_text(rows.as_csv(drawn, rows.columns(drawn, spec)), encoding="utf-8")
        label = rows.label(table, name) if len(tables) > 1 else ""
        named = f"{label}, " if label else ""
        links.append(f'<a href="{base}/{table}.csv" download>{escape(named)}{len(drawn):,} {word("chart.count")}</a>')
    return "; ".join(links)


def picture(spec: dict, about: dict, number: str, chapter: str) -> str:
    """The figure as one picture to publish, an SVG. Arguments as of `html`."""
    facts = [about["note"], *(f"{word(f'chart.{key}')}: {about[key]}." for key in ("source", "licence")),
             plain(edition(), number, chapter)]
    drawn = drawing.draw(spec, drawing.WIDTHS["wide"], "light")
    return poster.svg(drawn, about["title"], about["subtitle"], about["alt"], [fact for fact in facts if fact])


def _pictures(spec: dict, about: dict, number: str, chapter: str, folder: Path, base: str) -> str:
    made = picture(spec, about, number, chapter)
    (folder / f"{about['name']}.svg").write_text(made, encoding="utf-8")
    (folder / f"{about['name']}.png").write_bytes(poster.png(made))
    return ", ".join(f'<a href="{base}/{about["name"]}.{kind}" download>{kind.upper()}</a>' for kind in ("svg", "png"))


def _code(address: str) -> str:
    here = address.startswith("#")
    label = word("chart.code" if here else "chart.notebook")
    return f'<a href="{escape(address)}"{"" if here else " download"}>{label}</a>'


def _folded(kind: str, content: str) -> str:
    return f'<details class="{kind}"><summary>{word(f"chart.{kind}")}</summary>\n{content}</details>'
