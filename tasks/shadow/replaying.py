"""Replay sampled traces: the candidate on the recorded input, the baseline as recorded or, if need be, run again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import ModelUnavailable
from registry.runtime.output import check_output
from registry.runtime.refusal import is_refusal
from tasks.evaluation.asking import request
from tasks.evaluation.job import Arm
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway
from tasks.ledger.trace import Trace

TIMEOUT_S = 120.0
TIMED = ("latency", "first_token")
"""Comparable only when both were run here: a recorded latency is another machine's under another load."""

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """What one version said: the text and its metrics, None = not known."""

    text: str | None
    values: Values


@dataclass(frozen=True, slots=True)
class Replayed:
    """One trace under both versions."""

    trace: Trace
    candidate: Answered
    baseline: Answered


def unanswered(replayed: Sequence[Replayed]) -> int:
    """Traces without an answer that says anything about a version: the model was out of reach."""
    return sum(not one.candidate.values or not one.baseline.values for one in replayed)


def usable(trace: Trace, arm: Arm) -> bool:
    """Whether the trace has every variable that this version needs."""
    return not missing(trace, arm)


def missing(trace: Trace, arm: Arm) -> list[str]:
    """Variables without a default that the trace lacks."""
    given = trace.variables or {}
    return [name for name, v in arm.artifact.variables.items() if name not in given and v.default is None]


def recorded(trace: Trace, behavior: str) -> bool:
    """Whether the recorded answer is this version's on exactly this input."""
    whole = not any(what.startswith("variables.") for what in trace.redacted)
    return trace.served == behavior and whole


async def replay(
    traces: Sequence[Trace], candidate: Arm, baseline: Arm, door: Gateway, test: str, on_done: Any
) -> list[Replayed]:
    """All traces, as many at once as the models take. Raises BudgetSpent."""

    async def one(trace: Trace) -> Replayed:
        known = recorded(trace, baseline.artifact.behavior)
        new = await _ask(trace, candidate, door, test)
        old = _as_recorded(trace) if known else await _ask(trace, baseline, door, test)
        on_done()
        return Replayed(trace, _untimed(new) if known else new, old)

    return list(await asyncio.gather(*map(one, traces)))


async def _ask(trace: Trace, arm: Arm, door: Gateway, test: str) -> Answered:
    given = {name: value for name, value in (trace.variables or {}).items() if name in arm.artifact.variables}
    asked = request(arm, arm.artifact.render(**given), TIMEOUT_S)
    return _answered(await door.complete(Call(asked, trace.trace_id, 1, arm.name, test)), arm)


def _answered(outcome: Outcome, arm: Arm) -> Answered:
    """The metrics of a call, as an application would have stamped them; none when the model was out of reach."""
    reply = outcome.reply
    if reply is None:
        return Answered(None, {} if isinstance(outcome.error, ModelUnavailable) else {"error": 1.0})
    ok = check_output(reply.text, arm.artifact.output).ok
    values: dict[str, float | None] = {
        "error": 0.0,
        "schema_ok": None if ok is None else float(ok),
        "refusal": float(is_refusal(reply.text, reply.finish_reason, reply.refusal).yes),
        "latency": reply.latency_s,
        "first_token": reply.first_token_s,
        "cost": outcome.cost_usd,
        "prompt_tokens": _number(reply.prompt_tokens),
        "output_tokens": _number(reply.output_tokens),
    }
    called = {str(call.get("name")) for call in reply.tool_calls}
    return Answered(reply.text, values | {f"tool_call:{t.name}": float(t.name in called) for t in arm.artifact.tools})


def _as_recorded(trace: Trace) -> Answered:
    values: dict[str, float | None] = {
        "error": float(trace.error is not None),
        "schema_ok": _number(trace.schema_ok),
        "refusal": _number(trace.refusal),
        "cost": trace.cost_usd,
        "prompt_tokens": _number(trace.prompt_tokens),
        "output_tokens": _number(trace.output_tokens),
    }
    calls = {str(call.get("name")) for call in trace.tool_calls or ()}
    return Answered(trace.output, values | {f"tool_call:{name}": 1.0 for name in calls})


def _untimed(answered: Answered) -> Answered:
    return Answered(answered.text, {name: value for name, value in answered.values.items() if name not in TIMED})


def _number(value: float | bool | None) -> float | None:
    return None if value is None else float(value)
