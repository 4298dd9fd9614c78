"""Reading a JSON Schema at one path: what keys are known there, and what a value looks like in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Schema = dict[str, Any]
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def at(root: Schema, path: Sequence[str | int]) -> list[Schema]:
    """The schemas that may describe the value at `path`: several where a union allows several."""
    schemas = _opened(root, root)
    for part in path:
        schemas = [option for schema in schemas for child in _children(schema, part) for option in _opened(root, child)]
    return schemas


def known_keys(schemas: list[Schema]) -> list[str]:
    return list(dict.fromkeys(key for schema in schemas for key in schema.get("properties", {})))


def parents_of(root: Schema, key: str, depth: int = 2) -> list[str]:
    """Dotted paths of the mappings that know `key`, `depth` levels down at most: where a misplaced key belongs."""
    found: list[str] = []
    level: list[tuple[str, Schema]] = [("", schema) for schema in _opened(root, root)]
    for _ in range(depth):
        level = [
            (f"{where}.{name}".strip("."), option)
            for where, schema in level
            for name, child in schema.get("properties", {}).items()
            for option in _opened(root, child)
        ]
        found += [where for where, schema in level if key in schema.get("properties", {})]
    return list(dict.fromkeys(found))


def described(schemas: list[Schema]) -> str:
    """`text like 'order-extract'`, `a whole number`, `one of 'low', 'medium', 'high'`; empty for no schema."""
    return " or ".join(dict.fromkeys(_described(schema) for schema in schemas))


def example(schemas: list[Schema]) -> str:
    """How such a value is written in YAML."""
    for schema in schemas:
        for key in ("examples", "enum"):
            if schema.get(key):
                return json.dumps(schema[key][0]).strip('"')
    return "..."


def _described(schema: Schema) -> str:
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return "one of " + ", ".join(repr(value) for value in schema["enum"])
    word = _WORDS.get(str(schema.get("type")), "a value that fits")
    if schema.get("examples") and word != "null":
        return f"{word} like " + " or ".join(repr(value) for value in schema["examples"][:3])
    return f"{word} that matches {schema['pattern']}" if "pattern" in schema else word


def _children(schema: Schema, part: str | int) -> list[Schema]:
    if isinstance(part, int):
        items = schema.get("items")
        return [items] if isinstance(items, dict) else []
    own = schema.get("properties", {}).get(part)
    rest = schema.get("additionalProperties")
    return [own] if own else [rest] if isinstance(rest, dict) else []


def _opened(root: Schema, schema: Schema) -> list[Schema]:
    """References followed and unions taken apart; what stands beside a reference (examples) counts too."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _opened(root, {**target, **beside})
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        beside = {"examples": schema["examples"]} if "examples" in schema else {}
        return [opened for option in options for opened in _opened(root, {**option, **beside})]
    return [schema]
