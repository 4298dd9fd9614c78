"""Endpoints that speak the OpenAI API, called directly: the driver `openai`. A tenth of
the CPU time that LiteLLM takes.

One event loop in a thread of its own keeps one session, so that synchronous and asynchronous callers share connections.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from ...models import Model
from . import Reply, Request, chat
from .bridge import Put, apull, pull
from .chunks import Chunks
from .failure import failed, key_of, rejected, scrub, seconds, unavailable

if TYPE_CHECKING:
    import aiohttp

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}


class Compatible:
    """`reach.endpoint` is the base URL, like `https://host/v1`."""

    def __init__(self, model: Model) -> None:
        if not model.reach.endpoint:
            raise rejected(
                model, "it has no endpoint", fix="Set reach.endpoint in models.yaml to the base URL of the API"
            )
        self._model = model
        self._url = f"{model.reach.endpoint.rstrip('/')}/chat/completions"
        self._session: aiohttp.ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="openai-driver", daemon=True)
        self._thread.start()

    def complete(self, request: Request) -> Reply:
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result()

    async def acomplete(self, request: Request) -> Reply:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._answer(request), self._loop))

    def stream(self, request: Request) -> Generator[str | Reply, None, None]:
        return pull(partial(self._start, request))

    def astream(self, request: Request) -> AsyncGenerator[str | Reply, None]:
        return apull(partial(self._start, request))

    def close(self) -> None:
        if self._session is not None:
            asyncio.run_coroutine_threadsafe(self._session.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _answer(self, request: Request) -> Reply:
        import aiohttp

        key = key_of(self._model)
        call = chat.body(request) | {"model": self._model.model}
        started = time.perf_counter()
        try:
            document = await self._post(call, key, request.timeout_s)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise unavailable(self._model, scrub(str(error) or type(error).__name__, key)) from None
        return chat.reply(request, document, time.perf_counter() - started)

    def _start(self, request: Request, put: Put) -> Callable[[], object]:
        return asyncio.run_coroutine_threadsafe(self._feed(request, put), self._loop).cancel

    async def _feed(self, request: Request, put: Put) -> None:
        """Whatever happens, the last item says so: somebody waits for it."""
        try:
            put(await self._chunks(request, put))
        except BaseException as error:
            put(error)
            if not isinstance(error, Exception):
                raise

    async def _chunks(self, request: Request, put: Put) -> Reply:
        import aiohttp

        key = key_of(self._model)
        call = chat.body(request) | {"model": self._model.model} | STREAMED
        started, chunks = time.perf_counter(), Chunks()
        try:
            async with self._posted(call, key, request.timeout_s) as answer:
                async for document in _events(answer):
                    if text := chunks.add(document):
                        put(text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise unavailable(self._model, scrub(str(error) or type(error).__name__, key)) from None
        return chat.reply(request, chunks.document, time.perf_counter() - started)

    async def _post(self, call: Mapping[str, Any], key: str | None, timeout_s: float) -> dict[str, Any]:
        """Raises ValueError for an answer that is no JSON object."""
        async with self._posted(call, key, timeout_s) as answer:
            document = await answer.json(content_type=None)
        if not isinstance(document, dict):
            raise ValueError("the answer is no JSON object")
        return document

    @asynccontextmanager
    async def _posted(
        self, call: Mapping[str, Any], key: str | None, timeout_s: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Raises ModelUnavailable and ModelRejected by status."""
        import aiohttp

        self._session = self._session or aiohttp.ClientSession()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limit = aiohttp.ClientTimeout(total=timeout_s)
        async with self._session.post(self._url, json=call, headers=headers, timeout=limit) as answer:
            if answer.status >= 400:
                why = f"status {answer.status}: {scrub(await answer.text(), key)}"
                raise failed(self._model, answer.status, why, seconds(answer.headers.get("retry-after")))
            yield answer


async def _events(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """The JSON objects of server-sent events. Raises ValueError when the answer breaks off, or tells an error."""
    async for line in answer.content:
        event = line.decode(errors="replace").strip()
        if not event.startswith("data:"):
            continue
        data = event.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        document = json.loads(data)
        if not isinstance(document, dict) or document.get("error"):
            raise ValueError(f"the endpoint says {data}")
        yield document
    raise ValueError("the answer broke off")
