from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry.artifact import Output
from tasks.evaluation.answer import Answer
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.case import Case
from tasks.evaluation.scoring import Finding, judge

CASE = Case.model_validate({"id": "c1", "split": "dev", "variables": {}, "expected": {"word": "a"}})
GOOD = {"type": "contains", "expected": "word"}
BAD = {"type": "contains", "value": "zzz"}
HALF = {"type": "contains-all", "value": ["a", "zzz"]}
UNKNOWN = {"type": "cost", "value": 1}


def found(parts: list[dict[str, Any]], **more: Any) -> Finding:
    assertion = Assertion.model_validate({"type": "assert-set", "assert": parts, **more})
    return judge([assertion], CASE, Answer("abc"), Output())[0]


@pytest.mark.parametrize(
    ("parts", "more", "score", "status"),
    [
        ([GOOD, GOOD], {}, 1, "passed"),
        ([GOOD, BAD], {}, 0.5, "failed"),
        ([GOOD, BAD], {"threshold": 0.5}, 0.5, "passed"),
        ([GOOD | {"weight": 3}, BAD], {"threshold": 0.7}, 0.75, "passed"),
        ([HALF | {"threshold": 0.5}, GOOD], {}, 0.75, "passed"),
        ([GOOD, BAD | {"hard": True}], {"threshold": 0.1}, 0, "failed"),
        ([GOOD, UNKNOWN], {}, None, "error"),
        ([UNKNOWN, BAD | {"hard": True}], {}, 0, "failed"),
    ],
)
def test_scores(parts: list[dict[str, Any]], more: dict[str, Any], score: float | None, status: str) -> None:
    finding = found(parts, **more)
    assert (finding.score, finding.status) == (score, status)


def test_says_what_failed() -> None:
    assert found([GOOD, BAD | {"metric": "zeds"}]).reason == "zeds: 'zzz' is missing"


def test_can_be_negated_and_must_pass() -> None:
    assertion = Assertion.model_validate({"type": "not-assert-set", "assert": [BAD], "must-pass": True})
    assert judge([assertion], CASE, Answer("abc"), Output())[0].status == "passed"


@pytest.mark.parametrize(
    ("part", "deterministic", "judged"),
    [(GOOD, True, False), (UNKNOWN, False, False), ({"type": "llm-rubric", "value": "kind"}, False, True)],
)
def test_is_what_its_parts_are(part: dict[str, Any], deterministic: bool, judged: bool) -> None:
    assertion = Assertion.model_validate({"type": "assert-set", "assert": [GOOD, part]})
    assert (assertion.deterministic, assertion.judged) == (deterministic, judged)


@pytest.mark.parametrize(
    ("assertion", "says"),
    [
        ({"type": "assert-set"}, "needs `assert`"),
        ({"type": "contains", "value": "a", "assert": [GOOD]}, "no other type takes it"),
        ({"type": "assert-set", "assert": [GOOD | {"must-pass": True}]}, "inside assert-set"),
        ({"type": "assert-set", "assert": [{"type": "assert-set", "assert": [GOOD]}]}, "inside assert-set"),
        ({"type": "assert-set", "assert": [GOOD], "value": 3}, "takes no value"),
    ],
)
def test_refuses_what_makes_no_sense(assertion: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Assertion.model_validate(assertion)
