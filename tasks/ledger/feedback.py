"""Feedback: what a user or an application said about an answer afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .records import insert
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Feedback:
    """`value` is 0 or 1 for yes/no metrics, else the number."""

    trace_id: str
    at: datetime
    name: str
    value: float
    source: str


def insert_many(tx: Transaction, rows: Sequence[Feedback], ingested_at: datetime) -> None:
    insert(tx, "feedback", rows, ingested_at=ingested_at)


def names(reader: Reader, environment: str, prompt_id: str, since: datetime) -> list[str]:
    """Metrics that were really said about this prompt since then."""
    sql = (
        "SELECT DISTINCT f.name FROM feedback f JOIN trace t ON t.trace_id = f.trace_id"
        " WHERE t.environment = $environment AND t.prompt_id = $prompt_id AND t.ts >= $since ORDER BY f.name"
    )
    given = {"environment": environment, "prompt_id": prompt_id, "since": since}
    return [row["name"] for row in reader.rows(sql, given)]
