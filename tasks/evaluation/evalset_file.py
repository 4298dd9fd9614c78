"""What `<evalsets>/<name>/evalset.yaml` says of the cases beside it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from registry.artifact import PROMPT_ID, VERSION
from registry.strict import Strict

from .assertion import NAME, Assertion, used
from .case import Case, Split

ROUNDS = 5
_PINNED = f"{PROMPT_ID[:-1]}@{VERSION[1:]}"


class Subset(Strict):
    """The cases of one split, of them those with this tag or these ids."""

    split: Split
    cases: tuple[str, ...] | None = Field(None, min_length=1)
    tag: str | None = Field(None, pattern=NAME)

    def holds(self, case: Case) -> bool:
        by_id = self.cases is None or case.id in self.cases
        return case.split == self.split and by_id and (self.tag is None or self.tag in case.tags)


class Variance(Strict):
    """Variance components of a paired difference; `measured` is null while they are assumed."""

    w2: float = Field(ge=0)
    s2: float = Field(ge=0)
    deff: float = Field(1.0, ge=1)
    measured: date | None = None


class Identical(Strict):
    """Live against itself, measured: `same` of `of` answers were identical on this model and server settings."""

    model: str = Field(min_length=1)
    server: str
    date: date
    same: int = Field(ge=0)
    of: int = Field(ge=1)

    @model_validator(mode="after")
    def _part(self) -> Self:
        if self.same > self.of:
            raise ValueError(f"{self.same} of {self.of} answers cannot be identical")
        return self


class Judging(Strict):
    """Who answers what assertions ask of models: `rubric` and `pairwise` are prompts of the registry (`id@version`),
    `embedding` is an entry of models.yaml, null for the encoder that comes along."""

    rubric: str | None = Field(None, pattern=_PINNED, examples=["answer-judge@v1"])
    pairwise: str | None = Field(None, pattern=_PINNED, examples=["pair-judge@v1"])
    embedding: str | None = Field(None, min_length=1)


class EvalSet(Strict):
    """evalset.yaml. `min_score`: what a first release has to prove. `evalset plan` prints `aa` and `components`."""

    name: str = Field(pattern=NAME)
    prompt_use: str = Field(min_length=1)
    description: str = Field(min_length=1)
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    min_score: float | None = Field(None, ge=0, le=1)
    subsets: dict[str, Subset] = Field(min_length=1)
    assertions: tuple[Assertion, ...] = ()
    judge: Judging | None = None
    components: Variance | None = None
    aa: Identical | None = None

    @model_serializer(mode="wrap")
    def _plain(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `judge` where there is none: sets written before it existed keep their version."""
        return used(handler(self), "judge")

    def rounds(self, model: str) -> int:
        """Rounds a gate may take: 1 when this model was measured to answer the same every time, else 5."""
        fixed = self.aa is not None and self.aa.model == model and self.aa.same == self.aa.of
        return 1 if fixed else ROUNDS

    def asked_of(self, case: Case) -> tuple[Assertion, ...]:
        """The set's assertions that apply to this case, then its own."""
        return (*(one for one in self.assertions if one.tag is None or one.tag in case.tags), *case.assert_)
