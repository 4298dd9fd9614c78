"""Replay sampled traces: the candidate on the recorded input, the baseline as recorded or, if need be, run again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.errors import BudgetSpent
from tasks.evaluation.conversing import converse
from tasks.evaluation.job import Arm
from tasks.evaluation.talks import request
from tasks.gateway.call import Call
from tasks.gateway.gateway import Gateway
from tasks.ledger.trace import Trace
from tasks.shadow.answered import Answered, as_recorded, of_outcome, tools_of, untimed
from tasks.shadow.recorded import playback

TIMEOUT_S = 120.0
FAILURES = 20
"""Traces without an answer after which nothing more is asked: the model is gone, not the version bad."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One trace under both versions."""

    trace: Trace
    candidate: Answered
    baseline: Answered

    @property
    def unanswered(self) -> bool:
        """Without an answer that says anything about a version: the model was out of reach."""
        return not self.candidate.values or not self.baseline.values


@dataclass(frozen=True, slots=True)
class Replay:
    """The traces that were replayed, from the first one on without a gap, and what kept the others from it."""

    done: Sequence[Replayed]
    stopped: str | None = None

    @property
    def unanswered(self) -> int:
        return sum(one.unanswered for one in self.done)


def missing(trace: Trace, arm: Arm) -> list[str]:
    """Variables without a default that the trace lacks."""
    given = trace.variables or {}
    return [name for name, v in arm.artifact.variables.items() if name not in given and v.default is None]


def recorded(trace: Trace, behavior: str, drifted_at: datetime | None) -> bool:
    """Whether the recorded answer is this version's on exactly this input, by the model as it is today.

    `drifted_at`: when the newest drift of the version's model was confirmed.
    """
    whole = not any(what.startswith("variables.") for what in trace.redacted)
    return trace.served == behavior and whole and (drifted_at is None or trace.ts > drifted_at)


async def replay(
    traces: Sequence[Trace],
    candidate: Arm,
    baseline: Arm,
    door: Gateway,
    test: str,
    on_done: Callable[[], None],
    drifted_at: datetime | None = None,
) -> Replay:
    """As many at once as the models take; ends early when the budget is spent or the model does not answer."""
    done: list[Replayed | None] = [None] * len(traces)
    tools = tools_of((candidate, baseline))

    async def one(place: int, trace: Trace) -> None:
        known = recorded(trace, baseline.artifact.behavior, drifted_at)
        new = await _ask(trace, candidate, door, test, tools)
        old = as_recorded(trace, tools) if known else await _ask(trace, baseline, door, test, tools)
        done[place] = Replayed(trace, untimed(new) if known else new, old)
        on_done()
        if sum(each is not None and each.unanswered for each in done) >= FAILURES:
            raise _Gone

    stopped = await _together([asyncio.create_task(one(*each)) for each in enumerate(traces)])
    return Replay(_without_gap(done), stopped)


class _Gone(Exception):
    """The model does not answer."""


async def _together(tasks: Sequence[asyncio.Task[None]]) -> str | None:
    """Until all are done or one says stop, and why; none of them is left running."""
    try:
        await asyncio.gather(*tasks)
    except BudgetSpent as error:
        return error.found
    except _Gone:
        return f"{FAILURES} traces had no answer"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return None


def _without_gap(done: Sequence[Replayed | None]) -> list[Replayed]:
    """Up to the first that is not finished: a quick answer must not count because it is quick."""
    found: list[Replayed] = []
    for one in done:
        if one is None:
            break
        found.append(one)
    return found


async def _ask(trace: Trace, arm: Arm, door: Gateway, test: str, tools: Sequence[str]) -> Answered:
    given = {name: value for name, value in (trace.variables or {}).items() if name in arm.artifact.variables}
    asked, kept = request(arm, arm.artifact.render(**given), TIMEOUT_S), playback(trace)
    return of_outcome(await converse(Call(asked, trace.trace_id, 1, arm.name, test), kept, door), arm, kept, tools)
