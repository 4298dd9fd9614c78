"""Drift: references that a person blessed, what each draw came to, and what each night found. Rows are only added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .records import insert, select
from .store import Reader, Transaction

LegName = Literal["contract", "fingerprint", "logprobs", "text", "week"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Answers of one probe in one batch."""

    target: str
    fingerprint: str
    batch: str
    probe: str
    outputs: list[Any] | Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Blessing:
    """`calibration`: z of each batch against the others."""

    target: str
    model: str
    fingerprint: str
    batches: tuple[str, ...]
    calibration: list[float]
    blessed_by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One draw of one leg. Numbers are None for a contract, and where nothing could be computed."""

    target: str
    model: str
    leg: LegName
    draw: str
    blessed_at: datetime
    statistic: float | None
    z: float | None
    phi: float | None
    effect: float | None
    planned: int
    done: int
    failed: int
    watch: Mapping[str, Any]
    outputs: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """`prompt_id` is None for an endpoint, `since` where no change was seen."""

    target: str
    model: str
    environment: str
    prompt_id: str | None
    finding: str
    verdict: str
    sentence: str
    changed: bool
    pages: bool
    since: datetime | None
    examples: list[dict[str, Any]]
    calls: int
    at: datetime


def draw(tx: Transaction, rows: Sequence[Reference]) -> None:
    insert(tx, "drift_reference", rows)


def bless(tx: Transaction, row: Blessing) -> None:
    insert(tx, "drift_blessing", [row])


def check(tx: Transaction, rows: Sequence[Check]) -> None:
    insert(tx, "drift_check", rows)


def find(tx: Transaction, rows: Sequence[Found]) -> None:
    insert(tx, "drift_finding", rows)


def blessing(reader: Reader, target: str, fingerprint: str) -> Blessing | None:
    """The newest of this target; None as well when what it blessed was another model or another probe set."""
    found = select(reader, Blessing, "drift_blessing", 'WHERE target = ? ORDER BY "at" DESC LIMIT 1', [target])
    return found[0] if found and found[0].fingerprint == fingerprint else None


def is_blessed(reader: Reader, target: str, model: str) -> bool:
    """Whether anything of this target and model was ever blessed."""
    sql = "SELECT count(*) AS found FROM drift_blessing WHERE target = ? AND model = ?"
    return bool(reader.rows(sql, [target, model])[0]["found"])


def calibrations(reader: Reader, model: str) -> list[float]:
    """z of the batches of all that is blessed of this model, the newest blessing of each target."""
    where = 'WHERE model = ? QUALIFY row_number() OVER (PARTITION BY target ORDER BY "at" DESC) = 1'
    return [z for row in select(reader, Blessing, "drift_blessing", where, [model]) for z in row.calibration]


def reference(reader: Reader, batches: Sequence[str]) -> list[Reference]:
    where = 'WHERE list_contains($batches, batch) ORDER BY "at", batch, probe'
    return select(reader, Reference, "drift_reference", where, {"batches": list(batches)})


def unblessed(reader: Reader, target: str, fingerprint: str) -> list[Reference]:
    """What was drawn since the newest blessing of the target, the oldest first."""
    where = (
        "WHERE target = $target AND fingerprint = $fingerprint AND batch NOT IN"
        " (SELECT unnest(batches) FROM drift_blessing WHERE target = $target)"
        ' ORDER BY "at", batch, probe'
    )
    return select(reader, Reference, "drift_reference", where, {"target": target, "fingerprint": fingerprint})


def last(reader: Reader, target: str, leg: LegName, blessed_at: datetime) -> Check | None:
    """The newest draw of a leg against this blessing."""
    where = 'WHERE target = $target AND leg = $leg AND blessed_at = $blessed_at ORDER BY "at" DESC LIMIT 1'
    found = select(reader, Check, "drift_check", where, {"target": target, "leg": leg, "blessed_at": blessed_at})
    return found[0] if found else None


def since(reader: Reader, target: str, legs: Sequence[LegName], blessed_at: datetime, at: datetime) -> list[Check]:
    """The draws of these legs against this blessing from then on, the oldest first."""
    where = (
        'WHERE target = $target AND list_contains($legs, leg) AND blessed_at = $blessed_at AND "at" >= $at'
        ' ORDER BY "at"'
    )
    given = {"target": target, "legs": list(legs), "blessed_at": blessed_at, "at": at}
    return select(reader, Check, "drift_check", where, given)


def quiet(reader: Reader, model: str, legs: Sequence[LegName], since: datetime) -> list[float]:
    """z of the draws of a model in these legs, endpoint and cells alike, that turned no key, against references that
    still stand."""
    sql = (
        'SELECT z FROM drift_check WHERE model = $model AND list_contains($legs, leg) AND "at" >= $since'
        " AND z IS NOT NULL AND draw = 'screen' AND json_array_length(watch, '$.looks') = 0"
        ' AND (target, blessed_at) IN (SELECT (target, max("at")) FROM drift_blessing GROUP BY target)'
    )
    return [row["z"] for row in reader.rows(sql, {"model": model, "legs": list(legs), "since": since})]


def answers_drawn(reader: Reader, since: datetime) -> dict[str, int]:
    """Whole answers that were asked for by target: texts of nights, and what confirms texts and weeks."""
    sql = (
        'SELECT target, sum(planned)::BIGINT AS calls FROM drift_check WHERE "at" >= $since'
        " AND (leg = 'text' OR (leg = 'week' AND draw = 'confirm')) GROUP BY target"
    )
    return {row["target"]: row["calls"] for row in reader.rows(sql, {"since": since})}


def newest(reader: Reader, environment: str) -> list[Found]:
    """The newest finding of each target."""
    where = (
        'WHERE environment = ? QUALIFY row_number() OVER (PARTITION BY target ORDER BY "at" DESC) = 1'
        " ORDER BY prompt_id NULLS FIRST, target"
    )
    return select(reader, Found, "drift_finding", where, [environment])
