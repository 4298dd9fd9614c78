from __future__ import annotations

from typing import Any

import pytest

from registry.artifact import Output
from registry.runtime.output import check_output

SCHEMA = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["order_id"],
    "additionalProperties": False,
}


def output(**fields: Any) -> Output:
    return Output.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "text", "ok", "value"),
    [
        ({}, "anything", None, "anything"),
        ({"schema": {"type": "string", "maxLength": 3}}, "four", False, "four"),
        ({"format": "json"}, '{"a": 1}', True, {"a": 1}),
        ({"format": "json", "schema": SCHEMA}, '{"order_id": "A-1"}', True, {"order_id": "A-1"}),
        ({"format": "json", "schema": SCHEMA}, '{"order_id": 5}', False, {"order_id": 5}),
        ({"format": "json", "schema": SCHEMA}, '```json\n{"order_id": "A-1"}\n```', False, None),
        ({"format": "json", "schema": SCHEMA}, '{"order_id": "A-1"} and more', False, None),
        ({"format": "json"}, "NaN", False, None),
        ({"format": "json"}, "", False, None),
        ({"format": "json"}, "[" * 100_000, False, None),
        ({"format": "xml"}, "<a><b/></a>", True, "<a><b/></a>"),
        ({"format": "xml"}, "<a><b></a>", False, None),
        ({"format": "xml"}, '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', False, None),
    ],
)
def test_check(fields: dict[str, Any], text: str, ok: bool | None, value: Any) -> None:
    found = check_output(text, output(**fields))
    assert (found.ok, found.value) == (ok, value)
    assert bool(found.problems) == (ok is False)


def test_problems_say_where() -> None:
    found = check_output('{"order_id": "A-1", "count": "two"}', output(format="json", schema=SCHEMA))
    assert found.problems == ("$.count: 'two' is not of type 'integer'",)


def test_many_problems_are_cut() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    assert len(check_output(str(list(range(50))), output(format="json", schema=schema)).problems) == 10


def test_a_reference_elsewhere_is_a_problem_and_no_download() -> None:
    schema = {"$ref": "https://example.com/schema.json"}
    found = check_output("{}", output(format="json", schema=schema))
    assert found.ok is False
