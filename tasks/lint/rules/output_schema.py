"""PS103: a JSON Schema of the file is broken, or nothing can satisfy it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tasks.lint.finding import Finding, Severity
from tasks.lint.soundness import unsound
from tasks.lint.subject import Subject

CODE = "PS103"


class Fault(NamedTuple):
    """`path` is where in the schema."""

    path: tuple[str | int, ...]
    found: str
    expected: str
    fix: str


def output_schema(subject: Subject) -> Iterator[Finding]:
    output = subject.version.output
    if output.schema_ is not None:
        yield from _findings(subject, ("output", "schema"), output.schema_)
        if output.format != "json":
            yield Finding(
                CODE,
                Severity.ERROR,
                subject.line("output", "format"),
                f"a schema with format {output.format!r}",
                "format json where there is a schema",
                "Set `format: json`, or remove the schema",
            )
    for index, tool in enumerate(subject.version.tools):
        yield from _findings(subject, ("tools", index, "parameters"), tool.parameters)


def _findings(subject: Subject, where: tuple[str | int, ...], schema: Mapping[str, Any]) -> Iterator[Finding]:
    for fault in faults(schema):
        line = subject.line(*where, *fault.path)
        yield Finding(CODE, Severity.ERROR, line, fault.found, fault.expected, fault.fix)


def faults(schema: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a schema: it is no schema, points nowhere, or asks for what it forbids."""
    if fault := unsound(schema):
        said = f"not a JSON Schema: {fault.message}"
        yield Fault(fault.path, said, "JSON Schema of draft 2020-12", "Correct this keyword")
        return
    for path, node in _nodes(schema, ()):
        yield from _dangling(schema, path, node)
        yield from _unsatisfiable(path, node)


def _nodes(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield path, value
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if key not in ("enum", "const", "default", "examples"):
            yield from _nodes(child, (*path, key))


def _dangling(root: Mapping[str, Any], path: tuple[str | int, ...], node: Mapping[str, Any]) -> Iterator[Fault]:
    target = node.get("$ref")
    if isinstance(target, str) and not _resolves(root, target):
        expected = "a reference inside this schema: '#/$defs/...'"
        yield Fault(
            (*path, "$ref"), f"$ref {target!r} points to nothing in this file", expected, "Copy what it means here"
        )


def _resolves(root: Mapping[str, Any], target: str) -> bool:
    here: Any = root
    if not target.startswith("#"):
        return False
    for part in target[1:].split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(here, Mapping) or key not in here:
            return False
        here = here[key]
    return True


def _unsatisfiable(path: tuple[str | int, ...], node: Mapping[str, Any]) -> Iterator[Fault]:
    """Required keys that `additionalProperties: false` forbids."""
    required, properties = node.get("required"), node.get("properties", {})
    if node.get("additionalProperties") is not False or not isinstance(required, list) or node.get("patternProperties"):
        return
    missing = [key for key in required if key not in properties]
    if missing:
        found = f"the required {missing!r} cannot be given: additionalProperties is false"
        yield Fault(
            (*path, "required"), found, "required keys among the properties", "Describe them under `properties`"
        )
