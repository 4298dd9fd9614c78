from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pytest

from tasks.ledger import (
    anchor,
    claim,
    eval_result,
    event,
    gate_test,
    ingest,
    look,
    records,
    rehearsal,
    release,
    stage_result,
    trace,
)
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Store


class Verdict(StrEnum):
    PASS = "pass"


@dataclass(frozen=True)
class Inner:
    at: datetime
    value: float


def result(start: datetime, **changes: Any) -> StageResult:
    fields: dict[str, Any] = {
        "release_id": "rel_1", "stage": "gate", "attempt": 1, "started_at": start, "ended_at": start, "verdict": "pass",
        "reason": "better", "evidence": {}, "calls": 3, "cost_usd": None,
    }  # fmt: skip
    return StageResult(**fields | changes)


@pytest.mark.parametrize(
    ("evidence", "stored"),
    [
        ({"value": math.nan, "n": 3}, {"value": None, "n": 3}),
        ({"rows": [{"low": -0.125}, [math.nan]]}, {"rows": [{"low": -0.125}, [None]]}),
        ({"text": "quotes ' \" and — ünïcode\n"}, {"text": "quotes ' \" and — ünïcode\n"}),
        ({"tuple": (1, 2), "verdict": Verdict.PASS}, {"tuple": [1, 2], "verdict": "pass"}),
        ({"none": None, "big": 2**53, "tiny": 5e-324}, {"none": None, "big": 2**53, "tiny": 5e-324}),
    ],
)
def test_json_comes_back(store: Store, start: datetime, evidence: dict[str, Any], stored: dict[str, Any]) -> None:
    store.tx(lambda tx: stage_result.insert(tx, result(start, evidence=evidence)))
    assert stage_result.of_release(store, "rel_1") == [result(start, evidence=stored)]


def test_dataclasses_and_times_inside_json(store: Store, start: datetime) -> None:
    store.tx(lambda tx: stage_result.insert(tx, result(start, evidence={"inner": Inner(start, math.nan)})))
    assert stage_result.of_release(store, "rel_1")[0].evidence == {"inner": {"at": start.isoformat(), "value": None}}


@pytest.mark.parametrize("evidence", [{"x": math.inf}, {"x": [-math.inf]}, {"at": datetime(2026, 1, 1)}])  # noqa: DTZ001
def test_what_json_cannot_say_is_refused(store: Store, start: datetime, evidence: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Out of range|zone"):
        store.tx(lambda tx: stage_result.insert(tx, result(start, evidence=evidence)))
    assert stage_result.of_release(store, "rel_1") == []


def test_a_missing_number_is_null_and_not_zero(store: Store, start: datetime) -> None:
    rows = [_eval(start, "a", 0.0), _eval(start, "b", math.nan), _eval(start, "c", None)]
    store.tx(lambda tx: eval_result.insert_many(tx, rows))
    assert [row.score for row in eval_result.of_run(store, "run_1")] == [0.0, None, None]


def _eval(start: datetime, case: str, score: float | None) -> EvalResult:
    return EvalResult(
        "run_1",
        None,
        1,
        "candidate",
        "b",
        case,
        case,
        "other",
        "scored",
        score,
        [],
        None,
        None,
        None,
        None,
        None,
        start,
    )


def test_many_rows_go_in_with_one_statement(store: Store, start: datetime) -> None:
    rows = [_eval(start, f"case-{n:04}", n / 3000) for n in range(3000)]
    store.tx(lambda tx: eval_result.insert_many(tx, rows))
    assert eval_result.of_run(store, "run_1") == rows


ROWS = {
    "release": release.Release, "stage_result": StageResult, "gate_test": gate_test.GateTest, "eval_result": EvalResult,
    "anchor": anchor.Anchor, "trace": trace.Trace, "claim": claim.Claim, "look": look.Look, "event": event.Event,
    "rehearsal": rehearsal.Rehearsal, "ingested_segment": ingest.Segment,
}  # fmt: skip


@pytest.mark.parametrize("table", sorted(ROWS))
def test_a_dataclass_has_the_columns_of_its_table(store: Store, table: str) -> None:
    sql = "SELECT column_name AS name FROM duckdb_columns() WHERE database_name = 'ledger' AND table_name = ?"
    columns = {row["name"] for row in store.rows(sql, [table])}
    assert columns - {"ingested_at"} == set(records._structure(ROWS[table]))
