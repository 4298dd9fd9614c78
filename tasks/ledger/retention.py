"""What is forgotten: payload first, whole traces later, one unit's on demand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .statements import statement
from .store import Transaction


def expire(tx: Transaction, environment: str, *, trace_before: datetime, payload_before: datetime) -> None:
    """Delete old traces with their feedback and assignments, and the texts of those not quite as old."""
    given = {"environment": environment, "before": trace_before}
    for name in ("expire_feedback", "expire_assignment", "expire_trace"):
        tx.execute(statement(name), given)
    tx.execute(statement("expire_payload"), {"environment": environment, "before": payload_before})


def forget_unit(tx: Transaction, unit: str) -> None:
    """Delete all that is known of one unit, given by its keyed hash."""
    tx.execute("DELETE FROM feedback WHERE trace_id IN (SELECT trace_id FROM trace WHERE unit = $unit)", {"unit": unit})
    tx.execute("DELETE FROM assignment WHERE unit = $unit", {"unit": unit})
    tx.execute("DELETE FROM trace WHERE unit = $unit", {"unit": unit})


def clear_done(spool: Path, before: datetime) -> int:
    """Delete segments in `done/` that were put away before then; returns how many."""
    old = [path for path in (spool / "done").glob("*") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
