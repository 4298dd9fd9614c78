from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tasks.ledger import eval_result
from tasks.ledger.eval_result import EvalResult, Ran
from tasks.ledger.store import Store


def row(start: datetime, run: str, case: str, score: float | None, minutes: int, round_: int = 1) -> EvalResult:
    return EvalResult(
        run_id=run, gate_test_id="t", round=round_, arm="candidate", behavior="b", case_id=case, cluster_id=case,
        intent="refund", status="unscored" if score is None else "scored", score=score,
        assertions=[{"type": "equals"}], output="text", prompt_tokens=10, output_tokens=3, cost_usd=None,
        latency_ms=12.5, at=start + timedelta(minutes=minutes),
    )  # fmt: skip


def test_an_answer_that_was_scored_later_replaces_the_missing_one(store: Store, start: datetime) -> None:
    rows = [
        row(start, "run_1", "a", 0.5, 0),
        row(start, "run_1", "b", None, 0),
        row(start, "run_2", "b", 1.0, 5),
        row(start, "run_3", "b", None, 9),
        row(start, "run_1", "c", None, 0),
        row(start, "run_2", "a", 0.25, 5, round_=2),
    ]
    store.tx(lambda tx: eval_result.insert_many(tx, rows))
    assert eval_result.of_test(store, "t") == [rows[0], rows[2], rows[4], rows[5]]
    assert eval_result.of_run(store, "run_2") == [rows[2], rows[5]]
    assert eval_result.of_test(store, "other") == []


def test_runs_on_dev_newest_first_one_line_an_arm(store: Store, start: datetime) -> None:
    asked = [row(start, "run_1", "a", 0.5, 0), row(start, "run_1", "b", None, 1), row(start, "run_2", "a", None, 5)]
    dev = [replace(one, gate_test_id=None, arm="v1") for one in asked]
    live = replace(asked[2], gate_test_id=None, arm="v2", behavior="c", score=1.0)
    store.tx(lambda tx: eval_result.insert_many(tx, [*dev, live, row(start, "run_3", "a", 1.0, 9)]))
    later = start + timedelta(minutes=5)
    assert eval_result.runs(store, 9) == [
        Ran("run_2", later, "v1", "b", 1, None),
        Ran("run_2", later, "v2", "c", 1, 1.0),
        Ran("run_1", start, "v1", "b", 2, 0.5),
    ]
    assert len(eval_result.runs(store, 1)) == 1
