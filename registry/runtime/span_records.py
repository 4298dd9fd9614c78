"""Records from spans: for applications whose own instrumentation makes the model calls' spans.

    provider.add_span_processor(SpanRecords())

A span within a `client.stamp(...)` block, here or in a service that was called from it, finds the stamp in its baggage.
Every such span gets the behavior version; one of a model call becomes a trace record when it ends. Tool calls and
retrievals that end before it go with it. Spans that are sampled out leave no record.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..behavior import short
from ..roots import Roots
from . import semconv
from .extras import missing
from .outside import Outside, Took
from .span_attributes import failure, reply_of, retrieval, tool_use
from .stamp import Stamp

try:
    from opentelemetry import baggage
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.trace import StatusCode
except ImportError as error:
    raise missing("opentelemetry-sdk", "otel") from error

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span

REMEMBERED = 10_000


class SpanRecords(SpanProcessor):
    """Of the roots that are found when none are given. Never raises into OpenTelemetry."""

    def __init__(self, outside: Outside | None = None, *, roots: Roots | None = None) -> None:
        """Raises SettingsError when no root is found."""
        self.outside = outside or Outside.find(roots)
        self._stamps: OrderedDict[tuple[int, int], Stamp] = OrderedDict()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        with suppress(Exception):
            carried = baggage.get_all(parent_context)
            stamp = Stamp.read(carried)
            if stamp is None:
                return
            span.set_attribute(semconv.BEHAVIOR, short(stamp.intended))
            if carried.get(semconv.RECORD_BY) == semconv.BY_SPANS:
                self._stamps[_id(span)] = stamp
                self.outside.calling(stamp, _id(span))
            if len(self._stamps) > REMEMBERED:
                self._stamps.popitem(last=False)

    def on_end(self, span: ReadableSpan) -> None:
        with suppress(Exception):
            stamp = self._stamps.pop(_id(span), None)
            if stamp is None:
                return
            try:
                if not (span.attributes or {}).get(semconv.RECORDED):
                    self._told(span, stamp, span.attributes or {})
            finally:
                self.outside.ended(stamp, _id(span))

    def shutdown(self) -> None:
        self.outside.close()

    def _told(self, span: ReadableSpan, stamp: Stamp, attributes: Mapping[str, Any]) -> None:
        operation = semconv.operation(attributes)
        took = Took((span.start_time or 0) / 1e9, (span.end_time or 0) / 1e9)
        failed = span.status.status_code is StatusCode.ERROR or failure(attributes) is not None
        if operation in semconv.RETRIEVALS:
            self.outside.retrieved(stamp, retrieval(attributes, took.ended - took.began))
        elif operation in semconv.TOOL_CALLS:
            used = tool_use(attributes, span.name, _why(span) if failed else None)
            self.outside.tool_called(stamp, used.name, used.arguments, used.came)
        elif operation in semconv.MODEL_CALLS and failed:
            self.outside.failed(stamp, _why(span), took)
        elif operation in semconv.MODEL_CALLS:
            models = tuple(semconv.told(attributes, what) for what in ("response_model", "request_model"))
            cost = semconv.told(attributes, "cost_usd")
            self.outside.answered(stamp, reply_of(attributes), took, models, cost)


def _why(span: ReadableSpan) -> str:
    for event in span.events:
        message = (event.attributes or {}).get("exception.message")
        if message:
            return str(message)
    found = failure(span.attributes or {})
    return found or span.status.description or str((span.attributes or {}).get(semconv.ERROR_TYPE) or "the call failed")


def _id(span: Any) -> tuple[int, int]:
    found = span.get_span_context()
    return found.trace_id, found.span_id
