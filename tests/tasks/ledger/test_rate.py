from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tasks.ledger import eval_result, rate, trace
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.rate import Rate
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

BEHAVIOR = "b" * 64


def answer(case: str, tokens: int | None, at: datetime) -> EvalResult:
    return EvalResult(
        run_id="run_1", gate_test_id="g", round=1, arm="live", behavior=BEHAVIOR, case_id=case, cluster_id=case,
        intent="other", status="scored", score=1.0, assertions=[], output="", prompt_tokens=100, output_tokens=tokens,
        cost_usd=None, latency_ms=500.0, at=at,
    )  # fmt: skip


def test_nothing_is_known_of_a_version_that_was_never_asked(store: Store) -> None:
    assert rate.of_behavior(store, BEHAVIOR) == Rate(0, None, None, None)


def test_eval_cases_come_before_live_traffic(store: Store, start: datetime, a_trace: Callable[..., Trace]) -> None:
    seen = a_trace(1, prompt_tokens=200, output_tokens=9, latency_ms=3000.0)
    store.tx(lambda tx: trace.insert_many(tx, [seen], start))
    assert rate.of_behavior(store, BEHAVIOR) == Rate(1, 200.0, 9.0, 3.0)
    asked = [answer("a", 10, start), answer("b", 20, start), answer("c", None, start)]
    store.tx(lambda tx: eval_result.insert_many(tx, asked))
    assert rate.of_behavior(store, BEHAVIOR) == Rate(2, 100.0, 15.0, 0.5)
