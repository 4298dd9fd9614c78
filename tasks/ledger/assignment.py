"""Assignments: the arm of a unit's first request while a canary took traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from .records import insert
from .statements import statement
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Assignment:
    """`share_bps` is the canary's share at that moment; `unit` a keyed hash."""

    environment: str
    prompt_id: str
    release_id: str
    generation: int
    share_bps: int
    unit: str
    unit_key_id: str
    arm: Literal["canary", "live"]
    first_seen_at: datetime


class Assigned(NamedTuple):
    """Units by the share and arm of their first request."""

    share_bps: int
    arm: Literal["canary", "live"]
    units: int


def insert_many(tx: Transaction, rows: Sequence[Assignment], ingested_at: datetime) -> None:
    insert(tx, "assignment", rows, ingested_at=ingested_at)


def counts(reader: Reader, release_id: str) -> list[Assigned]:
    """Units of a release by share and arm, whether or not an answer arrived: for the sample-ratio check."""
    sql = f"WITH first AS ({statement('first_assigned')}) {statement('assigned')}"
    found = reader.rows(sql, {"release_id": release_id})
    return [Assigned(row["share_bps"], row["arm"], row["units"]) for row in found]


def key_ids(reader: Reader, release_id: str) -> list[str]:
    """Keys that units of a release were hashed with; two of them mean that units cannot be told apart."""
    sql = "SELECT DISTINCT unit_key_id FROM assignment WHERE release_id = ? ORDER BY unit_key_id"
    return [row["unit_key_id"] for row in reader.rows(sql, [release_id])]
