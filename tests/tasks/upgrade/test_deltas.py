from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.ledger.eval_result import EvalResult
from tasks.upgrade.deltas import deltas, told

AT = datetime(2031, 3, 9, tzinfo=UTC)


def answer(arm: str, case: str, **fields: Any) -> EvalResult:
    given: dict[str, Any] = {
        "output": "Blue.",
        "prompt_tokens": 10,
        "output_tokens": 4,
        "cost_usd": None,
        "latency_ms": 20.0,
    } | fields
    return EvalResult(
        run_id="r",
        gate_test_id="t",
        round=1,
        arm=arm,
        behavior="b",
        case_id=case,
        cluster_id=case,
        intent="all",
        status="scored",
        score=1.0,
        assertions=[],
        at=AT,
        **given,
    )


def test_means_of_cases_that_both_answered() -> None:
    found = deltas(
        [
            answer("live", "a"),
            answer("live", "b"),
            answer("candidate", "a", prompt_tokens=15, output="I'm sorry, but I can't help with that."),
            answer("candidate", "c", prompt_tokens=1000),
        ]
    )
    assert found == pytest.approx(
        {"cases": 1, "prompt tokens": 0.5, "output tokens": 0.0, "cost": None, "latency": 0.0, "refusal": 1.0}
    )
    assert told(found) == {
        "cases": "1",
        "prompt tokens": "+50 %",
        "output tokens": "+0 %",
        "cost": "unknown",
        "latency": "+0 %",
        "refusal": "+100.0 points",
    }


@pytest.mark.parametrize(("before", "after", "change"), [(0.0, 0.0, 0.0), (0.0, 0.1, None), (0.1, 0.0, -1.0)])
def test_a_model_that_costs_nothing_is_known_to(before: float, after: float, change: float | None) -> None:
    found = deltas([answer("live", "a", cost_usd=before), answer("candidate", "a", cost_usd=after)])
    assert found["cost"] == change


def test_without_answers_nothing_is_known() -> None:
    assert {label: value for label, value in deltas([]).items() if value is not None} == {"cases": 0}
