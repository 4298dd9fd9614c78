"""What was taken in since the last look, summed as the metrics endpoint shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from registry.runtime.tool_check import MADE_UP

from .statements import statement
from .store import Reader


class Added(NamedTuple):
    """`value` is the sum over `n` requests; values below 0 are left out, counters do not fall.

    Of `tool_call:<tool>` both count the requests that called it: of how many, the `n` of `tool_error` says.
    """

    environment: str
    prompt: str
    version: str
    behavior: str
    arm: str
    intent: str
    metric: str
    value: float
    n: int


class Since(NamedTuple):
    """`until` is where the next look begins; `last` the newest request by environment and prompt."""

    until: datetime | None
    rows: list[Added]
    last: Mapping[tuple[str, str], datetime]


def newest(reader: Reader) -> datetime | None:
    """When the ledger last took something in; None for an empty one."""
    sql = "SELECT greatest((SELECT max(ingested_at) FROM trace), (SELECT max(ingested_at) FROM feedback)) AS newest"
    found: datetime | None = reader.rows(sql)[0]["newest"]
    return found


def added(reader: Reader, after: datetime | None) -> Since:
    """Requests and first words of feedback that were taken in later than `after`; None is the beginning."""
    until = newest(reader)
    if until is None or (after is not None and until <= after):
        return Since(after, [], {})
    given = {"after": after, "until": until}
    spans = reader.rows(
        "SELECT environment, prompt_id, min(ts) AS first, max(ts) AS last FROM trace"
        " WHERE ($after::TIMESTAMPTZ IS NULL OR ingested_at > $after) AND ingested_at <= $until AND arm <> 'shadow'"
        " GROUP BY environment, prompt_id",
        given,
    )
    begin, end = min((row["first"] for row in spans), default=until), max((row["last"] for row in spans), default=until)
    rows = reader.rows(statement("exposed"), {**given, "begin": begin, "end": end, "made_up": MADE_UP})
    last = {(row["environment"], row["prompt_id"]): row["last"] for row in spans}
    return Since(until, [Added(**row) for row in rows], last)
