"""The register and the judge: published numbers give known verdicts, every verdict follows from a rule, bad input is refused."""

from __future__ import annotations

from dataclasses import replace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from migrationbook import paths
from migrationbook.claims import judge, judged, register, scoreboard
from migrationbook.claims.judge import DOCUMENTARY, MIME
from migrationbook.data import load
from migrationbook.errors import BookError
from simpleeval import simple_eval

MEASURED = list(load("claims").query("judged_by == 'measured'")["id"])
KNOWN = {  # figures published in July 2019 -> the verdict their rule must give
    "E4": ({"border_patrol_june": 94897, "total_june": 104344}, "mixed"),
    "E5": ({"border_patrol_may": 132887, "total_may": 144278, "claimed": 144000}, "overstated"),
    "E6": ({"border_patrol_change": -28.6, "ports_change": -17.1, "total_change": -27.7, "mixed_change": -34.2}, "overstated"),
    "E8": ({"first_reported": 21912, "later_count": 24125, "claimed": 22000}, "supported"),
    "E9": ({"first_change": 32.7, "later_change": 36.6}, "supported"),
    "E15": ({"pledged": 6000, "claimed": 6500}, "overstated"),
    "E16": ({"lowest_count": 21500, "highest_count": 26000, "claimed": 20000}, "supported"),
    "E25": ({"total_wait": 2, "border_patrol_wait": 2, "level": 70000}, "supported"),
}


def test_the_register_holds_the_72_claims_of_the_article():
    counts = load("claims").groupby("theme")["id"].count().to_dict()
    assert counts == {"enforcement": 31, "asylum": 13, "investment": 11, "opinion": 9, "security": 8}


@pytest.mark.parametrize("claim", KNOWN)
def test_published_figures_give_the_known_verdict(claim):
    estimates, verdict = KNOWN[claim]
    assert judge(claim, estimates).verdict == verdict


def test_the_same_figures_like_for_like_would_have_been_supported():
    estimates = {"border_patrol_change": -31, "ports_change": -35, "total_change": -32, "mixed_change": -40}
    assert judge("E6", estimates).verdict == "supported"


@pytest.mark.parametrize("claim", MEASURED)
def test_rules_are_complete_and_speak_only_of_declared_estimates(claim):
    rules, names = register.rules(claim), register.estimates(claim)["estimate"]
    assert list(rules["when"])[-1] == "True"
    assert list(rules["step"]) == list(range(1, len(rules) + 1))
    for rule in rules.itertuples():
        simple_eval(rule.when, names={name: 1.0 for name in names}, functions={"abs": abs})
        assert rule.because.format(**{name: 1.0 for name in names})


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_finite_estimates_give_a_verdict_of_the_scale(data):
    claim = data.draw(st.sampled_from(MEASURED))
    numbers = st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-3)
    estimates = {name: data.draw(numbers) for name in register.estimates(claim)["estimate"]}
    assert judge(claim, estimates).verdict in register.SCALE


@pytest.mark.parametrize(("claim", "estimates", "message"), [
    ("E4", {"border_patrol_june": 1.0}, "'total_june' is missing"),
    ("E4", {"border_patrol_june": 1.0, "total_june": float("nan")}, "'total_june' is nan"),
    ("E4", {"border_patrol_june": 1.0, "total_june": 1.0, "mood": 1.0}, "'mood' is not one its rules know"),
    ("E99", None, "no claim 'E99'"), ("A1", None, "no rules yet"),
])
def test_unusable_input_is_refused_in_one_line(claim, estimates, message):
    with pytest.raises(BookError, match=message) as refusal:
        judge(claim, estimates)
    assert "\n" not in str(refusal.value)


def test_one_rule_serves_every_documentary_claim():
    for claim in load("claims").query("judged_by == 'documentary'")["id"]:
        stances = set(register.evidence(claim)["stance"])
        key = tuple(stance in stances for stance in ("supports", "limits", "contradicts"))
        assert judge(claim).verdict == DOCUMENTARY[key][0]


def test_evidence_is_written_for_every_claim_of_the_chapter_with_an_address():
    rows = load("claim_evidence")
    assert set(rows["claim"]) == {f"E{number}" for number in range(1, 32)}
    assert rows["url"].str.match(r"https?://[^ ]+\.[^ ]+").all()


def test_recorded_judgements_are_plain_json_and_their_table_is_escaped():
    bundle = judged([replace(judge("E30"), because="<script>x</script>")])._repr_mimebundle_()
    assert bundle[MIME][0]["verdict"] == "normative"
    assert "<script>" not in bundle["text/html"]


def test_the_chapter_judges_each_of_its_claims_exactly_once():
    recorded = scoreboard.collect(sorted(paths.CHAPTERS.glob("*.ipynb")))
    assert scoreboard.problems(recorded, [f"E{number}" for number in range(1, 32)]) == []


def test_missing_and_double_judgements_are_named():
    rows = [{"id": "E1"}, {"id": "E1"}]
    assert scoreboard.problems(rows, ["E1", "E2"]) == ["E2 is not judged", "E1 is judged 2 times"]


def test_no_chapter_is_committed_with_an_error():
    for path in paths.CHAPTERS.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert not [o for cell in cells for o in cell.get("outputs", []) if o["output_type"] == "error"]
