"""Spans, metrics and baggage, held against OpenTelemetry's own in-memory exporter and reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import baggage, propagate, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from registry.errors import ModelRejected, SettingsError
from registry.runtime.client import Client
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.failure import rejected
from registry.runtime.outside import Outside
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from registry.runtime.span_records import SpanRecords
from registry.runtime.spool import Spool
from registry.runtime.telemetry import OpenTelemetry
from tests.registry.runtime.conftest import Scripted, artifact
from tests.registry.runtime.serving import KEY, serving, written
from tests.registry.runtime.world import PROMPT, live, put

Publish = Callable[..., RouteTable]
V1 = artifact("v1")
SHOWN = f"bv_{V1.behavior[:12]}"
GOOD = '{"order_id": "A-1"}'


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracers(exporter: InMemorySpanExporter) -> Iterator[TracerProvider]:
    found = TracerProvider()
    found.add_span_processor(SimpleSpanProcessor(exporter))
    yield found
    found.shutdown()


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def meters(reader: InMemoryMetricReader) -> Iterator[MeterProvider]:
    found = MeterProvider([reader])
    yield found
    found.shutdown()


@pytest.fixture
def client(
    publisher: LocalPublisher,
    publish: Publish,
    scripted: Scripted,
    tracers: TracerProvider,
    meters: MeterProvider,
    tmp_path: Path,
) -> Iterator[Client]:
    put(publisher, V1)
    publish(live(V1))
    with serving(publisher, tmp_path / "spool", telemetry=OpenTelemetry(tracers, meters)) as found:
        yield found


def points(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    [resource] = data.resource_metrics
    [scope] = resource.scope_metrics
    return {metric.name: list(metric.data.data_points) for metric in scope.metrics}


def test_a_span_with_the_names_of_the_conventions(client: Client, exporter: InMemorySpanExporter) -> None:
    answer = client.call(PROMPT, {"message": "hi"}, unit="u", intent="status")
    [span] = exporter.get_finished_spans()
    assert (span.name, span.kind, span.status.status_code) == ("chat one", SpanKind.CLIENT, StatusCode.UNSET)
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "test",
        "gen_ai.request.model": "one",
        "gen_ai.prompt.name": PROMPT,
        "gen_ai.prompt.version": "v1",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.response.finish_reasons": ("stop",),
        "promptship.behavior.version": SHOWN,
        "promptship.behavior.served": SHOWN,
        "promptship.arm": "live",
        "promptship.environment": "production",
        "promptship.trace.id": answer.trace_id,
        "promptship.inference.strategy": "single",
        "promptship.schema_ok": True,
        "promptship.unit": KEY.hide("u"),
    }
    attributes = span.attributes or {}
    assert {name: attributes.get(name) for name in expected} == expected
    assert "hi" not in attributes.values()


def test_metrics_by_behavior_version(client: Client, reader: InMemoryMetricReader) -> None:
    client.call(PROMPT, {"message": "hi"}, unit="u")
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.first_token()
        call.finish(GOOD)
    found = points(reader)
    assert set(found) == {
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.time_to_first_chunk",
    }
    assert sum(point.count for point in found["gen_ai.client.operation.duration"]) == 2
    tokens = {point.attributes["gen_ai.token.type"]: point.sum for point in found["gen_ai.client.token.usage"]}
    assert tokens == {"input": 10, "output": 5}
    every = [point.attributes for group in found.values() for point in group]
    assert {attributes["promptship.behavior.version"] for attributes in every} == {SHOWN}
    assert not [name for attributes in every for name in attributes if "unit" in name or "trace" in name]


def test_an_error(client: Client, scripted: Scripted, exporter: InMemorySpanExporter) -> None:
    def refuses(request: Request) -> Reply:
        raise rejected(request.model, "no quota for ana@example.com", fix="Pay")

    scripted.script = refuses
    with pytest.raises(ModelRejected):
        client.call(PROMPT, {"message": "hi"})
    [span] = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert "[email]" in str(span.status.description)
    assert (span.attributes or {})["error.type"] == "PS-E402"


def test_a_stream_that_is_stopped_ends_its_span(client: Client, exporter: InMemorySpanExporter) -> None:
    with client.stream(PROMPT, {"message": "hi"}) as stream:
        next(stream)
        assert trace.get_current_span() is trace.INVALID_SPAN
    [span] = exporter.get_finished_spans()
    assert (span.attributes or {})["gen_ai.response.finish_reasons"] == ("cancelled",)


def test_services_called_inside_know_the_version(client: Client, exporter: InMemorySpanExporter) -> None:
    """In W3C baggage, without the unit: it goes to others."""
    headers: dict[str, str] = {}
    with client.start(PROMPT, {"message": "hi"}, unit="u") as call:
        propagate.inject(headers)
        call.finish(GOOD)
    there = propagate.extract(headers)
    assert baggage.get_baggage("promptship.behavior.version", there) == SHOWN
    assert baggage.get_baggage("promptship.trace.id", there) == call.trace_id
    assert KEY.hide("u") not in headers["baggage"]
    [span] = exporter.get_finished_spans()
    assert headers["traceparent"].split("-")[2] == f"{span.context.span_id:016x}"
    assert not baggage.get_all()


def test_telemetry_that_fails_stops_nothing(publisher: LocalPublisher, publish: Publish, tmp_path: Path) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    put(publisher, V1)
    publish(live(V1))
    with serving(publisher, tmp_path / "spool", telemetry=Broken()) as client:
        with client.start(PROMPT, {"message": "hi"}) as call:
            call.finish(GOOD)
        with client.stamp(PROMPT, {"message": "hi"}):
            pass
    assert len(written(tmp_path / "spool")) == 1


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    monkeypatch.delattr("opentelemetry.trace")
    with pytest.raises(SettingsError, match=r"promptship\[otel\]"):
        OpenTelemetry()


@pytest.fixture
def records(publisher: LocalPublisher, tracers: TracerProvider, tmp_path: Path) -> Outside:
    """What the application's own instrumentation makes spans of is recorded in a spool of its own."""
    outside = Outside(Spool(tmp_path / "outside"), publisher, grace_s=60.0)
    tracers.add_span_processor(SpanRecords(outside))
    return outside


OUTPUT = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": GOOD}], "finish_reason": "stop"}])
AS_TOLD: dict[str, dict[str, Any]] = {
    "conventions": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "one",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.output.messages": OUTPUT,
    },
    "openinference": {
        "openinference.span.kind": "LLM",
        "llm.model_name": "one",
        "llm.token_count.prompt": 10,
        "llm.token_count.completion": 5,
        "llm.finish_reason": "stop",
        "output.value": GOOD,
    },
    "traceloop": {
        "llm.request.type": "chat",
        "gen_ai.request.model": "one",
        "gen_ai.usage.prompt_tokens": 10,
        "gen_ai.usage.completion_tokens": 5,
        "gen_ai.completion.0.content": GOOD,
        "gen_ai.completion.0.finish_reason": "stop",
    },
    "langfuse": {
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "one",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "langfuse.observation.output": GOOD,
        "gen_ai.response.finish_reasons": ["stop"],
    },
}


@pytest.mark.parametrize("attributes", AS_TOLD.values(), ids=AS_TOLD)
def test_spans_of_others_become_the_same_record(
    attributes: dict[str, Any], client: Client, tracers: TracerProvider, records: Outside, tmp_path: Path
) -> None:
    with client.stamp(PROMPT, {"message": "hi"}, unit="u", intent="status") as stamped:
        tracer = tracers.get_tracer("theirs")
        with tracer.start_as_current_span("handle"), tracer.start_as_current_span("call") as span:
            span.set_attributes(attributes)
    records.close()
    [found] = written(tmp_path / "outside")
    told = {
        "trace_id": stamped.trace_id, "intended": V1.behavior, "served": V1.behavior, "unit": KEY.hide("u"),
        "intent": "status", "prompt_tokens": 10, "output_tokens": 5, "output": GOOD, "schema_ok": True,
        "refusal": False, "finish_reason": "stop", "error": None, "attempts": 1, "fallback": False,
    }  # fmt: skip
    assert {name: found[name] for name in told} == told
    assert found["latency_ms"] >= 0


def test_failures_retrieval_and_tools_go_with_the_answer(
    client: Client, tracers: TracerProvider, records: Outside, exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    tracer = tracers.get_tracer("theirs")
    with client.stamp(PROMPT, {"message": "hi"}):
        kinds: list[dict[str, Any]] = [
            {"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.id": "d1"},
            {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up",
             "gen_ai.tool.call.arguments": '{"id": 1}', "gen_ai.tool.call.result": '"sent"'},
            {"gen_ai.operation.name": "chat", "error.type": "timeout"},
            AS_TOLD["conventions"],
        ]  # fmt: skip
        for attributes in kinds:
            with tracer.start_as_current_span("step") as span:
                span.set_attributes(attributes)
                if "error.type" in attributes:
                    span.set_status(StatusCode.ERROR, "too slow")
    records.close()
    [found] = written(tmp_path / "outside")
    assert (found["attempts"], found["error"], found["schema_ok"]) == (2, None, True)
    assert found["retrieval"]["documents"] == ["d1"]
    assert found["tool_calls"] == [{"name": "look_up", "arguments": {"id": 1}, "result": "sent"}]
    assert {(span.attributes or {})["promptship.behavior.version"] for span in exporter.get_finished_spans()} == {SHOWN}


def test_a_failure_that_stays_alone_is_the_record(
    client: Client, tracers: TracerProvider, records: Outside, tmp_path: Path
) -> None:
    tracer = tracers.get_tracer("theirs")
    with client.stamp(PROMPT, {"message": "hi"}) as stamped, tracer.start_as_current_span("call") as span:
        span.set_attributes({"gen_ai.operation.name": "chat"})
        span.record_exception(TimeoutError("ana@example.com waited"))
        span.set_status(StatusCode.ERROR)
    records.close()
    [found] = written(tmp_path / "outside")
    assert (found["trace_id"], found["error"]) == (stamped.trace_id, "[email] waited")
    assert (found["served"], found["attempts"]) == (None, 1)


def test_nothing_is_recorded_twice_nor_without_a_stamp(
    client: Client, tracers: TracerProvider, records: Outside, tmp_path: Path
) -> None:
    tracer = tracers.get_tracer("theirs")
    with client.start(PROMPT, {"message": "hi"}) as call:
        with tracer.start_as_current_span("call") as span:
            span.set_attributes(AS_TOLD["conventions"])
        call.finish(GOOD)
    with tracer.start_as_current_span("call") as span:
        span.set_attributes(AS_TOLD["conventions"])
    records.close()
    assert written(tmp_path / "outside") == []
