"""Eval cases on a Dask cluster: chunks of cases, each run on a worker as it would be run here, merged as they come.

One task a chunk, not one a case: a task costs Dask a few milliseconds, and a chunk keeps an event loop busy. What a
dead worker had is run again elsewhere; calls that it had finished are answered from the cache, where there is one that
all workers see.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from registry.models import Model
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tasks.gateway.lane import width
from tasks.gateway.retries import Retries

from .cluster import Cluster, connected
from .evalset_file import EvalSet
from .job import Arm, Job
from .panel import Panel
from .rendering import render_all
from .result import CaseResult
from .runner import Run, run

CASES_A_CHUNK = 25
CHUNKS_A_THREAD = 4


@dataclass(frozen=True)
class Work:
    """What is the same for every chunk. `cache` is a folder that all workers see, None keeps nothing."""

    evalset: EvalSet
    test_id: str | None
    timeout_s: float
    panel: Panel
    live: Arm | None
    cache: Cache | None
    retries: Retries


class Done(NamedTuple):
    """What a chunk came to, and what it spent of its part of the budget."""

    run: Run
    budget: Budget


def spread(address: str, work: Work, jobs: Sequence[Job], budget: Budget, told: Callable[[CaseResult], None]) -> Run:
    """All jobs on the cluster, within `budget`, which is spent; `told` hears of each result, in no order.

    Raises RenderError before the first call, SettingsError when the cluster cannot be used, and whatever `told` raises.
    """
    render_all(jobs)
    merged = Merged(list(jobs), budget, told)
    with connected(address) as cluster:
        while merged.left and merged.came.stopped is None:
            _pass(cluster, work, merged)
    merged.came.left = len(merged.left)
    return merged.came


def _pass(cluster: Cluster, work: Work, merged: Merged) -> None:
    """Every job that is left once, each chunk with an equal part of the money; the next pass spends what one left."""
    threads, before = cluster.threads, len(merged.left)
    ours = replace(work, live=narrow(work.live, threads) if work.live else None)
    chunks = chunked([job._replace(arm=narrow(job.arm, threads)) for job in merged.left], threads)
    parts = parts_of(merged.budget, len(chunks))
    spent = None
    for done in cluster.run(run_chunk, [ours] * len(chunks), chunks, parts):
        merged.take(done)
        if done.run.stopped is not None and not used_up(done.budget):
            merged.came.stopped = done.run.stopped
            return
        spent = spent or done.run.stopped
    if len(merged.left) == before or used_up(merged.budget):
        merged.came.stopped = spent if merged.left else None


@dataclass
class Merged:
    """What the chunks came to so far."""

    left: list[Job]
    budget: Budget
    told: Callable[[CaseResult], None]
    came: Run = field(default_factory=Run)

    def take(self, done: Done) -> None:
        self.budget.add(done.budget)
        found = {(result.case_id, result.arm, result.round) for result in done.run.results}
        self.left = [job for job in self.left if (job.case.id, job.arm.name, job.round) not in found]
        for result in done.run.results:
            self.came.results.append(result)
            self.told(result)


def run_chunk(work: Work, jobs: Sequence[Job], part: Budget) -> Done:
    """On a worker: these jobs, through a door to the models of its own."""
    door = Gateway(part, work.cache, work.retries)
    asked = run(
        work.evalset, jobs, door, test_id=work.test_id, timeout_s=work.timeout_s, panel=work.panel, live=work.live
    )
    return Done(asyncio.run(asked), part)


def chunked(jobs: Iterable[Job], threads: int) -> list[list[Job]]:
    """Jobs of one case stay together: what live says to it is asked once."""
    cases: dict[str, list[Job]] = {}
    for job in jobs:
        cases.setdefault(job.case.id, []).append(job)
    size = min(CASES_A_CHUNK, max(1, math.ceil(len(cases) / (threads * CHUNKS_A_THREAD))))
    alike = list(cases.values())
    return [list(chain.from_iterable(alike[first : first + size])) for first in range(0, len(alike), size)]


def parts_of(budget: Budget, count: int) -> list[Budget]:
    """What is left, in equal parts that add up to it."""
    calls, usd = budget.left
    share = None if usd is None else usd / count
    return [
        Budget(None if calls is None else calls // count + (number < calls % count), share) for number in range(count)
    ]


def used_up(budget: Budget) -> bool:
    calls = budget.max_calls is not None and budget.calls >= budget.max_calls
    return calls or (budget.max_usd is not None and budget.usd >= budget.max_usd)


def narrow(arm: Arm, threads: int) -> Arm:
    """Its model's limits hold for the whole cluster: each thread gets its share of them, at least 1."""
    return replace(arm, model=_narrow(arm.model, threads))


def _narrow(model: Model, threads: int) -> Model:
    limits = model.limits
    told = {
        "concurrency": max(1, width(model) // threads),
        "requests_per_minute": limits.requests_per_minute and max(1, limits.requests_per_minute // threads),
        "tokens_per_minute": limits.tokens_per_minute and max(1, limits.tokens_per_minute // threads),
    }
    return model.model_copy(update={"limits": limits.model_copy(update=told)})
