"""Promotion as a step: the route table first, the ledger second."""

from __future__ import annotations

from registry.duration import show
from registry.errors import ReleaseError
from tasks.ledger import event, outbox, release, stage_result
from tasks.ledger.anchor import Anchor
from tasks.ledger.outbox import Ending
from tasks.ledger.store import Transaction

from .record import Record, Stage, Step
from .recording import subjects
from .traffic import promote, publish, settle
from .verdict import Decision
from .workspace import Workspace


def run(workspace: Workspace, record: Record, step: Step) -> None:
    """Make the candidate live and end the release. Done already by somebody who died meanwhile: finish it."""
    _provable(record)
    _announce(workspace, record)
    ending = Ending(
        release_id=record.release_id,
        decision=Decision.PROMOTE,
        decided_by=workspace.actor,
        reason=_reason(record),
        at=workspace.now(),
    )
    promote(workspace, record, ending=ending, anchors=_anchors(workspace, record), pinned=publish(workspace, record))
    settle(workspace)
    _end(workspace, record, ending)
    workspace.store.publish(workspace.roots.public)


def _provable(record: Record) -> None:
    """No promotion without a way back that is proved. Raises ReleaseError; what is served already is finished."""
    if record.promoted or record.first or not record.policy.rehearsal_required or record.rehearsed:
        return
    raise ReleaseError(
        f"there is no valid proof that {record.from_version} can be gone back to: no rehearsal of it passed within "
        f"{show(record.policy.rehearsal_valid)}, or its certificate was taken away since",
        expected=f"a rehearsal, which {record.environment} asks of this risk",
        fix=f"Run `promptship release resume {record.release_id}`: it rehearses again",
    )


def _announce(workspace: Workspace, record: Record) -> None:
    """Say it in the ledger first: what cannot be written down is not promoted. Raises LedgerLocked."""
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind="promptship.release.promoting",
            actor=workspace.actor,
            subjects=subjects(record),
            payload={"version": record.to_version},
            at=workspace.now(),
            event_id=f"{record.release_id}:promoting",
        )
    )


def _reason(record: Record) -> str:
    if record.first:
        return " ".join(["First release.", _said(record, Stage.GATE), *_approved(record)])
    canary = [finished for finished in record.finished if finished.key.startswith(Stage.CANARY)]
    watched = [f"Canary: {finished.reason}." for finished in canary[-1:]]
    return " ".join([_said(record, Stage.GATE), *watched, *_approved(record)])


def _approved(record: Record) -> list[str]:
    """Who let it through, what, when and why."""
    return [f"{a.by} approved {a.of} at {a.at:%Y-%m-%d %H:%M} UTC: {a.reason}." for a in record.answers if a.approve]


def _said(record: Record, stage: Stage) -> str:
    result = record.result(stage)
    return result.reason if result is not None else ""


def _anchors(workspace: Workspace, record: Record) -> list[Anchor]:
    """The ratchet moves when the gate proved this version better than what it is tied to; the first release sets it."""
    gates = [r for r in stage_result.of_release(workspace.store, record.release_id) if r.stage == Stage.GATE]
    evidence = gates[-1].evidence if gates else {}
    if not record.first and not evidence.get("beats_anchor"):
        return []
    reason = "first release" if record.first else "proved better than the anchor at the gate"
    return [
        Anchor(
            environment=record.environment,
            prompt_id=record.prompt_id,
            evalset_sha=evidence.get("evalset_sha"),
            behavior=record.to_behavior,
            since=workspace.now(),
            release_id=record.release_id,
            change="set",
            reason=reason,
        )
    ]


def _end(workspace: Workspace, record: Record, ending: Ending) -> None:
    """The decision, where the intent's own ledger part is not there (the table said it already)."""

    def write(tx: Transaction) -> None:
        release.end(
            tx,
            record.release_id,
            decision=ending.decision,
            decided_by=ending.decided_by,
            reason=ending.reason,
            at=ending.at,
        )

    waiting = [e.release_id for wanted in outbox.pending(workspace.roots.outbox) for e in wanted.endings]
    if record.release_id not in waiting:
        workspace.store.tx(write)
