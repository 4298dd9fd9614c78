"""What other tools export, as they write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.catalog import Catalog
from registry.errors import UnknownEnvironment
from tasks.intake.importing import Imported, import_file
from tasks.ledger import trace
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
        span(1, {"gen_ai.operation.name": "execute_tool"}),
        span(2, without),
        span(3, OPENTELEMETRY | {"gen_ai.prompt.version": "v9"}),
        span(4, OPENTELEMETRY | {"promptship.recorded": True}),
    )
    found = imported(house, file, line, request(span(5, OPENTELEMETRY), environment="qa"))
    assert found.skipped == {
        "not a model call": 1,
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
