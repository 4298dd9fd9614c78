"""Ask a person, and write down what they said."""

from __future__ import annotations

from registry.errors import ReleaseError
from tasks.ledger import event
from tasks.ledger.event import Event

from .loading import ANSWERED, ASKED
from .record import TICK, Record, Step
from .recording import subjects
from .workspace import Workspace


def run(workspace: Workspace, record: Record, step: Step) -> None:
    """Note, once, that approval of `step.of` was asked for; the release then waits."""
    asked = {"of": step.of, "reason": step.reason}
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=ASKED,
            actor=workspace.actor,
            subjects=subjects(record),
            payload=asked,
            at=record.after(workspace.now()),
            event_id=f"{record.release_id}:{_baseline(record)}:asked:{step.of}",
        )
    )


def _baseline(record: Record) -> str:
    """Against a new baseline a question is a new one, also when that baseline was one before."""
    return (record.rebased_at or record.opened_at).isoformat()


def answer(workspace: Workspace, release_id: str, *, approve: bool, by: str, reason: str) -> str:
    """Write the answer to the open question and return what it was about. Raises ReleaseError when none is open."""
    events = event.of_release(workspace.store, release_id)
    question = _open_question(events)
    if question is None:
        raise ReleaseError(
            f"{release_id} waits for nobody",
            expected="a release that asked for an approval",
            fix=f"Look with `promptship release status {release_id}`",
        )
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=ANSWERED,
            actor=by,
            subjects=dict(question.subjects),
            payload={"of": question.payload["of"], "approve": approve, "reason": reason},
            at=max(workspace.now(), question.at + TICK),
            event_id=question.event_id.replace(":asked:", ":answered:"),
        )
    )
    return str(question.payload["of"])


def _open_question(events: list[Event]) -> Event | None:
    answered = {e.payload["of"] for e in events if e.kind == ANSWERED}
    return next((e for e in reversed(events) if e.kind == ASKED and e.payload["of"] not in answered), None)
