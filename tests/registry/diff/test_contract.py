"""What a change of the output section means for callers: a table, and a property over random schemas."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.diff.contract import contract_changes
from registry.diff.impact import Level, worst

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}


def thing(required: list[str] | None = None, closed: bool = True, **fields: Any) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields) if required is None else required,
        **({"additionalProperties": False} if closed else {}),
    }


def ref(schema: Schema) -> Schema:
    return thing(x={"$ref": "#/$defs/x"}) | {"$defs": {"x": schema}}


NODE: Schema = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "additionalProperties": False}
TREE: Schema = {"$ref": "#/$defs/node", "$defs": {"node": NODE}}
DEEPER: Schema = {"$ref": "#/$defs/node", "$defs": {"node": {**NODE, "properties": {**NODE["properties"], "y": {}}}}}
OPTIONAL: Schema = {"anyOf": [TEXT, {"type": "null"}]}

TABLE: list[tuple[Schema, Schema, Level, str]] = [
    (thing(a=TEXT), thing(a=TEXT), Level.SAFE, ""),
    (thing(a=TEXT), thing(a=TEXT | {"description": "new"}), Level.SAFE, ""),
    (thing(a=TEXT, b=TEXT), thing(a=TEXT), Level.BREAKS, "b: removed"),
    (thing(["a"], a=TEXT, b=TEXT), thing(a=TEXT), Level.MAY_BREAK, "b: removed: it was optional"),
    (thing(a=TEXT), thing(c=TEXT), Level.BREAKS, "a: renamed to `c`"),
    (thing(a=TEXT), thing(a={"type": "integer"}), Level.BREAKS, "a: was string, now integer"),
    (thing(a=TEXT), thing(a={"type": ["string", "null"]}), Level.BREAKS, "a: may be null now"),
    (thing(a={"type": ["string", "null"]}), thing(a=TEXT), Level.SAFE, ""),
    (thing(a={"type": "integer"}), thing(a={"type": "number"}), Level.BREAKS, "a: may be number now"),
    (thing(a={"type": "number"}), thing(a={"type": "integer"}), Level.SAFE, ""),
    (thing(a=TEXT), thing(a={}), Level.BREAKS, "a: may be"),
    (thing(a=TEXT), thing([], a=TEXT), Level.BREAKS, "a: no longer required"),
    (thing([], a=TEXT), thing(a=TEXT), Level.SAFE, ""),
    (thing(a=TEXT), thing(a=TEXT, b=TEXT), Level.MAY_BREAK, "b: a new field"),
    (thing(closed=False, a=TEXT), thing(closed=False, a=TEXT, b=TEXT), Level.SAFE, "b: a new field"),
    (thing(a=TEXT), thing(closed=False, a=TEXT), Level.MAY_BREAK, "fields that are not listed may come"),
    (thing(closed=False, a=TEXT), thing(a=TEXT), Level.SAFE, ""),
    (thing(a={"enum": ["x"]}), thing(a={"enum": ["x", "y"]}), Level.BREAKS, 'a: may be "y" now'),
    (thing(a={"enum": ["x", "y"]}), thing(a={"enum": ["x"]}), Level.SAFE, 'a: is never "y" any more'),
    (thing(a={"enum": ["x"]}), thing(a=TEXT), Level.BREAKS, 'a: no longer one of "x"'),
    (thing(a={"enum": [1]}), thing(a={"const": 1.0}), Level.SAFE, ""),
    (thing(a={"enum": [1]}), thing(a={"enum": [True]}), Level.BREAKS, "a: was integer, now boolean"),
    (thing(a=TEXT), thing(a={"enum": ["x"]}), Level.SAFE, ""),
    (
        thing(a=TEXT | {"maxLength": 3}),
        thing(a=TEXT | {"maxLength": 9}),
        Level.MAY_BREAK,
        "a: `maxLength` was 3, now 9",
    ),
    (thing(a=TEXT | {"maxLength": 9}), thing(a=TEXT | {"maxLength": 3}), Level.SAFE, ""),
    (thing(a=TEXT | {"minLength": 1}), thing(a=TEXT), Level.MAY_BREAK, "a: `minLength` 1 is gone"),
    (thing(a=TEXT | {"pattern": "x"}), thing(a=TEXT | {"pattern": "y"}), Level.MAY_BREAK, "a: `pattern`"),
    (thing(a=TEXT), thing(a=TEXT | {"pattern": "y"}), Level.SAFE, ""),
    (thing(a={"type": "array", "items": TEXT}), thing(a={"type": "array"}), Level.BREAKS, "a[]: may be"),
    (thing(a=thing(b=TEXT)), thing(a=thing(b={"type": "null"})), Level.BREAKS, "a.b: was string, now null"),
    (thing(a=TEXT), thing(a=OPTIONAL), Level.BREAKS, "a: may be null now"),
    (thing(a=OPTIONAL), thing(a=TEXT), Level.SAFE, ""),
    (thing(a=OPTIONAL), thing(a={"anyOf": [{"type": "null"}, TEXT]}), Level.SAFE, ""),
    (thing(a={"oneOf": [TEXT]}), thing(a={"oneOf": [TEXT, {"type": "null"}]}), Level.MAY_BREAK, "`oneOf`"),
    (thing(a=TEXT), ref(TEXT), Level.BREAKS, "a: renamed to `x`"),
    (ref(TEXT), ref({"type": "null"}), Level.BREAKS, "x: was string, now null"),
    (thing(x=TEXT), ref(TEXT), Level.SAFE, ""),
    (TREE, TREE | {"title": "tree"}, Level.SAFE, ""),
    (TREE, DEEPER, Level.MAY_BREAK, "y: a new field"),
    (thing(title=TEXT), thing(title={"type": "null"}), Level.BREAKS, "title: was string, now null"),
    ({"type": "objekt"}, thing(), Level.MAY_BREAK, "no JSON Schema"),
    (
        thing(closed=False) | {"patternProperties": {"x": TEXT}},
        thing(closed=False),
        Level.MAY_BREAK,
        "`patternProperties`",
    ),
]


@pytest.mark.parametrize(("before", "after", "level", "said"), TABLE)
def test_schemas(before: Schema, after: Schema, level: Level, said: str) -> None:
    found = contract_changes({"format": "json", "schema": before}, {"format": "json", "schema": after})
    assert worst(found) is level
    assert not said or any(said in f"{impact.where}: {impact.what}" for impact in found), found


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ({"format": "json"}, {"format": "text"}, Level.BREAKS),
        ({"format": "json"}, {"format": "json", "schema": thing()}, Level.SAFE),
        ({"format": "json", "schema": thing()}, {"format": "json"}, Level.BREAKS),
        ({"format": "json", "enforce": "validate"}, {"format": "json", "enforce": "request"}, Level.SAFE),
        ({}, {"format": "text"}, Level.SAFE),
    ],
)
def test_sections(before: dict[str, Any], after: dict[str, Any], level: Level) -> None:
    assert worst(contract_changes(before, after)) is level


VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 2.5, "", "x", "y"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
_LEAF: st.SearchStrategy[Schema] = st.one_of(
    st.just({}),
    st.sampled_from(["string", "integer", "number", "null", "boolean"]).map(lambda kind: {"type": kind}),
    st.just({"type": ["string", "null"]}),
    st.lists(st.sampled_from(["x", "y", 1, None]), min_size=1, max_size=3, unique_by=repr).map(lambda v: {"enum": v}),
    st.integers(0, 2).map(lambda size: {"type": "string", "maxLength": size}),
    st.integers(0, 2).map(lambda least: {"type": "number", "minimum": least}),
)


def _larger(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    fields = st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    required = st.lists(st.sampled_from(["a", "b"]), unique=True)
    rest = st.sampled_from([True, False]) | inner
    return st.one_of(
        st.builds(
            lambda p, r, a: {"type": "object", "properties": p, "required": r, "additionalProperties": a},
            fields, required, rest,
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.lists(inner, min_size=1, max_size=2).map(lambda options: {"anyOf": options}),
    )  # fmt: skip


SCHEMAS = st.recursive(_LEAF, _larger, max_leaves=4)


@settings(max_examples=600, deadline=None)
@given(SCHEMAS, SCHEMAS, st.lists(VALUES, min_size=1, max_size=12))
def test_what_is_called_safe_is_safe(before: Schema, after: Schema, answers: list[Any]) -> None:
    """Every answer that the newer schema allows, the older one allowed."""
    found = contract_changes({"format": "json", "schema": before}, {"format": "json", "schema": after})
    if worst(found) is not Level.SAFE:
        return
    old, new = (jsonschema.Draft202012Validator(schema) for schema in (before, after))
    for answer in answers:
        assert not new.is_valid(answer) or old.is_valid(answer)
