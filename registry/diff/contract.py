"""What callers are promised about the answer, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..behavior import canonical
from .impact import Impact, Level
from .schema_change import schema_changes


def contract_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Impact, ...]:
    """Of two output components: `{"format", "enforce", "schema"}`. How it is enforced is no promise to callers."""
    old, new = before.get("format", "text"), after.get("format", "text")
    if old != new:
        return (Impact(Level.BREAKS, "output.format", f"was {old}, now {new}"),)
    return _schemas(before.get("schema"), after.get("schema"))


def _schemas(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Impact, ...]:
    if before is None:
        return () if after is None else (Impact(Level.SAFE, "output.schema", "a schema is promised now"),)
    if after is None:
        return (Impact(Level.BREAKS, "output.schema", "no schema is promised any more"),)
    if canonical(before) == canonical(after):
        return ()
    if not (_is_schema(before) and _is_schema(after)):
        return (Impact(Level.MAY_BREAK, "output.schema", "one of the two is no JSON Schema"),)
    return schema_changes(before, after)


def _is_schema(value: Mapping[str, Any]) -> bool:
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError:
        return False
    return True
