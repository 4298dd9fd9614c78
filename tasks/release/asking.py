"""Ask a person, and write down what they said."""

from __future__ import annotations

from registry.errors import ReleaseError
from tasks.ledger import event

from .loading import ANSWERED, ASKED, load_open
from .record import Record, Step
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
            event_id=_event_id(record, "asked", step.of or ""),
        )
    )


def _event_id(record: Record, what: str, of: str) -> str:
    """Against a new baseline a question is a new one, also when that baseline was one before."""
    return f"{record.release_id}:{(record.rebased_at or record.opened_at).isoformat()}:{what}:{of}"


def answer(workspace: Workspace, release_id: str, *, approve: bool, by: str, reason: str) -> str:
    """Write the answer to the open question and return what it was about. Raises ReleaseError when none is open."""
    record = load_open(workspace, release_id)
    if not record.unanswered:
        raise ReleaseError(
            f"{release_id} waits for nobody",
            expected="a release that asked for an approval",
            fix=f"Look with `promptship release status {release_id}`",
        )
    of = record.unanswered[-1]
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=ANSWERED,
            actor=by,
            subjects=subjects(record),
            payload={"of": of, "approve": approve, "reason": reason},
            at=record.after(workspace.now()),
            event_id=_event_id(record, "answered", of),
        )
    )
    return of
