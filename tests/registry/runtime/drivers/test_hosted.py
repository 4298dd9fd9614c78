"""LiteLLM is stood in for by what it does; one test runs the real one against an endpoint on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import openai
import pytest

from registry.artifact import Decoding
from registry.errors import ModelRejected, ModelUnavailable
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.hosted import Hosted
from tests.registry.runtime.conftest import model
from tests.registry.runtime.drivers.endpoint import ANSWER, serving

KEY = "sk-test-key-0123456789"
MODEL = model("gpt-4.1-mini", provider="openai", reach={"driver": "litellm", "key_variable": "TEST_KEY"})
REQUEST = Request(MODEL, [{"role": "user", "content": "hi"}], Decoding(temperature=0.0, max_output_tokens=8, seed=7))


class Failure(openai.OpenAIError):
    """As LiteLLM raises them: with a status and the response."""

    def __init__(self, status: int | None, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"AuthenticationError: key {KEY} is wrong")
        self.status_code = status
        self.response = SimpleNamespace(headers=headers)


class ContentPolicyViolationError(Failure):
    """Named like LiteLLM's."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the stand-in was called with; it raises what is put in `calls.failure`."""
    asked: list[dict[str, Any]] = []

    def completion(**arguments: Any) -> Any:
        asked.append(arguments)
        return SimpleNamespace(model_dump=lambda: ANSWER)

    async def acompletion(**arguments: Any) -> Any:
        return completion(**arguments)

    litellm = ModuleType("litellm")
    stand_in: Any = litellm
    stand_in.completion, stand_in.acompletion = completion, acompletion
    monkeypatch.setitem(sys.modules, "litellm", litellm)
    monkeypatch.setenv("TEST_KEY", KEY)
    return asked


def test_how_it_is_called(calls: list[dict[str, Any]]) -> None:
    found = Hosted(MODEL).complete(REQUEST)
    assert (found.text, found.prompt_tokens, found.cached_tokens, found.output_tokens) == ("yes", 9, None, 1)
    assert asyncio.run(Hosted(MODEL).acomplete(REQUEST)).text == "yes"
    assert calls[0] == calls[1]
    assert calls[0] == {
        "model": "openai/gpt-4.1-mini",
        "messages": REQUEST.messages,
        "temperature": 0.0,
        "max_tokens": 8,
        "seed": 7,
        "api_key": KEY,
        "timeout": 60.0,
        "num_retries": 0,
        "max_retries": 0,
        "drop_params": False,
    }


def test_endpoint_and_region(calls: list[dict[str, Any]]) -> None:
    reach = {"driver": "litellm", "endpoint": "https://eu.example.com"}
    there = model("nova", provider="bedrock", region="eu-west-1", reach=reach)
    Hosted(there).complete(Request(there, REQUEST.messages, REQUEST.decoding))
    assert (calls[0]["api_base"], calls[0]["aws_region_name"]) == ("https://eu.example.com", "eu-west-1")
    assert calls[0]["api_key"] is None


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after_s"),
    [
        (429, {"retry-after": "3"}, ModelUnavailable, 3.0),
        (500, None, ModelUnavailable, None),
        (None, None, ModelUnavailable, None),
        (400, None, ModelRejected, None),
        (401, None, ModelRejected, None),
    ],
)
def test_failures(
    status: int | None,
    headers: dict[str, str] | None,
    kind: type[Exception],
    retry_after_s: float | None,
    calls: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(**_: Any) -> Any:
        raise Failure(status, headers)

    monkeypatch.setattr(sys.modules["litellm"], "completion", fails)
    with pytest.raises(kind, match=r"key \*\*\* is wrong") as caught:
        Hosted(MODEL).complete(REQUEST)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert getattr(caught.value, "retry_after_s", None) == retry_after_s


def test_a_content_filter_is_a_refusal(calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    def filtered(**_: Any) -> Any:
        raise ContentPolicyViolationError(400)

    monkeypatch.setattr(sys.modules["litellm"], "completion", filtered)
    found = Hosted(MODEL).complete(REQUEST)
    assert (found.text, found.finish_reason) == ("", "content_filter")
    assert KEY not in (found.refusal or "")


def test_without_its_key_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(ModelRejected, match="TEST_KEY is not set"):
        Hosted(MODEL).complete(REQUEST)


class Chunk(SimpleNamespace):
    def __init__(self, text: str | None, finish_reason: str | None = None) -> None:
        delta = {"choices": [{"delta": {"content": text}, "finish_reason": finish_reason}]}
        super().__init__(model_dump=lambda: delta)


@pytest.fixture
def chunks(calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a streamed answer of the stand-in is made of; an error among them is raised."""
    given: list[Any] = [Chunk("Hel"), Chunk("lo"), Chunk(None, "stop")]

    def completion(**arguments: Any) -> Any:
        calls.append(arguments)
        for item in given:
            if isinstance(item, Exception):
                raise item
            yield item

    async def acompletion(**arguments: Any) -> Any:
        async def items() -> Any:
            for item in completion(**arguments):
                yield item

        return items()

    monkeypatch.setattr(sys.modules["litellm"], "completion", completion)
    monkeypatch.setattr(sys.modules["litellm"], "acompletion", acompletion)
    return given


async def gathered() -> list[str | Reply]:
    return [item async for item in Hosted(MODEL).astream(REQUEST)]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_streaming(asynchronous: bool, chunks: list[Any], calls: list[dict[str, Any]]) -> None:
    *texts, reply = asyncio.run(gathered()) if asynchronous else list(Hosted(MODEL).stream(REQUEST))
    assert texts == ["Hel", "lo"]
    assert isinstance(reply, Reply)
    assert (reply.text, reply.finish_reason) == ("Hello", "stop")
    assert (calls[0]["stream"], calls[0]["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize("asynchronous", [False, True])
def test_streams_that_fail(asynchronous: bool, chunks: list[Any]) -> None:
    chunks[1:] = [Failure(503)]
    with pytest.raises(ModelUnavailable, match=r"key \*\*\* is wrong"):
        asyncio.run(gathered()) if asynchronous else list(Hosted(MODEL).stream(REQUEST))
    chunks[0:] = [ContentPolicyViolationError(400)]
    [reply] = asyncio.run(gathered()) if asynchronous else list(Hosted(MODEL).stream(REQUEST))
    assert isinstance(reply, Reply)
    assert reply.finish_reason == "content_filter"


REAL = """
import sys
from registry.artifact import Decoding
from registry.errors import ModelRejected, ModelUnavailable
from registry.models import Model
from registry.runtime import drivers
from registry.runtime.drivers import Request
reach = {"driver": "litellm", "endpoint": sys.argv[1], "key_variable": "TEST_KEY"}
model = Model.model_validate({"provider": "openai", "model": "one", "reach": reach})
request = Request(model, [{"role": "user", "content": "hi"}], Decoding(temperature=0.0, max_output_tokens=8))
assert "litellm" not in sys.modules
driver = drivers.open(model)
print(driver.complete(request).text)
print([item if isinstance(item, str) else (item.text, item.output_tokens) for item in driver.stream(request)])
for kind in (ModelUnavailable, ModelRejected):
    try:
        driver.complete(request)
    except kind as error:
        print(type(error).__name__, getattr(error, "retry_after_s", None), error)
"""


def test_the_real_one() -> None:
    """In a process of its own: it takes seconds and hundreds of megabytes to import."""
    with serving() as endpoint:
        wrong = {"error": {"message": f"wrong key {KEY}", "type": "invalid_request_error"}}
        delta = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "one"}
        texts = [{"index": 0, "delta": {"role": "assistant", "content": text}} for text in ("Hel", "lo")]
        parts = [{**delta, "choices": [text]} for text in texts]
        parts.append({**delta, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        parts.append(
            {**delta, "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
        )
        stream = "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + "data: [DONE]\n\n"
        streamed = (200, stream, {"content-type": "text/event-stream"})
        endpoint.answers = [(200, ANSWER, {}), streamed, (429, wrong, {"retry-after": "7"}), (401, wrong, {})]
        environment = os.environ | {"TEST_KEY": KEY}
        command = [sys.executable, "-W", "ignore", "-c", REAL, endpoint.url]
        ran = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
        answer, stream, unavailable, rejected = ran.stdout.splitlines()
        assert answer == "yes"
        assert stream == "['Hel', 'lo', ('Hello', 2)]"
        assert unavailable.startswith("ModelUnavailable 7.0")
        assert rejected.startswith("ModelRejected None")
        assert KEY not in ran.stdout + ran.stderr
        assert len(endpoint.asked) == 4
