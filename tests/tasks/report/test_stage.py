"""One stage of a release as an artifact: numbers with intervals and units, nothing that breaks out of its place."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.report.stage import details, of_stage

from .conftest import canary_step, estimate, result

GUARD = {**estimate(0.0), "name": "schema_ok", "kind": "assertion"}
GUARDED = "| schema\\_ok | 0.0 | \u221210.0 to +10.0 | 40 | "
SLICES = [{"slice": "all", "arm": arm, "mean": mean, "n": 40} for arm, mean in (("candidate", 0.75), ("live", 0.5))]
UNSEEN = {"value": None, "low": None, "high": None, "n": 0}
SHADOW = {"metric": "refusal", "side": "up", "intent": "all", "verdict": "pass", "margin": 0.15, **estimate(0.02)}


@pytest.mark.parametrize(
    ("stage", "evidence", "rows"),
    [
        ("gate", {"live": estimate(0.5)}, ["| live | +50.0 | +40.0 to +60.0 | 40 |"]),
        (
            "gate",
            {"score": estimate(0.5), "min_score": 0.35},
            ["| mean score | interval | cases | asked for |", "| 0.500 | 0.400 to 0.600 | 40 | 0.35 |"],
        ),
        ("gate", {"score": estimate(0.5)}, ["| 0.500 | 0.400 to 0.600 | 40 | - |"]),
        ("gate", {"guards": [{**GUARD, "found": "none"}]}, [GUARDED + "nothing |"]),
        ("gate", {"guards": [{**GUARD, "found": "harm"}]}, [GUARDED + "worse, proved |"]),
        (
            "fast_gate",
            {"slices": SLICES},
            ["| mean score of | live | candidate | anchor | n |", "| all | 0.500 | 0.750 | - | 40 |"],
        ),
        ("gate", {"must_pass_failures": ["c1", "c2"], "unscored": 3}, ["Must-pass cases failed: c1, c2.", "3 pairs"]),
        ("shadow", {"rows": [SHADOW]}, ["| refusal up | all | pass | +2.0 | \u22128.0 to +12.0 | 15.0 | 40 |"]),
        ("shadow", {"rows": [{**SHADOW, **UNSEEN}]}, ["| refusal up | all | pass | - | - | 15.0 | 0 |"]),
        ("gate", {"score": UNSEEN, "live": UNSEEN}, ["| - | - | 0 | - |", "| live | - | - | 0 |"]),
        ("shadow", {"examples": [{"trace_id": "tr_1", "input": "a", "recorded": "b", "candidate": "c"}]}, ["`tr_1`"]),
        ("lint", {"components_changed": [], "findings": []}, ["Components changed: none."]),
    ],
)
def test_its_numbers_are_rows(stage: str, evidence: dict[str, Any], rows: list[str]) -> None:
    text = of_stage(result(stage, **evidence))
    for row in rows:
        assert row in text


def test_a_step_of_a_canary_names_limit_change_and_units() -> None:
    text = of_stage(canary_step())
    assert text.startswith("# Canary 50 %: pass")
    assert "| refusal max\\_increase 0.02 | all | pass | +0.001 | \u22120.01 to +0.012 | 40, 60 | 25 |" in text
    assert r"Not watched: thumbs\_down: nobody measures it." in text


def test_a_stage_without_numbers_has_its_verdict_and_no_section() -> None:
    assert of_stage(result("rehearsal")).startswith("# Rehearsal: pass\n\nbecause\n\n| calls | USD | seconds |")
    assert details(result("rehearsal")) == ""
