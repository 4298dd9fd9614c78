"""The contract with the calling code: is this answer what the prompt's output section promises?

Strict: what is not JSON as it stands is not JSON. A fence around it is not stripped: the calling code would meet it
too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

import referencing
import referencing.exceptions
from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError

from ..artifact import Output

PROBLEMS_SHOWN = 10


@dataclass(frozen=True)
class OutputCheck:
    """`ok` is None when nothing is promised. `value` is the parsed JSON, else the text, None when unreadable."""

    ok: bool | None
    value: Any
    problems: tuple[str, ...] = ()


def check_output(text: str, output: Output) -> OutputCheck:
    """`text` as the model wrote it. Never raises for what a model may write."""
    if output.format == "json":
        return _check_json(text, output.schema_)
    if output.format == "xml":
        return _check_xml(text)
    if output.schema_ is None:
        return OutputCheck(None, text)
    problems = _violations(text, output.schema_)
    return OutputCheck(not problems, text, problems)


def _check_json(text: str, schema: dict[str, Any] | None) -> OutputCheck:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return OutputCheck(False, None, (f"not JSON: {error}",))
    problems = () if schema is None else _violations(value, schema)
    return OutputCheck(not problems, value, problems)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _check_xml(text: str) -> OutputCheck:
    """Well-formed, without a document type: entities are neither needed nor safe."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return OutputCheck(False, None, ("a document type is not accepted",))
    try:
        ET.fromstring(text)  # noqa: S314  nothing with entities gets here
    except (ET.ParseError, ValueError) as error:
        return OutputCheck(False, None, (f"not XML: {error}",))
    return OutputCheck(True, text)


def _violations(value: Any, schema: dict[str, Any]) -> tuple[str, ...]:
    """A schema that cannot be applied is a problem too: nobody knows whether the answer keeps it."""
    errors = _validator(json.dumps(schema, sort_keys=True)).iter_errors(value)
    try:
        return tuple(_sentence(error) for error in islice(errors, PROBLEMS_SHOWN))
    except (referencing.exceptions.Unresolvable, UnknownType, RecursionError) as error:
        return (f"the schema cannot be applied: {error}",)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Draft202012Validator:
    """With an empty registry: a `$ref` to somewhere else is an error, never a download."""
    return Draft202012Validator(json.loads(schema), registry=referencing.Registry())


def _sentence(error: ValidationError) -> str:
    return f"{error.json_path}: {error.message}"
