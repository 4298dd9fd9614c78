"""End a release that is not promoted: traffic back to live, then the decision in the ledger."""

from __future__ import annotations

from dataclasses import asdict

from tasks.ledger import event, release
from tasks.ledger.event import Event
from tasks.ledger.outbox import Ending
from tasks.ledger.store import Transaction

from .record import Record, Step
from .recording import subjects
from .traffic import catch_up, settle, withdraw
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
    """End the attempt with this decision; it can not take traffic again.

    The decision is written with the change of routes: whoever finds the attempt closed there need not guess why.
    """
    ending = Ending(record.release_id, decision, workspace.actor, reason, record.after(workspace.now()))
    said = event.event(
        kind=_EVENTS[decision],
        actor=workspace.actor,
        subjects=subjects(record),
        payload={"version": record.to_version, "reason": reason},
        at=ending.at,
    )
    if not withdraw(workspace, record, by=workspace.actor, reason=reason, because=said, endings=[ending]):
        _end(workspace, ending, said)
    settle(workspace)
    workspace.store.publish(workspace.roots.public)


def _end(workspace: Workspace, ending: Ending, said: Event) -> None:
    """The routes say already that it is closed, or nothing was ever served: the decision is the ledger's alone."""
    catch_up(workspace)

    def write(tx: Transaction) -> None:
        fields = asdict(ending)
        if release.end(tx, fields.pop("release_id"), **fields):
            event.add(tx, said)

    workspace.store.tx(write)
