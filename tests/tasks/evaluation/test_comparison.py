from __future__ import annotations

from typing import Any

import pytest

from tasks.evaluation.comparison import Answered, compare, of_kept, of_result, tallies
from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding


def answered(case_id: str, score: float | None, *reasons: str, **more: Any) -> Answered:
    passed = None if score is None else not reasons
    return Answered(**{
        "case_id": case_id, "cluster": case_id, "intent": "order", "score": score, "passed": passed,
        "reasons": reasons, "output": f"said {score}", **more,
    })  # fmt: skip


def test_a_pass_rate_over_repeats() -> None:
    found = tallies(
        [answered("a", 1.0), answered("a", 0.5, "id: no"), answered("a", None, "no answer"), answered("b", 1.0)]
    )
    assert found["a"] == (0.75, 1, 2, 3, ("id: no", "no answer"), "said 0.5")
    assert found["b"] == (1.0, 1, 1, 1, (), "said 1.0")
    assert tallies([answered("c", None, "no answer", output=None)])["c"] == (None, 0, 0, 1, ("no answer",), None)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (0.5, 1.0, "better"),
        (1.0, 0.5, "worse"),
        (0.1 + 0.2, 0.3, "same"),
        (None, 1.0, "unscored"),
        (0.0, None, "unscored"),
    ],
)
def test_what_changed(before: float | None, after: float | None, change: str) -> None:
    assert compare("v1", [answered("a", before)], "v2", [answered("a", after)]).cases[0].change == change


def test_the_worst_news_first() -> None:
    old = [answered("same", 1.0), answered("up", 0.0), answered("down", 1.0), answered("gone", 1.0)]
    new = [answered("same", 1.0), answered("up", 1.0), answered("down", 0.0), answered("new", 1.0)]
    found = compare("v1", old, "v2", new)
    assert [case.case_id for case in found.cases] == ["down", "up", "gone", "new", "same"]
    assert (found.n, found.mean) == (3, 0.0)


def test_the_sentence() -> None:
    old = [answered(f"c{n}", 0.0 if n < 10 else 1.0) for n in range(40)]
    new = [answered(f"c{n}", 1.0) for n in range(40)]
    found = compare("v1", old, "v2", new)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 0.25 < found.high < 0.4
    assert found.sentence.startswith("v2 beside v1: 10 better, 30 same; score +25.0 points (+")
    assert "90 % interval, 40 cases" in found.sentence
    assert compare("v1", [], "v2", []).sentence == "v2 beside v1: no case; no case was scored on both sides"


def test_cases_of_a_cluster_count_as_one() -> None:
    old = [answered(f"c{n}", 0.0, cluster="k" if n < 20 else f"c{n}") for n in range(40)]
    new = [answered(f"c{n}", float(n < 20), cluster="k" if n < 20 else f"c{n}") for n in range(40)]
    alone = [one._replace(cluster=one.case_id) for one in old], [one._replace(cluster=one.case_id) for one in new]
    tied, loose = compare("a", old, "b", new), compare("a", alone[0], "b", alone[1])
    assert tied.low is not None
    assert loose.low is not None
    assert tied.low < loose.low


def test_the_same_from_a_run_and_from_the_ledger() -> None:
    findings = (
        Finding("equals", "id", "failed", 0.0, "1 is not 2", False, False, 1.0),
        Finding("is-json", "json", "passed", 1.0, "JSON", True, False, 1.0),
    )
    result = CaseResult("a", "k", "order", False, "v1", "b" * 64, 1, 0.5, findings, output="x")
    kept = of_kept("a", "k", "order", 0.5, [finding._asdict() for finding in findings], "x")
    assert of_result(result) == kept == Answered("a", "k", "order", 0.5, False, ("id: 1 is not 2",), "x")
