"""End a release that is not promoted: traffic back to live, then the decision in the ledger."""

from __future__ import annotations

from tasks.ledger import event, release
from tasks.ledger.store import Transaction

from .record import Record, Step
from .recording import subjects
from .traffic import settle, withdraw
from .verdict import Decision
from .workspace import Workspace

_EVENTS = {
    Decision.REJECT: "promptship.release.rejected",
    Decision.ROLL_BACK: "promptship.release.rolled_back",
    Decision.HOLD: "promptship.release.held",
}


def run(workspace: Workspace, record: Record, step: Step) -> None:
    """Withdraw what may still run of this attempt, write the decision, publish the changelog."""
    decision = step.decision or Decision.HOLD
    close(workspace, record, decision, step.reason)


def close(workspace: Workspace, record: Record, decision: Decision, reason: str) -> None:
    """End the attempt with this decision; it can not take traffic again."""
    withdraw(workspace, record, by=workspace.actor, reason=reason)
    settle(workspace)
    now = workspace.now()

    def write(tx: Transaction) -> None:
        ended = release.end(tx, record.release_id, decision=decision, decided_by=workspace.actor, reason=reason, at=now)
        if ended:
            event.append(
                tx,
                kind=_EVENTS[decision],
                actor=workspace.actor,
                subjects=subjects(record),
                payload={"version": record.to_version, "reason": reason},
                at=now,
            )

    workspace.store.tx(write)
    workspace.store.publish(workspace.roots.public)
