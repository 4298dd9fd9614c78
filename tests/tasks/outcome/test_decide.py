from __future__ import annotations

import math
from typing import Any

import pytest

from registry.artifact import Expected
from registry.metrics import built_in
from tasks.outcome.decide import decide, tolerance_of, unknown
from tasks.outcome.gate_score import of_gate
from tasks.outcome.observed import Finding, Observed, overall
from tasks.statistics.stratified import Difference

UP = Expected(metric="resolved", direction="up", by=0.10)
DOWN = Expected(metric="refusal", direction="down", by=0.10)
FLAT = Expected(metric="schema_ok", direction="flat")


def found(line: Expected, low: float, high: float, tolerance: float | None = 0.02) -> Observed:
    return decide(line, Difference((low + high) / 2, low, high, 0.5, 100, 90), tolerance, "canary")


@pytest.mark.parametrize(
    ("line", "low", "high", "outcome", "came_true"),
    [
        (UP, 0.06, 0.14, "moved", True),
        (UP, 0.20, 0.30, "moved", True),
        (UP, 0.01, 0.04, "did not move", False),
        (UP, -0.03, 0.03, "did not move", False),
        (UP, -0.30, -0.20, "did not move", False),
        (UP, -0.02, 0.12, "cannot tell", None),
        (UP, 0.02, 0.12, "cannot tell", None),
        (UP, -math.inf, math.inf, "cannot tell", None),
        (DOWN, -0.14, -0.06, "moved", True),
        (DOWN, -0.04, 0.02, "did not move", False),
        (DOWN, 0.10, 0.20, "did not move", False),
        (DOWN, -0.12, 0.01, "cannot tell", None),
        (FLAT, -0.01, 0.015, "did not move", True),
        (FLAT, -0.08, -0.03, "moved", False),
        (FLAT, 0.03, 0.08, "moved", False),
        (FLAT, -0.03, 0.01, "cannot tell", None),
        (FLAT, 0.01, 0.03, "cannot tell", None),
    ],
)
def test_the_interval_decides(line: Expected, low: float, high: float, outcome: str, came_true: bool | None) -> None:
    one = found(line, low, high)
    assert (str(one.outcome), one.came_true) == (outcome, came_true)
    assert (one.low, one.high, one.n_new, one.n_old, one.basis) == (low, high, 100, 90, "canary")


def test_the_other_way_is_said() -> None:
    assert found(UP, -0.3, -0.2).reason == "it moved the other way"


def test_flat_needs_a_tolerance() -> None:
    assert found(FLAT, -0.001, 0.001, tolerance=None).outcome is Finding.CANNOT_TELL


@pytest.mark.parametrize(
    ("metric", "old", "expected"),
    [
        ("schema_ok", 0.9, 0.02),
        ("latency", 2.0, 0.2),
        ("latency", None, None),
        ("output_tokens", 50.0, 5.0),
        ("prompt_tokens", 300.0, 30.0),
        ("prompt_tokens", None, None),
    ],
)
def test_the_tolerance_is_the_default_guard_or_a_tenth(metric: str, old: float | None, expected: float | None) -> None:
    assert tolerance_of(built_in().metric(metric), old) == (expected if expected is None else pytest.approx(expected))


def line_of(direction: str, outcome: Finding) -> Observed:
    line = FLAT if direction == "flat" else UP
    one = unknown(line, "")
    return Observed(**{**one.dump(), "outcome": outcome})


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("up", "moved"), ("flat", "did not move")], "moved"),
        ([("up", "moved"), ("up", "cannot tell")], "cannot tell"),
        ([("up", "cannot tell"), ("up", "did not move")], "did not move"),
        ([("flat", "did not move"), ("flat", "did not move")], "did not move"),
        ([("flat", "did not move"), ("flat", "moved")], "moved"),
        ([], "cannot tell"),
    ],
)
def test_one_word_for_a_release(lines: list[tuple[str, str]], expected: str) -> None:
    assert overall(tuple(line_of(direction, Finding(outcome)) for direction, outcome in lines)) == expected


EVIDENCE: dict[str, Any] = {
    "live": {"value": 0.31, "low": 0.22, "high": 0.40, "n": 300},
    "margin": 0.045,
    "guards": [{"name": "refund", "kind": "intent", "value": 0.02, "low": -0.01, "high": 0.05, "n": 40}],
}


@pytest.mark.parametrize(
    ("line", "outcome", "n"),
    [
        (Expected(metric="score", direction="up", by=0.3), "moved", 300),
        (Expected(metric="score", direction="up", by=0.3, intent="refund"), "did not move", 40),
        (Expected(metric="score", direction="flat"), "moved", 300),
        (Expected(metric="score", direction="up", by=0.3, intent="other"), "cannot tell", 0),
        (Expected(metric="semantic_distance", direction="flat"), "cannot tell", 0),
    ],
)
def test_what_only_the_gate_measures(line: Expected, outcome: str, n: int) -> None:
    one = of_gate(line, EVIDENCE)
    assert (str(one.outcome), one.n_new, one.old) == (outcome, n, None)
