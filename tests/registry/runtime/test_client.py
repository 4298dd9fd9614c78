from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ModelRejected, NoRoute, RenderError, UsageError
from registry.roots import Roots
from registry.runtime.answering import Patience
from registry.runtime.bucket import bucket
from registry.runtime.client import Client, Retrieval
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.failure import rejected
from registry.runtime.publishing import LocalPublisher
from registry.runtime.refusal import DETECTOR
from registry.runtime.routes import RouteTable
from registry.runtime.spool import Spool, sealed
from registry.runtime.unit_key import UnitKey
from tests.registry.runtime.conftest import Scripted, artifact
from tests.registry.runtime.world import PROMPT, Time, canary, live, promote, put

Publish = Callable[..., RouteTable]
KEY = UnitKey(b"test")
V1, V2 = artifact("v1"), artifact("v2")
ASKS_MORE = artifact(
    "v2",
    prompt={
        "dialect": "jinja-1",
        "messages": [{"role": "user", "content": "{{ message }} {{ tone }}"}],
        "variables": {"message": {"type": "string"}, "tone": {"type": "string"}},
    },
)
IN = next(unit for unit in "abcdefgh" if bucket("rel_2", unit) <= 5000)
OUT = next(unit for unit in "abcdefgh" if 5000 < bucket("rel_2", unit) <= 9500)
LAST = next(f"u{number}" for number in range(1000) if bucket("rel_2", f"u{number}") > 9500)
COLUMNS = set(
    """
    kind format trace_id ts environment prompt_id version intended served arm generation release_id unit
    unit_key_id intent variables output tool_calls retrieval prompt_tokens cached_tokens output_tokens cost_usd
    latency_ms first_token_ms attempts fallback schema_ok refusal refusal_detector finish_reason error
    strategy routes_age_s redacted metrics
    """.split()  # noqa: SIM905  thirty-five of them
)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def client(publisher: LocalPublisher, scripted: Scripted, time: Time, tmp_path: Path) -> Iterator[Client]:
    put(publisher, V1, V2, ASKS_MORE)
    spool = Spool(tmp_path / "spool")
    patience = Patience(retries=1, backoff_s=0.0)
    with Client(
        "production",
        publisher=publisher,
        spool=spool,
        unit_key=KEY,
        application="shop",
        patience=patience,
        clock=time.clock,
    ) as found:
        yield found


@pytest.fixture
def written(client: Client, tmp_path: Path) -> Callable[[str], list[dict[str, Any]]]:
    """Closes the client; the lines of one kind."""

    def lines(kind: str) -> list[dict[str, Any]]:
        client.close()
        found = [json.loads(line) for path in sealed(tmp_path / "spool") for line in path.read_text().splitlines()]
        return [line for line in found if line["kind"] == kind]

    return lines


Written = Callable[[str], list[dict[str, Any]]]


def test_a_call_and_its_trace(client: Client, publish: Publish, written: Written) -> None:
    publish(live(V1))
    answer = client.call(PROMPT, {"message": "where is A-1?"}, unit="user-1", intent="status", metrics={"basket": 3})
    assert (answer.text, answer.value) == ('{"order_id": "A-1"}', {"order_id": "A-1"})
    [trace] = written("trace")
    assert trace == answer.record
    assert set(trace) == COLUMNS
    expected = {
        "format": 1,
        "trace_id": answer.trace_id,
        "ts": "2026-11-21T12:00:00.000000Z",
        "environment": "production",
        "prompt_id": PROMPT,
        "version": "v1",
        "intended": V1.behavior,
        "served": V1.behavior,
        "arm": "live",
        "generation": 1,
        "release_id": None,
        "unit": KEY.hide("user-1"),
        "unit_key_id": KEY.id,
        "intent": "status",
        "variables": {"message": "where is A-1?"},
        "output": '{"order_id": "A-1"}',
        "tool_calls": None,
        "retrieval": None,
        "prompt_tokens": 10,
        "cached_tokens": 0,
        "output_tokens": 5,
        "cost_usd": pytest.approx(2e-5),
        "attempts": 1,
        "fallback": False,
        "schema_ok": True,
        "refusal": False,
        "refusal_detector": DETECTOR,
        "finish_reason": "stop",
        "strategy": "single",
        "error": None,
        "routes_age_s": 0.0,
        "redacted": [],
        "metrics": {"basket": 3.0},
    }
    assert {name: trace[name] for name in expected} == expected
    assert written("assignment") == []


def test_calls_by_use_case_and_asynchronously(client: Client, publish: Publish) -> None:
    publish(live(V1))
    answer = asyncio.run(client.acall(None, {"message": "hi"}, use_case="orders.extract"))
    assert answer.resolution.prompt_id == PROMPT
    assert answer.record["intent"] == "other"
    assert answer.record["unit"] is None


@pytest.mark.parametrize("names", [{}, {"prompt_id": PROMPT, "use_case": "orders.extract"}])
def test_a_prompt_or_a_use_case(client: Client, names: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="exactly one"):
        client.resolve(**names)


def test_never_released(client: Client) -> None:
    with pytest.raises(NoRoute):
        client.call(PROMPT, {"message": "hi"})


def test_a_unit_is_assigned_once(client: Client, publish: Publish, time: Time, written: Written) -> None:
    publish(live(V1))
    publish(canary(V2, now=time.now))
    for unit in (IN, OUT, IN, None):
        client.call(PROMPT, {"message": "hi"}, unit=unit)
        time.passed += 1
    assignments, traces = written("assignment"), written("trace")
    assert [(line["unit"], line["arm"]) for line in assignments] == [(KEY.hide(IN), "canary"), (KEY.hide(OUT), "live")]
    assert [trace["arm"] for trace in traces] == ["canary", "live", "canary", "live"]
    assert [line["first_seen_at"] for line in assignments] == [trace["ts"] for trace in traces[:2]]
    assert [trace["release_id"] for trace in traces] == ["rel_2", "rel_2", "rel_2", None]
    assert assignments[0] == {
        "kind": "assignment",
        "format": 1,
        "environment": "production",
        "prompt_id": PROMPT,
        "release_id": "rel_2",
        "generation": 2,
        "share_bps": 5000,
        "unit": KEY.hide(IN),
        "unit_key_id": KEY.id,
        "arm": "canary",
        "first_seen_at": "2026-11-21T12:00:00.000000Z",
    }


def test_no_assignment_without_a_lease(client: Client, publish: Publish, time: Time, written: Written) -> None:
    publish(live(V1))
    publish(canary(V2, now=time.now))
    time.passed = 200
    client.call(PROMPT, {"message": "hi"}, unit=IN)
    assert written("assignment") == []
    assert [trace["arm"] for trace in written("trace")] == ["live"]


def test_no_assignment_in_a_holdback(client: Client, publish: Publish, time: Time, written: Written) -> None:
    publish(live(V1))
    publish(promote(V2, now=time.now, holdback_bps=500))
    client.call(PROMPT, {"message": "hi"}, unit=LAST)
    assert written("assignment") == []
    assert [(trace["arm"], trace["served"]) for trace in written("trace")] == [("holdback", V1.behavior)]


def test_a_candidate_that_needs_more_variables_gives_way_to_live(
    client: Client, publish: Publish, time: Time, written: Written
) -> None:
    publish(live(V1))
    publish(canary(ASKS_MORE, now=time.now))
    assert client.call(PROMPT, {"message": "hi"}, unit=IN).text
    [trace] = written("trace")
    assert (trace["arm"], trace["intended"], trace["served"]) == ("canary", ASKS_MORE.behavior, V1.behavior)
    assert "tone" in trace["error"]
    assert len(written("assignment")) == 1


def test_a_live_version_that_cannot_be_rendered_is_the_callers_error(client: Client, publish: Publish) -> None:
    publish(live(V1))
    with pytest.raises(RenderError):
        client.call(PROMPT, {"text": "hi"})


def test_a_model_that_does_not_answer_is_recorded_and_raised(
    client: Client, scripted: Scripted, publish: Publish, written: Written
) -> None:
    def refuses(request: Request) -> Reply:
        raise rejected(request.model, "no quota for ana@example.com", fix="Pay")

    scripted.script = refuses
    publish(live(V1))
    with pytest.raises(ModelRejected, match="no quota"):
        client.call(PROMPT, {"message": "hi"})
    [trace] = written("trace")
    assert "no quota for [email]" in trace["error"]
    missing = ["served", "output", "schema_ok", "refusal", "prompt_tokens", "cost_usd", "finish_reason"]
    assert {name: trace[name] for name in missing} == dict.fromkeys(missing)
    assert trace["attempts"] == 1


def test_what_is_written_is_redacted(client: Client, scripted: Scripted, publish: Publish, written: Written) -> None:
    scripted.script = lambda _: Reply('{"order_id": "a@b.io"}')
    publish(live(V1))
    answer = client.call(PROMPT, {"message": "I am ana@example.com, A-1"})
    assert answer.value == {"order_id": "a@b.io"}
    [trace] = written("trace")
    assert trace["variables"] == {"message": "I am [email], A-1"}
    assert trace["output"] == '{"order_id": "[email]"}'
    assert trace["redacted"] == ["output:email", "variables.message:email"]


@pytest.mark.parametrize(
    ("reply", "schema_ok", "refusal", "value"),
    [
        (Reply("no JSON"), False, False, None),
        (Reply("I'm sorry, but I can't help with that."), False, True, None),
        (Reply("", finish_reason="content_filter"), False, True, None),
        (Reply("", tool_calls=({"name": "look_up", "arguments": {}},)), None, False, ""),
    ],
)
def test_what_an_answer_is(
    reply: Reply,
    schema_ok: bool | None,
    refusal: bool,
    value: Any,
    client: Client,
    scripted: Scripted,
    publish: Publish,
) -> None:
    scripted.script = lambda _: reply
    publish(live(V1))
    answer = client.call(PROMPT, {"message": "hi"})
    assert (answer.record["schema_ok"], answer.record["refusal"], answer.value) == (schema_ok, refusal, value)
    assert answer.record["cost_usd"] is None


def test_tool_calls(client: Client, scripted: Scripted, publisher: LocalPublisher, publish: Publish) -> None:
    with_tools = artifact(tools=[{"name": "look_up", "description": "", "parameters": {}}])
    publisher.put_artifact(with_tools)
    publish(live(with_tools))
    assert client.call(PROMPT, {"message": "hi"}).record["tool_calls"] == []
    calls = ({"name": "look_up", "arguments": {"id": "A-1"}},)
    scripted.script = lambda _: Reply("", tool_calls=calls)
    assert client.call(PROMPT, {"message": "hi"}).record["tool_calls"] == list(calls)


def test_a_fallback_that_answered(
    client: Client, scripted: Scripted, publisher: LocalPublisher, publish: Publish
) -> None:
    two = artifact(models=("one", "two"))
    publisher.put_artifact(two)
    publish(live(two))

    def only_two(request: Request) -> Reply:
        if request.model.model == "one":
            raise rejected(request.model, "gone", fix="Use another")
        return Reply("{}")

    scripted.script = only_two
    record = client.call(PROMPT, {"message": "hi"}).record
    assert (record["fallback"], record["attempts"], record["error"]) == (True, 2, None)
    assert (record["intended"], record["served"]) == (two.behavior, artifact(models=("two",)).behavior)


def test_feedback(client: Client, time: Time, written: Written) -> None:
    assert client.feedback("tr_1", "thumbs_down", True)
    expected = {
        "kind": "feedback",
        "format": 1,
        "trace_id": "tr_1",
        "name": "thumbs_down",
        "value": 1.0,
        "source": "shop",
    }
    [line] = written("feedback")
    assert line == expected | {"at": "2026-11-21T12:00:00.000000Z"}
    with pytest.raises(UsageError, match="finite"):
        client.feedback("tr_1", "stars", float("nan"))


def test_readers_are_seen_also_when_idle(client: Client, publisher: LocalPublisher, publish: Publish) -> None:
    publish(live(V1))
    client.call(PROMPT, {"message": "hi"})
    client.close()
    [reader] = publisher.readers("production")
    assert (reader.generation, reader.dropped) == (1, 0)


def test_a_client_of_roots(scripted: Scripted, tmp_path: Path, publish: Publish, publisher: LocalPublisher) -> None:
    """Artifacts, routes, spool and unit key are found under the home."""
    put(publisher, V1)
    publish(live(V1))
    roots = Roots(home=tmp_path, registry=tmp_path, evalsets=tmp_path)
    with Client("production", roots=roots) as client:
        assert client.call(PROMPT, {"message": "hi"}, unit="user-1").record["unit"]
    assert len(sealed(tmp_path / "spool")) == 1
    assert (tmp_path / "unit.key").is_file()


def test_payload_off(
    publisher: LocalPublisher, publish: Publish, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said reaches the caller and nothing that is written."""
    monkeypatch.setenv("PROMPTSHIP_PAYLOAD", "off")
    put(publisher, V1)
    publish(live(V1))
    with Client("production", publisher=publisher, spool=Spool(tmp_path / "spool"), unit_key=KEY) as client:
        answer = client.call(PROMPT, {"message": "where is A-1?"}, unit="user-1", retrieval=Retrieval(["A-1"]))
    assert answer.text == '{"order_id": "A-1"}'
    [path] = sealed(tmp_path / "spool")
    assert "A-1" not in path.read_text()
    found = json.loads(path.read_text())
    assert (found["schema_ok"], found["retrieval"]["fan_out"]) == (True, 1)
