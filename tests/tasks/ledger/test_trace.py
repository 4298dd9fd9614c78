from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import trace
from tasks.ledger.feedback import Feedback, insert_many
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

SPAN = timedelta(hours=1)


@pytest.fixture
def hundred(store: Store, start: datetime, a_trace: Callable[..., Trace]) -> list[Trace]:
    rows = [a_trace(n, intent="refund" if n % 5 == 0 else "order") for n in range(100)]
    odd: list[dict[str, Any]] = [
        {"arm": "canary"}, {"arm": "shadow"}, {"variables": None}, {"prompt_id": "other"}, {"environment": "staging"},
        {"ts": start - SPAN}, {"unit": "unit-1", "intended": "d" * 64},
    ]  # fmt: skip
    rows += [a_trace(1000 + n, **changes) for n, changes in enumerate(odd)]
    store.tx(lambda tx: trace.insert_many(tx, rows[::-1], start))
    return rows


def sampled(store: Store, start: datetime, size: int, seed: str = "s", behavior: str | None = "b" * 64) -> list[Trace]:
    return trace.sample(
        store, "production", "order-extract", since=start, until=start + SPAN, size=size, seed=seed, behavior=behavior
    )


def test_a_sample_is_the_same_each_time_and_grows(store: Store, start: datetime, hundred: list[Trace]) -> None:
    twenty = sampled(store, start, 20)
    assert twenty == sampled(store, start, 20)
    assert {one.trace_id for one in twenty} < {one.trace_id for one in sampled(store, start, 50)}
    assert {one.trace_id for one in twenty} != {one.trace_id for one in sampled(store, start, 20, seed="t")}
    assert all(one in hundred for one in twenty)


def test_intents_are_sampled_in_proportion(store: Store, start: datetime, hundred: list[Trace]) -> None:
    assert Counter(one.intent for one in sampled(store, start, 20)) == {"order": 16, "refund": 4}


@pytest.mark.parametrize(("behavior", "expected"), [("b" * 64, 100), ("d" * 64, 1), (None, 101), ("e" * 64, 0)])
def test_only_live_requests_whose_variables_are_kept(
    store: Store, start: datetime, hundred: list[Trace], behavior: str | None, expected: int
) -> None:
    assert len(sampled(store, start, 500, behavior=behavior)) == expected


def test_traffic_counts_units_once(store: Store, start: datetime, hundred: list[Trace]) -> None:
    found = trace.traffic(store, "production", "order-extract", since=start, until=start + SPAN)
    assert (found.requests, found.units) == (103, 102)


def test_metrics_that_were_really_collected(store: Store, start: datetime, a_trace: Callable[..., Trace]) -> None:
    rows = [a_trace(1, schema_ok=True, metrics={"stars": 2.0}), a_trace(2, prompt_id="other", cost_usd=1.0)]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    store.tx(lambda tx: insert_many(tx, [Feedback("tr_1", start, "thumbs_down", 0.0, "app")], start))
    found = trace.collected(store, "production", "order-extract", since=start, until=start + SPAN)
    assert found == ["error", "fallback", "schema_ok", "stars", "thumbs_down"]
    assert trace.collected(store, "production", "nothing", since=start, until=start + SPAN) == []


def test_a_trace_comes_back_as_it_was(store: Store, hundred: list[Trace]) -> None:
    assert trace.get(store, "tr_7") == hundred[7]
    assert trace.get(store, "tr_none") is None


def test_traces_by_their_ids(store: Store, hundred: list[Trace]) -> None:
    asked = [hundred[3].trace_id, hundred[1].trace_id, "tr_gone"]
    assert {one.trace_id for one in trace.of_ids(store, asked)} == set(asked[:2])
