"""Model drivers: one way to call a model, whoever serves it.

`open(model)` gives the driver that is shared by the process. The engines behind it are imported at the first call.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ...artifact import Decoding, Output, Tool
from ...errors import ModelRejected
from ...models import Model


@dataclass(frozen=True)
class Request:
    """One answer wanted. `behavior` is the whole sha: a local model keeps a prefix cache for each.

    `top_logprobs`: log-probabilities of so many likeliest first tokens, 0: none. A streamed answer has none.
    """

    model: Model
    messages: list[dict[str, Any]]
    decoding: Decoding
    tools: tuple[Tool, ...] = ()
    output: Output = field(default_factory=lambda: Output.model_validate({}))
    behavior: str = ""
    timeout_s: float = 60.0
    top_logprobs: int = 0


@dataclass(frozen=True)
class Reply:
    """An answer as it came. None is what the provider did not say; `tool_calls` are `{"name", "arguments"}`.

    `latency_s` is the call itself, without waiting for a free server.
    `first_token_s` is None where nothing is streamed. `logprobs` are those of the likeliest first tokens, in nats.
    """

    text: str
    tool_calls: tuple[dict[str, Any], ...] = ()
    finish_reason: str | None = None
    refusal: str | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    system_fingerprint: str | None = None
    latency_s: float = 0.0
    first_token_s: float | None = None
    logprobs: Mapping[str, float] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Driver(Protocol):
    """Raises ModelUnavailable for what may pass, ModelRejected for what will not; retries nothing itself."""

    def complete(self, request: Request) -> Reply: ...

    async def acomplete(self, request: Request) -> Reply: ...

    def close(self) -> None: ...


@runtime_checkable
class Streaming(Protocol):
    """A driver that can also give an answer while it comes: its texts, and the whole Reply as the last item.

    Closing the iterator ends the call. Raises like Driver, also in the middle.
    """

    def stream(self, request: Request) -> Generator[str | Reply, None, None]: ...

    def astream(self, request: Request) -> AsyncGenerator[str | Reply, None]: ...


Factory = Callable[[Model], Driver]

_lock = threading.RLock()
_opened: dict[tuple[str, str, str | None], Driver] = {}
_registered: dict[str, Factory] = {}
_SHIPPED = ("llama_cpp", "litellm", "litellm_embedding", "openai", "sentence_encoder")


def register(name: str, factory: Factory) -> None:
    """A driver of a team's own, or of a test. It is used for models whose `reach.driver` has this name."""
    with _lock:
        _registered[name] = factory


def open(model: Model) -> Driver:
    """The driver of this model, one a process. Raises ModelRejected for an unknown driver or a missing engine."""
    key = (model.reach.driver, model.key, model.reach.endpoint)
    with _lock:
        if key not in _opened:
            _opened[key] = _factory(model.reach.driver)(model)
        return _opened[key]


def stream(request: Request) -> Generator[str | Reply, None, None]:
    """The answer while it comes; of a driver that cannot stream, at once."""
    driver = open(request.model)
    if isinstance(driver, Streaming):
        yield from driver.stream(request)
        return
    reply = driver.complete(request)
    if reply.text:
        yield reply.text
    yield reply


async def astream(request: Request) -> AsyncGenerator[str | Reply, None]:
    """Like `stream`, in an event loop."""
    driver = open(request.model)
    if isinstance(driver, Streaming):
        async with aclosing(driver.astream(request)) as items:
            async for item in items:
                yield item
        return
    reply = await driver.acomplete(request)
    if reply.text:
        yield reply.text
    yield reply


def close_all() -> None:
    """Frees the models of this process; the next `open` starts them again."""
    with _lock:
        while _opened:
            _opened.popitem()[1].close()


def _factory(name: str) -> Factory:
    if name in _registered:
        return _registered[name]
    if name == "llama_cpp":
        from .llama_cpp import LlamaCpp

        return LlamaCpp
    if name == "litellm":
        from .hosted import Hosted

        return Hosted
    if name == "litellm_embedding":
        from .embedding import Embedder

        return Embedder
    if name == "sentence_encoder":
        from .sentences import SentenceEncoder

        return SentenceEncoder
    if name == "openai":
        from .compatible import Compatible

        return Compatible
    raise ModelRejected(
        f"There is no driver {name!r}",
        expected=f"one of {sorted({*_SHIPPED, *_registered})!r}",
        fix="Correct reach.driver in models.yaml, or register the driver with registry.runtime.drivers.register",
    )
