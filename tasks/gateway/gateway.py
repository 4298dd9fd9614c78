"""The one door to models for a release: budgets, cache, concurrency and retries around the drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random

from registry.diff.paragraphs import text_of
from registry.errors import ModelError, ModelUnavailable
from registry.models import Model
from registry.runtime import drivers
from registry.runtime.drivers import Reply, Request
from registry.runtime.pricing import cost

from .budget import Budget
from .cache import Cache
from .call import Call, Outcome
from .lane import Lane, Lanes, Start
from .retries import Retries


@dataclass
class Gateway:
    """`cache` None keeps nothing. `chance` only spreads retries. A sleeping call keeps its slot: a model in trouble is
    asked less, not more."""

    budget: Budget = field(default_factory=Budget)
    cache: Cache | None = None
    retries: Retries = field(default_factory=Retries)
    chance: Random = field(default_factory=Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _lanes: Lanes = field(default_factory=Lanes)

    def part(self) -> Gateway:
        """This door for one of several who ask at once: limits and budget are shared, its spending is told apart."""
        return replace(self, budget=self.budget.part())

    async def complete(self, call: Call) -> Outcome:
        """From the cache, or from the model. Raises BudgetSpent; every other ModelError is in the outcome."""
        key = call.key if self.cache is not None else None
        reply = self._kept(key)
        if reply is not None:
            return Outcome(reply, None, 0, True, price(call.request.model, reply))
        lane = self._lanes.of(call.request.model)
        async with lane.slots:
            outcome = await self._ask(call.request, lane)
        if outcome.reply is not None:
            self._keep(key, outcome.reply)
        return outcome

    async def _ask(self, request: Request, lane: Lane) -> Outcome:
        attempt = 0
        while True:
            attempt += 1
            start = await self._start(request, lane)
            self.budget.take()
            try:
                reply = await drivers.open(request.model).acomplete(request)
            except ModelError as error:
                wait = self._wait_after(error, attempt)
                if wait is None:
                    return Outcome(None, error, attempt, False, None)
                await self.sleep(wait)
            else:
                lane.pace.used(start, (reply.prompt_tokens or 0) + (reply.output_tokens or 0))
                return self._answered(request.model, reply, attempt)

    async def _start(self, request: Request, lane: Lane) -> Start:
        start = lane.pace.take(asyncio.get_running_loop().time(), _guess(request))
        if start.wait_s > 0:
            await self.sleep(start.wait_s)
        return start

    def _wait_after(self, error: ModelError, attempt: int) -> float | None:
        if not isinstance(error, ModelUnavailable):
            return None
        return self.retries.wait_s(attempt, error.retry_after_s, self.chance)

    def _answered(self, model: Model, reply: Reply, attempt: int) -> Outcome:
        paid = price(model, reply)
        self.budget.pay(paid)
        return Outcome(reply, None, attempt, False, paid)

    def _kept(self, key: str | None) -> Reply | None:
        return self.cache.get(key) if self.cache is not None and key is not None else None

    def _keep(self, key: str | None, reply: Reply) -> None:
        if self.cache is not None and key is not None:
            self.cache.put(key, reply)


def _guess(request: Request) -> float:
    """Tokens of a call of which nothing is known: a quarter of the characters that are sent."""
    return sum(len(text_of(message["content"])) for message in request.messages) / 4


def price(model: Model, reply: Reply) -> float | None:
    """What this reply cost in USD, None = unknown."""
    return cost(model.price, reply.prompt_tokens, reply.cached_tokens, reply.output_tokens)
