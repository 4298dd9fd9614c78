"""Items that another thread makes, as an iterator: what lets one driver stream to both kinds of callers.

`start` is given a function to put items with, and gives one back that stops the work. The last item is a Reply or an
exception, which is raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import suppress
from queue import SimpleQueue

from . import Reply

Item = str | Reply | BaseException
Put = Callable[[Item], object]
Start = Callable[[Put], Callable[[], object]]


def pull(start: Start) -> Generator[str | Reply, None, None]:
    items: SimpleQueue[Item] = SimpleQueue()
    stop = start(items.put)
    try:
        while True:
            item = _good(items.get())
            yield item
            if isinstance(item, Reply):
                return
    finally:
        stop()


async def apull(start: Start) -> AsyncGenerator[str | Reply, None]:
    items: asyncio.Queue[Item] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(item: Item) -> None:
        with suppress(RuntimeError):  # the caller's loop is gone: nobody waits
            loop.call_soon_threadsafe(items.put_nowait, item)

    stop = start(put)
    try:
        while True:
            item = _good(await items.get())
            yield item
            if isinstance(item, Reply):
                return
    finally:
        stop()


def _good(item: Item) -> str | Reply:
    if isinstance(item, BaseException):
        raise item
    return item
