"""What is forgotten: payload first, whole traces later, one unit's on demand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from registry.runtime.payload import WITHHELD
from registry.runtime.tool_check import MADE_UP

from .statements import statement
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rows were deleted, and of how many more traces the texts."""

    traces: int
    assignments: int
    feedbacks: int
    payloads: int = 0

    def __bool__(self) -> bool:
        return bool(self.traces or self.assignments or self.feedbacks or self.payloads)


def expire(tx: Transaction, environment: str, *, trace_before: datetime, payload_before: datetime) -> Gone:
    """Delete old traces with their feedback and assignments, and the texts of those not quite as old."""
    given = {"environment": environment, "before": trace_before}
    old = _counted(tx, "environment = $environment AND ts < $before", "first_seen_at < $before", given)
    for name in ("expire_feedback", "expire_assignment", "expire_trace"):
        tx.execute(statement(name), given)
    late = {"environment": environment, "before": payload_before}
    payloads = _number(tx, statement("count_payload"), late)
    tx.execute(statement("expire_payload"), {**late, "made_up": MADE_UP, "withheld": WITHHELD})
    return replace(old, payloads=payloads)


def forget_unit(tx: Transaction, unit: str, environment: str) -> Gone:
    """Delete all that is known of one unit in an environment, given by its keyed hash."""
    given = {"unit": unit, "environment": environment}
    theirs = "environment = $environment AND unit = $unit"
    gone = _counted(tx, theirs, "unit = $unit", given)
    tx.execute(f"DELETE FROM feedback WHERE trace_id IN (SELECT trace_id FROM trace WHERE {theirs})", given)  # noqa: S608
    tx.execute(f"DELETE FROM assignment WHERE {theirs}", given)  # noqa: S608
    tx.execute(f"DELETE FROM trace WHERE {theirs}", given)  # noqa: S608
    return gone


def _counted(reader: Reader, of_traces: str, of_assignments: str, given: Mapping[str, Any]) -> Gone:
    """Both conditions are texts of this module."""
    traces = f"FROM trace WHERE {of_traces}"
    assignments = f"FROM assignment WHERE environment = $environment AND {of_assignments}"
    feedbacks = f"FROM feedback WHERE trace_id IN (SELECT trace_id {traces})"
    return Gone(*(_number(reader, f"SELECT count(*) AS n {one}", given) for one in (traces, assignments, feedbacks)))


def _number(reader: Reader, sql: str, given: Mapping[str, Any]) -> int:
    return int(reader.rows(sql, given)[0]["n"])


def clear_done(spool: Path, before: datetime) -> int:
    """Delete segments in `done/` that were put away before then; returns how many."""
    deleted = 0
    for path in (spool / "done").glob("*"):
        with suppress(FileNotFoundError):  # another process clears, too
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                deleted += 1
    return deleted
