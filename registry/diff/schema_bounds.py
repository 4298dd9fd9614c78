"""Numeric limits of two schemas: a limit that was loosened may surprise a caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .impact import Impact, Level

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
BOUNDS = frozenset((*_LOWER, *_UPPER))


def bound_changes(before: Mapping[str, Any], after: Mapping[str, Any], here: str) -> Iterator[Impact]:
    for key in (*_LOWER, *_UPPER):
        if key not in before or before[key] == after.get(key):
            continue
        old, new = before[key], after.get(key)
        if new is None:
            yield Impact(Level.MAY_BREAK, here, f"`{key}` {old} is gone")
        elif (new < old) if key in _LOWER else (new > old):
            yield Impact(Level.MAY_BREAK, here, f"`{key}` was {old}, now {new}")
