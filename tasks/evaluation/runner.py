"""Run an eval set: every job through the gateway, results as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from registry.errors import BudgetSpent, ModelUnavailable
from tasks.gateway.gateway import Gateway
from tasks.gateway.lane import width

from .asking import ask
from .evalset_file import EvalSet
from .job import Arm, Job
from .panel import NOBODY, Panel
from .rendering import render_all
from .result import CaseResult
from .talks import Talks
from .together import together

FAILURES_IN_A_ROW = 20
"""Calls that may fail one after the other before a run stops: an endpoint that is down is found early."""
TIMEOUT_S = 120.0

OnResult = Callable[[CaseResult], None]


def silent(_: CaseResult) -> None:
    """Nobody watches."""


@dataclass
class Run:
    """`left` jobs were not run, and `stopped` says why; an unscored result counts as run."""

    results: list[CaseResult] = field(default_factory=list)
    left: int = 0
    stopped: str | None = None


async def run(
    evalset: EvalSet,
    jobs: Iterable[Job],
    gateway: Gateway,
    *,
    test_id: str | None,
    on_result: OnResult = silent,
    timeout_s: float = TIMEOUT_S,
    panel: Panel = NOBODY,
    live: Arm | None = None,
) -> Run:
    """All jobs in their order, as many at once as each model takes; `on_result` after each.

    `test_id` is the test whose cached calls are reused, None for none; `panel` answers what assertions ask of models;
    `live` is the arm, of those in `jobs`, that `pairwise` compares with.
    Stops starting calls when the budget is spent or 20 calls in a row failed. Raises RenderError before the first call,
    and whatever `on_result` raises.
    """
    jobs = list(jobs)
    talks = Talks(render_all(jobs), gateway, test_id, timeout_s, live)
    return await _Runner(evalset, talks, on_result, panel).run(jobs)


@dataclass
class _Runner:
    evalset: EvalSet
    talks: Talks
    on_result: OnResult
    panel: Panel
    came: Run = field(default_factory=Run)
    failures: int = 0
    answered: bool = False

    async def run(self, jobs: list[Job]) -> Run:
        queues: dict[str, deque[Job]] = {}
        for job in jobs:
            queues.setdefault(job.arm.model.key, deque()).append(job)
        # A queue a model: a slow one does not hold up the others.
        workers = [self._work(queue) for queue in queues.values() for _ in range(_workers(queue))]
        await together(workers)
        self.came.left = len(jobs) - len(self.came.results)
        return self.came

    async def _work(self, queue: deque[Job]) -> None:
        while queue and self.came.stopped is None:
            job = queue.popleft()
            try:
                result = await self._ask(job)
            except BudgetSpent as error:
                self.came.stopped = error.found
                return
            self._take(result)

    async def _ask(self, job: Job) -> CaseResult:
        return await ask(job, self.evalset.asked_of(job.case), self.talks, self.panel)

    def _take(self, result: CaseResult) -> None:
        self.came.results.append(result)
        self.failures = self.failures + 1 if self._hopeless(result) else 0
        if self.failures >= FAILURES_IN_A_ROW:
            self.came.stopped = f"{self.failures} calls in a row failed; the last: {result.error}"
        self.on_result(result)

    def _hopeless(self, result: CaseResult) -> bool:
        """Out of reach; refused counts while nothing was answered: a provider may refuse an adversarial case."""
        self.answered = self.answered or result.error is None
        unreachable = result.error is not None and result.error.startswith(ModelUnavailable.code)
        return unreachable or not self.answered


def _workers(queue: deque[Job]) -> int:
    return min(len(queue), max(width(job.arm.model) for job in queue))
