"""A small table for readers: caption, rows, source and download, the same in JupyterLab and on the site."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from html import escape

import pandas as pd

from migrationbook.charts.provenance import provenance
from migrationbook.words import word

WORDS = 30  # characters: a column with longer cells is one of sentences and keeps room for them on a phone
SIDE_BY_SIDE = 2  # columns of sentences that have this room


@dataclass(frozen=True)
class Table:
    """A finished table; as the last value of a cell it draws itself."""

    frame: pd.DataFrame
    name: str
    caption: str
    source: str
    licence: str
    links: dict[str, list[str]] = field(default_factory=dict)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._html(), "text/plain": f"{self.caption}\n{self.frame.to_string(index=False)}"}

    def _html(self) -> str:
        # The caption stands outside the part that scrolls on a phone, so that it wraps instead of scrolling away.
        return (f'<figure class="table" id="{escape(self.name)}">\n<figcaption>{escape(self.caption)}</figcaption>\n'
                f'<div class="scrolling" tabindex="0" role="region" aria-label="{escape(self.caption)}">{self._table()}</div>\n'
                f'<p class="figure-facts">{word("chart.source")}: {escape(self.source)}. '
                f'{word("chart.licence")}: {escape(self.licence)}. {self._download()}</p>\n</figure>')

    def _table(self) -> str:
        names = {column: escape(str(column).strip()) for column in self.frame.columns}
        long = [column for column in names if self.frame[column].astype(str).str.len().max() > WORDS]
        stacked = len(long) > SIDE_BY_SIDE  # on a phone the style sheet puts their cells below one another, under their names

        def role(name: str) -> str:
            """Cells below one another are a table for screen readers only if each part says what it is."""
            return f' role="{name}"' if stacked else ""

        head = "".join(f'<th scope="col"{role("columnheader")}>{name}</th>' for name in names.values())
        opening = {column: "<td" + ' class="words"' * (column in long) + f' data-name="{name}"' * stacked + role("cell") + ">"
                   for column, name in names.items()}
        cells = ["".join(f"{start}{self._cell(column, row)}</td>" for column, start in opening.items())
                 for row in range(len(self.frame))]
        rows = "\n".join(f"<tr{role('row')}>{row}</tr>" for row in cells)
        return (f'<table class="data{" stacked" * stacked}"{role("table")}>\n'
                f'<thead{role("rowgroup")}><tr{role("row")}>{head}</tr></thead>\n'
                f'<tbody{role("rowgroup")}>\n{rows}\n</tbody></table>')

    def _cell(self, column: str, row: int) -> str:
        text = escape(str(self.frame[column].iloc[row]))
        url = self.links[column][row] if column in self.links else ""
        return f'<a href="{escape(url)}">{text}</a>' if url else text

    def _download(self) -> str:
        """The rows as a CSV file inside the link: it works from a folder without a server."""
        coded = b64encode(self.frame.to_csv(index=False, lineterminator="\n").encode("utf-8")).decode("ascii")
        return (f'{word("chart.rows")}: <a href="data:text/csv;charset=utf-8;base64,{coded}" download="{escape(self.name)}.csv">'
                f'{len(self.frame)} {word("chart.count")}</a>.')


def table(frame: pd.DataFrame, name: str, caption: str, tables: list[str], links: dict[str, list[str]] | None = None) -> Table:
    """Show the rows of ``frame``, whose columns and values are words already, under a caption that says what they are.

    name: its anchor on the page and the stem of its file. tables: names of the data package's tables behind it; they
    give the source line and the licence. links: column → one address a row that its cells lead to.
    """
    return Table(frame.reset_index(drop=True), name, caption, **provenance(f"table '{name}'", tables), links=links or {})
