from __future__ import annotations

from typing import Any

import pytest

from tasks.evaluation.answer import Answer
from tasks.evaluation.assertions.contains_json import KIND, values
from tasks.evaluation.assertions.kind import Params

HAS_A = {"required": ["a"]}


@pytest.mark.parametrize(
    ("text", "schema", "passed"),
    [
        ('Here: ```json\n{"a": 1}\n``` done', None, True),
        ("no braces, 7", None, False),
        ("a {broken one} only", None, False),
        ("numbers [NaN]", None, False),
        ('{"b": 1} and {"a": 2}', HAS_A, True),
        ('{"b": {"a": 2}}', HAS_A, False),
        ("[" * 5000, None, False),
    ],
)
def test_finds_a_value_that_fits(text: str, schema: Any, passed: bool) -> None:
    assert KIND.judge(Answer(text), Params(schema, None, 1)).passed is passed


def test_only_the_outermost_values_in_order() -> None:
    assert list(values('x [1, [2]] {"a": {"b": 3}} {oops [4]')) == [[1, [2]], {"a": {"b": 3}}, [4]]
