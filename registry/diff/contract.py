"""What callers are promised about the answer, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    return schema_changes(before, after)
