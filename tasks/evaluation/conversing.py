"""One case as a conversation: scripted turns of the user, scripted results of tools, the model's own answers between.

A tool call without a scripted result ends the conversation there, as in a shadow replay; tools are never executed.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from registry.runtime.drivers import Reply
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway

from .case import ToolResult

STEPS = 20
"""Calls after which a conversation ends: a model that calls one tool for ever is stopped."""

Message = dict[str, Any]


class Script(Protocol):
    """A case, or a recorded trace: what the user says after each answer, and what the tools answer."""

    @property
    def turns(self) -> Sequence[str]: ...

    @property
    def tool_results(self) -> Sequence[ToolResult]: ...


async def converse(call: Call, script: Script, gateway: Gateway) -> Outcome:
    """All calls as one: the last answer, the tool calls of all in order, tokens, money and time summed.

    Without turns and tool results it is one call. Raises BudgetSpent.
    """
    messages: list[Message] = list(call.request.messages)
    turns, outcomes = deque(script.turns), list[Outcome]()
    while len(outcomes) < STEPS:
        outcome = await gateway.complete(replace(call, request=replace(call.request, messages=list(messages))))
        outcomes.append(outcome)
        following = _following(outcome.reply, script.tool_results, turns, f"{len(outcomes)}") if outcome.reply else []
        if not following:
            break
        messages += following
    return merged(outcomes)


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome for all; a number that one call does not know is not known of all."""
    last, replies = outcomes[-1], [outcome.reply for outcome in outcomes if outcome.reply is not None]
    return Outcome(
        reply=None if last.reply is None else _whole(last.reply, replies),
        error=last.error,
        attempts=sum(outcome.attempts for outcome in outcomes),
        from_cache=all(outcome.from_cache for outcome in outcomes),
        cost_usd=_sum(outcome.cost_usd for outcome in outcomes),
    )


def _following(reply: Reply, scripted: Sequence[ToolResult], turns: deque[str], number: str) -> list[Message]:
    """What is said next: the results of the tools called, or the user's next turn; nothing ends the conversation."""
    if reply.tool_calls:
        found = [_result(called, scripted) for called in reply.tool_calls]
        return list(_answered(reply, [one for one in found if one], number)) if all(found) else []
    if not turns:
        return []
    return [{"role": "assistant", "content": reply.text}, {"role": "user", "content": turns.popleft()}]


def _result(called: Mapping[str, Any], scripted: Sequence[ToolResult]) -> ToolResult | None:
    """The first that fits."""
    return next((one for one in scripted if one.fits(called)), None)


def _answered(reply: Reply, results: Sequence[ToolResult], number: str) -> Iterator[Message]:
    calls = [(f"call_{number}_{index}", called) for index, called in enumerate(reply.tool_calls, start=1)]
    yield {"role": "assistant", "content": reply.text, "tool_calls": [_spelled(id_, called) for id_, called in calls]}
    for (id_, _), result in zip(calls, results, strict=True):
        yield {"role": "tool", "tool_call_id": id_, "content": _text(result.result)}


def _spelled(id_: str, called: Mapping[str, Any]) -> Message:
    function = {"name": called.get("name"), "arguments": _text(called.get("arguments"))}
    return {"id": id_, "type": "function", "function": function}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(last: Reply, replies: Sequence[Reply]) -> Reply:
    if len(replies) == 1:
        return last
    return replace(
        last,
        tool_calls=tuple(called for reply in replies for called in reply.tool_calls),
        prompt_tokens=_count(reply.prompt_tokens for reply in replies),
        cached_tokens=_count(reply.cached_tokens for reply in replies),
        output_tokens=_count(reply.output_tokens for reply in replies),
        latency_s=sum(reply.latency_s for reply in replies),
    )


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)


def _count(numbers: Iterable[int | None]) -> int | None:
    found = _sum(numbers)
    return None if found is None else int(found)
