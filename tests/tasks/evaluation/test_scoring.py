from __future__ import annotations

import math
from typing import Any

import pytest

from registry.artifact import Output
from tasks.evaluation.answer import Answer
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.case import Case
from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding, judge, questions, score, unjudged

CASE = Case.model_validate({"id": "c1", "split": "dev", "variables": {}})
JSON = Output.model_validate({"format": "json", "schema": {"type": "object", "required": ["a"]}})
GOOD = {"type": "contains", "value": "a"}
BAD = {"type": "contains", "value": "zzz"}
UNKNOWN = {"type": "cost", "value": 1}


def findings(*assertions: dict[str, Any], text: str = '{"a": 1}', output: Output = JSON) -> tuple[Finding, ...]:
    return judge([Assertion.model_validate(one) for one in assertions], CASE, Answer(text), output)


def result(found: tuple[Finding, ...]) -> CaseResult:
    return CaseResult("c1", "c1", "other", False, "candidate", "b", 1, score(found), found)


@pytest.mark.parametrize(
    ("assertions", "expected"),
    [
        ([GOOD], 1),
        ([BAD], 0),
        ([GOOD, BAD], 0.5),
        ([GOOD | {"weight": 3}, BAD], 0.75),
        ([GOOD, BAD | {"hard": True}], 0),
        ([GOOD | {"hard": True}, BAD, GOOD], 0.5),
        ([GOOD | {"hard": True}], 1),
        ([GOOD, BAD | {"must-pass": True}], 0),
        ([GOOD | {"must-pass": True}, BAD], 0),
        ([GOOD, UNKNOWN], None),
        ([GOOD, UNKNOWN | {"hard": True}], None),
        ([BAD | {"hard": True}, UNKNOWN], 0),
        ([], 1),
    ],
)
def test_score(assertions: list[dict[str, Any]], expected: float | None) -> None:
    assert score(findings(*assertions)) == expected


def test_a_broken_schema_is_zero_whatever_the_rest_says() -> None:
    found = findings(GOOD, text='{"b": "a"}')
    assert score(found) == 0
    assert (found[0].metric, found[0].status) == ("schema_ok", "failed")


def test_text_without_a_contract_has_no_schema_finding() -> None:
    assert [finding.type for finding in findings(GOOD, output=Output())] == ["contains"]


def test_no_answer_gives_the_same_findings_unjudged() -> None:
    asked = [Assertion.model_validate(one) for one in (GOOD, BAD | {"must-pass": True})]
    for output in (JSON, Output()):
        judged, missing = judge(asked, CASE, Answer("{}"), output), unjudged(asked, output, "down")
        assert [(one.type, one.metric, one.hard, one.must_pass) for one in judged] == [
            (one.type, one.metric, one.hard, one.must_pass) for one in missing
        ]
        assert score(missing) is None


@pytest.mark.parametrize(
    ("assertions", "expected"),
    [
        ([GOOD], "none"),
        ([GOOD | {"must-pass": True}], True),
        ([GOOD | {"must-pass": True}, BAD | {"must-pass": True}], False),
        ([UNKNOWN | {"must-pass": True}, BAD | {"must-pass": True}], False),
        ([UNKNOWN | {"must-pass": True}], None),
        ([GOOD | {"must-pass": True}, BAD], True),
    ],
)
def test_must_pass_is_told_apart(assertions: list[dict[str, Any]], expected: object) -> None:
    assert result(findings(*assertions)).must_pass is expected


def test_checks_are_the_schema_and_the_hard_families() -> None:
    hard = {"hard": True, "metric": "tone"}
    assert result(findings(GOOD | hard, BAD | hard, BAD)).checks == {"schema_ok": 1, "tone": 0}
    assert result(findings(GOOD | {"must-pass": True})).checks == {"schema_ok": 1}
    assert math.isnan(result(findings(UNKNOWN | hard)).checks["tone"])
    assert result(findings(UNKNOWN | hard, BAD | hard)).checks["tone"] == 0


def test_status() -> None:
    assert result(findings(GOOD)).status == "scored"
    assert result(findings(UNKNOWN)).status == "unscored"


def test_a_question_is_asked_once_and_an_answer_without_the_path_asks_none() -> None:
    rubric = {"type": "llm-rubric", "value": "kind"}
    inside = {"type": "assert-set", "assert": [rubric, GOOD, {"type": "not-llm-rubric", "value": "rude"}]}
    asked = [Assertion.model_validate(one) for one in (rubric, inside, GOOD, rubric | {"path": "nowhere"})]
    found = questions(asked, CASE, Answer('{"a": 1}'))
    assert [dict(question.variables)["rubric"] for question in found] == ["kind", "rude"]
