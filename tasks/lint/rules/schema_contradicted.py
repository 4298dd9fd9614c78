"""PS119: the text and the output schema do not agree: keys, values, or an example answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from registry.nearest import listed
from tasks.lint.asked import choices, keys_asked
from tasks.lint.finding import Finding, error_from
from tasks.lint.passage import Passage
from tasks.lint.soundness import unsound
from tasks.lint.subject import Subject

CODE = "PS119"

_REFERENCES = ("$ref", "$dynamicRef")


def schema_contradicted(subject: Subject) -> Iterator[Finding]:
    schema = subject.version.output.schema_
    if not schema or not isinstance(schema.get("properties"), Mapping) or _broken(schema):
        return
    told = [passage for passage in subject.passages if passage.role != "assistant"]
    named = {name.key for passage in told for name in keys_asked(passage.instructions)}
    for passage in told:
        yield from _unknown_keys(subject, passage, schema)
        yield from _other_values(subject, passage, schema["properties"])
    if named & set(schema["properties"]):
        yield from _untold(subject, told, schema)
    yield from _wrong_examples(subject, schema)


def _unknown_keys(subject: Subject, passage: Passage, schema: Mapping[str, Any]) -> Iterator[Finding]:
    known = set(_names(schema))
    unknown = {name.key: name for name in keys_asked(passage.instructions) if name.key not in known}
    for name in unknown.values():
        found = f"the text asks for {name.key!r}, and the schema knows {listed(sorted(known))}"
        fix = "Add it to the schema, or remove it from the text"
        yield _finding(subject, subject.passage_line(passage, name.start), found, "keys of the output schema", fix)


def _other_values(subject: Subject, passage: Passage, properties: Mapping[str, Any]) -> Iterator[Finding]:
    for choice in choices(passage.instructions):
        entry = properties.get(choice.key)
        values = entry.get("enum") if isinstance(entry, Mapping) else None
        if isinstance(values, list) and (
            wrong := {*choice.values} ^ {str(value) for value in values if value is not None}
        ):
            found = f"for {choice.key!r} the text lists {listed(choice.values)}, the schema {listed(map(str, values))}"
            fix = f"Bring them together: {listed(sorted(wrong))} stands in one of them only"
            yield _finding(subject, subject.passage_line(passage, choice.start), found, "the same values", fix)


def _untold(subject: Subject, told: list[Passage], schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Keys that are required and that nobody tells the model of; with `enforce: request` the schema itself does."""
    if subject.version.output.enforce == "request":
        return
    text = "\n".join(passage.text for passage in [*told, *(p for p in subject.passages if p.role == "assistant")])
    required = schema.get("required")
    missing = [
        key for key in required if isinstance(key, str) and not re.search(rf"(?<!\w){re.escape(key)}(?!\w)", text)
    ] if isinstance(required, list) else []  # fmt: skip
    if missing:
        line = subject.line("output", "schema", "required")
        found = f"the schema requires {listed(map(repr, missing))}, and the text names other keys only"
        fix = "Name it in the text, or set `enforce: request` so that the model gets the schema"
        yield _finding(subject, line, found, "every required key in the text", fix)


def _wrong_examples(subject: Subject, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for passage in subject.passages:
        if passage.role != "assistant" or not passage.text.lstrip().startswith("{"):
            continue
        try:
            error = best_match(Draft202012Validator(schema).iter_errors(json.loads(passage.text)))
        except ValueError:
            continue
        if error:
            found = f"this example of an answer breaks the schema: {error.message}"
            line = subject.template_line(passage.index, 1)
            yield _finding(
                subject, line, found, "examples that the schema allows", "Correct the example, or the schema"
            )


def _broken(schema: Mapping[str, Any]) -> bool:
    """PS103 says so. A schema with references is left alone too: nothing is fetched, nothing is resolved here."""
    return unsound(schema) is not None or any(reference in json.dumps(schema) for reference in _REFERENCES)


def _names(schema: Any) -> Iterator[str]:
    """Of all properties at any depth."""
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            yield from map(str, properties)
        for child in schema.values():
            yield from _names(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _names(child)


def _finding(subject: Subject, line: int | None, found: str, expected: str, fix: str) -> Finding:
    return Finding(CODE, error_from("high", subject.risk), line, found, expected, fix)
