"""Two JSON values, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..behavior import canonical


class FieldChange(NamedTuple):
    """`path` is dotted; None stands for not set."""

    path: str
    before: Any
    after: Any


def fields(before: Any, after: Any, path: str = "") -> tuple[FieldChange, ...]:
    """In the order of the newer value, with what is gone at the end. Lists of named things are compared by name."""
    return tuple(_changes(before, after, path))


def _changes(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    before, after = _by_name(before), _by_name(after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _changes(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif canonical(before) != canonical(after):
        yield FieldChange(path, before, after)


def _by_name(value: Any) -> Any:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return value
    named = all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in value)
    return {item["name"]: item for item in value} if named else value
