"""An answer while it comes: the steps of `answering`, with the texts handed out on the way.

Retries and fallbacks end with the first text: a second answer behind half a first one would be no answer.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from dataclasses import replace

from ..errors import ModelError
from . import drivers
from .answering import Answered, Answering, Ask, Wait, advance
from .drivers import Reply
from .drivers.failure import unavailable
from .outcome import CANCELLED


class SoFar:
    """What has come of an answer. `waited_s` is what the caller waited before this began."""

    def __init__(self, waited_s: float = 0.0) -> None:
        self._started = time.perf_counter() - waited_s
        self._texts: list[str] = []
        self._first_s: float | None = None
        self._ask: Ask | None = None
        self._broken: ModelError | None = None
        self._answered: Answered | None = None

    @property
    def waited_s(self) -> float:
        return time.perf_counter() - self._started

    @property
    def ended(self) -> bool:
        return self._answered is not None or self._broken is not None

    def asked(self, ask: Ask) -> None:
        self._ask = ask

    def took(self, item: str | Reply) -> None:
        if self._first_s is None:
            self._first_s = self.waited_s
        if isinstance(item, str):
            self._texts.append(item)

    def failed(self, error: ModelError) -> ModelError | None:
        """To be thrown into the steps; None in the middle of an answer: that is the end."""
        if not self._texts:
            return error
        self._broken = error
        return None

    def ended_with(self, answered: Answered) -> None:
        self._answered = answered

    def settled(self) -> Answered | None:
        """The whole answer, else what there is of it; None when nothing was asked."""
        whole, ask = self._answered, self._ask
        if whole is not None:
            reply = whole.reply and replace(whole.reply, first_token_s=self._first_s)
            return replace(whole, reply=reply)
        if ask is None:
            return None
        finish = None if self._broken else CANCELLED
        reply = Reply("".join(self._texts), finish_reason=finish, first_token_s=self._first_s)
        model = ask.request.model
        return Answered(reply, self._broken, ask.attempts, ask.identity, model, ask.fallback, whole=False)


def streamed(steps: Answering, so_far: SoFar) -> Generator[str, None, None]:
    """In this thread. Where it ends, and how, is in `so_far`."""
    step = advance(steps, None)
    while not isinstance(step, Answered):
        if isinstance(step, Wait):
            time.sleep(step.seconds)
            step = advance(steps, None)
            continue
        came = yield from _texts(step, so_far)
        if came is None:
            return
        step = advance(steps, came)
    so_far.ended_with(step)


def _texts(ask: Ask, so_far: SoFar) -> Generator[str, None, Reply | ModelError | None]:
    so_far.asked(ask)
    try:
        with closing(drivers.stream(ask.request)) as items:
            for item in items:
                so_far.took(item)
                if isinstance(item, Reply):
                    return item
                yield item
    except ModelError as error:
        return so_far.failed(error)
    return so_far.failed(unavailable(ask.request.model, "its answer has no end"))


async def astreamed(steps: Answering, so_far: SoFar) -> AsyncGenerator[str, None]:
    """In this event loop."""
    import asyncio

    step = advance(steps, None)
    while not isinstance(step, Answered):
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
            step = advance(steps, None)
            continue
        so_far.asked(step)
        came: Reply | ModelError | None = None
        try:
            async with aclosing(drivers.astream(step.request)) as items:
                async for item in items:
                    so_far.took(item)
                    if isinstance(item, Reply):
                        came = item
                        break
                    yield item
        except ModelError as error:
            came = so_far.failed(error)
        if came is None and not so_far.ended:
            came = so_far.failed(unavailable(step.request.model, "its answer has no end"))
        if came is None:
            return
        step = advance(steps, came)
    so_far.ended_with(step)
