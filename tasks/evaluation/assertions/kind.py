"""What an assertion is: a pure function of an answer and its parameters, and what may be asked of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from tasks.evaluation.answer import Answer

from .question import NO_OPINIONS, Opinions, Question, Silence

Heard = TypeVar("Heard")


class Params(NamedTuple):
    """`value` is resolved (from the assertion or from the case's `expected`); `threshold` is the score that passes.

    `opinions` are what models said to the kind's questions.
    """

    value: Any
    path: str | None
    threshold: float
    opinions: Opinions = NO_OPINIONS

    def heard(self, question: Question, expected: type[Heard]) -> Heard:
        """What was said to this question. Raises Unjudgeable when nothing usable was."""
        found = self.opinions.get(question, Silence(f"no model was asked: the eval set names no {question.to} judge"))
        if isinstance(found, expected):
            return found
        raise Unjudgeable(found.why if isinstance(found, Silence) else f"the answer is a {type(found).__name__}")


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


Asks = Callable[[Answer, Params], tuple[Question, ...]]


def nobody(answer: Answer, params: Params) -> tuple[Question, ...]:
    """Most kinds need no model."""
    return ()


@dataclass(frozen=True)
class Kind:
    """One type of assertion. `deterministic`: the same text always gets the same result, so it may be `must-pass`.

    `asks`: what models have to say before `judge` is called; `judge` finds it with `params.heard`.
    """

    judge: Callable[[Answer, Params], Result]
    value: Value
    optional: bool = False
    deterministic: bool = True
    threshold: float = 1.0
    asks: Asks = nobody

    @property
    def judged(self) -> bool:
        """Whether a model's opinion decides."""
        return self.asks is not nobody


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
