"""What one version said to one trace, as the metrics that an application would have stamped; None = not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.errors import ModelUnavailable
from registry.runtime.drivers import Reply
from registry.runtime.output import check_output
from registry.runtime.refusal import is_refusal
from tasks.evaluation.job import Arm
from tasks.gateway.call import Outcome
from tasks.ledger.trace import Trace
from tasks.shadow.recorded import Playback

TIMED = ("latency", "first_token")
"""Comparable only when both were run here: a recorded latency is another machine's under another load."""

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """The text, its metrics and the names of the tools called; `left`: it called what was not recorded, so the
    conversation ended there and what it would have answered is not known."""

    text: str | None
    values: Values
    tools: frozenset[str] = frozenset()
    left: bool = False


def of_outcome(outcome: Outcome, arm: Arm, kept: Playback, tools: Iterable[str]) -> Answered:
    """No values when the model was out of reach: that says nothing about a version."""
    reply = outcome.reply
    if reply is None:
        return Answered(None, {} if isinstance(outcome.error, ModelUnavailable) else _refused(arm))
    called, left = frozenset(str(call.get("name")) for call in reply.tool_calls), kept.left(reply.tool_calls)
    values: Values = {"error": 0.0, "fallback": 0.0, **_called(called, tools)}
    if left:
        return Answered(None, values, called, left=True)
    return Answered(reply.text, {**values, **_said(reply, outcome.cost_usd, arm)}, called)


def _refused(arm: Arm) -> Values:
    """The model did not take the request. What a fallback would have said is not known; shadow asks the first model
    only."""
    return {"error": None, "fallback": 1.0} if arm.artifact.fallbacks else {"error": 1.0, "fallback": 0.0}


def as_recorded(trace: Trace, tools: Iterable[str]) -> Answered:
    called = frozenset(str(call.get("name")) for call in trace.tool_calls or ())
    values: dict[str, float | None] = {
        "error": float(trace.error is not None),
        "fallback": float(trace.fallback),
        "schema_ok": _number(trace.schema_ok),
        "refusal": _number(trace.refusal),
        "cost": trace.cost_usd,
        "prompt_tokens": _number(trace.prompt_tokens),
        "output_tokens": _number(trace.output_tokens),
    }
    return Answered(trace.output, values | _called(called, tools), called)


def untimed(answered: Answered) -> Answered:
    values = {name: value for name, value in answered.values.items() if name not in TIMED}
    return Answered(answered.text, values, answered.tools, answered.left)


def _said(reply: Reply, cost_usd: float | None, arm: Arm) -> dict[str, float | None]:
    """An answer that only calls tools promises no output yet."""
    ok = check_output(reply.text, arm.artifact.output).ok if reply.text or not reply.tool_calls else None
    return {
        "schema_ok": _number(ok),
        "refusal": float(is_refusal(reply.text, reply.finish_reason, reply.refusal).yes),
        "latency": reply.latency_s,
        "first_token": reply.first_token_s,
        "cost": cost_usd,
        "prompt_tokens": _number(reply.prompt_tokens),
        "output_tokens": _number(reply.output_tokens),
    }


def _called(called: frozenset[str], tools: Iterable[str]) -> dict[str, float | None]:
    return {f"tool_call:{name}": float(name in called) for name in tools}


def _number(value: float | bool | None) -> float | None:
    return None if value is None else float(value)


def tools_of(arms: Sequence[Arm]) -> list[str]:
    """The tools of either version: one that a version lacks is one that it does not call."""
    return sorted({tool.name for arm in arms for tool in arm.artifact.tools})
