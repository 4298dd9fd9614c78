"""What a model said, as assertions see it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from registry.artifact import Tool


class NotJson(ValueError):
    """The answer is no JSON value."""


class NoSuchPath(ValueError):
    """The answer is JSON, and the path leads nowhere in it."""


@dataclass(frozen=True)
class Asked:
    """What an answer is an answer to: the case's own words, and what the prompt said.

    `instructions` are the texts that users are not meant to see; `tools` those that the model could call; `live` is
    what the live version answered to the same case in the same round, None where there is none.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    instructions: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    live: str | None = None


@dataclass(frozen=True)
class Answer:
    """One answer. `latency_s` in seconds; `refusal` is the provider's own field; None = not given, not known.

    Of a conversation it is the last answer, with the tool calls (`{"name", "arguments"}`) of all of them in order.
    """

    text: str
    finish_reason: str | None = None
    refusal: str | None = None
    latency_s: float | None = None
    cost_usd: float | None = None
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    asked: Asked = field(default_factory=Asked)

    @cached_property
    def value(self) -> Any:
        """The text as one strict JSON value (no fences, no NaN). Raises NotJson."""
        try:
            return json.loads(self.text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise NotJson(f"the answer is not JSON: {error}") from None

    def at(self, path: str | None) -> Any:
        """The text, or with a dotted path (`items.0.id`) the value there. Raises NotJson, NoSuchPath."""
        if path is None:
            return self.text
        value = self.value
        for step in path.split("."):
            value = _into(value, step, path)
        return value

    def text_at(self, path: str | None) -> str:
        """Like `at`; what is no string comes in its JSON spelling."""
        value = self.at(path)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _into(value: Any, step: str, path: str) -> Any:
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    raise NoSuchPath(f"the answer has no {path!r} ({step!r} is missing)")


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are one number, true and 1 are two things."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return False
    return bool(left == right)


def part_of(wanted: Any, found: Any) -> bool:
    """Whether every key of `wanted` is in `found` with the same value, objects within objects alike."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and part_of(wanted[key], found[key]) for key in wanted)
    return same(wanted, found)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
