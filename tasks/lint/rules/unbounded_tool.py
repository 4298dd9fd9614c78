"""PS116: a tool takes what no schema bounds: any text, any number, any list, any further key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.nearest import listed
from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS116"

_CLOSED = ("enum", "const", "$ref", "pattern", "format")
_BOUNDS = {"string": ("maxLength",), "array": ("maxItems",), "integer": ("maximum",), "number": ("maximum",)}
_LOWER = ("exclusiveMaximum",)


def unbounded_tool(subject: Subject) -> Iterator[Finding]:
    for index, tool in enumerate(subject.version.tools):
        if open_places := list(unbounded(tool.parameters)):
            yield Finding(
                CODE,
                error_from("high", subject.risk),
                subject.line("tools", index, "parameters"),
                f"the tool {tool.name!r} takes what nothing bounds: {listed(open_places, 6)}",
                "additionalProperties: false, and an enum, a pattern or a maximum for each value",
                "Bound each parameter by what the tool may really be asked for",
            )


def unbounded(schema: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """`query: no maxLength`, `any further key`, in the order of the schema; a schema that is broken is PS103's."""
    types = schema.get("type")
    kinds = types if isinstance(types, list) else [types]
    if ("object" in kinds or (not name and types is None)) and schema.get("additionalProperties", True) is True:
        yield f"{name}: any further key" if name else "any further key"
    if not any(key in schema for key in _CLOSED):
        yield from (f"{name or 'it'}: {lack}" for lack in _lacks(schema, kinds))
    for key, child in _children(schema):
        yield from unbounded(child, f"{name}.{key}".strip("."))


def _lacks(schema: Mapping[str, Any], kinds: list[Any]) -> Iterator[str]:
    for kind in kinds:
        for bound in _BOUNDS.get(str(kind), ()):
            if bound not in schema and not any(key in schema for key in _LOWER):
                yield f"no {bound}"


def _children(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    properties = schema.get("properties")
    for key, child in properties.items() if isinstance(properties, Mapping) else ():
        if isinstance(child, Mapping):
            yield str(key), child
    for key in ("items", "additionalProperties"):
        child = schema.get(key)
        if isinstance(child, Mapping):
            yield f"{key}", child
