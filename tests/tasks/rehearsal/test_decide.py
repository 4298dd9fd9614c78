from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.rehearsal.decide import Bars, decide
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
    assert decide(results, Bars(0.35)).verdict is expected


def answered(number: int, kept: bool) -> CaseResult:
    schema = Finding("schema_ok", "schema_ok", "passed" if kept else "failed", float(kept), "", True, False, 1.0)
    return replace(case(number, 1.0), findings=(schema,))


@pytest.mark.parametrize(
    ("broken", "level", "expected"),
    [(0, 0.95, Verdict.PASS), (15, 0.95, Verdict.REJECT), (3, 0.95, Verdict.PASS), (15, None, Verdict.PASS)],
)
def test_answers_keep_the_output_contract(broken: int, level: float | None, expected: Verdict) -> None:
    results = [answered(n, n >= broken) for n in range(30)]
    assert decide(results, Bars(0.35, level)).verdict is expected


@pytest.mark.parametrize(
    ("today", "proved", "expected"),
    [
        (0.8, None, Verdict.PASS),
        (0.8, 0.8, Verdict.PASS),
        (0.5, 0.8, Verdict.REJECT),
        (0.8, 0.5, Verdict.PASS),
    ],
)
def test_its_own_scores_when_it_was_proved_are_the_fast_gates_baseline(
    today: float, proved: float | None, expected: Verdict
) -> None:
    """Above the set's min_score in all of them: that alone would not see a model that drifted."""
    before = None if proved is None else {f"c{n}": proved for n in range(30)}
    assert decide([case(n, today) for n in range(30)], Bars(0.35, None, before)).verdict is expected


def test_a_few_cases_that_are_worse_prove_nothing() -> None:
    today = [case(n, 0.0 if n < 2 else 1.0) for n in range(30)]
    assert decide(today, Bars(0.35, None, {f"c{n}": 1.0 for n in range(30)})).verdict is Verdict.PASS


def test_cases_that_were_not_proved_are_not_compared() -> None:
    assert decide([case(n, 0.5) for n in range(30)], Bars(0.35, None, {"gone": 1.0})).verdict is Verdict.PASS
