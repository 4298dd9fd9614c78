"""One golden case: a line of cases.jsonl."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from registry.artifact import Strict

from .assertion import NAME, Assertion

Split = Literal["dev", "gate"]
ADVERSARIAL = "adversarial"


class Case(Strict):
    """`cluster` ties cases that are not independent (default: the case alone); `dev` is what authors tune on."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    cluster: str | None = Field(None, min_length=1)
    intent: str = Field("other", pattern=NAME)
    split: Split
    tags: tuple[str, ...] = ()
    variables: dict[str, Any]
    expected: dict[str, Any] = Field({})
    assert_: tuple[Assertion, ...] = Field((), alias="assert")
    note: str | None = None

    @property
    def group(self) -> str:
        return self.cluster or self.id

    @property
    def adversarial(self) -> bool:
        return ADVERSARIAL in self.tags
