from __future__ import annotations

from typing import Any

import pytest

from tasks.lint.schema_change import breaks

Schema = dict[str, Any]


def of(required: tuple[str, ...] = ("id",), **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": {"id": {"type": "string"}, **properties}}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (of(), None, ""),
        (of(), {"type": "object"}, "id"),
        (of(), of(required=()), "id"),
        (of(n={"type": "integer"}), of(n={"type": "number"}), "n"),
        (of(n={"type": "integer"}), of(n={"type": ["integer", "null"]}), "n"),
        (of(n={"type": "integer"}), of(n={}), "n"),
        (of(n={"enum": [1, 2]}), of(n={"enum": [1, 2, 3]}), "n"),
        (of(n={"enum": [1, 2]}), of(n={}), "n"),
        (of(o=of(x={})), of(o=of()), "o.x"),
        (of(l={"type": "array", "items": of(x={})}), of(l={"type": "array", "items": of()}), "l[].x"),
    ],
)
def test_breaks(old: Schema, new: Schema | None, where: str) -> None:
    assert [broken.where for broken in breaks(old, new)] == [where]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, of()),
        (of(), of()),
        (of(), of(more={"type": "string"})),
        (of(n={"type": "number"}), of(n={"type": "integer"})),
        (of(n={"type": ["string", "null"]}), of(n={"type": "string"})),
        (of(n={"enum": [1, 2]}), of(n={"enum": [1]})),
        (of(n={"enum": [1, 2]}), of(n={"const": 1})),
        (of(n={}), of(required=("id", "n"), n={})),
    ],
)
def test_breaks_nobody(old: Schema | None, new: Schema) -> None:
    assert list(breaks(old, new)) == []
