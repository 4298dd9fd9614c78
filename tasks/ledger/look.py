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
    """`sum_*` are None where the stream has no sum. `state` of metric `*` is what the watch goes on with, whole in the
    newest look only; of a guard it is what was seen."""

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


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of a look as people see it; `seen` is None where it was not kept."""

    at: datetime
    metric: str
    intent: str
    n_canary: int
    n_live: int
    verdict: str
    seen: Mapping[str, Any] | None


def insert_many(tx: Transaction, rows: Sequence[Look]) -> None:
    insert(tx, "look", rows)


def replace(tx: Transaction, row: Look) -> None:
    """Keep this row alone: what watches without an end has a state, and what it finds is an event."""
    tx.execute("DELETE FROM look WHERE release_id = ?", [row.release_id])
    insert(tx, "look", [row])


def latest(reader: Reader, release_id: str) -> list[Look]:
    """All rows of the newest look, the row of metric `*` first; empty before the first look."""
    where = (
        "WHERE release_id = $id AND batch_seq = (SELECT max(batch_seq) FROM look WHERE release_id = $id)"
        " ORDER BY metric <> '*', metric, intent"
    )
    return select(reader, Look, "look", where, {"id": release_id})


def forget_states(tx: Transaction, release_id: str) -> None:
    """Keep the state only in the look that follows: it is hundreds of kilobytes, and only the newest is used.

    `seen`, what people look at afterwards, stays.
    """
    tx.execute(
        "UPDATE look SET state = json_object('seen', json_extract(state, '$.seen'))"
        " WHERE release_id = $id AND metric = $whole AND json_extract(state, '$.guards') IS NOT NULL",
        {"id": release_id, "whole": WHOLE},
    )


def course(reader: Reader, release_id: str, most: int = 200) -> list[Seen]:
    """At most about `most` looks spread evenly over the canary, the newest among them, all of their rows in order."""
    sql = (
        'SELECT "at", metric, intent, n_canary, n_live, verdict,'
        " CASE WHEN metric = $whole THEN json_extract(state, '$.seen') ELSE state END AS seen FROM look"
        " WHERE release_id = $id AND ((newest - batch_seq) % greatest(newest // $most, 1) = 0)"
        ' ORDER BY "at", batch_seq, metric <> $whole, metric, intent'
    )
    newest = "(SELECT max(batch_seq) FROM look WHERE release_id = $id)"
    rows = reader.rows(sql.replace("newest", newest), {"id": release_id, "whole": WHOLE, "most": most})
    return [Seen(**row) for row in rows]
