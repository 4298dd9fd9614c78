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
        print(message, stamped.trace_id)
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
    names = {trace_id: name for name, trace_id in (line.split() for line in ran.stdout.splitlines() if "tr_" in line)}
    found = written(home / "spool")
    assert KEY not in json.dumps(found)
    return {names[trace["trace_id"]]: trace for trace in found}


def test_every_stamped_call_is_recorded_once(records: dict[str, dict[str, Any]]) -> None:
    assert set(records) == {"plain", "async", "tags", "proxied", "fallback", "stream", "failed"}


@pytest.mark.parametrize("name", ["plain", "async", "tags", "proxied", "stream"])
def test_the_record_is_the_same(name: str, records: dict[str, dict[str, Any]]) -> None:
    told = {
        "prompt_id": PROMPT, "intended": V1.behavior, "served": V1.behavior, "arm": "live", "intent": "status",
        "output": GOOD, "schema_ok": True, "refusal": False, "finish_reason": "stop", "attempts": 1,
        "fallback": False, "error": None,
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
