"""Every provider that LiteLLM knows: the driver `litellm`.

LiteLLM takes seconds to import, so it is imported at the first call, without fetching its price list. It retries
nothing: retries are in one place, and that is not here.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

from ...models import Model
from . import Reply, Request, chat
from .chunks import Chunks
from .failure import failed, key_of, scrub, seconds

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
REGION_ARGUMENT = {"bedrock": "aws_region_name", "vertex_ai": "vertex_location"}

_importing = threading.Lock()


class Hosted:
    """Nothing is kept between calls but LiteLLM's own connections."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def complete(self, request: Request) -> Reply:
        from openai import OpenAIError

        litellm, key, arguments = self._prepare(request)
        started = time.perf_counter()
        try:
            answer = litellm.completion(**arguments)
        except OpenAIError as error:
            return self._failed(error, key, time.perf_counter() - started)
        return chat.reply(request, answer.model_dump(), time.perf_counter() - started)

    async def acomplete(self, request: Request) -> Reply:
        from openai import OpenAIError

        litellm, key, arguments = self._prepare(request)
        started = time.perf_counter()
        try:
            answer = await litellm.acompletion(**arguments)
        except OpenAIError as error:
            return self._failed(error, key, time.perf_counter() - started)
        return chat.reply(request, answer.model_dump(), time.perf_counter() - started)

    def stream(self, request: Request) -> Generator[str | Reply, None, None]:
        from openai import OpenAIError

        litellm, key, arguments = self._prepare(request)
        started, chunks = time.perf_counter(), Chunks()
        try:
            for chunk in litellm.completion(**arguments, **STREAMED):
                if text := chunks.add(chunk.model_dump()):
                    yield text
        except OpenAIError as error:
            yield self._failed(error, key, time.perf_counter() - started)
            return
        yield chat.reply(request, chunks.document, time.perf_counter() - started)

    async def astream(self, request: Request) -> AsyncGenerator[str | Reply, None]:
        from openai import OpenAIError

        litellm, key, arguments = self._prepare(request)
        started, chunks = time.perf_counter(), Chunks()
        try:
            async for chunk in await litellm.acompletion(**arguments, **STREAMED):
                if text := chunks.add(chunk.model_dump()):
                    yield text
        except OpenAIError as error:
            yield self._failed(error, key, time.perf_counter() - started)
            return
        yield chat.reply(request, chunks.document, time.perf_counter() - started)

    def close(self) -> None:
        """LiteLLM's connections end with the process."""

    def _prepare(self, request: Request) -> tuple[Any, str | None, dict[str, Any]]:
        key = key_of(self._model)
        return litellm_module(), key, _arguments(request, key)

    def _failed(self, error: Exception, key: str | None, latency_s: float) -> Reply:
        """A content filter is an answer: a refusal. The rest is raised, without the traceback that holds the key."""
        why = scrub(str(error), key)
        if type(error).__name__ == "ContentPolicyViolationError":
            return Reply(text="", finish_reason="content_filter", refusal=why, latency_s=latency_s)
        raise failed(self._model, getattr(error, "status_code", None), why, retry_after_s(error)) from None


def retry_after_s(error: Exception) -> float | None:
    """LiteLLM makes a response of its own for its errors, and keeps the provider's headers apart."""
    for headers in (
        getattr(error, "litellm_response_headers", None),
        getattr(getattr(error, "response", None), "headers", None),
    ):
        if headers and (found := seconds(headers.get("retry-after"))) is not None:
            return found
    return None


def _arguments(request: Request, key: str | None) -> dict[str, Any]:
    model = request.model
    arguments = chat.body(request) | {
        "model": f"{model.provider}/{model.model}",
        "api_key": key,
        "timeout": request.timeout_s,
        "num_retries": 0,
        "max_retries": 0,
        "drop_params": False,
    }
    if model.reach.endpoint:
        arguments["api_base"] = model.reach.endpoint
    if model.region and model.provider in REGION_ARGUMENT:
        arguments[REGION_ARGUMENT[model.provider]] = model.region
    return arguments


def litellm_module() -> Any:
    with _importing:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        import litellm

        litellm.suppress_debug_info = True
        litellm.telemetry = False
        return litellm
