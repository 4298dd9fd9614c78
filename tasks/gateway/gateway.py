"""The one door to models for a release: budgets, cache, concurrency and retries around the drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from registry.errors import ModelError, ModelUnavailable
from registry.models import Model
from registry.runtime import drivers
from registry.runtime.drivers import Reply, Request
from registry.runtime.pricing import cost

from .budget import Budget
from .cache import Cache
from .call import Call, Outcome
from .lane import Lane, Lanes
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
            await self._wait(lane)
            self.budget.take()
            try:
                reply = await drivers.open(request.model).acomplete(request)
            except ModelError as error:
                wait = self._wait_after(error, attempt)
                if wait is None:
                    return Outcome(None, error, attempt, False, None)
                await self.sleep(wait)
            else:
                return self._answered(request.model, reply, attempt, lane)

    async def _wait(self, lane: Lane) -> None:
        wait = lane.pace.wait_s(asyncio.get_running_loop().time())
        if wait > 0:
            await self.sleep(wait)

    def _wait_after(self, error: ModelError, attempt: int) -> float | None:
        if not isinstance(error, ModelUnavailable):
            return None
        return self.retries.wait_s(attempt, error.retry_after_s, self.chance)

    def _answered(self, model: Model, reply: Reply, attempt: int, lane: Lane) -> Outcome:
        paid = price(model, reply)
        self.budget.pay(paid)
        lane.pace.used((reply.prompt_tokens or 0) + (reply.output_tokens or 0), asyncio.get_running_loop().time())
        return Outcome(reply, None, attempt, False, paid)

    def _kept(self, key: str | None) -> Reply | None:
        return self.cache.get(key) if self.cache is not None and key is not None else None

    def _keep(self, key: str | None, reply: Reply) -> None:
        if self.cache is not None and key is not None:
            self.cache.put(key, reply)


def price(model: Model, reply: Reply) -> float | None:
    """What this reply cost in USD, None = unknown."""
    return cost(model.price, reply.prompt_tokens, reply.cached_tokens, reply.output_tokens)
