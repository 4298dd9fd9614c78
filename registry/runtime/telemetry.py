"""OpenTelemetry for the calls of a client: spans, metrics and W3C baggage, by the names of `semconv`.

    Client("production", telemetry=OpenTelemetry())

A span `{operation} {model}` of kind CLIENT for each request, the metrics gen_ai.client.operation.duration,
gen_ai.client.token.usage and gen_ai.client.operation.time_to_first_chunk, the behavior version on all of them. While a
`with client.start(...)` or `with client.stamp(...)` block runs, the stamp is in the baggage, so that services that are
called know it. Only the API is imported: what is not set up by the application costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Token
from typing import TYPE_CHECKING, Any

from ..behavior import short
from . import semconv
from .extras import missing
from .outcome import Outcome
from .stamp import Stamp

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

OPERATION = "chat"
SCOPE = "promptship"
UNIT_NAMES = (semconv.STAMP["unit"], semconv.STAMP["unit_key_id"])
DURATION_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKEN_BUCKETS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)


class OpenTelemetry:
    """Of the global providers when none are given. Raises SettingsError without the extra `otel`."""

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError as error:
            raise missing("opentelemetry-api", "otel") from error
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        self._duration = meter.create_histogram(
            semconv.DURATION_METRIC, "s", "Time of a request", explicit_bucket_boundaries_advisory=DURATION_BUCKETS
        )
        self._first_chunk = meter.create_histogram(
            semconv.FIRST_CHUNK_METRIC, "s", "Time to the first text",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
        )  # fmt: skip
        self._tokens = meter.create_histogram(
            semconv.TOKEN_METRIC, "{token}", "Tokens of a request", explicit_bucket_boundaries_advisory=TOKEN_BUCKETS
        )

    def begin(self, stamp: Stamp, model: Mapping[str, str | None]) -> RequestSpan:
        from opentelemetry.trace import SpanKind

        asked = {
            semconv.OPERATION: OPERATION,
            semconv.PROVIDER: model["provider"],
            semconv.REQUEST_MODEL: model["model"],
        }
        attributes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        span = self._tracer.start_span(
            semconv.span_name(OPERATION, str(model["model"])),
            kind=SpanKind.CLIENT,
            attributes={**attributes, **stamp.attributes, semconv.RECORDED: True},
        )
        known = {name: value for name, value in stamp.baggage.items() if name not in UNIT_NAMES}
        return RequestSpan(self, span, attributes, known)

    def carry(self, stamp: Stamp) -> Carried:
        return Carried(None, {**stamp.baggage, semconv.RECORD_BY: semconv.BY_SPANS})

    def measure(self, attributes: Mapping[str, Any], line: Mapping[str, Any]) -> None:
        if line["latency_ms"] is not None:
            self._duration.record(line["latency_ms"] / 1000, dict(attributes))
        if line["first_token_ms"] is not None:
            self._first_chunk.record(line["first_token_ms"] / 1000, dict(attributes))
        for kind, column in (("input", "prompt_tokens"), ("output", "output_tokens")):
            if line[column] is not None:
                self._tokens.record(line[column], {**attributes, semconv.TOKEN_TYPE: kind})


class Carried:
    """Baggage, and a span when there is one, for what is called between `enter` and `leave`."""

    def __init__(self, span: Span | None, baggage: Mapping[str, str]) -> None:
        self._span = span
        self._baggage = baggage
        self._token: Token[Context] | None = None

    def enter(self) -> None:
        from opentelemetry import baggage, context, trace

        here = context.get_current() if self._span is None else trace.set_span_in_context(self._span)
        for name, value in self._baggage.items():
            here = baggage.set_baggage(name, value, here)
        self._token = context.attach(here)

    def leave(self) -> None:
        from opentelemetry import context

        if self._token is not None:
            context.detach(self._token)
            self._token = None

    def end(self, stamp: Stamp, line: Mapping[str, Any], outcome: Outcome) -> None:
        """Whoever makes the model call ends its span."""


class RequestSpan(Carried):
    """The span of one request."""

    def __init__(
        self, telemetry: OpenTelemetry, span: Span, asked: Mapping[str, Any], baggage: Mapping[str, str]
    ) -> None:
        super().__init__(span, baggage)
        self._telemetry = telemetry
        self._own = span
        self._asked = asked

    def end(self, stamp: Stamp, line: Mapping[str, Any], outcome: Outcome) -> None:
        from opentelemetry.trace import Status, StatusCode

        model = outcome.reply.model if outcome.reply else None
        error = {semconv.ERROR_TYPE: outcome.error_type} if outcome.error is not None else {}
        answered = {semconv.RESPONSE_MODEL: model} if model else {}
        self._own.set_attributes({**stamp.attributes, **_answered(line), **answered, **error})
        if outcome.error is not None:
            self._own.set_status(Status(StatusCode.ERROR, line["error"]))
        self._own.end()
        self._telemetry.measure({**self._asked, **_dimensions(stamp), **answered, **error}, line)


def _answered(line: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        semconv.INPUT_TOKENS: line["prompt_tokens"],
        semconv.CACHED_TOKENS: line["cached_tokens"],
        semconv.OUTPUT_TOKENS: line["output_tokens"],
        semconv.COST: line["cost_usd"],
        semconv.FIRST_CHUNK: None if line["first_token_ms"] is None else line["first_token_ms"] / 1000,
        semconv.FINISH_REASONS: [line["finish_reason"]] if line["finish_reason"] else None,
        semconv.SERVED: line["served"] and short(line["served"]),
        semconv.SCHEMA_OK: line["schema_ok"],
        semconv.REFUSAL: line["refusal"],
        semconv.FALLBACK: line["fallback"],
    }
    return {name: value for name, value in told.items() if value is not None}


def _dimensions(stamp: Stamp) -> dict[str, Any]:
    """Few values each: what metrics may be split by."""
    return {
        semconv.BEHAVIOR: short(stamp.intended),
        semconv.PROMPT_NAME: stamp.prompt_id,
        semconv.PROMPT_VERSION: stamp.version,
        semconv.ENVIRONMENT: stamp.environment,
        semconv.ARM: stamp.arm,
    }
