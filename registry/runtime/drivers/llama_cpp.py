"""Models that run in this process, by llama.cpp: no key, no network.

A pool of servers, one call at a time each, one thread each: two servers of two threads on two cores are ten times
slower than two of one. Every behavior version keeps a slot of its own in each server, so that versions do not evict
each other's prefix. A call that runs is stopped only where it is streamed, between two tokens; `max_output_tokens`
bounds it, `timeout_s` does not.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import SettingsError
from ...models import Model
from . import Reply, Request, chat
from .bridge import Put, apull, pull
from .chunks import Chunks
from .failure import failed, rejected

SERVERS_VARIABLE = "PROMPTSHIP_LOCAL_SERVERS"
CONTEXT = 1024
SLOTS = 3

_starting = threading.Lock()


class LlamaCpp:
    """Servers start at their first call. `reach.servers` is their number, PROMPTSHIP_LOCAL_SERVERS overrides it."""

    def __init__(self, model: Model) -> None:
        path = model_file(model)
        self.servers = _servers(model)
        self._free = [_Server(model, path) for _ in range(self.servers)]
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(self.servers, thread_name_prefix="llama_cpp")

    def complete(self, request: Request) -> Reply:
        return self._workers.submit(self._answer, request).result()

    async def acomplete(self, request: Request) -> Reply:
        return await asyncio.get_running_loop().run_in_executor(self._workers, self._answer, request)

    def close(self) -> None:
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._free.clear()

    def stream(self, request: Request) -> Generator[str | Reply, None, None]:
        return pull(partial(self._start, request))

    def astream(self, request: Request) -> AsyncGenerator[str | Reply, None]:
        return apull(partial(self._start, request))

    def _answer(self, request: Request) -> Reply:
        with self._server(request) as server:
            return server.answer(request)

    def _start(self, request: Request, put: Put) -> Callable[[], object]:
        stopped = threading.Event()
        self._workers.submit(self._feed, request, put, stopped)
        return stopped.set

    def _feed(self, request: Request, put: Put, stopped: threading.Event) -> None:
        """Whatever happens, the last item says so: somebody waits for it."""
        try:
            with self._server(request) as server:
                put(server.stream(request, put, stopped))
        except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
            put(error)

    @contextmanager
    def _server(self, request: Request) -> Iterator[_Server]:
        """There are as many workers as servers, so one is free."""
        with self._lock:
            server = next((s for s in self._free if request.behavior in s.slots), self._free[0])
            self._free.remove(server)
        try:
            yield server
        finally:
            with self._lock:
                self._free.append(server)


class _Server:
    """One llama.cpp server; `slots` are the behaviors it keeps a prefix of, the least recently used first."""

    def __init__(self, model: Model, path: Path) -> None:
        self._model = model
        self._path = path
        self._size = max(model.reach.slots, SLOTS)
        self._llama: Any = None
        self.slots: OrderedDict[str, int] = OrderedDict()

    def answer(self, request: Request) -> Reply:
        call = self._call(request)
        started = time.perf_counter()
        document = self._handled(call)
        return chat.reply(request, self._good(document), time.perf_counter() - started)

    def stream(self, request: Request, put: Put, stopped: threading.Event) -> Reply:
        """Puts the texts; stops after the token at which `stopped` is set."""
        call = self._call(request) | {"stream": True, "stream_options": {"include_usage": True}}
        started, chunks = time.perf_counter(), Chunks()

        def take(chunk: dict[str, Any]) -> bool:
            found.append(chunk)
            if text := chunks.add(chunk):
                put(text)
            return stopped.is_set()

        found: list[dict[str, Any]] = []
        self._handled(call, take)
        for chunk in found:
            self._good(chunk)
        if not chunks.finished and not stopped.is_set():
            raise failed(self._model, None, f"its answer broke off: {found[-1:]}")
        return chat.reply(request, chunks.document, time.perf_counter() - started)

    def _call(self, request: Request) -> dict[str, Any]:
        """Starts llama.cpp at the first one."""
        call = chat.body(request) | {"id_slot": self._slot(request.behavior), "cache_prompt": True}
        if self._llama is None:
            self._llama = _start(self._path, self._size, self._model.reach.context or CONTEXT)
        return call

    def _handled(self, call: dict[str, Any], *take: Callable[[dict[str, Any]], bool]) -> Any:
        try:
            return self._llama.handle_chat_completions(call, *take)
        except (ValueError, RuntimeError) as error:
            raise rejected(self._model, str(error), fix="Correct the request: its schema, tools or messages") from error

    def _good(self, document: dict[str, Any]) -> dict[str, Any]:
        if problem := document.get("error"):
            raise failed(self._model, problem.get("code"), problem.get("message", "no reason given"))
        return document

    def _slot(self, behavior: str) -> int:
        if behavior in self.slots:
            self.slots.move_to_end(behavior)
        elif len(self.slots) < self._size:
            self.slots[behavior] = len(self.slots)
        else:
            self.slots[behavior] = self.slots.popitem(last=False)[1]
        return self.slots[behavior]


def _start(path: Path, slots: int, context: int) -> Any:
    """About half a second and 350 MB. Its HTTP door, which cannot be left out, gets a key that nobody has."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = slots * context
    params.n_parallel = slots
    params.kv_unified = False
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.warmup = False
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.ui = False
    params.api_keys = [secrets.token_urlsafe()]
    with _starting:
        return xllamacpp.Server(params)


def _servers(model: Model) -> int:
    given = os.environ.get(SERVERS_VARIABLE, "")
    if not given:
        return model.reach.servers
    if given.isdecimal() and int(given) > 0:
        return int(given)
    raise SettingsError(
        f"{SERVERS_VARIABLE} is {given!r}",
        expected="a whole number, 1 or more",
        fix=f"Correct or unset {SERVERS_VARIABLE}",
    )


def model_file(model: Model) -> Path:
    """The GGUF file of `package:<import name>/<file>`, `package:<import name>` or a path.

    Raises ModelRejected when it is not there.

    A package with a file is looked up, never imported: importing some of them needs a compiler's worth of dependencies.
    One without a file holds its model in parts and is asked to put them together.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise rejected(model, "llama.cpp is not installed", fix="Install the extra: pip install 'promptship[local]'")
    endpoint = model.reach.endpoint or ""
    if not endpoint.startswith("package:"):
        path = Path(endpoint).expanduser()
    else:
        package, _, file = endpoint.removeprefix("package:").partition("/")
        folder = _folder_of(model, package)
        path = folder / file if file else _assembled(package)
    if not path.is_file():
        raise rejected(model, f"there is no model file {str(path)!r}", fix="Correct reach.endpoint in models.yaml")
    return path


def _assembled(package: str) -> Path:
    """In the user's cache, whole or not at all: several processes may be the first."""
    module = importlib.import_module(package)
    path = Path(module.default_output_path())
    if not path.is_file():
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        Path(module.assemble(part)).replace(path)
    return path


def _folder_of(model: Model, package: str) -> Path:
    found = importlib.util.find_spec(package) if package.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise rejected(
            model,
            f"the package {package!r} is not installed",
            fix="Install the extra: pip install 'promptship[local]', for the second model 'promptship[local-matrix]'",
        )
    return Path(found.submodule_search_locations[0])
