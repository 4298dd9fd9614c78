"""What is written of a request: spool lines with the columns of the ledger's tables. Pure: everything is given.

Texts are redacted here, so that nothing else can forget to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import pricing
from .artifact_file import Artifact
from .drivers import Reply
from .outcome import Outcome
from .output import OutputCheck, check_output
from .redaction import redact_values
from .refusal import DETECTOR, is_refusal
from .resolution import Resolution
from .stamp import Stamp
from .tool_check import with_problems

FORMAT = 1
OTHER = "other"
IDENTIFYING = (
    "trace_id", "ts", "environment", "prompt_id", "version", "intended", "arm", "generation", "release_id", "unit",
    "unit_key_id", "intent", "routes_age_s", "strategy",
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit as it is stored: a keyed hash, and the key's id."""

    hidden: str
    key_id: str


@dataclass(frozen=True)
class Asked:
    """A request before it is answered; `at` is when it began."""

    trace_id: str
    at: datetime
    environment: str
    resolution: Resolution
    unit: Unit | None
    intent: str
    metrics: Mapping[str, float]


def stamp_of(asked: Asked) -> Stamp:
    found = asked.resolution
    return Stamp(
        trace_id=asked.trace_id,
        ts=instant(asked.at),
        environment=asked.environment,
        prompt_id=found.prompt_id,
        version=found.version,
        intended=found.behavior,
        serving=found.artifact.behavior,
        arm=found.arm,
        generation=found.generation,
        intent=asked.intent,
        strategy=found.artifact.strategy,
        release_id=found.release_id,
        unit=asked.unit.hidden if asked.unit else None,
        unit_key_id=asked.unit.key_id if asked.unit else None,
        routes_age_s=round(found.routes_age_s, 3),
        problem=found.problem,
    )


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


def checked(artifact: Artifact | None, outcome: Outcome) -> OutputCheck:
    """An answer that calls tools promises no output yet, one that was cut none any more. Without the artifact nobody
    knows."""
    reply = outcome.reply
    calls_tools = reply is not None and bool(reply.tool_calls) and not reply.text
    if reply is None or artifact is None or calls_tools or not outcome.whole:
        return OutputCheck(None, None if reply is None else reply.text)
    return check_output(reply.text, artifact.output)


def trace_line(
    stamp: Stamp,
    artifact: Artifact | None,
    outcome: Outcome,
    check: OutputCheck,
    variables: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """What is not known is None. `artifact` is what was sent, None where it cannot be read."""
    found: list[str] = []
    texts = {
        "variables": None if variables is None else dict(variables),
        "output": outcome.reply.text if outcome.reply else None,
        "tool_calls": _tool_calls(artifact, outcome),
        "retrieval": outcome.retrieval.column if outcome.retrieval else None,
        "error": outcome.error or stamp.problem,
    }
    redacted = {name: _redacted(value, name, found) for name, value in texts.items()}
    identifying = {name: getattr(stamp, name) for name in IDENTIFYING}
    told = _told(stamp, artifact, outcome, check)
    closing = {"redacted": sorted(set(found)), "metrics": dict(metrics or {})}
    return {"kind": "trace", "format": FORMAT} | identifying | told | redacted | closing


def feedback_line(trace_id: str, at: datetime, name: str, value: float, source: str) -> dict[str, Any]:
    line = {"trace_id": trace_id, "at": instant(at), "name": name, "value": value, "source": source}
    return {"kind": "feedback", "format": FORMAT} | line


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _told(stamp: Stamp, artifact: Artifact | None, outcome: Outcome, check: OutputCheck) -> dict[str, Any]:
    reply = outcome.reply or Reply(text="")
    refused = is_refusal(reply.text, reply.finish_reason, reply.refusal) if outcome.reply else None
    return {
        "served": _served(stamp, artifact, outcome) if outcome.reply else None,
        "prompt_tokens": reply.prompt_tokens,
        "cached_tokens": reply.cached_tokens,
        "output_tokens": reply.output_tokens,
        "cost_usd": _cost(outcome, reply),
        "latency_ms": _ms(outcome.latency_s),
        "first_token_ms": _ms(reply.first_token_s),
        "attempts": outcome.attempts,
        "fallback": outcome.fallback,
        "schema_ok": check.ok,
        "refusal": None if refused is None else refused.yes,
        "refusal_detector": DETECTOR,
        "finish_reason": reply.finish_reason,
    }


def _served(stamp: Stamp, artifact: Artifact | None, outcome: Outcome) -> str | None:
    """After a fallback it can only be told with the artifact."""
    if not outcome.fallback:
        return stamp.serving
    if artifact is None or outcome.identity is None:
        return None
    return artifact.answered_by(outcome.identity, True)


def _cost(outcome: Outcome, reply: Reply) -> float | None:
    if outcome.cost_usd is not None:
        return outcome.cost_usd
    return pricing.cost(outcome.price, reply.prompt_tokens, reply.cached_tokens, reply.output_tokens)


def _tool_calls(artifact: Artifact | None, outcome: Outcome) -> list[dict[str, Any]] | None:
    """None for a prompt without tools, and when nothing answered."""
    tools = artifact.tools if artifact else ()
    calls = outcome.tool_calls
    if calls is None:
        calls = outcome.reply.tool_calls if outcome.reply else ()
    if artifact is not None and tools and (outcome.reply or calls):
        return with_problems(calls, tools)
    return [dict(call) for call in calls] or None


def _redacted(value: Any, where: str, found: list[str]) -> Any:
    """What is nested too deeply to be cleaned is withheld."""
    try:
        return redact_values(value, where, found)
    except RecursionError:
        found.append(f"{where}:withheld")
        return None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
