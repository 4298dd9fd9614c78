from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tasks.ledger import eval_result, feedback, metric, release, trace
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.feedback import Feedback
from tasks.ledger.metric import By
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

DAY = timedelta(days=1)
V2, V3 = "b" * 64, "c" * 64
TOOLS = [{"name": "search", "error": None}]


@pytest.fixture
def shop(store: Store, start: datetime, a_trace: Callable[..., Trace]) -> Store:
    """Two versions, two intents, two days; what is not measured is left out."""
    rows = [
        a_trace(1, cost_usd=0.01, latency_ms=1000.0, schema_ok=True, unit="u1", intent="buy", tool_calls=TOOLS),
        a_trace(2, cost_usd=0.03, latency_ms=3000.0, schema_ok=False, unit="u1", intent="buy", tool_calls=[]),
        a_trace(3, cost_usd=None, error="timeout", unit="u2", intent="ask", metrics={"stars": 4.0}),
        a_trace(4, cost_usd=0.02, unit=None, intent="ask", ts=start + DAY, version="v3", intended=V3),
        a_trace(5, cost_usd=9.00, unit="u3", arm="shadow"),
    ]
    said = [
        Feedback("tr_1", start, "resolved", 0.0, "app"),
        Feedback("tr_1", start + DAY, "resolved", 1.0, "app"),
        Feedback("tr_2", start, "resolved", 0.0, "app"),
    ]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    store.tx(lambda tx: feedback.insert_many(tx, said, start))
    return store


def means(
    store: Store, by: Sequence[By], *, until: datetime, since: datetime | None = None
) -> dict[tuple[Any, ...], Any]:
    found = metric.measured(store, "production", "order-extract", by=by, until=until, since=since)
    return {
        (*one.group.values(), one.metric): (pytest.approx(one.sums.mean), one.sums.n, one.sums.units) for one in found
    }


def test_every_value_that_is_there_counts_and_nothing_else(shop: Store, start: datetime) -> None:
    found = means(shop, ["version"], until=start + 2 * DAY)
    assert {name: value for (version, _, name), value in found.items() if version == "v2"} == {
        "cost": (0.02, 2, 1),
        "cost_per_resolved": (0.04, 2, 1),
        "error": (1 / 3, 3, 2),
        "fallback": (0.0, 3, 2),
        "latency": (2.0, 2, 1),
        "resolved": (0.5, 2, 1),
        "schema_ok": (0.5, 2, 1),
        "stars": (4.0, 1, 1),
        "tool_call:search": (0.5, 2, 1),
        "tool_error": (0.0, 2, 1),
    }
    assert found["v3", V3, "cost"] == (0.02, 1, 1)
    assert ("v3", V3, "cost_per_resolved") not in found


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (["intent"], {("buy",), ("ask",)}),
        (["day", "intent"], {("21", "buy"), ("21", "ask"), ("22", "ask")}),
    ],
)
def test_groups_are_what_was_asked_for(
    shop: Store, start: datetime, by: list[By], groups: set[tuple[str, ...]]
) -> None:
    found = means(shop, by, until=start + 2 * DAY)
    assert {
        tuple(str(value)[-2:] if hasattr(value, "year") else value for value in key[:-1]) for key in found
    } == groups


def test_a_span_leaves_out_what_was_before_and_after(shop: Store, start: datetime) -> None:
    assert {key[0] for key in means(shop, ["version"], since=start + DAY, until=start + 2 * DAY)} == {"v3"}
    assert {key[0] for key in means(shop, ["version"], since=None, until=start + DAY)} == {"v2"}


def test_the_view_says_what_the_question_says(shop: Store, start: datetime) -> None:
    asked = metric.measured(shop, "production", "order-extract", since=None, until=start + 2 * DAY, by=BY)
    rows = shop.rows("SELECT * FROM metric_daily ORDER BY version, behavior, intent, day, metric")
    assert [
        (row["version"], row["behavior"], row["intent"], row["day"], row["metric"], row["n"], row["units"])
        for row in rows
    ] == [(*one.group.values(), one.metric, one.sums.n, one.sums.units) for one in asked]
    assert [row["mean"] for row in rows] == pytest.approx([one.sums.mean for one in asked])
    assert [row["se"] for row in rows] == pytest.approx([one.sums.se for one in asked])


BY: tuple[By, ...] = ("version", "intent", "day")


def test_scores_of_the_gate_stand_beside_the_requests(
    store: Store, start: datetime, a_release: Callable[..., Release]
) -> None:
    rows = [
        EvalResult(
            run_id="run_1", gate_test_id=None, round=1, arm="candidate", behavior=V3, case_id=f"c{n}",
            cluster_id=f"k{n}", intent="buy",
            status="scored" if score is not None else "unscored", score=score, assertions=[], output=None,
            prompt_tokens=None, output_tokens=None, cost_usd=None, latency_ms=None, at=start,
        )
        for n, score in enumerate([1.0, 0.5, None])
    ]  # fmt: skip
    store.tx(lambda tx: release.insert(tx, a_release()))
    store.tx(lambda tx: eval_result.insert_many(tx, rows))
    assert means(store, ["version"], until=start + DAY) == {("v3", V3, "score"): (0.75, 2, 2)}


def changing(start: datetime, a_trace: Callable[..., Trace], **columns: Callable[[int, int], Any]) -> list[Trace]:
    """Twenty requests on each of two days; a column is a function of day and number."""
    return [
        a_trace(
            day * 100 + n,
            ts=start + day * DAY + timedelta(seconds=n),
            intended=(V2, V3)[day],
            **{name: value(day, n) for name, value in columns.items()},
        )
        for day in (0, 1)
        for n in range(20)
    ]


def test_the_view_says_how_much_of_a_cost_is_the_length_of_the_prompt(
    store: Store, start: datetime, a_trace: Callable[..., Trace]
) -> None:
    rows = changing(
        start,
        a_trace,
        prompt_tokens=lambda day, n: 100 + n % 4 + 60 * day,
        output_tokens=lambda day, n: 20 + n % 5 + 10 * day,
        cost_usd=lambda day, n: ((100 + n % 4 + 60 * day) + 5 * (20 + n % 5 + 10 * day)) * 1e-6,
    )
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    first, second = store.rows("SELECT * FROM cost_and_prompt_length ORDER BY day")
    assert (first["moved"], first["by_prompt_length"]) == (None, None)
    assert (second["moved"], second["by_prompt_length"]) == pytest.approx((110e-6, 60e-6))


def test_the_view_says_how_much_of_a_latency_is_fan_out(
    store: Store, start: datetime, a_trace: Callable[..., Trace]
) -> None:
    rows = changing(
        start,
        a_trace,
        retrieval=lambda day, n: {"fan_out": n % 3 + 4 * day},
        output_tokens=lambda day, n: 20,
        latency_ms=lambda day, n: 500.0 + 100.0 * (n % 3 + 4 * day) + 50.0 * day,
    )
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    second = store.rows("SELECT * FROM latency_and_fan_out ORDER BY day")[1]
    assert (second["moved"], second["by_fan_out"]) == pytest.approx((0.45, 0.4))


@pytest.mark.parametrize(
    ("components", "worse", "word"),
    [
        ({"model": "m2", "tools": "t"}, 0.5, "yes"),
        ({"model": "m2", "tools": "t"}, 0.0, "not shown"),
        ({"model": "m2", "tools": "u"}, 0.5, "cannot tell"),
        ({"model": "m1", "tools": "u"}, 0.5, "no"),
        (None, 0.5, "cannot tell"),
    ],
)
def test_the_view_says_whether_quality_dropped_because_of_the_model(
    store: Store,
    start: datetime,
    a_trace: Callable[..., Trace],
    a_release: Callable[..., Release],
    components: dict[str, str] | None,
    worse: float,
    word: str,
) -> None:
    rows = changing(start, a_trace, metrics=lambda day, n: {"quality": 0.8 + n % 3 / 10 - worse * day})
    released = [a_release(release_id="rel_0", to_behavior=V2, components={"model": "m1", "tools": "t"})]
    if components:
        released.append(a_release(release_id="rel_1", to_behavior=V3, components=components))
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    for one in released:
        store.tx(partial(release.insert, row=one))
    (row,) = store.rows("SELECT because_of_model FROM quality_and_model")
    assert row["because_of_model"] == word


def test_the_view_says_whether_tool_errors_rose_because_of_the_schema(
    store: Store, start: datetime, a_trace: Callable[..., Trace], a_release: Callable[..., Release]
) -> None:
    rows = changing(start, a_trace, tool_calls=lambda day, n: [{"name": "a", "error": "x" if day and n % 2 else None}])
    released = [
        a_release(release_id="rel_0", to_behavior=V2, components={"model": "m1", "tools": "t"}),
        a_release(release_id="rel_1", to_behavior=V3, components={"model": "m1", "tools": "u"}),
    ]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    for one in released:
        store.tx(partial(release.insert, row=one))
    (row,) = store.rows("SELECT moved, because_of_schema FROM tool_error_and_schema")
    assert row == {"moved": 0.5, "because_of_schema": "yes"}
