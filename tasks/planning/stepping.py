"""The steps of a release ahead, each with what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.gate.subject import Subject
from tasks.ledger.gate_test import GateTest
from tasks.planning.gating import Calls, round_spend, rounds_spend
from tasks.planning.prospect import StepAhead
from tasks.planning.text import days
from tasks.planning.work import Spend, spend
from tasks.release.order import plan
from tasks.release.record import Record, Stage, Step

_NOTHING = Spend()


@dataclass(frozen=True, slots=True)
class Shadowing:
    """Recorded requests to ask again: of the candidate, of these also of live, and the environment's minimum."""

    traces: int
    live_again: int
    minimum: int


@dataclass(frozen=True, slots=True)
class Work:
    """What the stages would ask. `test` is the gate's test where it exists already."""

    full: Subject
    fast: Subject
    calls: Calls
    test: GateTest | None
    shadow: Shadowing


def steps_ahead(record: Record, work: Work) -> tuple[StepAhead, ...]:
    """Every step of the release in order; a finished one takes nothing."""
    return tuple(_ahead(record, work, step) for step in plan(record))


def _ahead(record: Record, work: Work, step: Step) -> StepAhead:
    done = record.result(step.key)
    if done is not None:
        return StepAhead(step.key, _NOTHING, _NOTHING, f"done: {done.verdict}")
    if step.stage is Stage.GATE:
        return _gate(record, work)
    if step.stage is Stage.FAST_GATE:
        once = round_spend(work.fast, work.calls, 1)
        return StepAhead(step.key, once, once, f"{len(work.fast.selection.cases)} cases")
    if step.stage is Stage.SHADOW:
        return _shadow(work)
    if step.stage is Stage.REHEARSAL:
        once = spend([(work.calls[LIVE], len(work.fast.selection.cases))])
        return StepAhead(step.key, once, once, f"{record.from_version} on today's model, and the way back")
    return StepAhead(_named(step), _NOTHING, _NOTHING, _note(record, step))


def _gate(record: Record, work: Work) -> StepAhead:
    test, cases = work.test, len(work.full.selection.cases)
    if test is not None and test.verdict is not None:
        return StepAhead("gate", _NOTHING, _NOTHING, f"answered before: {test.verdict}")
    last = 1 if record.first else work.full.rounds_max
    begin = min((test.rounds_done if test is not None else 0) + 1, last)
    least = rounds_spend(work.full, work.calls, begin, begin)
    note = f"{cases} cases" + (f", round {begin} to {last} at most" if last > 1 else "")
    return StepAhead("gate", least, rounds_spend(work.full, work.calls, begin, last), note)


def _shadow(work: Work) -> StepAhead:
    traces = work.shadow.traces
    asked = spend([(work.calls[CANDIDATE], traces), (work.calls[LIVE], work.shadow.live_again)])
    few = f": fewer than {work.shadow.minimum}, it will not decide" if traces < work.shadow.minimum else ""
    return StepAhead("shadow", asked, asked, f"{traces} recorded requests{few}")


def _named(step: Step) -> str:
    return f"{step.stage} {step.of}" if step.of else step.key


def _note(record: Record, step: Step) -> str:
    policy = record.policy
    if step.stage is Stage.APPROVAL:
        return f"a person, within {_time(policy.deadline_approval)}"
    if step.stage is Stage.CANARY:
        return f"{step.share:g} % of the units, {_time(policy.dwell)} at least"
    if step.stage is Stage.PROMOTE and policy.holdback is not None and not record.first:
        return f"{policy.holdback.share:g} % stay on {record.from_version} for {_time(policy.holdback.for_)}"
    return ""


def _time(span: timedelta) -> str:
    return days(span / timedelta(days=1))
