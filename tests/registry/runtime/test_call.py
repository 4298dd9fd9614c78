"""The pieces around an application's own model call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from registry.documents import SpoolLine
from registry.errors import RenderError, UsageError
from registry.runtime.bucket import bucket
from registry.runtime.client import Client, Retrieval
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.serving import serving, written
from tests.registry.runtime.world import PROMPT, Time, canary, live, put

Publish = Callable[..., RouteTable]
TOOL = {
    "name": "look_up",
    "description": "",
    "parameters": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
}
V1 = artifact("v1", tools=[TOOL], models=("one", "two"))
ASKS_MORE = artifact(
    "v2",
    prompt={
        "dialect": "jinja-1",
        "messages": [{"role": "user", "content": "{{ message }} {{ tone }}"}],
        "variables": {"message": {"type": "string"}, "tone": {"type": "string"}},
    },
)
IN = next(unit for unit in "abcdefgh" if bucket("rel_2", unit) <= 5000)
GOOD = '{"order_id": "A-1"}'
COMPLETION = {
    "model": "one",
    "choices": [{"message": {"content": GOOD}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
}
ASKS_TOOL = {
    "choices": [
        {
            "message": {
                "content": None,
                "tool_calls": [{"function": {"name": "look_up", "arguments": '{"id": "A-1"}'}}],
            },
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def client(publisher: LocalPublisher, publish: Publish, folder: Path) -> Iterator[Client]:
    put(publisher, V1, ASKS_MORE)
    publish(live(V1))
    with serving(publisher, folder) as found:
        yield found


def test_a_request_and_its_record(client: Client, folder: Path) -> None:
    with client.start(PROMPT, {"message": "where is A-1?"}, unit="u", intent="status", metrics={"basket": 3}) as call:
        assert call.request["model"] == "one"
        assert call.request["messages"][-1]["content"] == "where is A-1?"
        assert (call.request["max_tokens"], call.request["tools"][0]["function"]["name"]) == (48, "look_up")
        assert call.stamp.intended == V1.behavior
        call.first_token()
        call.first_token()
        answer = call.finish(COMPLETION)
    assert (answer.text, answer.value, answer.trace_id) == (GOOD, {"order_id": "A-1"}, call.trace_id)
    client.close()
    [trace] = written(folder)
    assert trace == answer.record
    TypeAdapter(SpoolLine).validate_python(trace)
    told = {
        "served": V1.behavior, "prompt_tokens": 10, "cached_tokens": 4, "output_tokens": 5, "attempts": 1,
        "fallback": False, "schema_ok": True, "refusal": False, "finish_reason": "stop", "error": None,
        "tool_calls": [], "retrieval": None, "variables": {"message": "where is A-1?"}, "metrics": {"basket": 3.0},
        "intent": "status", "cost_usd": pytest.approx(2e-5),
    }  # fmt: skip
    assert {name: trace[name] for name in told} == told
    assert 0 < trace["first_token_ms"] <= trace["latency_ms"]


@pytest.mark.parametrize(("strategy", "told"), [({}, "single"), ({"strategy": {"kind": "vote", "n": 5}}, "vote of 5")])
def test_how_the_answer_was_drawn(
    strategy: dict[str, Any], told: str, publisher: LocalPublisher, publish: Publish, folder: Path
) -> None:
    votes = artifact("v3", decoding={"temperature": 0.7, "max_output_tokens": 48, **strategy})
    put(publisher, votes)
    publish(live(votes))
    with serving(publisher, folder) as client, client.start(PROMPT, {"message": "hi"}) as call:
        assert call.finish(GOOD).record["strategy"] == call.stamp.strategy == told


def test_tool_calls_with_results_and_all_turns_tokens(client: Client) -> None:
    """The reply and the application tell of the same call: it is one."""
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.replied(ASKS_TOOL)
        call.tool_call("look_up", '{"id": "A-1"}', call_id="c1")
        call.tool_result({"status": "sent to ana@example.com"}, call_id="c1")
        call.tool_call("look_up", {"id": 7})
        call.tool_result(error=TimeoutError("no answer"), name="look_up")
        call.tool_call("erase", {})
        record = call.finish(GOOD, prompt_tokens=9, output_tokens=5).record
    assert record["tool_calls"] == [
        {"name": "look_up", "arguments": {"id": "A-1"}, "result": {"status": "sent to [email]"}},
        {"name": "look_up", "arguments": {"id": 7}, "error": "no answer"},
        {"name": "erase", "arguments": {}, "error": "no tool 'erase' was offered"},
    ]
    assert (record["prompt_tokens"], record["output_tokens"], record["cached_tokens"]) == (16, 8, None)
    assert (record["attempts"], record["schema_ok"]) == (2, True)


def test_arguments_that_break_the_tools_schema_are_an_error(client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.tool_call("look_up", {"id": 7})
        record = call.finish(GOOD).record
    assert "is not of type 'string'" in record["tool_calls"][0]["error"]


def test_a_result_that_nobody_asked_for_is_kept(client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.tool_result("7", name="look_up")
        record = call.finish(GOOD).record
    assert record["tool_calls"][0] == {
        "name": "look_up", "arguments": None, "result": "7",
    }  # fmt: skip


def test_retrieval_before_and_within(client: Client) -> None:
    before = Retrieval(["d1", "d2"], fan_out=5, seconds=2.0)
    with client.start(PROMPT, retrieval=before) as call:
        assert call.artifact.retrieval is None
        call.retrieved(["d3"], seconds=0.5)
        call.render(message="hi")
        record = call.finish(GOOD).record
    assert record["retrieval"] == {"documents": ["d1", "d2", "d3"], "fan_out": 6, "latency_ms": 2500.0}
    assert 2000 < record["latency_ms"] < 2400


@pytest.mark.parametrize(
    ("model", "served", "fallback"),
    [
        (None, V1.behavior, False),
        ("one", V1.behavior, False),
        ("test/two", artifact("v1", tools=[TOOL], models=("two",)).behavior, True),
        ("three", artifact("v1", tools=[TOOL], models=("three",)).behavior, True),
    ],
)
def test_attempts_and_the_model_that_answered(model: str | None, served: str, fallback: bool, client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.attempt(TimeoutError())
        record = call.finish(GOOD, model=model, prompt_tokens=1, cached_tokens=0, output_tokens=1).record
    assert (record["attempts"], record["error"]) == (2, None)
    assert (record["served"], record["fallback"]) == (served, fallback)
    assert (record["cost_usd"] is None) == (model == "three")


def test_what_the_application_says_wins(client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        answer = call.finish(COMPLETION, finish_reason="length", refusal="no", prompt_tokens=99, cost_usd=0.5)
        record = answer.record
        assert call.finish("again").record is record
    assert (record["finish_reason"], record["refusal"], record["prompt_tokens"]) == ("length", True, 99)
    assert record["cost_usd"] == 0.5


@pytest.mark.parametrize(
    ("answer", "text", "tokens"),
    [
        (GOOD, GOOD, None),
        (SimpleNamespace(model_dump=lambda: COMPLETION), GOOD, 10),
        ({"content": [{"type": "text", "text": GOOD}], "stop_reason": "end_turn",
          "usage": {"input_tokens": 6, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 1,
                    "output_tokens": 5}}, GOOD, 10),
        ({"content": [{"type": "tool_use", "name": "look_up", "input": {"id": "A-1"}}], "usage": {}}, "", None),
        ({"choices": [{"message": {"content": [{"type": "text", "text": GOOD}]}}]}, GOOD, None),
        ({}, "", None),
        (7, "7", None),
    ],
)  # fmt: skip
def test_forms_of_answers(answer: Any, text: str, tokens: int | None, client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        found = call.finish(answer)
    assert (found.text, found.record["prompt_tokens"]) == (text, tokens)


def test_nothing_answered(client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.attempt("status 500 for key sk-0123456789abcdefghij")
        record = call.finish().record
    assert (record["error"], record["attempts"], record["served"]) == ("status 500 for key [secret]", 1, None)
    assert record["tool_calls"] is None


@pytest.mark.parametrize(
    ("left_by", "error", "finish_reason"),
    [
        (ValueError("ana@example.com"), "ValueError: [email]", None),
        (asyncio.CancelledError(), None, "cancelled"),
        (None, "the call was left before it was finished", None),
    ],
)
def test_a_block_that_is_left_without_an_answer_is_recorded(
    left_by: BaseException | None, error: str | None, finish_reason: str | None, client: Client, folder: Path
) -> None:
    def leave() -> None:
        with client.start(PROMPT, {"message": "hi"}):
            if left_by is not None:
                raise left_by

    if left_by is None:
        leave()
    else:
        with pytest.raises(type(left_by)):
            leave()
    client.close()
    [trace] = written(folder)
    assert (trace["error"], trace["finish_reason"], trace["schema_ok"]) == (error, finish_reason, None)


def test_before_it_is_rendered(client: Client) -> None:
    with pytest.raises(UsageError, match="not rendered"):
        _ = client.start(PROMPT).messages
    with pytest.raises(RenderError):
        client.start(PROMPT, {"text": "hi"})


def test_a_candidate_that_cannot_be_rendered_gives_way(
    client: Client, publisher: LocalPublisher, publish: Publish, tmp_path: Path
) -> None:
    publish(canary(ASKS_MORE, now=Time().now))
    with serving(publisher, tmp_path / "other") as found, found.start(PROMPT, unit=IN) as call:
        assert call.stamp.serving == ASKS_MORE.behavior
        call.render(message="hi")
        record = call.finish(GOOD).record
    assert (record["arm"], record["intended"], record["served"]) == ("canary", ASKS_MORE.behavior, V1.behavior)
    assert "live served instead" in record["error"]


def test_a_record_that_cannot_be_made_is_counted(client: Client, folder: Path) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        answer = call.finish(GOOD, finish_reason=7)  # type: ignore[arg-type]
    assert (answer.value, answer.record) == ({"order_id": "A-1"}, {})
    client.close()
    assert written(folder) == []


def test_odd_values_are_unknown(client: Client) -> None:
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.retrieved("d1")
        call.retrieved(["d2"], seconds=1.0)
        call.tool_result()
        record = call.finish({"choices": [], "usage": {"prompt_tokens": "many"}}).record
    assert record["prompt_tokens"] is None
    assert record["retrieval"]["documents"] == ["d1", "d2"]


def test_values_that_cannot_be_written_stop_nothing(client: Client) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with client.start(PROMPT, {"message": "hi"}) as call:
        call.tool_call("look_up", deep)
        record = call.finish(GOOD).record
    assert record["output"] == GOOD


def test_a_stamped_request_for_litellm(client: Client, folder: Path) -> None:
    stamped = client.stamp(PROMPT, {"message": "hi"}, unit="u", intent="status")
    assert stamped.litellm["model"] == "test/one"
    metadata = stamped.litellm["metadata"]
    assert metadata["promptship"] == stamped.stamp.attributes
    assert metadata["tags"] == stamped.stamp.tags
    client.close()
    assert written(folder) == []
