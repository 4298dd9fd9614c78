"""The conversations of a run: each job has one, and what live said is had once for all who are compared with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.artifact import Tool
from registry.runtime.drivers import Request
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway

from .case import Case
from .conversing import converse
from .job import Arm, Job
from .rendering import Messages, Place


def request(arm: Arm, messages: Messages, timeout_s: float, tools: tuple[Tool, ...] = ()) -> Request:
    """What the driver gets, the same as an application would send; `tools` are offered beside the artifact's own."""
    artifact = arm.artifact
    return Request(
        model=arm.model,
        messages=messages,
        decoding=artifact.decoding,
        tools=artifact.tools + tools,
        output=artifact.output,
        behavior=artifact.behavior,
        timeout_s=timeout_s,
    )


@dataclass
class Talks:
    """`test_id` is the test whose cached calls are reused; `live` the arm that others are compared with, if any."""

    rendered: Mapping[Place, Messages]
    gateway: Gateway
    test_id: str | None
    timeout_s: float
    live: Arm | None = None
    _said: dict[tuple[str, int], asyncio.Task[Outcome]] = field(default_factory=dict)

    def request(self, job: Job) -> Request:
        messages = self.rendered[Place(job.case.id, job.arm.artifact.behavior)]
        return request(job.arm, messages, self.timeout_s, job.case.tools)

    async def outcome(self, job: Job) -> Outcome:
        """Raises BudgetSpent."""
        if self.live is None or job.arm.name != self.live.name:
            return await self._talk(job)
        place = (job.case.id, job.round)
        if place not in self._said:
            self._said[place] = asyncio.ensure_future(self._talk(job))
        return await self._said[place]

    async def of_live(self, case: Case, round_: int) -> str | None:
        """What live answers to this case in this round; None without live, or without an answer. Raises BudgetSpent."""
        if self.live is None:
            return None
        outcome = await self.outcome(Job(case, self.live, round_))
        return outcome.reply.text if outcome.reply else None

    async def _talk(self, job: Job) -> Outcome:
        call = Call(self.request(job), job.case.id, job.round, job.arm.name, self.test_id)
        return await converse(call, job.case, self.gateway)
