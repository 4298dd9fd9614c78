from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry.artifact import Output, Tool
from tasks.evaluation.answer import Answer, Asked
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.case import Case
from tasks.evaluation.scoring import judge

CASE = Case.model_validate({"id": "c1", "split": "dev", "variables": {}})
SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
ASKED = Asked(tools=tuple(Tool(name=name, parameters=SCHEMA) for name in ("find", "mail")))
FIND = {"name": "find", "arguments": {"id": "7", "deep": {"a": 1, "b": 2}}}
MAIL = {"name": "mail", "arguments": {"id": "8"}}
USED, SEQUENCE, ARGS = "trajectory:tool-used", "trajectory:tool-sequence", "trajectory:tool-args-match"


def score(assertion: dict[str, Any], *calls: dict[str, Any]) -> float | None:
    answer = Answer("", tool_calls=calls, asked=ASKED)
    return judge([Assertion.model_validate(assertion)], CASE, answer, Output())[0].score


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([FIND, MAIL], 1),
        ([], 0),
        ([FIND, {"name": "burn", "arguments": {"id": "1"}}], 0),
        ([{"name": "find", "arguments": {"id": 7}}], 0),
        ([{"name": "find", "arguments": "not json {"}], 0),
    ],
)
def test_is_valid_function_call(calls: list[dict[str, Any]], expected: float) -> None:
    assert score({"type": "is-valid-function-call"}, *calls) == expected


@pytest.mark.parametrize(
    ("assertion", "calls", "expected"),
    [
        ({"type": "tool-call-f1", "value": ["find", "mail"]}, [FIND, FIND, MAIL], 1),
        ({"type": "tool-call-f1", "value": ["find", "mail"]}, [FIND], pytest.approx(2 / 3)),
        ({"type": "tool-call-f1", "value": ["find"]}, [], 0),
        ({"type": USED, "value": "find"}, [FIND], 1),
        ({"type": USED, "value": ["find", "mail"]}, [FIND], 0),
        ({"type": f"not-{USED}", "value": "mail"}, [FIND], 1),
        ({"type": USED, "value": {"name": "find", "max": 1}}, [FIND, FIND], 0),
        ({"type": USED, "value": {"name": "find", "max": 0}}, [MAIL], 1),
        ({"type": USED, "value": {"name": "find", "min": 2}}, [FIND, FIND], 1),
        ({"type": SEQUENCE, "value": ["find", "mail"]}, [FIND, FIND, MAIL], 1),
        ({"type": SEQUENCE, "value": ["mail", "find"]}, [FIND, MAIL], 0),
        ({"type": SEQUENCE, "value": {"steps": ["find", "mail"], "mode": "exact"}}, [FIND, FIND, MAIL], 0),
        ({"type": ARGS, "value": {"name": "find", "args": {"deep": {"b": 2}}}}, [MAIL, FIND], 1),
        ({"type": ARGS, "value": {"name": "find", "args": {"id": "8"}}}, [MAIL, FIND], 0),
        ({"type": ARGS, "value": {"name": "find", "args": {"id": "7"}, "mode": "exact"}}, [FIND], 0),
        ({"type": ARGS, "value": {"name": "mail", "args": {"id": "8"}, "mode": "exact"}}, [MAIL], 1),
        ({"type": ARGS, "value": {"name": "mail", "args": {}}}, [], 0),
    ],
)
def test_trajectories(assertion: dict[str, Any], calls: list[dict[str, Any]], expected: float) -> None:
    assert score(assertion, *calls) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (USED, {"name": "find", "min": 3, "max": 2}),
        (USED, {"min": 3}),
        (USED, 3),
        (SEQUENCE, {"steps": []}),
        (SEQUENCE, {"steps": ["a"], "mode": "any"}),
        (ARGS, {"name": "find"}),
        (ARGS, {"name": "find", "args": []}),
    ],
)
def test_refuses_what_makes_no_sense(type_: str, value: Any) -> None:
    with pytest.raises(ValidationError, match="wants"):
        Assertion.model_validate({"type": type_, "value": value})
