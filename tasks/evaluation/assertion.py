"""An assertion as an eval set writes it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from registry.nearest import nearest
from registry.problem import Misfit
from registry.strict import Strict

from .assertions import NOT, PAIRWISE, SET, TYPES, known, own, split
from .assertions.kind import Kind, nothing

NAME = r"^[a-z0-9][a-z0-9_-]*$"


def _known(name: str) -> str:
    if not known(name):
        plain = [one for one in (*TYPES, *own.declared()) if not one.startswith(NOT)]
        guess = nearest(name, plain)
        raise Misfit(
            f"{name!r} is no type of assertion",
            expected=f"one of {', '.join(plain)}, or `{NOT}` before one of them",
            fix=f"write {guess}" if guess else "write one of these",
        )
    return name


_OWN = {"type": "string", "pattern": f"^({NOT})?{own.NAME}$"}
AssertionType = Annotated[str, AfterValidator(_known), WithJsonSchema({"anyOf": [{"enum": list(TYPES)}, _OWN]})]


class Assertion(Strict):
    """One thing an answer has to be.

    `value`, or `expected` (a key of the case's `expected`), is what it is compared with; `path` leads into a JSON
    answer (`items.0.id`); `metric` names the family it is counted in (default: the type); `threshold` is the score that
    passes; `hard`: a failure makes the case's score 0; `must-pass`: hard, and any failure rejects the candidate;
    `tag`: only for cases that bear it; `assert`: the assertions of an assert-set.
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
    assert_: tuple[Assertion, ...] = Field((), alias="assert")

    @model_serializer(mode="wrap")
    def _plain(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `assert` where there is none: sets written before it existed keep their version."""
        return used(handler(self), "assert")

    @model_validator(mode="after")
    def _is_set(self) -> Self:
        if (self.type.removeprefix(NOT) == SET) != bool(self.assert_):
            raise ValueError(f"{SET} needs `assert`, and no other type takes it; found {self.type}")
        if any(part.must_pass or part.tag or part.assert_ for part in self.assert_):
            raise ValueError(f"inside {SET} there is no `must-pass`, no `tag` and no other set; write them at the set")
        return self

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
    def parts(self) -> tuple[Assertion, ...]:
        """Itself, or the assertions of the set."""
        return self.assert_ or (self,)

    @property
    def deterministic(self) -> bool:
        """The same text always gets the same result."""
        return all(part.kind.deterministic for part in self.parts)

    @property
    def judged(self) -> bool:
        """Whether a model's opinion is part of it."""
        return any(part.kind.judged for part in self.parts)

    @property
    def with_live(self) -> bool:
        """Whether it compares the answer with live's: a `pairwise` without a text of its own."""
        return self.type.removeprefix(NOT) == PAIRWISE and self.value is None and self.expected is None

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


def used(document: dict[str, Any], *later: str) -> dict[str, Any]:
    """A dumped model without those of its keys that came later and are not used."""
    return {key: value for key, value in document.items() if key not in later or value}
