"""One set of colours by role, and the Vega-Lite configuration for light and dark pages."""

from __future__ import annotations

# Chosen so that each has a contrast of at least 3:1 on both page backgrounds (tests/test_charts.py computes it) and the
# first three stay apart for colour-blind readers. Roles that can meet in one chart also differ in form: dashes, bands.
COLOURS = {
    "us": "#0072b2",
    "mexico": "#d55e00",
    "returns": "#00916a",
    "counterfactual": "#8c68c8",
    "placebo": "#808890",
    "highlight": "#c4428a",
    "muted": "#79818b",
}

# Words in the colour of their line: darker on a light page, lighter on a dark one, 4.5:1 at least on both.
LABELS = {
    "light": {"us": "#0069a5", "mexico": "#b34a00", "returns": "#00785a", "counterfactual": "#7d56bd", "placebo": "#666d75",
              "highlight": "#b53a7e", "muted": "#646b74"},
    "dark": {"us": "#5cb3e8", "mexico": "#f08a3c", "returns": "#3fc39b", "counterfactual": "#b39be0", "placebo": "#a3abb5",
             "highlight": "#e27bb4", "muted": "#a3abb5"},
}

BACKGROUNDS = {"light": "#ffffff", "dark": "#14181e"}
# What follows the page instead of keeping one colour: text, axes, rules.
INK = {"light": "#1f2328", "dark": "#e4e7eb"}
QUIET = {"light": "#59616b", "dark": "#a3abb5"}
GRID = {"light": "#e3e6ea", "dark": "#2e343c"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
SIZE = 12


def config(mode: str = "light") -> dict:
    """Vega-Lite configuration for a ``"light"`` or ``"dark"`` page, on a transparent background.

    Axes carry no title unless the chart gives one: a figure's subtitle already states measure and unit. Marks whose
    colour should follow the page take a style instead of a colour: ``mark_rule(style="ink")``; there are ``ink``,
    ``muted``, ``event``, ``band`` and for words in the colour of a role ``label-us`` and so on.
    """
    ink, quiet, grid = INK[mode], QUIET[mode], GRID[mode]
    # Expressions see the width of a single drawing; of stacked panels they see 0.
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "view": {"stroke": None},
        "title": {"anchor": "start", "frame": "bounds", "align": "left", "offset": 14, "fontSize": 15, "color": ink,
                  "fontWeight": 600, "lineHeight": 19, "subtitleFontSize": SIZE + 1, "subtitleColor": quiet,
                  "subtitleLineHeight": 17, "subtitlePadding": 4},
        "axis": {"labelFontSize": SIZE, "titleFontSize": SIZE, "titleFontWeight": "normal", "labelColor": quiet,
                 "titleColor": quiet, "gridColor": grid, "domainColor": quiet, "tickColor": quiet, "title": None,
                 "labelFlush": False},
        "axisX": {"grid": False, "labelPadding": 4,
                  "tickCount": {"expr": "width > 0 ? clamp(ceil(width / 75), 3, 12) : 6"}},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6, "tickCount": 5},
        "legend": {"orient": "bottom", "title": None, "labelFontSize": SIZE, "labelColor": ink, "labelLimit": 320,
                   "symbolStrokeWidth": 2, "columns": {"expr": "width > 480 ? 6 : 2"}, "offset": 8},
        "header": {"labelFontSize": SIZE + 1, "labelColor": ink, "labelFontWeight": 600, "labelAnchor": "start",
                   "title": None, "labelOrient": "top", "labelAlign": "left"},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "area": {"line": False},
        "point": {"filled": True, "size": 36},
        "rule": {"color": quiet},
        "text": {"fontSize": SIZE, "color": ink},
        "range": {"category": list(COLOURS.values())},
        "style": {
            "ink": {"color": ink},
            "muted": {"color": quiet},
            "event": {"color": quiet, "strokeWidth": 1, "fontSize": SIZE},
            "band": {"color": quiet, "opacity": 0.16},
            **{f"label-{role}": {"color": colour} for role, colour in LABELS[mode].items()},
        },
    }
