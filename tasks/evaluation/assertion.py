"""An assertion as an eval set writes it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from registry.artifact import Strict

from .assertions import TYPES, split
from .assertions.kind import Kind, nothing

NAME = r"^[a-z0-9][a-z0-9_-]*$"


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"an assertion type is one of {', '.join(TYPES)}; found {name!r}")
    return name


AssertionType = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": list(TYPES)})]


class Assertion(Strict):
    """One thing an answer has to be.

    `value`, or `expected` (a key of the case's `expected`), is what it is compared with; `path` leads into a JSON
    answer (`items.0.id`); `metric` names the family it is counted in (default: the type); `threshold` is the score that
    passes; `hard`: a failure makes the case's score 0; `must-pass`: hard, and any failure rejects the candidate;
    `tag`: only for cases that bear it.
    """

    type: AssertionType
    value: Any = None
    expected: str | None = None
    path: str | None = Field(None, pattern=r"^[^.]+(\.[^.]+)*$")
    metric: str | None = Field(None, pattern=NAME)
    weight: float = Field(1.0, gt=0)
    threshold: float | None = Field(None, ge=0, le=1)
    hard: bool = False
    must_pass: bool = Field(False, alias="must-pass")
    tag: str | None = Field(None, pattern=NAME)

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if self.given and self.expected is not None:
            raise ValueError(f"{self.type} has both `value` and `expected`; keep one")
        problem = self.problem(self.value, self.given) if self.expected is None else None
        if problem:
            raise ValueError(problem)
        return self

    @property
    def given(self) -> bool:
        """Whether `value` is written there; null counts as a value."""
        return "value" in self.model_fields_set

    @property
    def kind(self) -> Kind:
        return split(self.type)[0]

    @property
    def negated(self) -> bool:
        return split(self.type)[1]

    @property
    def family(self) -> str:
        return self.metric or self.type

    @property
    def zeroes(self) -> bool:
        """A failure makes the score 0."""
        return self.hard or self.must_pass

    @property
    def passes_at(self) -> float:
        return self.kind.threshold if self.threshold is None else self.threshold

    def problem(self, value: Any, given: bool = True) -> str | None:
        """What is wrong with this value, None when nothing is."""
        if not given and (self.kind.optional or self.kind.value is nothing):
            return None
        problem = self.kind.value(value) if given else "needs `value` or `expected`"
        return f"{self.type} {problem}" if problem else None
