from __future__ import annotations

import math

from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.gate.comparing import first_cases, pairs, slices


def result(
    case: str,
    arm: str,
    score: float | None,
    *,
    number: int = 1,
    findings: tuple[Finding, ...] = (),
    hostile: bool = False,
) -> CaseResult:
    return CaseResult(case, f"k-{case}", "refund", hostile, arm, "b" * 64, number, score, findings)


def schema(status: str) -> tuple[Finding, ...]:
    value = {"passed": 1.0, "failed": 0.0}[status]
    return (Finding("output", "schema_ok", status, value, "", True, False, 1.0),)  # type: ignore[arg-type]


def must(status: str) -> tuple[Finding, ...]:
    return (Finding("contains", "must", status, None, "", True, True, 1.0),)  # type: ignore[arg-type]


def test_rounds_without_a_usable_score_are_nan() -> None:
    found = pairs(
        [result("a", "candidate", 1.0), result("a", "live", None), result("a", "candidate", 0.5, number=2)], 2
    )
    assert found[0].candidate == (1.0, 0.5)
    assert all(math.isnan(score) for score in found[0].live)
    assert found[0].anchor is None


def test_a_slice_that_only_one_arm_has_is_left_out() -> None:
    both = [
        result("a", "candidate", 1.0, findings=schema("passed")),
        result("a", "live", 0.0, findings=schema("failed")),
    ]
    assert pairs(both, 1)[0].checks["schema_ok"] == ((1.0,), (0.0,))
    one = [result("a", "candidate", 1.0, findings=schema("passed")), result("a", "live", 1.0)]
    assert pairs(one, 1)[0].checks == {}


def test_extra_must_pass_runs_count_as_runs_and_not_as_rounds() -> None:
    runs = [result("a", "candidate", 1.0, findings=must("passed"))]
    runs += [result("a", "must_pass", 0.0, number=n, findings=must(s)) for n, s in ((2, "failed"), (3, "error"))]
    case = first_cases(runs, 1)[0]
    assert (case.scores, case.must_pass) == ((1.0,), (True, False, None))


def test_means_of_slices_leave_out_what_was_not_scored() -> None:
    rows = slices(
        [result("a", "candidate", 1.0), result("b", "candidate", None), result("c", "live", 0.0, hostile=True)]
    )
    assert {(row["slice"], row["arm"]): (row["mean"], row["n"]) for row in rows} == {
        ("all", "candidate"): (1.0, 1),
        ("all", "live"): (0.0, 1),
        ("adversarial", "live"): (0.0, 1),
    }
