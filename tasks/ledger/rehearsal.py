"""Rehearsals: proofs that a version can be gone back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import insert as insert_rows
from .records import select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`seconds` is how long going back took."""

    environment: str
    prompt_id: str
    behavior: str
    at: datetime
    seconds: float
    verdict: str
    evidence: Mapping[str, Any]


def insert(tx: Transaction, row: Rehearsal) -> None:
    insert_rows(tx, "rehearsal", [row])


def latest(reader: Reader, environment: str, prompt_id: str, behavior: str) -> Rehearsal | None:
    where = 'WHERE environment = ? AND prompt_id = ? AND behavior = ? ORDER BY "at" DESC LIMIT 1'
    found = select(reader, Rehearsal, "rehearsal", where, [environment, prompt_id, behavior])
    return found[0] if found else None


def passed(reader: Reader, behavior: str) -> list[Rehearsal]:
    """The proofs of this behavior, in whichever environment; the first one first."""
    where = "WHERE behavior = ? AND verdict = 'pass' ORDER BY \"at\""
    return select(reader, Rehearsal, "rehearsal", where, [behavior])
