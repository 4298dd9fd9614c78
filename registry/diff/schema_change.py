"""Two JSON Schemas of an answer: does code that was written for the older one still work?

What the newer schema allows has to be allowed by the older one. Keywords that are not understood are never called safe
when they differ. Local references are followed; a reference to a schema that is being followed stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..behavior import canonical
from .impact import Impact, Level, worst
from .object_change import object_changes
from .schema_bounds import BOUNDS, bound_changes
from .schema_reference import followed, plain
from .schema_types import type_changes

Schema = Mapping[str, Any]
_NOTES = frozenset(
    (
        *("title", "description", "default", "examples", "$comment", "deprecated", "readOnly", "writeOnly"),
        *("$schema", "$id", "$defs", "definitions"),
    )
)
_READ = frozenset(("type", "enum", "const", "properties", "required", "additionalProperties", "items", "anyOf"))
_NEIGHBORS = frozenset(("patternProperties", "prefixItems", "unevaluatedProperties", "unevaluatedItems"))


def schema_changes(before: Schema, after: Schema) -> tuple[Impact, ...]:
    """In the order of the schema; empty when nothing that callers can see changed."""
    return tuple(_changes(followed(before), followed(after), ""))


def _changes(before: Schema, after: Schema, where: str) -> Iterator[Impact]:
    if _bare(before) == _bare(after):
        return
    here = where or "the answer"
    retyped, disjoint = type_changes(before, after, here)
    yield from retyped
    if disjoint:
        return
    yield from bound_changes(before, after, here)
    yield from object_changes(before, after, where, _changes)
    if "items" in before or "items" in after:
        yield from _changes(plain(before.get("items", True)), plain(after.get("items", True)), f"{where}[]")
    yield from _options(before, after, here)
    yield from _others(before, after, here)


def _options(before: Schema, after: Schema, here: str) -> Iterator[Impact]:
    """Each way the newer answer may look has to be one of the older ways."""
    if "anyOf" not in before:
        return
    older = [plain(option) for option in before["anyOf"]]
    rest = {key: value for key, value in after.items() if key != "anyOf"}
    newer = [plain(option) for option in after["anyOf"]] if "anyOf" in after else [rest]
    for option in newer:
        if not any(worst(_changes(old, option, "")) is Level.SAFE for old in older):
            yield Impact(Level.BREAKS, here, f"a form that was not there before: {_shown(option)}")


def _others(before: Schema, after: Schema, here: str) -> Iterator[Impact]:
    for key in before:
        if key in _NEIGHBORS or (key not in _NOTES | _READ | BOUNDS and before[key] != after.get(key)):
            yield Impact(Level.MAY_BREAK, here, f"`{key}` or what it depends on changed, what that allows is not known")
    for key in after:
        if key in _NEIGHBORS and key not in before:
            yield Impact(Level.MAY_BREAK, here, f"`{key}` is new, what it allows is not known")


def _bare(value: Any) -> bytes:
    return canonical(_without_notes(value))


def _without_notes(schema: Any, names: bool = False) -> Any:
    """`names`: the keys are names of fields, and `title` may be one."""
    if isinstance(schema, Mapping):
        return {
            key: _without_notes(item, not names and key in ("properties", "patternProperties"))
            for key, item in schema.items()
            if names or key not in _NOTES
        }
    return [_without_notes(item) for item in schema] if isinstance(schema, list | tuple) else schema


def _shown(schema: Schema) -> str:
    text = canonical(_without_notes(schema)).decode()
    return text if len(text) <= 80 else text[:79] + "…"
