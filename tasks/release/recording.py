"""Write what a stage found, and its event, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tasks.ledger import event, stage_result
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Transaction

from .record import Record, Stage
from .verdict import Verdict
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """What a stage concludes. `evidence` is JSON; `cost_usd` None means unknown."""

    verdict: Verdict
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0
    cost_usd: float | None = 0.0


def finish(
    workspace: Workspace, record: Record, stage: Stage, outcome: StageOutcome, started_at: datetime, now: datetime
) -> None:
    """Append the stage's result and the event `promptship.stage.<verdict>`."""

    def write(tx: Transaction) -> None:
        before = [r for r in stage_result.of_release(tx, record.release_id) if r.stage == stage]
        stage_result.insert(
            tx,
            StageResult(
                release_id=record.release_id,
                stage=stage,
                attempt=len(before) + 1,
                started_at=started_at,
                ended_at=now,
                verdict=outcome.verdict,
                reason=outcome.reason,
                evidence=dict(outcome.evidence),
                calls=outcome.calls,
                cost_usd=outcome.cost_usd,
            ),
        )
        event.append(
            tx,
            kind=f"promptship.stage.{outcome.verdict}",
            actor=workspace.actor,
            subjects=subjects(record),
            payload={"stage": str(stage), "reason": outcome.reason},
            at=now,
        )

    workspace.store.tx(write)


def subjects(record: Record) -> dict[str, str]:
    """What an event of this release is about."""
    return {
        "release_id": record.release_id,
        "prompt_id": record.prompt_id,
        "environment": record.environment,
        "behavior": record.to_behavior,
    }
