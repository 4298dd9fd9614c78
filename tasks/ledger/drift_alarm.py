"""Confirmed drift, as everything reads it that rests on answers from before: gates, cells, rollback targets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .store import Reader

CONFIRMED = "promptship.drift.confirmed"
"""One event for each prompt of a drifted endpoint or cell; its payload names the `model` as `Model.key` does."""


def newest(reader: Reader, models: Iterable[str]) -> datetime | None:
    """When the newest drift of any of these models (`Model.key`) was confirmed; None when none ever was."""
    sql = (
        'SELECT max("at") AS newest FROM event WHERE kind = $kind'
        " AND list_contains($models, json_extract_string(payload, '$.model'))"
    )
    found: datetime | None = reader.rows(sql, {"kind": CONFIRMED, "models": sorted(set(models))})[0]["newest"]
    return found
