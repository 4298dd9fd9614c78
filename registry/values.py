"""Values for a prompt's variables: complete, known, of the declared type and within the declared bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .message import Variable
from .nearest import listed, nearest

MAX_DEPTH = 8


def completed(variables: Mapping[str, Variable], values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values with defaults filled in, and every problem as a sentence."""
    problems = [_unknown(name, variables) for name in values if name not in variables]
    complete: dict[str, Any] = {}
    for name, variable in variables.items():
        if name in values:
            complete[name] = values[name]
            problems += [f"`{name}`: {what}" for what in misfits(variable, values[name])]
        elif has_default(variable):
            complete[name] = variable.default
        else:
            problems.append(f"`{name}` is missing, expected {_kind(variable)}")
    return complete, problems


def has_default(variable: Variable) -> bool:
    """A default of null counts, when it is written."""
    return "default" in variable.model_fields_set


def misfits(variable: Variable, value: Any) -> list[str]:
    """Why this value does not fit, each as found and expected; the value itself is not repeated, it may be private."""
    if not _TYPES[variable.type](value):
        return [f"found {type(value).__name__}, expected {_kind(variable)}"]
    return [*_bounds(variable, value), *_sizes(variable, value)]


def _bounds(variable: Variable, value: Any) -> list[str]:
    found = []
    if variable.minimum is not None and _is_number(value) and value < variable.minimum:
        found.append(f"found {value!r}, expected at least {variable.minimum:g}")
    if variable.maximum is not None and _is_number(value) and value > variable.maximum:
        found.append(f"found {value!r}, expected at most {variable.maximum:g}")
    if variable.enum is not None and isinstance(value, str) and value not in variable.enum:
        found.append(f"found another text, expected one of {listed(map(repr, variable.enum))}")
    return found


def _sizes(variable: Variable, value: Any) -> list[str]:
    found = []
    if variable.max_length is not None and isinstance(value, str) and len(value) > variable.max_length:
        found.append(f"found {len(value)} characters, expected at most {variable.max_length}")
    if variable.max_items is not None and isinstance(value, list | tuple) and len(value) > variable.max_items:
        found.append(f"found {len(value)} items, expected at most {variable.max_items}")
    return found


def _unknown(name: str, variables: Mapping[str, Variable]) -> str:
    guess = nearest(name, variables)
    return f"`{name}` is not declared, " + (f"did you mean `{guess}`?" if guess else f"known: {listed(variables)}")


def _kind(variable: Variable) -> str:
    return _NAMES[variable.type] + (f" of at most {variable.max_length} characters" if variable.max_length else "")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _is_json(value: Any, depth: int = MAX_DEPTH) -> bool:
    if isinstance(value, list | tuple):
        return depth > 0 and all(_is_json(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return depth > 0 and all(isinstance(key, str) and _is_json(item, depth - 1) for key, item in value.items())
    return value is None or isinstance(value, str | bool) or _is_number(value)


def _is_array(value: Any) -> bool:
    return isinstance(value, list | tuple) and _is_json(value)


_TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "array": _is_array,
}
_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "true or false",
    "array": "a list of JSON values",
}
