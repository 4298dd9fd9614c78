"""The anchor: the version the ratchet is tied to. Rows are only added; a drop lets the row before count again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .records import insert, select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Anchor:
    """`evalset_sha` is None for a prompt without eval set, `release_id` None when a person moved it."""

    environment: str
    prompt_id: str
    evalset_sha: str | None
    behavior: str
    since: datetime
    release_id: str | None
    change: Literal["set", "drop"]
    reason: str


def current(reader: Reader, environment: str, prompt_id: str) -> Anchor | None:
    """The newest row that was set and not dropped since."""
    where = "WHERE environment = ? AND prompt_id = ? ORDER BY since DESC, change"
    dropped: list[str] = []
    for row in select(reader, Anchor, "anchor", where, [environment, prompt_id]):
        if row.change == "drop":
            dropped.append(row.behavior)
        elif row.behavior not in dropped:
            return row
    return None


def behavior(reader: Reader, environment: str, prompt_id: str) -> str | None:
    """Behavior version of the anchor, None when there is none."""
    row = current(reader, environment, prompt_id)
    return row.behavior if row else None


def move(tx: Transaction, row: Anchor) -> None:
    """Tie the ratchet to this version, or drop it: it was rolled back and is the anchor no more."""
    insert(tx, "anchor", [row])
