"""Whether a schema is JSON Schema at all. Versions of a prompt share theirs, so each is checked once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, SchemaError


class Unsound(NamedTuple):
    """`path` is where in the schema."""

    path: tuple[str | int, ...]
    message: str


def unsound(schema: Mapping[str, Any]) -> Unsound | None:
    """What the first fault of a schema is, None for a sound one of draft 2020-12."""
    return _checked(json.dumps(schema))


@lru_cache(maxsize=4096)
def _checked(schema: str) -> Unsound | None:
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return Unsound(tuple(error.absolute_path), error.message)
    return None
