"""How a walk over a release ended: one state, one exit code, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registry.behavior import short

from .order import beyond, plan
from .record import Finished, Record, Stage
from .verdict import Decision, Verdict


class State(StrEnum):
    """Ended states first; the others can go on."""

    PROMOTED = "promoted"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    HELD = "held"
    WAITING = "waiting"
    WATCHING = "watching"
    STOPPED = "stopped"
    ERROR = "error"


_OF_DECISION = {
    Decision.PROMOTE: State.PROMOTED,
    Decision.REJECT: State.REJECTED,
    Decision.ROLL_BACK: State.ROLLED_BACK,
    Decision.HOLD: State.HELD,
}
_EXIT = {State.PROMOTED: 0, State.REJECTED: 1, State.ROLLED_BACK: 1, State.ERROR: 3}


@dataclass(frozen=True, slots=True)
class Outcome:
    state: State
    sentence: str
    exit_code: int


def outcome(record: Record) -> Outcome:
    """0 promoted, or every stage asked for passed; 1 rejected or rolled back; 2 held or not decided yet; 3 error."""
    name = f"{record.prompt_id}@{record.to_version} ({short(record.to_behavior)}) in {record.environment}"
    if record.decision is not None:
        state = _OF_DECISION[record.decision]
        return Outcome(state, _decided(record, name, state), _EXIT.get(state, 2))
    failed = _error(record)
    if failed is not None:
        return Outcome(State.ERROR, f"{name}: {failed} The release stays open; the same command goes on with it.", 3)
    if record.unanswered:
        command = f"promptship release approve {record.release_id} --by NAME --reason WHY (or: reject)"
        asked = f"waits for a person to approve {record.unanswered[-1]}"
        return Outcome(State.WAITING, f"{name}: {asked}. Run: {command}", 2)
    last = _last_asked(record)
    if last is not None:
        said = f"{name}: stopped after {record.walk.until} as asked."
        return Outcome(State.STOPPED, said, 0 if last.verdict is Verdict.PASS else 2)
    return Outcome(
        State.WATCHING,
        f"{name}: the canary is not decided yet. Go on with: promptship release resume {record.release_id}",
        2,
    )


def _decided(record: Record, name: str, state: State) -> str:
    """What is held says what it waits for, unless it is live by other means."""
    sentence = f"{name}: {state.replace('_', ' ')}. {record.reason or ''}".strip()
    if state is not State.HELD or record.live == record.to_behavior:
        return sentence
    command = f"promptship release start {record.prompt_id} {record.to_version} --environment {record.environment}"
    return f"{sentence.rstrip('.')}. It waits for a new attempt: {command} --again --reason WHY"


def _error(record: Record) -> str | None:
    newest = record.finished[-1] if record.finished else None
    if newest is None or newest.verdict is not Verdict.ERROR or newest.ended_at < record.walk.started_at:
        return None
    return f"{newest.key} ended in an error: {newest.reason}"


def _last_asked(record: Record) -> Finished | None:
    """What the last stage said of a walk that was asked to go only so far; None while there is more to do.

    A first release has no shadow and no canary: it stops at what comes before them.
    """
    until = record.walk.until
    if until is None:
        return None
    *_, last = (step for step in plan(record) if step.stage is not Stage.APPROVAL and not beyond(step, until))
    return record.result(last.key)
