"""A value held against a JSON Schema. Imported when the first answer is checked: its libraries are a third of what
importing the client would cost."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from typing import Any

import referencing
import referencing.exceptions
from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError

PROBLEMS_SHOWN = 10


def violations(value: Any, schema: dict[str, Any]) -> tuple[str, ...]:
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
