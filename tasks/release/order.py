"""What comes next in a release: a pure function of its record.

lint -> fast gate -> gate -> shadow -> [rehearsal] -> [approval] canary steps -> promote
                                                         \\-> roll back | hold
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from registry.policy import Policy

from .record import Closing, Record, Stage, Step
from .verdict import Decision, Verdict

_REFUSES = {Stage.CANARY: Decision.ROLL_BACK}
_WAIVABLE = (Stage.GATE,)
_MOVES_ON_INCONCLUSIVE = (Stage.LINT, Stage.FAST_GATE, Stage.SHADOW)


def plan(record: Record) -> Iterator[Step]:
    """Every step of this release in order, approvals included, whatever is done already."""
    yield Step(Stage.LINT)
    if record.first:
        yield Step(Stage.GATE)
        if record.policy.approvals:
            yield Step(Stage.APPROVAL, of="before 100")
        yield Step(Stage.PROMOTE)
        return
    yield from (Step(Stage.FAST_GATE), Step(Stage.GATE), Step(Stage.SHADOW))
    unproved = record.policy.rehearsal_required and not record.rehearsed
    again = record.proved_once
    if unproved and not again:
        yield Step(Stage.REHEARSAL)
    for before, share in pairwise((0, *record.policy.ramp)):
        if _asks(record.policy, before, share):
            yield Step(Stage.APPROVAL, of=f"before {share:g}")
        if share == 100 and unproved and again:
            yield Step(Stage.REHEARSAL, reason="its proof is too old, or was taken away meanwhile")
        yield Step(Stage.CANARY, share=share) if share < 100 else Step(Stage.PROMOTE)


def _asks(policy: Policy, before: float, share: float) -> bool:
    """Whether a person approves the step to this share: a point between two steps of the ramp counts for the later."""
    if before == 0 and "before_canary" in policy.approvals:
        return True
    return any(before < point <= share for point in policy.approvals if not isinstance(point, str))


def next_step(record: Record, now: datetime) -> Step | None:
    """The next step, or None when the release has ended, waits for a person or time, or this walk is over."""
    if record.decision is not None:
        return None
    if record.promoted:
        return Step(Stage.PROMOTE, reason="the route table serves it already")
    if record.closed is not None:
        return _withdrawn(record, record.closed)
    if record.live == record.to_behavior != record.from_behavior:
        return _close(Decision.HOLD, "it was made live by other means meanwhile: nothing is left to release")
    if record.live != record.from_behavior:
        return Step(Stage.REBASE, reason="another version went live meanwhile")
    for step in plan(record):
        if beyond(step, record.walk.until):
            return None
        decided = _approval(record, step, now) if step.stage is Stage.APPROVAL else _stage(record, step, now)
        if decided is not _GO_ON:
            return decided
    return None


def question(record: Record, now: datetime) -> Step | None:
    """What a person has to answer before this release goes on; None when it waits for nobody.

    A walk that was asked to go only so far waits for nobody either: it says where it stopped.
    """
    if record.walk.until is not None or record.decision is not None or next_step(record, now) is not None:
        return None
    return Step(Stage.APPROVAL, of=record.unanswered[-1]) if record.unanswered else None


def _withdrawn(record: Record, closed: Closing) -> Step:
    """The watcher's own verdict where it withdrew the canary itself, else that somebody did."""
    newest = record.finished[-1] if record.finished else None
    if newest is not None and newest.key.startswith(Stage.CANARY) and newest.verdict is Verdict.INCONCLUSIVE:
        return _close(Decision.HOLD, newest.reason)
    if newest is not None and newest.key.startswith(Stage.CANARY) and newest.verdict is Verdict.REJECT:
        return _close(Decision.ROLL_BACK, newest.reason)
    return _close(Decision.ROLL_BACK, f"withdrawn by {closed.by}: {closed.reason}")


_GO_ON = Step(Stage.CLOSE, reason="no step: the next one in the plan")


def _stage(record: Record, step: Step, now: datetime) -> Step | None:
    """_GO_ON when this stage is done; a step to take; or None to stop here."""
    result = record.result(step.key)
    if result is None:
        return _watch(record, step, now)
    if result.verdict is Verdict.PASS:
        return step if step.stage is Stage.REHEARSAL and result.ended_at < record.walk.started_at else _GO_ON
    if result.verdict is Verdict.ERROR:
        return None if result.ended_at >= record.walk.started_at else _watch(record, step, now)
    if step.stage in _WAIVABLE:
        return _waive(record, step, result.verdict, result.reason, now)
    if result.verdict is Verdict.REJECT:
        return _close(_REFUSES.get(step.stage, Decision.REJECT), result.reason)
    return _GO_ON if step.stage in _MOVES_ON_INCONCLUSIVE else _close(Decision.HOLD, result.reason)


def _waive(record: Record, step: Step, verdict: Verdict, reason: str, now: datetime) -> Step | None:
    """A gate that did not pass: a person may let it through, asked for only when it was inconclusive."""
    answer = record.answer(step.key)
    if answer is not None and answer.approve:
        return _GO_ON
    if verdict is Verdict.REJECT or answer is not None:
        return _close(Decision.REJECT, reason if answer is None else f"{answer.by} refused: {answer.reason}")
    return _ask(record, Step(Stage.APPROVAL, of=step.key, reason=reason), now)


def _approval(record: Record, step: Step, now: datetime) -> Step | None:
    answer = record.answer(step.of or "")
    if answer is None:
        return _ask(record, step, now)
    return _GO_ON if answer.approve else _close(Decision.REJECT, f"{answer.by} refused: {answer.reason}")


def _ask(record: Record, step: Step, now: datetime) -> Step | None:
    asked = record.asked.get(step.of or "")
    if asked is None:
        return step
    if now - asked > record.policy.deadline_approval:
        return _close(Decision.HOLD, f"nobody answered within the deadline when asked to approve {step.of}")
    return None


def _watch(record: Record, step: Step, now: datetime) -> Step | None:
    """A canary is watched for as long as this walk may; whoever comes next carries it on."""
    if step.stage is Stage.CANARY and now - record.walk.started_at >= record.walk.watch:
        return None
    return step


def beyond(step: Step, until: Stage | None) -> bool:
    """A step of the plan that a walk which goes only so far does not begin; nor is anybody asked to approve one."""
    if until is None:
        return False
    order = [Stage.LINT, Stage.FAST_GATE, Stage.GATE, Stage.SHADOW, Stage.REHEARSAL, Stage.CANARY, Stage.PROMOTE]
    asked = Stage.PROMOTE if step.of == "before 100" else Stage.CANARY
    return order.index(asked if step.stage is Stage.APPROVAL else step.stage) > order.index(until)


def _close(decision: Decision, reason: str) -> Step:
    return Step(Stage.CLOSE, decision=decision, reason=reason)
