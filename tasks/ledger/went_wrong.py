"""Requests of production that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .records import read
from .statements import statement
from .store import Reader

DISLIKED = ("thumbs_down", "escalated", "edited")
"""Feedback that says an answer was not good enough."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """`disliked` names feedback, `taken_back`: of a version that was rolled back. Texts as the ledger has them."""

    trace_id: str
    ts: datetime
    version: str
    intent: str
    variables: Mapping[str, Any]
    output: str | None
    disliked: tuple[str, ...]
    broke_schema: bool
    taken_back: bool

    @property
    def why(self) -> tuple[str, ...]:
        told = {"broke_schema": self.broke_schema, "rolled_back": self.taken_back}
        return (*self.disliked, *(name for name, holds in told.items() if holds))


def went_wrong(
    reader: Reader, environment: str, prompt_id: str, *, since: datetime, until: datetime, size: int
) -> list[Wrong]:
    """At most `size` requests, the most said against one first, then the newest."""
    given = {"environment": environment, "prompt_id": prompt_id, "since": since, "until": until, "size": size}
    return [read(Wrong, row) for row in reader.rows(statement("went_wrong"), given | {"names": list(DISLIKED)})]
