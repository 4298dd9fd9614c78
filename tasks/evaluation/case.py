"""One golden case: a line of cases.jsonl."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from registry.artifact import Tool
from registry.strict import Strict

from .answer import part_of
from .assertion import NAME, Assertion, used

Split = Literal["dev", "gate"]
ADVERSARIAL = "adversarial"


class ToolResult(Strict):
    """What a tool answers when it is called; with `arguments`, only when the call has these among its own."""

    tool: str = Field(min_length=1)
    arguments: dict[str, Any] | None = None
    result: Any

    def fits(self, called: Mapping[str, Any]) -> bool:
        """`called` is `{"name", "arguments"}`."""
        named = called.get("name") == self.tool
        return named and (self.arguments is None or part_of(self.arguments, called.get("arguments")))


class Case(Strict):
    """`cluster` ties cases that are not independent (default: the case alone); `dev` is what authors tune on;
    `added` is the day since when the case is part of the set.

    A conversation: `turns` are what the user says after each answer, `tools` can be called beside those of the prompt,
    `tool_results` are what they answer.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    cluster: str | None = Field(None, min_length=1)
    intent: str = Field("other", pattern=NAME)
    split: Split
    tags: tuple[str, ...] = ()
    variables: dict[str, Any]
    turns: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_results: tuple[ToolResult, ...] = ()
    expected: dict[str, Any] = Field({})
    assert_: tuple[Assertion, ...] = Field((), alias="assert")
    note: str | None = None
    added: date | None = None

    @model_serializer(mode="wrap")
    def _plain(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the conversation where there is none: sets written before it existed keep their version."""
        return used(handler(self), "turns", "tools", "tool_results")

    @property
    def group(self) -> str:
        return self.cluster or self.id

    @property
    def adversarial(self) -> bool:
        return ADVERSARIAL in self.tags
