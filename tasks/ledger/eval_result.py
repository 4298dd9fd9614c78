"""Answers to eval cases; rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from .records import insert, select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class EvalResult:
    """One answer. `score` is None exactly when `status` is unscored; tokens, USD and milliseconds None when unknown."""

    run_id: str
    gate_test_id: str | None
    round: int
    arm: str
    behavior: str
    case_id: str
    cluster_id: str
    intent: str
    status: Literal["scored", "unscored"]
    score: float | None
    assertions: list[dict[str, Any]]
    output: str | None
    prompt_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    latency_ms: float | None
    at: datetime


class Ran(NamedTuple):
    """An arm of a run on dev: when it began, the cases, the mean score of its answers (None: none scored)."""

    run_id: str
    at: datetime
    arm: str
    behavior: str
    cases: int
    score: float | None


def insert_many(tx: Transaction, rows: Sequence[EvalResult]) -> None:
    insert(tx, "eval_result", rows)


def of_test(reader: Reader, gate_test_id: str) -> list[EvalResult]:
    """All answers of a test, one for each (round, arm, case): the newest scored one, else the newest."""
    where = (
        "WHERE gate_test_id = ? QUALIFY row_number() OVER ("
        'PARTITION BY round, arm, case_id ORDER BY score IS NULL, "at" DESC, run_id DESC) = 1'
        " ORDER BY round, arm, case_id"
    )
    return select(reader, EvalResult, "eval_result", where, [gate_test_id])


def of_run(reader: Reader, run_id: str) -> list[EvalResult]:
    return select(reader, EvalResult, "eval_result", "WHERE run_id = ? ORDER BY round, arm, case_id", [run_id])


def runs(reader: Reader, limit: int) -> list[Ran]:
    """The arms of the newest runs on dev, the newest first."""
    sql = (
        'SELECT run_id, min("at") AS began, arm, behavior, count(DISTINCT case_id) AS cases, avg(score) AS score'
        " FROM eval_result WHERE gate_test_id IS NULL GROUP BY run_id, arm, behavior"
        " ORDER BY began DESC, run_id DESC, arm LIMIT $size"
    )
    rows = reader.rows(sql, {"size": limit})
    return [Ran(r["run_id"], r["began"], r["arm"], r["behavior"], r["cases"], r["score"]) for r in rows]


def answers(reader: Reader, behavior: str) -> list[str]:
    """What this behavior version answered to eval cases: the newest answer of each cluster, in their order."""
    sql = (
        'SELECT arg_max(output, "at") AS output FROM eval_result'
        " WHERE behavior = $behavior AND output IS NOT NULL GROUP BY cluster_id ORDER BY cluster_id"
    )
    return [row["output"] for row in reader.rows(sql, {"behavior": behavior})]
