"""A small table for readers: a caption, a header row, escaped cells, the same in JupyterLab and on the site."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd


@dataclass(frozen=True)
class Table:
    """A finished table; as the last value of a cell it draws itself."""

    frame: pd.DataFrame
    caption: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        body = self.frame.to_html(index=False, border=0, classes="data", justify="left")
        head, _, rest = body.partition(">")
        return {"text/html": f"{head}>\n  <caption>{escape(self.caption)}</caption>{rest}",
                "text/plain": f"{self.caption}\n{self.frame.to_string(index=False)}"}


def table(frame: pd.DataFrame, caption: str) -> Table:
    """Show the rows of ``frame``, whose columns and values are words already, under a caption that says what they are."""
    return Table(frame, caption)
