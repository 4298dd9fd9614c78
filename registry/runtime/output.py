"""The contract with the calling code: is this answer what the prompt's output section promises?

Strict: what is not JSON as it stands is not JSON. A fence around it is not stripped: the calling code would meet it
too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

from ..artifact import Output


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
    from .schema_check import violations

    return violations(value, schema)
