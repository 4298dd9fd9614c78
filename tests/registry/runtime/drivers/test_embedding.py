"""LiteLLM is stood in for by what it does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import openai
import pytest

from registry.artifact import Decoding
from registry.errors import ModelRejected, ModelUnavailable
from registry.runtime import drivers
from registry.runtime.drivers import Request
from registry.runtime.drivers.embedding import Embedder
from tests.registry.runtime.conftest import model

REACH = {"driver": "litellm_embedding", "key_variable": "TEST_KEY", "endpoint": "https://eu.example.com"}
MODEL = model("text-embedding-3-small", provider="openai", reach=REACH)
REQUEST = Request(MODEL, [{"role": "user", "content": "hi"}], Decoding(temperature=0.0, max_output_tokens=1))
KEY = "sk-test-key-0123456789"
ANSWER = {"data": [{"embedding": [0.5, -1.0]}], "usage": {"prompt_tokens": 2}, "model": "text-embedding-3-small"}
Stand = Callable[[dict[str, Any]], list[dict[str, Any]]]


class Failure(openai.OpenAIError):
    status_code = 429
    response = SimpleNamespace(headers={"retry-after": "3"})


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Puts a LiteLLM in place that answers with this document, and fails without one; returns its calls."""

    def put(document: dict[str, Any]) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def embedding(**arguments: Any) -> Any:
            asked.append(arguments)
            if not document:
                raise Failure(f"key {KEY} is tired")
            return SimpleNamespace(model_dump=lambda: document)

        async def aembedding(**arguments: Any) -> Any:
            return embedding(**arguments)

        litellm: Any = ModuleType("litellm")
        litellm.embedding, litellm.aembedding = embedding, aembedding
        monkeypatch.setitem(sys.modules, "litellm", litellm)
        monkeypatch.setenv("TEST_KEY", KEY)
        return asked

    return put


def test_the_answer_is_the_vector(stand: Stand) -> None:
    asked = stand(ANSWER)
    found = Embedder(MODEL).complete(REQUEST)
    assert (found.text, found.prompt_tokens, found.output_tokens) == ("[0.5, -1.0]", 2, 0)
    assert asyncio.run(Embedder(MODEL).acomplete(REQUEST)).text == found.text
    assert asked[0] == asked[1]
    assert (asked[0]["model"], asked[0]["input"]) == ("openai/text-embedding-3-small", ["hi"])
    assert (asked[0]["api_key"], asked[0]["api_base"]) == (KEY, "https://eu.example.com")
    assert (asked[0]["num_retries"], asked[0]["max_retries"]) == (0, 0)


def test_no_vector_is_an_error(stand: Stand) -> None:
    stand({"data": []})
    with pytest.raises(ModelRejected, match="no embedding"):
        Embedder(MODEL).complete(REQUEST)


def test_failures_are_ours_and_hold_no_key(stand: Stand) -> None:
    stand({})
    with pytest.raises(ModelUnavailable, match=r"key \*\*\* is tired") as caught:
        asyncio.run(Embedder(MODEL).acomplete(REQUEST))
    assert caught.value.retry_after_s == 3
    assert caught.value.__cause__ is None


def test_it_is_found_by_its_name() -> None:
    assert isinstance(drivers.open(MODEL), Embedder)
    drivers.close_all()
