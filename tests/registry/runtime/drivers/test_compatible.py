from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from registry.artifact import Decoding
from registry.errors import ModelRejected, ModelUnavailable
from registry.models import Model
from registry.runtime.drivers import Request
from registry.runtime.drivers.compatible import Compatible
from tests.registry.runtime.conftest import model
from tests.registry.runtime.drivers.endpoint import Endpoint, serving

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
