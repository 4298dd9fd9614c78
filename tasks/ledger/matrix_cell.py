"""Cells of the matrix: what a prompt version came to on a model; rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .records import insert as insert_rows
from .records import select
from .store import Reader, Transaction

Role = Literal["primary", "fallback", "other"]
LookKind = Literal["smoke", "eval"]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One look. `behavior` is the version on its primary model; score and interval are None when nothing was scored."""

    prompt_id: str
    version: str
    behavior: str
    model: str
    role: Role
    look: LookKind
    evalset_sha: str
    verdict: str
    reason: str
    score: float | None
    low: float | None
    high: float | None
    difference: float | None
    n: int
    calls: int
    cost_usd: float | None
    at: datetime


def insert(tx: Transaction, row: MatrixCell) -> None:
    insert_rows(tx, "matrix_cell", [row])


def newest(reader: Reader) -> list[MatrixCell]:
    """The newest look of each kind at each cell."""
    where = (
        'QUALIFY row_number() OVER (PARTITION BY behavior, model, look ORDER BY "at" DESC) = 1'
        " ORDER BY prompt_id, model, look"
    )
    return select(reader, MatrixCell, "matrix_cell", where)
