"""Whether applications follow a change of the routes, and since when."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from registry.runtime.publishing import Publisher, Reader

WAIT_S = 5.0
GONE = timedelta(seconds=30)
"""A reader says something every 10 s; one that was silent for three times that is gone."""
_PAUSE_S = 0.1


class Followed(NamedTuple):
    """The generation that was waited for.

    `seen` maps each reader that said it serves that generation to the seconds until it was seen to; `behind` are the
    living readers that did not.
    """

    generation: int
    seen: Mapping[str, float]
    behind: list[Reader]

    @property
    def seconds(self) -> float | None:
        """Until the last of those seen was seen; None without any."""
        return max(self.seen.values(), default=None)


def follow(
    publisher: Publisher, environment: str, now: Callable[[], datetime], *, generation: int, began: float
) -> Followed:
    """Wait until every living reader serves this generation, at most `WAIT_S` from the monotonic time `began`.

    A reader says at its next poll what it serves. Seconds count from `began`, which is before the change: what is
    told is never less than what it took.
    """
    seen: dict[str, float] = {}
    while True:
        readers, elapsed = publisher.readers(environment), time.monotonic() - began
        for reader in readers:
            if reader.generation >= generation and _lives(reader, now()):
                seen.setdefault(reader.name, elapsed)
        late = behind(readers, generation, now())
        if not late or elapsed >= WAIT_S:
            return Followed(generation, seen, late)
        time.sleep(_PAUSE_S)


def behind(readers: list[Reader], generation: int, now: datetime) -> list[Reader]:
    """The readers that live and have not said yet that they serve this generation."""
    return [reader for reader in readers if reader.generation < generation and _lives(reader, now)]


def told(followed: Followed, changed: bool) -> list[str]:
    """For people: when the last reader was seen on the change, and which were not."""
    number, generation = len(followed.seen), followed.generation
    late = [f"not yet seen on generation {generation}: {r.name} (at {r.generation})" for r in followed.behind]
    if not changed:
        return late
    if not number and not late:
        return [f"no application has said within {GONE.seconds} s what it serves"]
    if followed.seconds is None:
        return late
    readers = "1 reader was" if number == 1 else f"{number} readers were"
    return [f"{readers} seen on generation {generation}, the last after {followed.seconds:.1f} s", *late]


def _lives(reader: Reader, now: datetime) -> bool:
    return now - reader.at <= GONE
