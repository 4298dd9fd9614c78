"""How a rollout knows that an application follows: it says which generation it serves, on change and every 10 s."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from ..errors import PromptshipError
from .publishing import Publisher, Reader
from .reading import Reading

EVERY_S = 10.0
PAUSE_S = 0.1
"""It looks no more often, however short the poll of requests is: a thread without a pause takes a core."""


class Heartbeat:
    """A thread that keeps the table fresh and reports it, so that an idle process follows too. It never raises."""

    def __init__(self, publisher: Publisher, environment: str, reading: Reading, dropped: Callable[[], int]) -> None:
        self._publisher = publisher
        self._environment = environment
        self._reading = reading
        self._dropped = dropped
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure(self) -> None:
        """Starts it, again after a fork."""
        if self._stop.is_set():
            return
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="promptship-heartbeat", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        said, waited = -1, EVERY_S
        while not self._stop.is_set():
            generation = self._generation()
            if generation is not None and (generation != said or waited >= EVERY_S):
                self._say(generation)
                said, waited = generation, 0.0
            pause = max(self._reading.poll_s, PAUSE_S)
            self._stop.wait(pause)
            waited += pause

    def _generation(self) -> int | None:
        with suppress(PromptshipError, OSError):
            return self._reading.table().generation
        return None

    def _say(self, generation: int) -> None:
        """Storage that cannot be written leaves the reader unseen; serving goes on."""
        name = f"{socket.gethostname()}-{os.getpid()}"
        reader = Reader(name, generation, datetime.now(UTC), self._dropped())
        with suppress(PromptshipError, OSError):
            self._publisher.report_reader(self._environment, reader)
