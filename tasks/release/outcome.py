"""How a walk over a release ended: one state, one exit code, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.behavior import short

from .order import next_step
from .record import Record, Stage
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


def outcome(record: Record, now: datetime) -> Outcome:
    """0 promoted, or every stage asked for passed; 1 rejected or rolled back; 2 held or not decided yet; 3 error."""
    name = f"{record.prompt_id}@{record.to_version} ({short(record.to_behavior)}) in {record.environment}"
    if record.decision is not None:
        state = _OF_DECISION[record.decision]
        return Outcome(state, f"{name}: {state.replace('_', ' ')}. {record.reason or ''}".strip(), _EXIT.get(state, 2))
    failed = _error(record)
    if failed is not None:
        return Outcome(State.ERROR, f"{name}: {failed} The release stays open; the same command goes on with it.", 3)
    waiting = [of for of in record.asked if record.answer(of) is None]
    if waiting:
        command = f"promptship release approve {record.release_id} --by NAME --reason WHY (or: reject)"
        return Outcome(State.WAITING, f"{name}: waits for a person to approve {waiting[-1]}. Run: {command}", 2)
    if record.walk.until is not None:
        return _stopped(record, name)
    return Outcome(
        State.WATCHING,
        f"{name}: the canary is not decided yet. Go on with: promptship release resume {record.release_id}",
        2,
    )


def _error(record: Record) -> str | None:
    newest = record.finished[-1] if record.finished else None
    if newest is None or newest.verdict is not Verdict.ERROR or newest.ended_at < record.walk.started_at:
        return None
    return f"{newest.key} ended in an error: {newest.reason}"


def _stopped(record: Record, name: str) -> Outcome:
    """Asked to go only so far: the worst verdict on the way is the answer."""
    until = record.walk.until or Stage.PROMOTE
    newest = [finished for finished in record.finished if finished.key.split()[0] == until]
    passed = bool(newest) and newest[-1].verdict is Verdict.PASS
    return Outcome(State.STOPPED, f"{name}: stopped after {until} as asked.", 0 if passed else 2)


def ended(record: Record, now: datetime) -> bool:
    """Nothing is left for anybody to do."""
    return record.decision is not None and next_step(record, now) is None
