"""What a change of the output schema breaks for code that reads the answers.

A reader breaks when an answer may now lack what it always had, or be what it never was. Narrower bounds and new keys
break nobody; changed patterns, formats and `additionalProperties` are not judged, and references are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]


class Break(NamedTuple):
    """`where` is the dotted path of the key, empty for the whole answer."""

    where: str
    what: str


def breaks(old: Schema | None, new: Schema | None, where: str = "") -> Iterator[Break]:
    """What readers of `old` answers meet under `new`; a schema that is gone breaks, one that is new does not."""
    if old is None:
        return
    if new is None:
        yield Break(where, "nothing describes it any more")
        return
    yield from _types(old, new, where)
    yield from _values(old, new, where)
    yield from _keys(old, new, where)
    if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
        yield from breaks(old["items"], new["items"], f"{where}[]")


def _types(old: Schema, new: Schema, where: str) -> Iterator[Break]:
    before, after = _kinds(old), _kinds(new)
    if before and (wider := sorted(after - before) if after else ["anything"]):
        yield Break(where, f"it may be {' or '.join(wider)} now, it was {' or '.join(sorted(before))}")


def _values(old: Schema, new: Schema, where: str) -> Iterator[Break]:
    before, after = old.get("enum"), new.get("enum")
    if not isinstance(before, list):
        return
    if not isinstance(after, list):
        if "const" not in new:
            yield Break(where, "its values are not listed any more")
    elif added := [value for value in after if value not in before]:
        yield Break(where, f"it may be {', '.join(map(repr, added))} now")


def _keys(old: Schema, new: Schema, where: str) -> Iterator[Break]:
    before, after = _properties(old), _properties(new)
    for key, entry in before.items():
        inner = f"{where}.{key}".strip(".")
        if key not in after:
            yield Break(inner, "it is gone")
        elif key in _required(old) and key not in _required(new):
            yield Break(inner, "it may be missing now")
        else:
            yield from breaks(entry, after[key], inner)


def _kinds(schema: Schema) -> set[str]:
    kind = schema.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list) else set()
    return kinds | {"integer"} if "number" in kinds else kinds


def _properties(schema: Schema) -> dict[str, Schema]:
    found = schema.get("properties")
    return (
        {key: value for key, value in found.items() if isinstance(value, Mapping)} if isinstance(found, Mapping) else {}
    )


def _required(schema: Schema) -> list[Any]:
    found = schema.get("required")
    return found if isinstance(found, list) else []
