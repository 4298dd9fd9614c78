"""What a Dask worker of these tests loads when it starts: the scripted model, which notes each call it begins."""

from __future__ import annotations

import os
from pathlib import Path

from registry.runtime import drivers
from registry.runtime.drivers import Reply, Request
from tests import scripted, world

PAUSE_S = 0.1


class Noting(scripted.Scripted):
    """One line `pid text` a call, in the file that CALLS names, before it answers."""

    async def acomplete(self, request: Request) -> Reply:
        line = f"{os.getpid()} {request.messages[-1]['content']!r}\n"
        with Path(os.environ["CALLS"]).open("a") as file:
            file.write(line)
        return await super().acomplete(request)


def say(messages: list[dict[str, str]]) -> str:
    return world.say(messages) if messages[0]["content"].startswith("quality") else messages[-1]["content"]


def dask_setup(worker: object) -> None:
    """Dask calls this in the worker's process."""
    driver = Noting(say, PAUSE_S)
    drivers.register(scripted.DRIVER, lambda _: driver)
