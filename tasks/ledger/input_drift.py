"""Findings of input drift; rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .records import insert, select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Drifted:
    """One measure of one day. `p` is None where nothing is tested."""

    environment: str
    prompt_id: str
    behavior: str
    side: str
    measure: str
    against: str
    value: float
    low: float
    high: float
    p: float | None
    n: int
    reference: int
    drifted: bool
    sentence: str
    at: datetime


def insert_many(tx: Transaction, rows: Sequence[Drifted]) -> None:
    insert(tx, "input_drift", rows)


def alarms(reader: Reader, environment: str, prompt_id: str) -> list[Drifted]:
    """The newest first."""
    where = 'WHERE environment = ? AND prompt_id = ? AND drifted ORDER BY "at" DESC, side, measure'
    return select(reader, Drifted, "input_drift", where, [environment, prompt_id])
