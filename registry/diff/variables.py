"""The variables that an application fills in: added, removed, changed, and whether its calls still fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .fields import FieldChange, fields
from .impact import Impact, Level

Variables = Mapping[str, Mapping[str, Any]]
_LOWER, _UPPER = ("minimum",), ("maxLength", "maximum", "maxItems")


@dataclass(frozen=True)
class VariableChanges:
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[FieldChange, ...]
    impacts: tuple[Impact, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def variable_changes(before: Variables, after: Variables) -> VariableChanges:
    """Of the `variables` of two prompt components."""
    shared = [name for name in after if name in before]
    return VariableChanges(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(change for name in shared for change in fields(before[name], after[name], name)),
        impacts=tuple(_impacts(before, after)),
    )


def _impacts(before: Variables, after: Variables) -> Iterator[Impact]:
    for name in after:
        if name in before:
            yield from _narrowed(name, before[name], after[name])
        elif "default" not in after[name]:
            yield Impact(Level.BREAKS, name, "a new variable without a default: calls that do not give it fail")
    for name in before:
        if name not in after:
            yield Impact(Level.BREAKS, name, "the variable is gone: calls that still give it fail")


def _narrowed(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Impact]:
    old, new = before.get("type"), after.get("type")
    if old != new and (old, new) != ("integer", "number"):
        yield Impact(Level.BREAKS, name, f"the type was {old}, now {new}")
    if "default" in before and "default" not in after:
        yield Impact(Level.BREAKS, name, "the default is gone: calls that do not give the variable fail")
    for key in (*_LOWER, *_UPPER):
        if key in after and (key not in before or _tighter(key, before[key], after[key])):
            yield Impact(Level.MAY_BREAK, name, f"{key} was {before.get(key, 'not set')}, now {after[key]}")
    lost = [value for value in before.get("enum", ()) if "enum" in after and value not in after["enum"]]
    if lost or ("enum" in after and "enum" not in before):
        what = f"no longer taken: {', '.join(map(repr, lost))}" if lost else "only listed values are taken now"
        yield Impact(Level.MAY_BREAK, name, what)


def _tighter(key: str, old: float, new: float) -> bool:
    return new > old if key in _LOWER else new < old
