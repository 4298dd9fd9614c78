from __future__ import annotations

import pytest

from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.rehearsal.decide import decide
from tasks.release.verdict import Verdict


def case(number: int, score: float | None, *, must_pass: str | None = None) -> CaseResult:
    asked = (Finding("contains", "m", must_pass, None, "", True, True, 1.0),) if must_pass else ()  # type: ignore[arg-type]
    return CaseResult(f"c{number}", f"c{number}", "other", False, "rehearsal", "b" * 64, 1, score, asked)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([case(n, 0.8) for n in range(30)], Verdict.PASS),
        ([case(n, 0.0) for n in range(30)], Verdict.REJECT),
        ([case(n, 0.8) for n in range(29)] + [case(29, 0.0, must_pass="failed")], Verdict.REJECT),
        ([case(n, 0.8) for n in range(28)] + [case(28, None), case(29, None)], Verdict.ERROR),
        ([], Verdict.ERROR),
        ([case(n, float(n % 2)) for n in range(30)], Verdict.PASS),
    ],
)
def test_whether_a_version_can_be_gone_back_to(results: list[CaseResult], expected: Verdict) -> None:
    assert decide(results, 0.35).verdict is expected
