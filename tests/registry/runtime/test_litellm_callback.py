"""The real LiteLLM, with answers that it makes up, in a process of its own: it takes seconds to import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.serving import written
from tests.registry.runtime.world import PROMPT, live, put

Publish = Callable[..., RouteTable]
KEY = "sk-test-key-0123456789"
V1 = artifact("v1", models=("one", "two"))
GOOD = '{"order_id": "A-1"}'

APPLICATION = """
import asyncio, sys, time
from datetime import datetime
from registry.runtime.client import Client
assert "litellm" not in sys.modules
import litellm
from registry.runtime import litellm_callback
handler = litellm_callback.proxy_handler
litellm.callbacks = [handler]
client = Client("production")
GOOD, KEY = sys.argv[1:3]

def asked(message, **more):
    with client.stamp("order-extract", {"message": message}, unit="u", intent="status") as stamped:
        request = stamped.litellm | {"model": "openai/one", "api_key": KEY} | more
        print(message, stamped.trace_id, sep=": ")
        return request

litellm.completion(**asked("plain"), mock_response=GOOD)
async def in_a_loop():
    before = handler.outside.records
    await litellm.acompletion(**asked("async"), mock_response=GOOD)
    end = time.monotonic() + 20
    while handler.outside.records == before and time.monotonic() < end:
        await asyncio.sleep(0.05)

while handler.outside.records < 1:
    time.sleep(0.05)
asyncio.run(in_a_loop())
tags = asked("tags")
tags["metadata"] = {"tags": tags["metadata"]["tags"]}
litellm.completion(**tags, mock_response=GOOD)
proxied = asked("proxied")
proxied["metadata"] = {"requester_metadata": proxied["metadata"]}
litellm.completion(**proxied, mock_response=GOOD)
litellm.completion(**asked("fallback", model="openai/two"), mock_response="no JSON")
for chunk in litellm.completion(**asked("stream", stream=True), mock_response=GOOD):
    pass
try:
    litellm.completion(**asked("failed"), mock_response=Exception(f"key {KEY} of ana@example.com"))
except Exception:
    pass
litellm.completion(model="openai/one", messages=[{"role": "user", "content": "not ours"}], mock_response=GOOD)
end = time.monotonic() + 20
while handler.outside.records < 6 and time.monotonic() < end:
    time.sleep(0.05)

def as_a_proxy(message, *events):
    # in the order in which LiteLLM's proxy tells: each attempt, one failure, and how the request ended
    kwargs = {"litellm_call_id": message, "model": "one", "exception": "busy",
              "litellm_params": {"metadata": asked(message)["metadata"]}}
    began = datetime.now()
    for event in events:
        if event == "begins":
            handler.log_pre_api_call("one", [], kwargs)
        elif event == "fails":
            handler.log_failure_event(kwargs, None, began, datetime.now())
        elif event == "fails late":
            handler.log_failure_event(kwargs, None, began, began)
        elif event == "answers":
            handler.log_success_event(kwargs, ANSWER, datetime.now(), datetime.now())
        else:
            request = {"litellm_call_id": message, "metadata": kwargs["litellm_params"]["metadata"]}
            asyncio.run(handler.async_post_call_failure_hook(request, ValueError("key " + KEY), None))

ANSWER = {"model": "one", "choices": [{"message": {"content": GOOD}, "finish_reason": "stop"}]}
as_a_proxy("retried", "begins", "fails", "begins", "begins", "answers")
as_a_proxy("told late", "begins", "begins", "fails late", "answers")
as_a_proxy("given up", "begins", "fails", "begins", "begins", "gives up")
as_a_proxy("refused", "fails", "fails", "gives up")
handler.outside.close()
client.close()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def records(home: Path) -> dict[str, dict[str, Any]]:
    """The records by the message that was asked."""
    from registry.runtime import routes_change as change
    from tests.registry.runtime.conftest import AT

    publisher = LocalPublisher(home / "artifacts", home / "routes")
    put(publisher, V1)
    table = change.stamped(live(V1)(publisher.read_table("production")), operation="op_1", at=AT, by="test")
    publisher.swap(table, 0)
    command = [sys.executable, "-W", "ignore", "-c", APPLICATION, GOOD, KEY]
    ran = subprocess.run(
        command, check=False, env=os.environ | {"PROMPTSHIP_HOME": str(home)}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    names = {trace_id: name for name, _, trace_id in (line.partition(": ") for line in ran.stdout.splitlines())}
    found = written(home / "spool")
    assert KEY not in json.dumps(found)
    return {names[trace["trace_id"]]: trace for trace in found}


def test_every_stamped_call_is_recorded_once(records: dict[str, dict[str, Any]]) -> None:
    in_process = {"plain", "async", "tags", "proxied", "fallback", "stream", "failed"}
    assert set(records) == in_process | {"retried", "told late", "given up", "refused"}


@pytest.mark.parametrize("name", ["plain", "async", "tags", "proxied", "stream"])
def test_the_record_is_the_same(name: str, records: dict[str, dict[str, Any]]) -> None:
    told = {
        "prompt_id": PROMPT, "intended": V1.behavior, "served": V1.behavior, "arm": "live", "intent": "status",
        "output": GOOD, "schema_ok": True, "refusal": False, "finish_reason": "stop", "attempts": 1,
        "fallback": False, "error": None, "strategy": "single",
    }  # fmt: skip
    found = records[name]
    assert {key: found[key] for key in told} == told
    assert found["unit"]
    assert found["prompt_tokens"] > 0
    assert found["latency_ms"] > 0
    assert (found["first_token_ms"] is not None) == (name == "stream")


def test_a_fallback_of_the_version(records: dict[str, dict[str, Any]]) -> None:
    found = records["fallback"]
    assert (found["fallback"], found["schema_ok"]) == (True, False)
    assert found["served"] == artifact("v1", models=("two",)).behavior


def test_a_failure_without_its_key(records: dict[str, dict[str, Any]]) -> None:
    found = records["failed"]
    assert (found["served"], found["attempts"]) == (None, 1)
    assert "[email]" in found["error"]


@pytest.mark.parametrize(
    ("name", "attempts", "error"),
    [("retried", 3, None), ("told late", 2, None), ("given up", 3, "key [secret]"), ("refused", 1, "key [secret]")],
)
def test_a_proxy_tells_of_the_first_failure_and_of_the_end(
    name: str, attempts: int, error: str | None, records: dict[str, dict[str, Any]]
) -> None:
    found = records[name]
    assert (found["attempts"], found["error"], found["schema_ok"]) == (attempts, error, None if error else True)
