"""What an executed chapter recorded about claims as rows, one observation each, and charts of the rows of a sweep."""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt
import pandas as pd

from migrationbook.charts import COLOURS, Figure, figure
from migrationbook.claims import scoreboard
from migrationbook.claims.register import SCALE
from migrationbook.data import load
from migrationbook.words import word

TABLES = ["claims", "claim_rules", "claim_estimates"]
PANELS = 12  # estimates drawn; the table has all of them
INTERVAL = "interval"  # what stands for the name of an estimate in the row of an interval


def rows(notebook: Path) -> list[dict]:
    """One row for each estimate of each claim judged in ``notebook``, one for its interval, one for a claim without either.

    Columns: claim, verdict, confidence, estimate, value, low, high (bounds of the interval), unit, meaning.
    """
    known = {(row.claim, row.estimate): row for row in load("claim_estimates").itertuples()}
    found = []
    for judged in scoreboard.collect([notebook]):
        about = {"claim": judged["id"], "verdict": judged["verdict"], "confidence": judged["confidence"], "estimate": None,
                 "value": None, "low": None, "high": None, "unit": None, "meaning": None}
        numbers = [about | {"estimate": name, "value": value, "unit": known[judged["id"], name].unit,
                            "meaning": known[judged["id"], name].meaning} for name, value in judged["estimates"].items()]
        if judged["interval"]:
            low, high = judged["interval"]
            numbers.append(about | {"estimate": INTERVAL, "low": low, "high": high, "meaning": judged["interval_of"]})
        found += numbers or [about]
    return found


def draw(table: list[dict], varying: list[str], folder: Path) -> list[Figure]:
    """Figures of a sweep's rows, each also written to ``folder`` as ``NAME.svg`` and ``NAME.json`` (Vega-Lite).

    table: the rows of all combinations with the column ``combination`` and one for each parameter in ``varying``.
    """
    from migrationbook.sphinx import drawing

    frame = pd.DataFrame(table)
    figures = [_verdicts(frame), *_estimates(frame, varying)]
    for one in figures:
        name = one.spec["usermeta"]["figure"]["name"]
        drawn = {key: value for key, value in one.spec.items() if key not in ("config", "usermeta")}
        (folder / f"{name}.svg").write_text(drawing.draw(drawn, drawing.WIDTHS["wide"], "light")[0], encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps(one.spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return figures


def _verdicts(frame: pd.DataFrame) -> Figure:
    """How many combinations give each claim each verdict."""
    words = {verdict: word(f"verdict.{verdict}") for verdict in SCALE}
    each = frame.drop_duplicates(["combination", "claim"])
    counted = each.groupby(["claim", "verdict"], sort=False).size().reset_index(name="n")
    counted["order"] = counted["verdict"].map(SCALE.index)
    counted["verdict"] = counted["verdict"].map(words)
    verdicts = counted.groupby("claim", sort=False)["verdict"].nunique()
    shown = [words[verdict] for verdict in SCALE if words[verdict] in set(counted["verdict"])]
    chart = alt.Chart(counted).mark_bar().encode(
        x=alt.X("n:Q", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y("claim:N", sort=list(verdicts.index)),
        color=alt.Color("verdict:N", sort=shown, scale=alt.Scale(domain=shown, range=list(COLOURS.values())[:len(shown)])),
        order="order:Q", tooltip=["claim", "verdict", "n"],
    ).properties(height=18 * len(verdicts) + 10)
    moved = list(verdicts.index[verdicts > 1])
    title = word("sweep.moved" if moved else "sweep.firm").format(n=len(moved), all=len(verdicts))
    return figure(
        chart, name="verdicts", title=title, subtitle=word("sweep.verdicts"), tables=TABLES,
        alt=word("sweep.verdicts_alt").format(claims=", ".join(moved) or word("sweep.none")))


def _estimates(frame: pd.DataFrame, varying: list[str]) -> list[Figure]:
    """The values of the estimates that move most against their own size; none if no estimate moves."""
    numbers = frame.dropna(subset=["value"])
    numbers = numbers.assign(estimate=numbers["claim"] + ": " + numbers["estimate"])
    spread = numbers.groupby("estimate", sort=False)["value"].agg(lambda one: (one.max() - one.min()) / (one.abs().max() or 1))
    moving = spread[spread > 1e-9].sort_values(ascending=False, kind="stable")
    if moving.empty:
        return []
    shown = numbers[numbers["estimate"].isin(moving.index[:PANELS])]
    encoding = {"x": alt.X("value:Q", scale=alt.Scale(zero=False)), "tooltip": ["value", *varying]}
    coloured = ""
    if varying and shown[varying[0]].nunique() <= len(COLOURS):
        encoding["color"] = alt.Color(f"{varying[0]}:N")
        coloured = f", {word('sweep.colour')} {varying[0]}"
    points = alt.Chart(shown[["estimate", "value", *varying]]).mark_point(opacity=0.7).encode(**encoding).properties(height=24)
    panels = points.facet(facet=alt.Facet("estimate:N", sort=list(moving.index)), columns=1).resolve_scale(x="independent")
    return [figure(
        panels, name="estimates", title=word("sweep.estimates").format(n=len(moving), all=len(spread)),
        subtitle=word("sweep.estimates_text").format(colour=coloured),
        alt=word("sweep.estimates_alt").format(estimates=", ".join(moving.index[:PANELS])), tables=TABLES,
        note=word("sweep.most").format(n=PANELS) if len(moving) > PANELS else "")]
