"""A trace record of a span, whichever tool wrote it. Pure but for the registry that it looks versions up in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.errors import PromptshipError
from registry.models import Price
from registry.runtime import semconv
from registry.runtime.artifact_file import Artifact, from_behavior, key_of
from registry.runtime.outcome import Outcome
from registry.runtime.record import OTHER, checked, instant, trace_line
from registry.runtime.span_attributes import failure, parsed, reply_of, unfolded
from registry.runtime.stamp import Stamp
from registry.runtime.unit_key import UnitKey

from .beside import Beside
from .otlp import Span

UNKNOWN_GENERATION = 0
BESIDE = "tool call or retrieval of no trace"


class Made(NamedTuple):
    """A spool line; `stamped` is the trace id under which an SDK may have recorded the same call."""

    line: dict[str, Any]
    stamped: str | None


class Skipped(NamedTuple):
    """Why a span is no trace record."""

    reason: str


@dataclass
class Book:
    """Versions by their names, each read once. `environment` is whose the spans are when they do not say."""

    catalog: Catalog
    unit_key: UnitKey
    environment: str | None = None
    _artifacts: dict[tuple[str, str], Artifact | None] = field(default_factory=dict)

    def artifact(self, prompt: str, version: str) -> Artifact | None:
        """None for what the registry does not have. Other tools number versions: 3 is v3."""
        if (prompt, version) not in self._artifacts:
            try:
                found: Behavior = self.catalog.behavior(self.catalog.get(prompt, version))
            except PromptshipError:
                self._artifacts[prompt, version] = None
            else:
                self._artifacts[prompt, version] = from_behavior(found)
        return self._artifacts[prompt, version]

    def price(self, identity: Mapping[str, str | None]) -> Price | None:
        key = key_of(identity)
        return next((model.price for model in self.catalog.models.values() if model.key == key), None)


def record(span: Span, book: Book, beside: Beside | None = None) -> Made | Skipped:
    """The line of a model call that names its prompt and version, with what belongs to it.

    Texts are redacted, units are hashed.
    """
    span = replace(span, attributes=unfolded(span.attributes))
    told = span.attributes
    operation = semconv.operation(told)
    if operation not in semconv.MODEL_CALLS:
        stands_beside = operation in semconv.TOOL_CALLS or operation in semconv.RETRIEVALS
        return Skipped(BESIDE if stands_beside else "not a model call")
    if told.get(semconv.RECORDED):
        return Skipped("recorded by the SDK")
    found = _stamp(span, book)
    if isinstance(found, Skipped):
        return found
    artifact = book.artifact(found.prompt_id, found.version)
    if artifact is not None and artifact.behavior != found.serving:
        artifact = None
    outcome = _with(_outcome(span, artifact, book), beside or Beside())
    stamp = replace(found, trace_id=trace_id(span))
    line = trace_line(stamp, artifact, outcome, checked(artifact, outcome), _variables(told))
    return Made(line, found.trace_id if found.trace_id != stamp.trace_id else None)


def trace_id(span: Span) -> str:
    """The same for the same span, however often it is imported."""
    return "tr_" + hashlib.sha256(f"{span.trace_id}:{span.span_id}".encode()).hexdigest()[:32]


def _stamp(span: Span, book: Book) -> Stamp | Skipped:
    """That of our SDK, else one from the names that other tools give."""
    told = span.attributes
    stamped = Stamp.read(told)
    if stamped is not None:
        return stamped
    prompt, version = (semconv.told(told, what) for what in ("prompt_name", "prompt_version"))
    environment = book.environment or semconv.told(told, "environment")
    if prompt is None or version is None:
        return Skipped("names no prompt and version")
    if environment not in book.catalog.environments:
        return Skipped("names no known environment" if environment is None else f"unknown environment {environment!r}")
    number = f"v{version}" if str(version).isdigit() else str(version)
    artifact = book.artifact(str(prompt), number)
    if artifact is None:
        return Skipped(f"unknown version {prompt}@{number}")
    unit = semconv.told(told, "unit")
    return Stamp(
        trace_id=trace_id(span),
        ts=instant(span.start),
        environment=environment,
        prompt_id=str(prompt),
        version=number,
        intended=artifact.behavior,
        serving=artifact.behavior,
        arm="live",
        generation=UNKNOWN_GENERATION,
        intent=str(semconv.told(told, "intent") or OTHER),
        strategy=artifact.strategy,
        unit=None if unit is None else book.unit_key.hide(str(unit)),
        unit_key_id=None if unit is None else book.unit_key.id,
    )


def _outcome(span: Span, artifact: Artifact | None, book: Book) -> Outcome:
    told = span.attributes
    error = span.error or failure(told)
    reply = None if error is not None else reply_of(told)
    outcome = Outcome(reply=reply, error=error, latency_s=span.seconds)
    cost = semconv.told(told, "cost_usd")
    if artifact is None:
        return replace(outcome, cost_usd=cost)
    names = (semconv.told(told, what) for what in ("response_model", "request_model"))
    identity = artifact.identity_of(*names) or artifact.model
    price = book.price(identity)
    known = cost if price is None and reply is not None else None
    return replace(
        outcome, identity=identity, fallback=identity != artifact.model, price=price if reply else None, cost_usd=known
    )


def _with(outcome: Outcome, beside: Beside) -> Outcome:
    asked = outcome.reply.tool_calls if outcome.reply else ()
    calls = beside.calls(asked) if beside.tools else None
    return replace(outcome, tool_calls=calls, retrieval=beside.retrieval)


def _variables(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = parsed(semconv.told(told, "variables"))
    return found if isinstance(found, Mapping) else None
