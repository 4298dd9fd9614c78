"""Gate tests: one sequential test of a candidate, named by what it compares, that goes on over attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.behavior import sha

from .records import insert, select, to_json
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class GateTest:
    """`subject` is what is compared; verdict, reason, evidence and closed_at are None while the test is open."""

    gate_test_id: str
    subject: Mapping[str, Any]
    margin: float
    rounds_max: int
    rounds_done: int
    created_at: datetime
    verdict: str | None = None
    reason: str | None = None
    evidence: Mapping[str, Any] | None = None
    closed_at: datetime | None = None


def identity(subject: Mapping[str, Any]) -> str:
    """The id of the test of this subject (candidate, baseline, anchor, eval-set sha, judge, model snapshot, ...)."""
    return sha(dict(subject))


def open_or_resume(
    tx: Transaction, subject: Mapping[str, Any], *, margin: float, rounds_max: int, now: datetime
) -> GateTest:
    """The test of this subject as it stands; margin and rounds of a test that exists stay as they were."""
    found = get(tx, identity(subject))
    if found is not None:
        return found
    row = GateTest(identity(subject), subject, margin, rounds_max, 0, now)
    insert(tx, "gate_test", [row])
    return row


def get(reader: Reader, gate_test_id: str) -> GateTest | None:
    found = select(reader, GateTest, "gate_test", "WHERE gate_test_id = ?", [gate_test_id])
    return found[0] if found else None


def of_set(reader: Reader, name: str) -> list[GateTest]:
    """The tests on this eval set, whatever its version and subset, newest first."""
    where = "WHERE starts_with(subject->>'evalset', $name) ORDER BY created_at DESC, gate_test_id"
    return select(reader, GateTest, "gate_test", where, {"name": f"{name}/"})


def advance(tx: Transaction, gate_test_id: str, rounds_done: int) -> None:
    """So many rounds are judged; the number never goes down."""
    tx.execute(
        "UPDATE gate_test SET rounds_done = greatest(rounds_done, $done) WHERE gate_test_id = $id",
        {"done": rounds_done, "id": gate_test_id},
    )


def close(
    tx: Transaction, gate_test_id: str, *, verdict: str, reason: str, evidence: Mapping[str, Any], at: datetime
) -> None:
    """Write the verdict; a closed test keeps its first one."""
    tx.execute(
        "UPDATE gate_test SET verdict = $verdict, reason = $reason, evidence = $evidence::JSON, closed_at = $closed"
        " WHERE gate_test_id = $id AND closed_at IS NULL",
        {"verdict": str(verdict), "reason": reason, "evidence": to_json(evidence), "closed": at, "id": gate_test_id},
    )
