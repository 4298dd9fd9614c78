"""Write what a stage found, and its event, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tasks.ledger import event, stage_result
from tasks.ledger.event import Event
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Reader, Transaction

from .record import Record, Stage
from .verdict import Verdict
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """What a stage concludes. `evidence` is JSON; `cost_usd` None means unknown.

    `written`: it is in the ledger already, with the change of routes or the proof that it made.
    """

    verdict: Verdict
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0
    cost_usd: float | None = 0.0
    written: bool = False


def finish(
    workspace: Workspace, record: Record, stage: Stage, outcome: StageOutcome, started_at: datetime, now: datetime
) -> None:
    """Append the stage's result and the event `promptship.stage.<verdict>`."""

    def write(tx: Transaction) -> None:
        add(tx, workspace, record, stage, outcome, started_at, now)

    workspace.store.tx(write)


def add(
    tx: Transaction,
    workspace: Workspace,
    record: Record,
    stage: Stage,
    outcome: StageOutcome,
    started_at: datetime,
    now: datetime,
) -> None:
    """The same within a transaction that writes more than this: the stage's answer is then `written`."""
    stage_result.insert(tx, result_of(tx, record, stage, outcome, started_at, now))
    event.add(tx, told(workspace, record, stage, outcome, now))


def result_of(
    reader: Reader, record: Record, stage: Stage, outcome: StageOutcome, started_at: datetime, now: datetime
) -> StageResult:
    """The stage's result as a row; later than all that came before it, also when this host's clock is behind."""
    before = [r for r in stage_result.of_release(reader, record.release_id) if r.stage == stage]
    return StageResult(
        release_id=record.release_id,
        stage=stage,
        attempt=len(before) + 1,
        started_at=started_at,
        ended_at=record.after(now),
        verdict=outcome.verdict,
        reason=outcome.reason,
        evidence=dict(outcome.evidence),
        calls=outcome.calls,
        cost_usd=outcome.cost_usd,
    )


def told(workspace: Workspace, record: Record, stage: Stage, outcome: StageOutcome, now: datetime) -> Event:
    """The event of a stage's result."""
    return event.event(
        kind=f"promptship.stage.{outcome.verdict}",
        actor=workspace.actor,
        subjects=subjects(record),
        payload={"stage": str(stage), "reason": outcome.reason},
        at=record.after(now),
    )


def subjects(record: Record) -> dict[str, str]:
    """What an event of this release is about."""
    return {
        "release_id": record.release_id,
        "prompt_id": record.prompt_id,
        "environment": record.environment,
        "behavior": record.to_behavior,
    }
