"""Pydantic's errors in the words of the person who wrote the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from . import shape
from .nearest import listed, nearest
from .problem import Misfit, Problem
from .yaml_document import Document, Path, dotted

Words = tuple[str, str, str]


def complaints(error: ValidationError, data: Any, document: Document, schema: shape.Schema) -> list[Problem]:
    """One problem a place: found, expected, fix. The options of a union that all failed are one problem."""
    by_path: dict[tuple[Path, bool], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path = _real_path(detail, data)
        by_path.setdefault((path, _of_key(detail)), []).append(detail)
    unknown = (path for (path, _), details in by_path.items() if details[0]["type"] == "extra_forbidden")
    renamed = {_guess(path, schema) for path in unknown}
    return [
        _problem(path, of_key, details, document, schema)
        for (path, of_key), details in by_path.items()
        if not (details[0]["type"] == "missing" and path in renamed)
    ]


def brief(error: ValidationError | OSError) -> str:
    """What is wrong with a file that a program wrote, on one line: the first wrong place, without what stands there."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    where = dotted(tuple(part for part in first["loc"] if part != "[key]"))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _guess(path: Path, schema: shape.Schema) -> Path | None:
    """The known key that an unknown one was probably meant to be."""
    guess = nearest(path[-1], shape.known_keys(shape.at(schema, path[:-1])))
    return (*path[:-1], guess) if guess else None


def _problem(
    path: Path, of_key: bool, details: list[ErrorDetails], document: Document, schema: shape.Schema
) -> Problem:
    line, column = document.place(path, of_key=of_key)
    words = _WORDS.get(details[0]["type"], _misfit)
    found, expected, fix = words(path, details, schema)
    return Problem(line, column, dotted(path), found, expected, fix)


def _of_key(detail: ErrorDetails) -> bool:
    return detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]


def _real_path(detail: ErrorDetails, data: Any) -> Path:
    """Pydantic's location without the marks of unions and validators, which are no keys of the file."""
    path: list[str | int] = []
    wanted = detail["loc"][-1] if detail["type"] == "missing" else None
    for part in detail["loc"]:
        if _holds(data, part):
            path.append(part)
            data = data[part]
    return (*path, wanted) if wanted is not None else tuple(path)


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _unknown_key(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    key, known = str(path[-1]), shape.known_keys(shape.at(schema, path[:-1]))
    guess = _guess(path, schema)
    homes = [home for home in shape.parents_of(schema, key) if home != dotted(path[:-1])]
    if guess:
        fix = f"did you mean {guess[-1]!r}"
    elif homes:
        fix = f"put it under {homes[0]!r}"
    else:
        fix = "remove it"
    return "this key is not known", listed(known, 30), fix


def _missing(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    schemas = shape.at(schema, path)
    return "this key is missing", shape.described(schemas), f"add `{path[-1]}: {shape.example(schemas)}`"


def _no_such_word(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    words = [word for detail in details for word in _quoted(str(detail.get("ctx", {}).get("expected", "")))]
    value = details[0]["input"]
    guess = nearest(value, words) if isinstance(value, str) else None
    return _shown(value), " or ".join(map(repr, words)), f"write {guess}" if guess else "write one of these"


def _no_match(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    schemas = shape.at(schema, path)
    pattern = str(details[0].get("ctx", {}).get("pattern", ""))
    expected = shape.described([item for item in schemas if item.get("examples")]) or f"text that matches {pattern}"
    return _shown(details[0]["input"]), expected, "correct the spelling"


def _no_text(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    value = details[0]["input"]
    example = shape.example(shape.at(schema, path))
    if example != "...":
        fix = f"write it like {example}"
    elif isinstance(value, bool | int | float):
        fix = f'put it in quotes: "{json.dumps(value)}"'
    elif isinstance(value, dict):
        fix = "put text that starts with { or holds ': ' in quotes"
    else:
        fix = "write text here"
    return _shown(value), _wanted(path, details, schema), fix


def _misfit(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> Words:
    cause = details[0].get("ctx", {}).get("error")
    if isinstance(cause, Misfit):
        return cause.found, cause.expected, cause.fix
    if isinstance(cause, ValueError):
        return str(cause), "what the message says", "correct the value"
    return _shown(details[0]["input"]), _wanted(path, details, schema), "correct the value"


def _wanted(path: Path, details: list[ErrorDetails], schema: shape.Schema) -> str:
    if details[0]["type"] in _KINDS:
        return shape.described(shape.at(schema, path))
    said = [str(detail["msg"]) for detail in details]
    return " or ".join(dict.fromkeys(text.removeprefix("Input should ").removeprefix("be ") for text in said))


def _quoted(expected: str) -> Iterable[str]:
    """`'low', 'medium' or 'high'` -> low, medium, high."""
    return expected.split("'")[1::2]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"a mapping with {listed(map(str, value), 4)}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing (null)"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


_KINDS = {"model_type", "dict_type", "list_type", "tuple_type", "string_type", "int_type", "int_parsing", "float_type"}
_KINDS |= {"float_parsing", "bool_type", "bool_parsing", "int_from_float", "model_attributes_type", "mapping_type"}

_WORDS: dict[str, Callable[[Path, list[ErrorDetails], shape.Schema], Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _no_such_word,
    "enum": _no_such_word,
    "string_pattern_mismatch": _no_match,
    "string_type": _no_text,
}
