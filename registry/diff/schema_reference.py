"""A schema with its local references written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DATA = ("enum", "const", "default", "examples", "required")


def plain(schema: Any) -> Mapping[str, Any]:
    """`true` and `false` as the mappings they stand for."""
    if isinstance(schema, Mapping):
        return schema
    return {} if schema is True else {"not": {}}


def followed(root: Mapping[str, Any]) -> Mapping[str, Any]:
    """References to this document inlined; those that go round, or out of it, stay as they are."""
    return plain(_followed(root, root, ()))


def _followed(value: Any, root: Mapping[str, Any], open_: tuple[str, ...]) -> Any:
    if isinstance(value, list | tuple):
        return [_followed(item, root, open_) for item in value]
    if not isinstance(value, Mapping):
        return value
    target = value.get("$ref")
    if isinstance(target, str) and target not in open_ and (found := _found(root, target)) is not None:
        beside = {key: item for key, item in value.items() if key != "$ref"}
        merged = {**plain(found), **beside}
        return _followed(merged, root, (*open_, target))
    return {key: item if key in _DATA else _followed(item, root, open_) for key, item in value.items()}


def _found(root: Mapping[str, Any], target: str) -> Any:
    here: Any = root
    if not target.startswith("#"):
        return None
    for part in target[1:].split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here
