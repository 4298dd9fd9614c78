"""What other tools export, as they write it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.catalog import Catalog
from registry.errors import UnknownEnvironment, UsageError
from tasks.intake.importing import Imported, import_file
from tasks.ledger import trace
from tests.registry.runtime.test_stamp import STAMP
from tests.world import PROMPT

from .conftest import House

AT = 1_795_000_000_000_000_000
ANSWER = '{"product": "lamp"}'
OPENTELEMETRY = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "parrot-1",
    "gen_ai.usage.input_tokens": 40,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.prompt.name": PROMPT,
    "gen_ai.prompt.version": "v1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}]),
}
TOOLS: dict[str, dict[str, Any]] = {
    "OpenTelemetry": OPENTELEMETRY,
    "OpenInference": {
        "openinference.span.kind": "LLM",
        "llm.model_name": "parrot-1",
        "llm.token_count.prompt": 40,
        "llm.token_count.completion": 12,
        "llm.prompt_template.name": PROMPT,
        "llm.prompt_template.version": "v1",
        "llm.prompt_template.variables": json.dumps({"message": "the lamp"}),
        "llm.output_messages.0.message.content": ANSWER,
    },
    "Langfuse": {
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "parrot-1",
        "langfuse.observation.usage_details": json.dumps({"input": 40, "output": 12, "total": 52}),
        "langfuse.observation.prompt.name": PROMPT,
        "langfuse.observation.prompt.version": 1,
        "langfuse.observation.output": json.dumps({"role": "assistant", "content": ANSWER}),
        "langfuse.user.id": "ana",
    },
    "Traceloop": {
        "llm.request.type": "chat",
        "gen_ai.system": "test",
        "gen_ai.request.model": "parrot-1",
        "gen_ai.usage.prompt_tokens": 40,
        "gen_ai.usage.completion_tokens": 12,
        "traceloop.prompt.key": PROMPT,
        "traceloop.prompt.version": 1,
        "gen_ai.completion.0.content": ANSWER,
        "gen_ai.completion.0.finish_reason": "stop",
    },
    "LiteLLM": {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "test",
        "gen_ai.request.model": "test/parrot-1",
        "gen_ai.response.model": "parrot-1",
        "gen_ai.usage.prompt_tokens": 40,
        "gen_ai.usage.completion_tokens": 12,
        "gen_ai.prompt.name": PROMPT,
        "gen_ai.prompt.version": "v1",
        "gen_ai.completion.0.content": ANSWER,
    },
}


def value(plain: Any) -> dict[str, Any]:
    """As OTLP says it in JSON: an int is a string."""
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(inner) for inner in plain]}}
    if isinstance(plain, bool):
        return {"boolValue": plain}
    if isinstance(plain, int):
        return {"intValue": str(plain)}
    return {"doubleValue": plain} if isinstance(plain, float) else {"stringValue": plain}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(plain)} for name, plain in attributes.items()]


def span(number: int, attributes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "chat parrot-1",
        "startTimeUnixNano": str(AT + number),
        "endTimeUnixNano": str(AT + number + 250_000_000),
        "attributes": pairs(attributes),
    }
    return found | changes


def request(*spans: dict[str, Any], environment: str = "demo") -> str:
    """One line."""
    resource = {"attributes": pairs({"deployment.environment.name": environment, "service.name": "shop"})}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spans.jsonl"


def imported(house: House, file: Path, *lines: str, environment: str | None = None) -> Imported:
    file.write_text("".join(lines))
    return import_file(house.workspace, file, environment)


def only(house: House) -> trace.Trace:
    (row,) = house.workspace.store.rows("SELECT trace_id FROM trace")
    found = trace.get(house.workspace.store, row["trace_id"])
    assert found is not None
    return found


@pytest.mark.parametrize("tool", TOOLS)
def test_the_names_of_other_tools(tool: str, house: House, file: Path) -> None:
    assert imported(house, file, request(span(1, TOOLS[tool]))).traces == 1
    found, catalog = only(house), Catalog(house.roots.registry)
    behavior = catalog.behavior(catalog.get(PROMPT, "v1")).sha
    assert (found.prompt_id, found.version, found.environment) == (PROMPT, "v1", "demo")
    assert (found.intended, found.served, found.arm, found.generation) == (behavior, behavior, "live", 0)
    assert (found.prompt_tokens, found.output_tokens, found.output) == (40, 12, ANSWER)
    assert (found.latency_ms, found.schema_ok, found.refusal, found.fallback) == (250.0, True, False, False)
    assert found.cost_usd == pytest.approx((40 * 1.0 + 12 * 2.0) / 1e6)
    assert found.ts.timestamp() == pytest.approx(AT / 1e9)


def test_many_spans_a_line_each_once_however_often(house: House, file: Path) -> None:
    lines = [request(span(1, OPENTELEMETRY), span(2, OPENTELEMETRY)), request(span(3, OPENTELEMETRY))]
    assert imported(house, file, *lines).traces == 3
    again = imported(house, file, *lines, request(span(3, OPENTELEMETRY), span(4, OPENTELEMETRY)))
    assert (again.traces, again.known, house.count()) == (1, 4, 4)


def test_what_is_no_trace_is_counted_by_why(house: House, file: Path) -> None:
    without = {name: plain for name, plain in OPENTELEMETRY.items() if not name.startswith("gen_ai.prompt.")}
    line = request(
        span(1, {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up"}),
        span(6, {"gen_ai.operation.name": "embeddings"}),
        span(2, without),
        span(3, OPENTELEMETRY | {"gen_ai.prompt.version": "v9"}),
        span(4, OPENTELEMETRY | {"promptship.recorded": True}),
    )
    found = imported(house, file, line, request(span(5, OPENTELEMETRY), environment="qa"))
    assert found.skipped == {
        "not a model call": 1,
        "tool call or retrieval of no trace": 1,
        "names no prompt and version": 1,
        f"unknown version {PROMPT}@v9": 1,
        "recorded by the SDK": 1,
        "unknown environment 'qa'": 1,
    }
    assert (found.traces, found.quarantine) == (0, None)


@pytest.mark.parametrize(
    "poison",
    [
        "no JSON",
        "[]",
        "{}",
        '{"resourceSpans": [1]}',
        request(span(1, OPENTELEMETRY, spanId="not hex")).strip(),
        request(span(1, OPENTELEMETRY, endTimeUnixNano="1")).strip(),
        request(span(1, OPENTELEMETRY, startTimeUnixNano=None)).strip(),
        request(span(1, OPENTELEMETRY | {"gen_ai.usage.input_tokens": 2**40})).strip(),
    ],
)
def test_a_poison_line_costs_nothing_but_itself(poison: str, house: House, file: Path) -> None:
    found = imported(house, file, request(span(2, OPENTELEMETRY)), poison + "\n", "\n", request(span(3, OPENTELEMETRY)))
    assert (found.traces, found.rejected) == (2, 1)
    assert found.quarantine is not None
    (kept,) = map(json.loads, found.quarantine.read_text().splitlines())
    assert (kept["number"], bool(kept["reason"])) == (2, True)


def test_texts_are_redacted_and_units_hashed(house: House, file: Path) -> None:
    told = TOOLS["OpenInference"] | {
        "llm.prompt_template.variables": json.dumps({"message": "write to ana@example.org"}),
        "user.id": "ana",
    }
    imported(house, file, request(span(1, told)))
    found = only(house)
    assert found.variables is not None
    assert "ana@example.org" not in str(found.variables)
    assert found.redacted != ()
    assert (found.unit == "ana", len(found.unit or "")) == (False, 64)


def test_a_call_that_failed(house: House, file: Path) -> None:
    event = {"name": "exception", "attributes": pairs({"exception.message": "connection reset"})}
    line = request(span(1, OPENTELEMETRY, status={"code": 2}, events=[event]))
    imported(house, file, line)
    found = only(house)
    assert (found.error, found.served, found.output, found.cost_usd) == ("connection reset", None, None, None)


def test_whose_spans_these_are_can_be_said(house: House, file: Path) -> None:
    imported(house, file, request(span(1, OPENTELEMETRY), environment="qa"), environment="staging")
    assert only(house).environment == "staging"
    with pytest.raises(UnknownEnvironment):
        import_file(house.workspace, file, "qa")


@pytest.mark.parametrize("metadata", ["{}", "{'promptship': 7}", "no Python", "(" * 9999])
def test_the_stamp_that_came_through_a_proxy(metadata: str, house: House, file: Path) -> None:
    """LiteLLM's own spans name no prompt, and keep the request's metadata as Python writes it."""
    catalog = Catalog(house.roots.registry)
    behavior = catalog.behavior(catalog.get(PROMPT, "v1")).sha
    stamp = replace(STAMP, environment="demo", prompt_id=PROMPT, version="v1", intended=behavior, serving=behavior)
    told = {name: plain for name, plain in TOOLS["LiteLLM"].items() if not name.startswith("gen_ai.prompt.")}
    sent = str({"promptship": stamp.attributes, "tags": stamp.tags})
    line = request(
        span(1, told | {"metadata.requester_metadata": sent}), span(2, told | {"metadata.requester_metadata": metadata})
    )
    found = imported(house, file, line)
    assert (found.traces, found.skipped) == (1, {"names no prompt and version": 1})
    assert (only(house).arm, only(house).generation, only(house).unit) == (stamp.arm, stamp.generation, stamp.unit)


def test_a_call_that_an_sdk_recorded_under_its_stamp_is_not_counted_twice(house: House, file: Path) -> None:
    catalog = Catalog(house.roots.registry)
    behavior = catalog.behavior(catalog.get(PROMPT, "v1")).sha
    stamp = {
        "promptship.trace.id": "tr_own",
        "promptship.request.at": "2026-11-18T10:00:00Z",
        "promptship.environment": "demo",
        "promptship.behavior.sha": behavior,
        "promptship.behavior.serving": behavior,
        "promptship.arm": "canary",
        "promptship.routes.generation": 7,
    }
    imported(house, file, request(span(1, OPENTELEMETRY | stamp)))
    assert (only(house).arm, only(house).generation) == ("canary", 7)
    imported(house, file, request(span(2, OPENTELEMETRY | stamp | {"promptship.trace.id": only(house).trace_id})))
    assert house.count() == 1


ASKS = [{"role": "assistant", "parts": [{"type": "tool_call", "name": "look_up", "arguments": {"id": "A-1"}}]}]
DOCUMENTS = [{"id": "d1", "score": 0.9}, {"id": "d2", "score": 0.4}]
STEPS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "OpenTelemetry": (
        {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": json.dumps(DOCUMENTS)},
        OPENTELEMETRY | {"gen_ai.output.messages": json.dumps(ASKS)},
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "look_up",
            "gen_ai.tool.call.arguments": json.dumps({"id": "A-1"}),
            "gen_ai.tool.call.result": json.dumps({"state": "sent"}),
        },
    ),
    "OpenInference": (
        {
            "openinference.span.kind": "RETRIEVER",
            "retrieval.documents.0.document.id": "d1",
            "retrieval.documents.0.document.content": "a text",
            "retrieval.documents.1.document.id": "d2",
        },
        {
            **{name: plain for name, plain in TOOLS["OpenInference"].items() if "output" not in name},
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look_up",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"id": "A-1"}',
        },
        {
            "openinference.span.kind": "TOOL",
            "tool.name": "look_up",
            "input.value": '{"id": "A-1"}',
            "output.value": '{"state": "sent"}',
        },
    ),
    "Langfuse": (
        {"langfuse.observation.type": "retriever", "langfuse.observation.output": json.dumps(DOCUMENTS)},
        TOOLS["Langfuse"]
        | {
            "langfuse.observation.output": json.dumps(
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"function": {"name": "look_up", "arguments": '{"id": "A-1"}'}}],
                }
            )
        },
        {
            "langfuse.observation.type": "tool",
            "langfuse.observation.input": '{"id": "A-1"}',
            "langfuse.observation.output": '{"state": "sent"}',
        },
    ),
    "Traceloop": (
        {"traceloop.span.kind": "retriever"},
        {
            **TOOLS["Traceloop"],
            "gen_ai.completion.0.content": "",
            "gen_ai.completion.0.tool_calls.0.name": "look_up",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"id": "A-1"}',
        },
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "look_up",
            "traceloop.entity.input": '{"id": "A-1"}',
            "traceloop.entity.output": '{"state": "sent"}',
        },
    ),
    "LiteLLM": (
        {"gen_ai.operation.name": "retrieval"},
        {
            **TOOLS["LiteLLM"],
            "gen_ai.completion.0.content": "",
            "gen_ai.completion.0.function_call.name": "look_up",
            "gen_ai.completion.0.function_call.arguments": '{"id": "A-1"}',
        },
        {
            "gen_ai.operation.name": "execute_tool",
            "mcp.method.name": "tools/call",
            "gen_ai.tool.name": "look_up",
            "gen_ai.tool.call.arguments": '{"id": "A-1"}',
            "gen_ai.tool.call.result": '{"state": "sent"}',
        },
    ),
}


@pytest.mark.parametrize("tool", STEPS)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_tool_calls_and_retrievals_of_the_trace_go_with_it(
    tool: str, order: tuple[int, ...], house: House, file: Path
) -> None:
    """A tool's name may be the span's; documents that nobody told of are unknown, not none."""
    looked, asked, ran = STEPS[tool]
    one = {"traceId": "f" * 32}
    steps = [
        span(1, looked, **one, endTimeUnixNano=str(AT + 1 + 120_000_000)),
        span(2, asked, **one),
        span(3, ran, **one, name="look_up"),
    ]
    found = imported(house, file, *(request(steps[place]) for place in order))
    assert (found.traces, found.beside, found.skipped) == (1, 2, {})
    kept = only(house)
    assert kept.tool_calls == [{"name": "look_up", "arguments": {"id": "A-1"}, "result": {"state": "sent"}}]
    documents = {"Traceloop": None, "LiteLLM": None, "OpenInference": ["d1", "d2"]}.get(tool, DOCUMENTS)
    fan_out = documents and len(documents)
    assert kept.retrieval == {"documents": documents, "fan_out": fan_out, "latency_ms": 120.0}
    (row,) = house.workspace.store.rows("SELECT fan_out, tool_error FROM request")
    assert (row["fan_out"], row["tool_error"]) == (fan_out, 0)


@pytest.mark.parametrize(
    ("attributes", "more"),
    [
        ({"gen_ai.operation.name": "execute_tool"}, {"status": {"code": 2, "message": "no such order"}}),
        (
            {
                "langfuse.observation.type": "tool",
                "langfuse.observation.level": "ERROR",
                "langfuse.observation.status_message": "no such order",
            },
            {},
        ),
    ],
)
def test_a_tool_that_failed(attributes: dict[str, Any], more: dict[str, Any], house: House, file: Path) -> None:
    one = {"traceId": "f" * 32}
    imported(house, file, request(span(1, OPENTELEMETRY, **one), span(2, attributes, **one, **more, name="look_up")))
    assert only(house).tool_calls == [{"name": "look_up", "arguments": None, "error": "no such order"}]
    assert house.workspace.store.rows("SELECT tool_error FROM request")[0]["tool_error"] == 1


def test_what_a_tool_said_is_redacted_too(house: House, file: Path) -> None:
    _, asked, ran = STEPS["OpenTelemetry"]
    told = ran | {"gen_ai.tool.call.result": '{"mail": "ana@example.org"}'}
    one = {"traceId": "f" * 32}
    imported(house, file, request(span(1, asked, **one), span(2, told, **one)))
    assert "ana@example.org" not in str(only(house).tool_calls)


def test_a_pipe_cannot_be_read_twice(house: House, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no file"):
        import_file(house.workspace, tmp_path / "pipe")
