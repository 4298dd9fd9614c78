"""The fields of two object schemas: removed, renamed, retyped, no longer required, newly allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .impact import Impact, Level
from .schema_reference import plain

Schema = Mapping[str, Any]
Compare = Callable[[Schema, Schema, str], Iterator[Impact]]


def object_changes(before: Schema, after: Schema, where: str, compare: Compare) -> Iterator[Impact]:
    """`compare` is asked about the fields that both have."""
    old, new = _properties(before), _properties(after)
    renamed = _renamed(before, after)
    for name, schema in old.items():
        at = f"{where}.{name}" if where else name
        if name in new:
            yield from compare(plain(schema), plain(new[name]), at)
        else:
            yield _gone(at, name in before.get("required", ()), renamed.get(name))
    yield from _not_required(before, after, where)
    yield from _added(before, after, where, compare, set(renamed.values()))
    yield from _open(before, after, where or "the answer", compare)


def _gone(at: str, required: bool, renamed: str | None) -> Impact:
    if renamed:
        return Impact(Level.BREAKS, at, f"renamed to `{renamed}`")
    if required:
        return Impact(Level.BREAKS, at, "removed: callers that read it find nothing")
    return Impact(Level.MAY_BREAK, at, "removed: it was optional, callers that read it find nothing any more")


def _renamed(before: Schema, after: Schema) -> dict[str, str]:
    """A field that is gone and the only new field that looks the same and is as required."""
    old, new = _properties(before), _properties(after)
    added = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for name in (name for name in old if name not in new):
        same = [one for one in added if new[one] == old[name] and _required(after, one) == _required(before, name)]
        if len(same) == 1 and same[0] not in found.values():
            found[name] = same[0]
    return found


def _not_required(before: Schema, after: Schema, where: str) -> Iterator[Impact]:
    for name in before.get("required", ()):
        gone = name in _properties(before) and name not in _properties(after)
        if not _required(after, name) and not gone:
            at = f"{where}.{name}" if where else name
            yield Impact(Level.BREAKS, at, "no longer required: it may be missing")


def _added(before: Schema, after: Schema, where: str, compare: Compare, renames: set[str]) -> Iterator[Impact]:
    rest = before.get("additionalProperties", True)
    for name, schema in _properties(after).items():
        at = f"{where}.{name}" if where else name
        if name in _properties(before) or name in renames:
            continue
        if rest is False:
            yield Impact(Level.MAY_BREAK, at, "a new field: callers that refuse unknown fields fail")
        elif rest is True:
            yield Impact(Level.SAFE, at, "a new field")
        else:
            yield from compare(plain(rest), plain(schema), at)


def _open(before: Schema, after: Schema, here: str, compare: Compare) -> Iterator[Impact]:
    old, new = before.get("additionalProperties", True), after.get("additionalProperties", True)
    if old is True or old == new or new is False:
        return
    if old is False:
        yield Impact(Level.MAY_BREAK, here, "fields that are not listed may come: strict callers fail")
    else:
        yield from compare(plain(old), plain(new), f"{here}.*")


def _properties(schema: Schema) -> Mapping[str, Any]:
    found = schema.get("properties", {})
    return found if isinstance(found, Mapping) else {}


def _required(schema: Schema, name: str) -> bool:
    return name in schema.get("required", ())
