"""Replayed traces to look at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tasks.ledger.trace import Trace
from tasks.shadow.answered import Answered
from tasks.shadow.replaying import Replayed

AT = datetime(2026, 11, 21, tzinfo=UTC)


def trace(number: int = 1, **fields: Any) -> Trace:
    given = {"variables": {"message": "hello"}, "output": "old", "intent": "refund", "served": "b" * 64}
    known = {"version": "v1", "intended": "b" * 64, "arm": "live", "generation": 1}
    return Trace(f"tr_{number}", AT, "demo", "p", **{**known, **given, **fields})


def answered(
    text: str | None = "old", tools: Iterable[str] = (), left: bool = False, **values: float | None
) -> Answered:
    return Answered(text, {"error": 0.0, **values}, frozenset(tools), left)


def pair(number: int, new: Answered, old: Answered | None = None, **fields: Any) -> Replayed:
    return Replayed(trace(number, **fields), new, old or answered())
