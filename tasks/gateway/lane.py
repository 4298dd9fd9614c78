"""How many calls a model takes at once and a minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.models import Model

DEFAULT_WIDTH = 8
"""Calls at once where models.yaml says nothing."""


def width(model: Model) -> int:
    return model.limits.concurrency or DEFAULT_WIDTH


class Start(NamedTuple):
    """In so many seconds; `tokens` are set aside for it."""

    wait_s: float
    tokens: float


@dataclass
class Pace:
    """Spreads starts evenly over the minute. Times in seconds.

    The tokens of a call are known after it: as many as a call has had on average (before the first answer: `guess`)
    are set aside at its start, and the difference is made good when they are known. A call that fails keeps its share.
    """

    requests_per_minute: int | None
    tokens_per_minute: int | None
    next_request: float = 0.0
    next_token: float = 0.0
    answers: int = 0
    mean: float = 0.0

    def take(self, now: float, guess: float) -> Start:
        """Takes the next start."""
        begins = max(now, self.next_request, self.next_token)
        tokens = self.mean if self.answers else guess
        self.next_request = begins + _share(1, self.requests_per_minute)
        self.next_token = begins + _share(tokens, self.tokens_per_minute)
        return Start(begins - now, tokens)

    def used(self, start: Start, tokens: int) -> None:
        """The call had so many; what it had less is given back to the calls that did not take their start yet."""
        self.answers += 1
        self.mean += (tokens - self.mean) / self.answers
        self.next_token += _share(tokens - start.tokens, self.tokens_per_minute)


def _share(amount: float, per_minute: int | None) -> float:
    return 60 * amount / per_minute if per_minute else 0.0


@dataclass(frozen=True)
class Lane:
    slots: asyncio.Semaphore
    pace: Pace


@dataclass
class Lanes:
    """One lane a model, made for the running loop: a semaphore cannot follow into another."""

    _loop: asyncio.AbstractEventLoop | None = None
    _lanes: dict[tuple[str, str, str | None], Lane] = field(default_factory=dict)

    def of(self, model: Model) -> Lane:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._lanes = loop, {}
        key = (model.reach.driver, model.key, model.reach.endpoint)
        if key not in self._lanes:
            pace = Pace(model.limits.requests_per_minute, model.limits.tokens_per_minute)
            self._lanes[key] = Lane(asyncio.Semaphore(width(model)), pace)
        return self._lanes[key]
