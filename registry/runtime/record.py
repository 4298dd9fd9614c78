"""What is written of a request: spool lines with the columns of the ledger's tables. Pure: everything is given.

Texts are redacted here, so that nothing else can forget to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import pricing
from .answering import Answered
from .drivers import Reply
from .output import OutputCheck, check_output
from .redaction import redact_values
from .refusal import DETECTOR, is_refusal
from .resolution import Resolution

FORMAT = 1
OTHER = "other"


@dataclass(frozen=True)
class Unit:
    """A unit as it is stored: a keyed hash, and the key's id."""

    hidden: str
    key_id: str


@dataclass(frozen=True)
class Asked:
    """A request before it is answered. `variables` are raw, `at` is when it began."""

    trace_id: str
    at: datetime
    environment: str
    resolution: Resolution
    unit: Unit | None
    intent: str
    variables: Mapping[str, Any]
    metrics: Mapping[str, float]


def assignment_line(asked: Asked) -> dict[str, Any] | None:
    """For a unit that a running canary may get, else None. `first_seen_at` is the `ts` of the same request's trace."""
    found = asked.resolution
    if asked.unit is None or found.share_bps is None or found.arm == "holdback":
        return None
    return {
        "kind": "assignment",
        "format": FORMAT,
        "environment": asked.environment,
        "prompt_id": found.prompt_id,
        "release_id": found.release_id,
        "generation": found.generation,
        "share_bps": found.share_bps,
        "unit": asked.unit.hidden,
        "unit_key_id": asked.unit.key_id,
        "arm": found.arm,
        "first_seen_at": instant(asked.at),
    }


def checked(asked: Asked, answered: Answered) -> OutputCheck:
    """An answer that calls tools promises no output yet."""
    reply = answered.reply
    if reply is None or (reply.tool_calls and not reply.text):
        return OutputCheck(None, None if reply is None else reply.text)
    return check_output(reply.text, asked.resolution.artifact.output)


def trace_line(asked: Asked, answered: Answered, check: OutputCheck, latency_s: float) -> dict[str, Any]:
    """`latency_s` is what the caller waited, retries included. What is not known is None."""
    found: list[str] = []
    reply = answered.reply
    texts = {
        "variables": redact_values(dict(asked.variables), "variables", found),
        "output": redact_values(reply.text if reply else None, "output", found),
        "tool_calls": redact_values(_tool_calls(asked, reply), "tool_calls", found),
        "error": redact_values(_error(asked, answered), "error", found),
    }
    told = _told(asked, answered, check, latency_s)
    return _stamp(asked) | told | texts | {"redacted": sorted(set(found)), "metrics": dict(asked.metrics)}


def feedback_line(trace_id: str, at: datetime, name: str, value: float, source: str) -> dict[str, Any]:
    line = {"trace_id": trace_id, "at": instant(at), "name": name, "value": value, "source": source}
    return {"kind": "feedback", "format": FORMAT} | line


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _stamp(asked: Asked) -> dict[str, Any]:
    found = asked.resolution
    return {
        "kind": "trace",
        "format": FORMAT,
        "trace_id": asked.trace_id,
        "ts": instant(asked.at),
        "environment": asked.environment,
        "prompt_id": found.prompt_id,
        "version": found.version,
        "intended": found.behavior,
        "arm": found.arm,
        "generation": found.generation,
        "release_id": found.release_id,
        "unit": asked.unit.hidden if asked.unit else None,
        "unit_key_id": asked.unit.key_id if asked.unit else None,
        "intent": asked.intent,
        "routes_age_s": round(found.routes_age_s, 3),
    }


def _told(asked: Asked, answered: Answered, check: OutputCheck, latency_s: float) -> dict[str, Any]:
    artifact = asked.resolution.artifact
    reply = answered.reply or Reply(text="")
    price = answered.model.price if answered.model else None
    refused = is_refusal(reply.text, reply.finish_reason, reply.refusal) if answered.reply else None
    return {
        "served": artifact.answered_by(answered.identity, answered.fallback) if answered.reply else None,
        "retrieval": None,
        "prompt_tokens": reply.prompt_tokens,
        "cached_tokens": reply.cached_tokens,
        "output_tokens": reply.output_tokens,
        "cost_usd": pricing.cost(price, reply.prompt_tokens, reply.cached_tokens, reply.output_tokens),
        "latency_ms": round(latency_s * 1000, 3),
        "first_token_ms": None if reply.first_token_s is None else round(reply.first_token_s * 1000, 3),
        "attempts": answered.attempts,
        "fallback": answered.fallback,
        "schema_ok": check.ok,
        "refusal": None if refused is None else refused.yes,
        "refusal_detector": DETECTOR,
        "finish_reason": reply.finish_reason,
    }


def _tool_calls(asked: Asked, reply: Reply | None) -> list[dict[str, Any]] | None:
    """None for a prompt without tools, and when nothing answered."""
    if reply is None or not asked.resolution.artifact.tools:
        return None
    return list(reply.tool_calls)


def _error(asked: Asked, answered: Answered) -> str | None:
    """Why there was no usable answer of the intended version."""
    return str(answered.error) if answered.error else asked.resolution.problem
