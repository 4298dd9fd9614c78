"""Another version went live while this one was on its way: compare with that one from here on."""

from __future__ import annotations

from tasks.ledger import event, release
from tasks.ledger.store import Transaction

from .loading import REBASED
from .record import Record, Step
from .recording import subjects
from .workspace import Workspace


def run(workspace: Workspace, record: Record, step: Step) -> None:
    """The change of live has taken the canary away already; the stages run again against what is live now."""
    route = workspace.publisher.read_table(record.environment).prompts[record.prompt_id]
    now = record.after(workspace.now())

    def write(tx: Transaction) -> None:
        release.rebase(tx, record.release_id, version=route.live.version, behavior=route.live.behavior)
        event.append(
            tx,
            kind=REBASED,
            actor=workspace.actor,
            subjects=subjects(record),
            payload={"from": record.from_behavior, "to": route.live.behavior, "reason": step.reason},
            at=now,
        )

    workspace.store.tx(write)
