"""Type and listed values of two schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..behavior import canonical
from .impact import Impact, Level

Schema = Mapping[str, Any]
_ALL = frozenset(("array", "boolean", "null", "number", "object", "string"))
_HIDES = ("$ref", "allOf", "oneOf", "not", "if", "$dynamicRef")


def type_changes(before: Schema, after: Schema, here: str) -> tuple[list[Impact], bool]:
    """The impacts, and whether the two have no type in common, so that nothing below can be compared."""
    old, new = types(before), types(after)
    values = _value_changes(before, after, here)
    if new is None and old is not None and any(key in after for key in _HIDES):
        return [Impact(Level.MAY_BREAK, here, "its type cannot be told any more"), *values], False
    old_set, new_set = old or _ALL, new or _ALL
    added = sorted(kind for kind in new_set if kind not in old_set and not (kind == "integer" and "number" in old_set))
    if not added:
        return values, False
    if not _overlap(old_set, new_set):
        return [Impact(Level.BREAKS, here, f"was {_either(old_set)}, now {_either(new_set)}")], True
    return [Impact(Level.BREAKS, here, f"may be {_either(added)} now"), *values], False


def types(schema: Schema) -> frozenset[str] | None:
    """The types that a value may have, None when the schema does not say."""
    if "type" in schema:
        named = schema["type"]
        return frozenset([named] if isinstance(named, str) else named)
    listed_values = _listed(schema)
    if listed_values is not None:
        return frozenset(_type_of(value) for value in listed_values)
    options = schema.get("anyOf")
    if options:
        found = [types(option) if isinstance(option, Mapping) else None for option in options]
        known = [one for one in found if one is not None]
        return frozenset().union(*known) if len(known) == len(found) else None
    return None


def _value_changes(before: Schema, after: Schema, here: str) -> list[Impact]:
    old, new = _listed(before), _listed(after)
    if old is None:
        return []
    if new is None:
        return [Impact(Level.BREAKS, here, f"no longer one of {_shown(old)}")]
    known = {canonical(value) for value in old}
    added = [value for value in new if canonical(value) not in known]
    lost = [value for value in old if canonical(value) not in {canonical(one) for one in new}]
    found = [Impact(Level.BREAKS, here, f"may be {_shown(added)} now")] if added else []
    return [*found, Impact(Level.SAFE, here, f"is never {_shown(lost)} any more")] if lost else found


def _listed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if isinstance(schema.get("enum"), list | tuple) else None


def _type_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", dict: "object"}
    kind = kinds.get(type(value), "array")
    return "integer" if isinstance(value, float) and value.is_integer() else kind


def _overlap(old: frozenset[str], new: frozenset[str]) -> bool:
    return bool(old & new) or ("number" in old and "integer" in new) or ("integer" in old and "number" in new)


def _either(kinds: Any) -> str:
    return "anything" if set(kinds) == _ALL else " or ".join(sorted(kinds))


def _shown(values: list[Any]) -> str:
    return ", ".join(canonical(value).decode() for value in values)
