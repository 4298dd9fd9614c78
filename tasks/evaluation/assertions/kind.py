"""What an assertion is: a pure function of an answer and its parameters, and what may be asked of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from tasks.evaluation.answer import Answer


class Params(NamedTuple):
    """`value` is resolved (from the assertion or from the case's `expected`); `threshold` is the score that passes."""

    value: Any
    path: str | None
    threshold: float


class Result(NamedTuple):
    """`score` in 0..1; `reason` says what was found, for the author's table."""

    score: float
    passed: bool
    reason: str


def binary(passed: bool, reason: str) -> Result:
    return Result(1.0 if passed else 0.0, passed, reason)


def graded(score: float, threshold: float, reason: str) -> Result:
    return Result(score, score >= threshold, reason)


class Unjudgeable(Exception):
    """Something the judgement needs is unknown (a price, a latency): the case is unscored, never 0."""


Value = Callable[[Any], str | None]
"""Says what is wrong with an assertion's value, None when nothing is."""


@dataclass(frozen=True)
class Kind:
    """One type of assertion. `deterministic`: the same text always gets the same result, so it may be `must-pass`."""

    judge: Callable[[Answer, Params], Result]
    value: Value
    optional: bool = False
    deterministic: bool = True
    threshold: float = 1.0


def nothing(value: Any) -> str | None:
    return "takes no value"


def anything(value: Any) -> str | None:
    return None


def text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else f"wants a text, found {value!r}"


def texts(value: Any) -> str | None:
    good = isinstance(value, list | tuple) and value and all(isinstance(item, str) and item for item in value)
    return None if good else f"wants a list of texts, found {value!r}"


def limit(value: Any) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return None if good else f"wants a number above 0, found {value!r}"


def pattern(value: Any) -> str | None:
    if problem := text(value):
        return problem
    try:
        re.compile(value)
    except re.error as error:
        return f"wants a regular expression, found {value!r} ({error})"
    return None


def schema(value: Any) -> str | None:
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        return f"wants a JSON Schema, found one with a mistake: {error.message}"
    return None
