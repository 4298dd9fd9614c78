from __future__ import annotations

from typing import Any

import pytest

from tasks.evaluation.assertion import Assertion
from tasks.quality.askable import askable


@pytest.mark.parametrize(
    ("told", "by"),
    [
        ({"type": "word-count", "value": {"max": 80}}, "assertions"),
        ({"type": "similar", "value": "hello"}, "assertions"),
        ({"type": "assert-set", "assert": [{"type": "regex", "value": "a"}]}, "assertions"),
        ({"type": "llm-rubric", "value": "Is polite."}, "judge"),
        ({"type": "llm-rubric", "value": "faithfulness"}, "judge"),
        ({"type": "equals", "expected": "name"}, None),
        ({"type": "assert-set", "assert": [{"type": "equals", "expected": "name"}]}, None),
        ({"type": "llm-rubric", "value": "factuality"}, None),
        ({"type": "llm-rubric", "value": "Agrees with the reference."}, None),
        ({"type": "pairwise"}, None),
        ({"type": "regex", "value": "a", "hard": True}, None),
        ({"type": "is-json", "must-pass": True}, None),
        ({"type": "regex", "value": "a", "tag": "long"}, None),
    ],
    ids=str,
)
def test_what_can_be_asked_of_an_answer_nobody_expected(told: dict[str, Any], by: str | None) -> None:
    one = Assertion.model_validate(told)
    assert [name for name in ("assertions", "judge") if askable([one], name)] == ([by] if by else [])
