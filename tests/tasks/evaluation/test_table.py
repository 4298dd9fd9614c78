from __future__ import annotations

from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.evaluation.table import Slice, rows, slices


def finding(status: str, reason: str, must_pass: bool = False) -> Finding:
    scores = {"passed": 1.0, "failed": 0.0, "error": None}
    return Finding("equals", "id", status, scores[status], reason, must_pass, must_pass, 1.0)  # type: ignore[arg-type]


def result(
    case_id: str,
    score: float | None,
    *findings: Finding,
    arm: str = "candidate",
    number: int = 1,
    intent: str = "order",
    adversarial: bool = False,
) -> CaseResult:
    output = None if score is None else f"{case_id} {number}"
    return CaseResult(case_id, case_id, intent, adversarial, arm, "b", number, score, findings, output)


def test_a_row_averages_the_rounds_that_have_a_score() -> None:
    wrong = finding("failed", "found 1, expected 2")
    found = [
        result("a", 0.5, wrong, number=3),
        result("a", None, finding("error", "no answer"), number=2),
        result("a", 1.0, finding("passed", "fine")),
        result("a", 0.0, wrong, number=4),
    ]
    (row,) = rows(found)
    assert (row.score, row.rounds, row.unscored) == (0.5, 4, 1)
    assert row.reasons == ("id: no answer", "id: found 1, expected 2")
    assert row.output == "a 3"


def test_the_worst_cases_come_first_with_all_their_arms() -> None:
    found = [
        result("a", 1.0),
        result("a", 0.9, arm="live"),
        result("b", 1.0),
        result("b", 0.1, arm="live"),
        result("c", None),
        result("c", None, arm="live"),
    ]
    assert [(row.case_id, row.arm, row.score) for row in rows(found)] == [
        ("c", "candidate", None),
        ("c", "live", None),
        ("b", "candidate", 1.0),
        ("b", "live", 0.1),
        ("a", "candidate", 1.0),
        ("a", "live", 0.9),
    ]


def test_slices() -> None:
    found = [
        result("a", 1.0),
        result("a", 0.0, number=2),
        result("b", None, intent="refund"),
        result("c", 0.0, finding("failed", "evil", must_pass=True), adversarial=True),
        result("c", 1.0, arm="live", adversarial=True),
    ]
    assert slices(found) == [
        Slice("all", "candidate", 0.25, 3, 1, 1),
        Slice("all", "live", 1.0, 1, 0, 0),
        Slice("adversarial", "candidate", 0.0, 1, 0, 1),
        Slice("adversarial", "live", 1.0, 1, 0, 0),
        Slice("intent:order", "candidate", 0.25, 2, 0, 1),
        Slice("intent:order", "live", 1.0, 1, 0, 0),
        Slice("intent:refund", "candidate", None, 1, 1, 0),
    ]


def test_nothing() -> None:
    assert rows([]) == []
    assert slices([]) == []
