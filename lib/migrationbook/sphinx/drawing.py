"""Turn a figure's specification into static drawings, and the chart library into one script."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import vl_convert

from migrationbook import paths
from migrationbook.charts.figure import MIME
from migrationbook.charts.theme import config
from migrationbook.errors import BookError
from migrationbook.press.cache import kept

VEGALITE = "6.4"  # the version Altair writes for
# The fonts whose widths the drawing is laid out with, or of the same widths.
FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
# Where none of them is installed DejaVu Sans stands in, whose bold letters are up to a fifth wider: labels get that room.
WIDER = 1.2
FONT_SIZE = re.compile(r'font-size="([\d.]+)px"')
WIDTHS = {"wide": 720, "narrow": 350}
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def without_frame(spec: dict) -> dict:
    """The drawing alone: title, colours and background belong to the page."""
    frame = {"title", "config", "background", "usermeta", "$schema"}
    return {key: value for key, value in spec.items() if key not in frame}


def panels(spec: dict) -> list[dict]:
    """The parts of a stacked or faceted drawing whose widths have to be set one by one."""
    return spec.get("vconcat") or ([spec["spec"]] if "spec" in spec else [])


def draw(spec: dict, width: int, mode: str) -> tuple[str, int, int]:
    """Draw ``spec`` ``width`` px wide for a light or dark page: (SVG, width, height)."""
    if panels(spec):
        spec = copy.deepcopy(spec)
        # Panels cannot be fitted: draw once to learn what axes and labels take, then again with the rest.
        _set_widths(spec, width - 90)
        drawn = _size(_svg(spec, mode))[0]
        _set_widths(spec, max(80, 2 * width - 90 - drawn))
    else:
        spec = spec | {"width": width}
    svg = _svg(spec, mode)
    return svg, *_size(svg)


def _set_widths(spec: dict, width: int) -> None:
    if "columns" in spec:
        spec["columns"] = 1
    for panel in panels(spec):
        panel["width"] = width


def _svg(spec: dict, mode: str) -> str:
    """Laid out with letters a fifth larger than those then written."""
    settings = _larger(config(mode)) | {"font": FONT}
    try:
        svg = made(lambda: vl_convert.vegalite_to_svg(spec, VEGALITE, config=settings), spec, settings)
    except ValueError as error:
        raise BookError(f"it cannot be drawn: {str(error).strip().splitlines()[0]}") from None
    return FONT_SIZE.sub(lambda found: f'font-size="{float(found[1]) / WIDER:.4g}px"', svg)


def _larger(settings: dict) -> dict:
    """A configuration with every font size a fifth larger."""
    return {key: _larger(value) if isinstance(value, dict)
            else value * WIDER if key.lower().endswith("fontsize") and isinstance(value, int | float) else value
            for key, value in settings.items()}


def made(make: Callable[[], str], *inputs: object) -> str:
    """What vl-convert makes takes a third of the time of building pages and seldom changes from one build to the next."""
    return kept(paths.BUILD / "drawings", make, vl_convert.__version__, VEGALITE, *inputs)  # type: ignore[attr-defined]  # not in its stub


def ahead(folder: Path) -> None:
    """Draw the figures of all notebooks below ``folder``, the last first; `made` keeps the drawings for whoever asks next."""
    for path in sorted(folder.rglob("*.ipynb"), reverse=True):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = [output.get("data", {}).get(MIME) for cell in cells for output in cell.get("outputs", [])]
        for spec in reversed([without_frame(spec) for spec in shown if spec]):
            for mode in ("dark", "light"):
                for width in WIDTHS.values():
                    with suppress(BookError):  # the page that shows it says so
                        draw(spec, width, mode)


def _size(svg: str) -> tuple[int, int]:
    found = SIZE.match(svg)
    assert found is not None  # vl-convert begins every drawing with its size
    return round(float(found[1])), round(float(found[2]))


def library() -> str:
    """Vega, Vega-Lite and the embedding function as one classic script (a module would not load from a file)."""
    entry = "window.vegaEmbed = vegaEmbed;"
    bundle = made(lambda: vl_convert.javascript_bundle(entry, VEGALITE), entry)
    return f"(function () {{\n{bundle}\n}})();\n"
