"""What a sample of live answers is drawn from, and what was said of it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from .store import Reader


class Served(NamedTuple):
    """A behavior version and its requests in a span, shadow left out."""

    version: str
    behavior: str
    requests: int


def served(reader: Reader, environment: str, prompt_id: str, *, since: datetime, until: datetime) -> list[Served]:
    """The version with the newest request first."""
    sql = (
        "SELECT version, intended AS behavior, count(*) AS requests FROM trace"
        " WHERE environment = $environment AND prompt_id = $prompt_id AND ts >= $since AND ts < $until"
        " AND arm <> 'shadow' GROUP BY version, intended ORDER BY max(ts) DESC, version"
    )
    given = {"environment": environment, "prompt_id": prompt_id, "since": since, "until": until}
    return [Served(**row) for row in reader.rows(sql, given)]


def scores(reader: Reader, trace_ids: Sequence[str], source: str) -> Mapping[str, float]:
    """The last value that this source said of each of these requests."""
    sql = (
        'SELECT trace_id, arg_max(value, "at") AS value FROM feedback'
        " WHERE source = $source AND list_contains($ids, trace_id) GROUP BY trace_id"
    )
    rows = reader.rows(sql, {"source": source, "ids": list(trace_ids)})
    return {row["trace_id"]: row["value"] for row in rows}
