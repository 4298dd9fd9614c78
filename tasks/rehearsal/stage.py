"""The rehearsal as a stage of a release: the way back to what is live now, before it is needed."""

from __future__ import annotations

from dataclasses import replace

from tasks.ledger.store import Transaction
from tasks.release.record import Record, Stage, Step
from tasks.release.recording import StageOutcome, add
from tasks.release.traffic import publish
from tasks.release.workspace import Workspace

from .rehearse import Rehearsed, rehearse
from .subject import of_record


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Prove the way back with the candidate published, so that it can be switched away from.

    Proof and result are one transaction: a release that dies has both of them or rehearses again.
    """
    publish(workspace, record)
    began = workspace.now()

    def conclude(tx: Transaction, done: Rehearsed) -> None:
        add(tx, workspace, record, Stage.REHEARSAL, _outcome(done), began, workspace.now())

    done = rehearse(workspace, of_record(workspace.catalog, record), conclude)
    return replace(_outcome(done), written=True)


def _outcome(done: Rehearsed) -> StageOutcome:
    evidence = {"behavior": done.behavior, "seconds": done.seconds, "evalset": done.evalset}
    return StageOutcome(done.verdict, done.reason, evidence, done.calls, done.cost_usd)
