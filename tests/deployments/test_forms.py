"""The schema of a form, before and after it is offered."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.forms import with_choices

FOUND = {"prompt": ("a", "b"), "version": ("a@v2", "a@v1")}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("name", "field", "offered"),
    [
        ("version", {"type": "string"}, {"type": "string", "enum": ["a@v2", "a@v1"]}),
        ("prompts", {"type": "array"}, {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
        ("reason", {"type": "string", "default": ""}, {"type": "string", "default": ""}),
        (
            "to",
            {"anyOf": [{"type": "string"}, NULL], "default": None, "title": "To"},
            {"type": "string", "title": "To"},
        ),
        ("prompt", {"anyOf": [{"type": "string"}, NULL], "default": None}, {"type": "string", "enum": ["a", "b"]}),
        ("x", {"anyOf": [{"type": "string"}, {"type": "number"}, NULL]}, None),
        ("x", {"anyOf": [{"type": "number"}, NULL], "default": 3}, None),
    ],
)
def test_a_field_offers_what_there_is_and_has_one_type(
    name: str, field: dict[str, Any], offered: dict[str, Any] | None
) -> None:
    schema = {"definitions": {"Order": {"properties": {name: field}}}}
    changed = with_choices(schema, FOUND)["definitions"]["Order"]["properties"][name]
    assert changed == (field if offered is None else offered)


def test_a_parameter_without_a_title_of_its_own_begins_with_a_capital() -> None:
    fields = {"order": {"title": "order"}, "minutes": {"title": "How long"}}
    changed = with_choices({"properties": fields}, FOUND)["properties"]
    assert [field["title"] for field in changed.values()] == ["Order", "How long"]
