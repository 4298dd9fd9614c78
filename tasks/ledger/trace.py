"""Traces: what applications asked and got. Taken in from the spool, sampled for shadow, counted for plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from registry.runtime.payload import bare_calls, bare_retrieval

from .records import insert, read, select
from .statements import statement
from .store import Reader, Transaction

Arm = Literal["live", "canary", "holdback", "shadow"]


@dataclass(frozen=True, slots=True)
class Trace:
    """One request. None is unknown or not there, never zero; `unit` is a keyed hash, texts are redacted."""

    trace_id: str
    ts: datetime
    environment: str
    prompt_id: str
    version: str
    intended: str
    served: str | None
    arm: Arm
    generation: int
    release_id: str | None = None
    unit: str | None = None
    unit_key_id: str | None = None
    intent: str = "other"
    variables: Mapping[str, Any] | None = None
    output: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    retrieval: Mapping[str, Any] | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    first_token_ms: float | None = None
    attempts: int = 1
    fallback: bool = False
    schema_ok: bool | None = None
    refusal: bool | None = None
    refusal_detector: str | None = None
    finish_reason: str | None = None
    strategy: str | None = None
    error: str | None = None
    routes_age_s: float | None = None
    redacted: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def bare(self) -> Trace:
        """Without what was said."""
        calls, retrieval = self.tool_calls, self.retrieval
        return replace(
            self,
            variables=None,
            output=None,
            tool_calls=calls and bare_calls(calls),
            retrieval=retrieval and bare_retrieval(retrieval),
        )


class Traffic(NamedTuple):
    """Requests, and different units among them, in a span of time."""

    requests: int
    units: int


def insert_many(tx: Transaction, rows: Sequence[Trace], ingested_at: datetime) -> None:
    """Append traces; `ingested_at` is that of `ingest.moment`, later than every look so far."""
    insert(tx, "trace", rows, ingested_at=ingested_at)


def sample(
    reader: Reader,
    environment: str,
    prompt_id: str,
    *,
    since: datetime,
    until: datetime,
    size: int,
    seed: str,
    behavior: str | None = None,
    arms: Sequence[Arm] = ("live",),
) -> list[Trace]:
    """At most `size` requests of these arms whose variables are kept, stratified by intent in proportion.

    The same arguments give the same traces, a larger size gives a superset. `behavior` keeps one behavior version's.
    """
    columns = ", ".join(f't."{column.name}"' for column in fields(Trace))
    given = _span(environment, prompt_id, since, until) | {"size": size, "seed": seed, "behavior": behavior}
    given["arms"] = list(arms)
    return [read(Trace, row) for row in reader.rows(statement("sample").replace("{columns}", columns), given)]


def get(reader: Reader, trace_id: str) -> Trace | None:
    found = select(reader, Trace, "trace", "WHERE trace_id = ? LIMIT 1", [trace_id])
    return found[0] if found else None


def known(reader: Reader, trace_ids: Iterable[str]) -> set[str]:
    """Those of them that are in the ledger."""
    sql = "SELECT trace_id FROM trace WHERE trace_id IN (SELECT unnest($ids))"
    return {row["trace_id"] for row in reader.rows(sql, {"ids": list(trace_ids)})}


def of_ids(reader: Reader, trace_ids: Sequence[str]) -> list[Trace]:
    """Those of them that are still there, in any order."""
    return select(reader, Trace, "trace", "WHERE list_contains($ids, trace_id)", {"ids": list(trace_ids)})


def traffic(reader: Reader, environment: str, prompt_id: str, *, since: datetime, until: datetime) -> Traffic:
    """Requests and units of all arms but shadow; a request without unit counts as none."""
    sql = (
        "SELECT count(*) AS requests, count(DISTINCT unit) AS units FROM trace WHERE environment = $environment"
        " AND prompt_id = $prompt_id AND ts >= $since AND ts < $until AND arm <> 'shadow'"
    )
    row = reader.rows(sql, _span(environment, prompt_id, since, until))[0]
    return Traffic(row["requests"], row["units"])


def began(
    reader: Reader, environment: str, prompt_id: str, *, since: datetime, until: datetime, behavior: str | None = None
) -> datetime | None:
    """The first request of a span that anybody served, or that this behavior served as live; None without any."""
    sql = (
        "SELECT min(ts) AS ts FROM trace WHERE environment = $environment AND prompt_id = $prompt_id"
        " AND ts >= $since AND ts < $until AND arm <> 'shadow'"
        " AND ($behavior IS NULL OR (intended = $behavior AND arm = 'live'))"
    )
    given = _span(environment, prompt_id, since, until) | {"behavior": behavior}
    found: datetime | None = reader.rows(sql, given)[0]["ts"]
    return found


def collected(reader: Reader, environment: str, prompt_id: str, *, since: datetime, until: datetime) -> list[str]:
    """Names of the metrics that were really measured, the application's own and feedback included."""
    found = reader.rows(statement("collected"), _span(environment, prompt_id, since, until))
    return [row["name"] for row in found]


def _span(environment: str, prompt_id: str, since: datetime, until: datetime) -> dict[str, Any]:
    return {"environment": environment, "prompt_id": prompt_id, "since": since, "until": until}
