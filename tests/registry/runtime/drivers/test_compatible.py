from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing, closing
from typing import Any

import pytest

from registry.artifact import Decoding
from registry.errors import ModelRejected, ModelUnavailable
from registry.models import Model
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.compatible import Compatible
from tests.registry.runtime.conftest import model
from tests.registry.runtime.drivers.endpoint import ANSWER, Endpoint, serving

KEY = "sk-test-key-0123456789"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        yield found


@pytest.fixture
def driver(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compatible]:
    monkeypatch.setenv("TEST_KEY", KEY)
    found = Compatible(reached(endpoint.url))
    yield found
    found.close()


def reached(url: str | None) -> Model:
    return model(reach={"driver": "openai", "endpoint": url, "key_variable": "TEST_KEY"})


def request(url: str, timeout_s: float = 5.0) -> Request:
    decoding = Decoding(temperature=0.0, max_output_tokens=8)
    return Request(reached(url), [{"role": "user", "content": "hi"}], decoding, timeout_s=timeout_s)


def test_both_kinds_of_callers(driver: Compatible, endpoint: Endpoint) -> None:
    first = driver.complete(request(endpoint.url))
    second = asyncio.run(driver.acomplete(request(endpoint.url)))
    assert (first.text, first.prompt_tokens, first.cached_tokens, first.output_tokens) == ("yes", 9, None, 1)
    assert second.text == "yes"
    headers, body = endpoint.asked[0]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body == {
        "model": "one", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.0, "max_tokens": 8
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after_s"),
    [
        (429, {"retry-after": "7"}, ModelUnavailable, 7.0),
        (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, ModelUnavailable, None),
        (503, {}, ModelUnavailable, None),
        (400, {}, ModelRejected, None),
        (401, {}, ModelRejected, None),
    ],
)
def test_failures(
    status: int,
    headers: dict[str, str],
    kind: type[Exception],
    retry_after_s: float | None,
    driver: Compatible,
    endpoint: Endpoint,
) -> None:
    endpoint.answers = [(status, {"error": f"key {KEY} of ana@example.com is wrong"}, headers)]
    with pytest.raises(kind, match=f"status {status}") as caught:
        driver.complete(request(endpoint.url))
    assert KEY not in str(caught.value)
    assert "ana@example.com" not in str(caught.value)
    assert getattr(caught.value, "retry_after_s", None) == retry_after_s
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("body", ["not JSON", "[1]"])
def test_an_answer_that_is_none_may_pass(body: Any, driver: Compatible, endpoint: Endpoint) -> None:
    endpoint.answers = [(200, body, {})]
    with pytest.raises(ModelUnavailable):
        driver.complete(request(endpoint.url))


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    found = Compatible(reached("http://127.0.0.1:9/v1"))
    with pytest.raises(ModelUnavailable):
        found.complete(request("http://127.0.0.1:9/v1"))
    found.close()


def test_without_its_key(driver: Compatible, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY")
    with pytest.raises(ModelRejected, match="TEST_KEY is not set"):
        driver.complete(request(endpoint.url))
    assert endpoint.asked == []


def test_without_an_endpoint() -> None:
    with pytest.raises(ModelRejected, match=r"reach\.endpoint"):
        Compatible(reached(None))


def events(*texts: str, ended: bool = True) -> str:
    chunks: list[dict[str, Any]] = [{"choices": [{"delta": {"content": text}}]} for text in texts]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"completion_tokens": len(texts)}})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return ": hello\n\n" + "".join(lines) + ("data: [DONE]\n\n" if ended else "")


async def gathered(driver: Compatible, wanted: Request, most: int = 99) -> list[str | Reply]:
    found: list[str | Reply] = []
    async with aclosing(driver.astream(wanted)) as items:
        async for item in items:
            found.append(item)
            if len(found) >= most:
                break
    return found


@pytest.mark.parametrize("asynchronous", [False, True])
def test_streaming(asynchronous: bool, driver: Compatible, endpoint: Endpoint) -> None:
    endpoint.answers = [(200, events("Hel", "lo"), {"content-type": "text/event-stream"})]
    wanted = request(endpoint.url)
    *texts, reply = asyncio.run(gathered(driver, wanted)) if asynchronous else list(driver.stream(wanted))
    assert texts == ["Hel", "lo"]
    assert isinstance(reply, Reply)
    assert (reply.text, reply.finish_reason, reply.output_tokens) == ("Hello", "stop", 2)
    assert endpoint.asked[0][1]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_stream_that_is_left_is_ended(asynchronous: bool, driver: Compatible, endpoint: Endpoint) -> None:
    endpoint.answers = [(200, events("Hel", "lo"), {})]
    wanted = request(endpoint.url)
    if asynchronous:
        assert asyncio.run(gathered(driver, wanted, most=1)) == ["Hel"]
    else:
        with closing(driver.stream(wanted)) as items:
            assert next(items) == "Hel"
    endpoint.answers = [(200, ANSWER, {})]
    assert driver.complete(wanted).text == "yes"


@pytest.mark.parametrize(
    ("answer", "kind", "texts"),
    [
        ((200, events("Hel", ended=False), {}), ModelUnavailable, ["Hel"]),
        ((200, 'data: {"error": {"message": "overloaded"}}\n\n', {}), ModelUnavailable, []),
        ((200, "data: {not JSON\n\n", {}), ModelUnavailable, []),
        ((503, {"error": "busy"}, {}), ModelUnavailable, []),
        ((400, {"error": f"key {KEY}"}, {}), ModelRejected, []),
    ],
)
def test_streams_that_fail(
    answer: Any, kind: type[Exception], texts: list[str], driver: Compatible, endpoint: Endpoint
) -> None:
    endpoint.answers = [answer]
    found = []
    with pytest.raises(kind) as caught:  # noqa: PT012  what came before the error counts
        for item in driver.stream(request(endpoint.url)):
            found.append(item)  # noqa: PERF402
    assert found == texts
    assert KEY not in str(caught.value)
