from __future__ import annotations

from typing import Any

import pytest

from tasks.report.shadow_view import view

from .conftest import estimate, result


def spread(low: float, high: float) -> dict[str, Any]:
    arm = {"n": 3, "mean": low, "p10": low, "p50": low, "p90": high, "counts": [2, 0, 1]}
    return {"metric": "cost", "low": low, "high": high, "baseline": arm, "candidate": arm}


def test_bars_stand_on_the_ground_and_an_empty_bin_has_none() -> None:
    (found,) = view(result("shadow", distributions=[spread(1.0, 4.0)])).distributions
    assert (found.label, found.unit, found.constant) == ("Cost of a request", "USD", None)
    for arm in found.arms:
        assert [round(bar.y + bar.height) for bar in arm.bars] == [100, 100]
        assert arm.at == 0


def test_what_never_changes_is_said_not_drawn() -> None:
    (found,) = view(result("shadow", distributions=[spread(0.000013, 0.000013)])).distributions
    assert (found.arms, found.constant) == ((), "0.000013")


@pytest.mark.parametrize(
    ("verdict", "tested", "said"),
    [
        ("pass", True, ""),
        ("breach", True, "harm, proved"),
        ("insufficient", True, "not proved"),
        ("insufficient", False, "left to the canary"),
        ("missing", True, "the candidate has none"),
    ],
)
def test_a_guard_says_what_was_found(verdict: str, tested: bool, said: str) -> None:
    row = {"metric": "refusal", "intent": "refund", "side": "up", "margin": 0.1, "tested": tested, **estimate(0.0)}
    plot = view(result("shadow", rows=[{**row, "verdict": verdict}])).plot
    assert plot is not None
    assert (plot.lines[0].row.found, plot.lines[0].row.note) == (said, "refusal up")


def test_a_guard_that_saw_nothing_has_its_margin_and_no_numbers() -> None:
    row = {"metric": "refusal", "intent": "all", "side": "up", "margin": 0.1, "verdict": "missing", "n": 0}
    plot = view(result("shadow", rows=[{**row, "value": None, "low": None, "high": None}])).plot
    assert plot is not None
    (line,) = plot.lines
    assert (line.start, line.at, line.end, line.text, line.span) == (None, None, None, "-", "- to -")
    assert line.limit is not None


def test_both_answers_are_whole_on_their_side() -> None:
    example = {"trace_id": "tr_1", "input": "i", "recorded": "the old answer", "candidate": "the new answer"}
    (found,) = view(result("shadow", examples=[example])).examples
    assert ["".join(run.text for run in side) for side in (found.old, found.new)] == [
        "the old answer",
        "the new answer",
    ]
    assert [run.text for run in found.old if run.kind == "gone"] == ["old"]
