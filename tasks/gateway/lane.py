"""How many calls a model takes at once and a minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from registry.models import Model

DEFAULT_WIDTH = 8
"""Calls at once where models.yaml says nothing."""


def width(model: Model) -> int:
    return model.limits.concurrency or DEFAULT_WIDTH


@dataclass
class Pace:
    """Spreads starts evenly over the minute; tokens push the next start back after they are known. Times in seconds."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    free_at: float = 0.0

    def wait_s(self, now: float) -> float:
        """Takes the next start; how long until it is there."""
        start = max(now, self.free_at)
        self.free_at = start + (60 / self.requests_per_minute if self.requests_per_minute else 0)
        return start - now

    def used(self, tokens: int, now: float) -> None:
        if self.tokens_per_minute:
            self.free_at = max(now, self.free_at) + 60 * tokens / self.tokens_per_minute


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
