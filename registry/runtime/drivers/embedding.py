"""Embedding models that LiteLLM knows: the driver `litellm_embedding`. The answer is the vector, as a JSON list.

The text is the content of the last message; the rest of the request does not matter to an embedding.
"""

from __future__ import annotations

import json
import time
from typing import Any

from ...models import Model
from . import Reply, Request
from .failure import failed, key_of, rejected, scrub
from .hosted import litellm_module, retry_after_s


class Embedder:
    """Nothing is kept between calls but LiteLLM's own connections."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def complete(self, request: Request) -> Reply:
        from openai import OpenAIError

        key, started = key_of(self._model), time.perf_counter()
        try:
            answer = litellm_module().embedding(**self._arguments(request, key))
        except OpenAIError as error:
            raise self._failed(error, key) from None
        return self._reply(answer.model_dump(), time.perf_counter() - started)

    async def acomplete(self, request: Request) -> Reply:
        from openai import OpenAIError

        key, started = key_of(self._model), time.perf_counter()
        try:
            answer = await litellm_module().aembedding(**self._arguments(request, key))
        except OpenAIError as error:
            raise self._failed(error, key) from None
        return self._reply(answer.model_dump(), time.perf_counter() - started)

    def close(self) -> None:
        """LiteLLM's connections end with the process."""

    def _arguments(self, request: Request, key: str | None) -> dict[str, Any]:
        model = self._model
        arguments = {
            "model": f"{model.provider}/{model.model}",
            "input": [request.messages[-1]["content"]],
            "api_key": key,
            "timeout": request.timeout_s,
            "num_retries": 0,
            "max_retries": 0,
        }
        return arguments | ({"api_base": model.reach.endpoint} if model.reach.endpoint else {})

    def _failed(self, error: Exception, key: str | None) -> Exception:
        return failed(self._model, getattr(error, "status_code", None), scrub(str(error), key), retry_after_s(error))

    def _reply(self, document: dict[str, Any], latency_s: float) -> Reply:
        """Raises ModelRejected for an answer without a vector."""
        data = document.get("data") or []
        vector = data[0].get("embedding") if data else None
        if not vector:
            raise rejected(self._model, "its answer has no embedding", fix="Name an embedding model")
        tokens = (document.get("usage") or {}).get("prompt_tokens")
        text, model = json.dumps(vector), document.get("model")
        return Reply(text, prompt_tokens=tokens, cached_tokens=0, output_tokens=0, model=model, latency_s=latency_s)
