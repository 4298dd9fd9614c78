"""The trace spool: what a serving process writes, and never waits for.

`log` puts a line into a bounded queue; a thread writes it to a file of its own under `part/`, flushed every 200 ms,
and moves full or old files to `ready/`, where the pipeline takes them from. Whoever owns a file in `part/` holds its
flock, so that a file without one is an orphan. What does not fit, in the queue or on the disk, is dropped and
counted.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .segment import Segment, recover, sealed, size_of

__all__ = ["Spool", "recover", "sealed"]

FLUSH_S = 0.2
ROTATE_S = 2.0
ROTATE_BYTES = 8_000_000
CAP_BYTES = 1_000_000_000
QUEUE = 10_000


class Spool:
    """One a process and folder. Safe to use from many threads, and after a fork."""

    def __init__(
        self,
        folder: Path,
        *,
        rotate_s: float = ROTATE_S,
        rotate_bytes: int = ROTATE_BYTES,
        cap_bytes: int = CAP_BYTES,
        queue: int = QUEUE,
    ) -> None:
        self._folder = folder
        self._rotate_s = rotate_s
        self._rotate_bytes = rotate_bytes
        self._cap_bytes = cap_bytes
        self._size = queue
        self._queue: deque[Mapping[str, Any]] = deque()
        self._segment: Segment | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._dropped = 0
        self._taken = 0
        self._measured_at = float("-inf")
        _all.add(self)

    @property
    def dropped(self) -> int:
        """How many lines of this process never got to the disk."""
        return self._dropped

    def log(self, record: Mapping[str, Any]) -> bool:
        """False when it had to be dropped. `record` must not change afterwards."""
        if self._closed or len(self._queue) >= self._size:
            self._dropped += 1
            return False
        self._queue.append(record)
        if self._thread is None:
            self._start()
        return True

    def drop(self) -> None:
        """Counts a line that could not be made."""
        self._dropped += 1

    def close(self) -> None:
        """Writes what is queued and hands the file over. What is logged afterwards is dropped."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="promptship-spool", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(FLUSH_S)
            self._write()
        self._write()
        with suppress(OSError):
            self._hand_over()

    def _write(self) -> None:
        """A full disk or a folder that is gone costs lines, never the application."""
        lines = [self._queue.popleft() for _ in range(len(self._queue))]
        try:
            self._append(lines)
            if self._segment is not None and self._segment.is_due(self._rotate_bytes, self._rotate_s, time.monotonic()):
                self._hand_over()
        except OSError:
            self._dropped += len(lines)
            self._abandon()

    def _append(self, records: list[Mapping[str, Any]]) -> None:
        if not records:
            return
        content = b"".join(line for record in records if (line := self._line(record)))
        if self._bytes() + len(content) > self._cap_bytes:
            self._dropped += len(records)
            return
        if self._segment is None:
            self._segment = Segment.create(self._folder, time.monotonic())
        self._segment.append(content)
        self._taken += len(content)

    def _line(self, record: Mapping[str, Any]) -> bytes:
        """Empty, and counted, for what JSON cannot say: an application's own values may fail in their own ways."""
        try:
            return json.dumps(record, ensure_ascii=False, allow_nan=False, default=str).encode() + b"\n"
        except Exception:  # noqa: BLE001  this thread has to go on
            self._dropped += 1
            return b""

    def _bytes(self) -> int:
        """What the folder holds, measured once a second: the pipeline takes from it."""
        if time.monotonic() - self._measured_at >= 1.0:
            self._taken = size_of(self._folder)
            self._measured_at = time.monotonic()
        return self._taken

    def _hand_over(self) -> None:
        if self._segment is not None:
            segment, self._segment = self._segment, None
            segment.seal()

    def _abandon(self) -> None:
        """Left to be recovered: what is in it may be good."""
        if self._segment is not None:
            segment, self._segment = self._segment, None
            with suppress(OSError):  # a full disk refuses what is still buffered once more
                segment.close()

    def after_fork(self) -> None:
        """In the child: lets go of the parent's file, which the parent still holds."""
        self._abandon()
        self._queue = deque()
        self._thread = None
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._dropped = 0


_all: weakref.WeakSet[Spool] = weakref.WeakSet()


def _after_fork() -> None:
    for spool in list(_all):
        spool.after_fork()


def _at_exit() -> None:
    for spool in list(_all):
        spool.close()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)
