"""What the stages of a release found; rows are only added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import insert as insert_rows
from .records import select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class StageResult:
    """One run of a stage. `evidence` is JSON with value, interval and n of every row; `cost_usd` None is unknown."""

    release_id: str
    stage: str
    attempt: int
    started_at: datetime
    ended_at: datetime
    verdict: str
    reason: str
    evidence: Mapping[str, Any]
    calls: int
    cost_usd: float | None


def insert(tx: Transaction, row: StageResult) -> None:
    insert_rows(tx, "stage_result", [row])


def of_release(reader: Reader, release_id: str) -> list[StageResult]:
    """All results in order of time."""
    where = "WHERE release_id = ? ORDER BY ended_at, started_at, attempt"
    return select(reader, StageResult, "stage_result", where, [release_id])


def passed(reader: Reader, stage: str, behavior: str) -> list[StageResult]:
    """The results of this stage that let this candidate through, in whichever release; the newest first."""
    where = (
        "WHERE stage = ? AND verdict = 'pass' AND release_id IN (SELECT release_id FROM release WHERE to_behavior = ?)"
        " ORDER BY ended_at DESC"
    )
    return select(reader, StageResult, "stage_result", where, [stage, behavior])
