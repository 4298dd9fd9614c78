"""Looks at a canary: one row a stream, written in the transaction that took the units in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import insert, select
from .store import Reader, Transaction

WHOLE = "*"
"""Metric and intent of the row that stands for the canary as a whole and bears its state."""


@dataclass(frozen=True, slots=True)
class Look:
    """`sum_*` are None where the stream has no sum, `state` where it is kept in the row of metric `*`."""

    release_id: str
    batch_seq: int
    epoch: int
    at: datetime
    metric: str
    intent: str
    watermark: datetime | None
    n_canary: int
    n_live: int
    sum_canary: float | None
    sum_live: float | None
    state: Mapping[str, Any] | None
    verdict: str


def insert_many(tx: Transaction, rows: Sequence[Look]) -> None:
    insert(tx, "look", rows)


def latest(reader: Reader, release_id: str) -> list[Look]:
    """All rows of the newest look, the row of metric `*` first; empty before the first look."""
    where = (
        "WHERE release_id = $id AND batch_seq = (SELECT max(batch_seq) FROM look WHERE release_id = $id)"
        " ORDER BY metric <> '*', metric, intent"
    )
    return select(reader, Look, "look", where, {"id": release_id})


def forget_states(tx: Transaction, release_id: str) -> None:
    """Keep the state only in the look that follows: it is hundreds of kilobytes, and only the newest is used."""
    tx.execute("UPDATE look SET state = NULL WHERE release_id = ? AND state IS NOT NULL", [release_id])
