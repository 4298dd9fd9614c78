from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from registry.runtime.tool_check import MADE_UP
from tasks.ledger import assignment, feedback, retention, trace
from tasks.ledger.assignment import Assignment
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

TABLES = ("trace", "assignment", "feedback")


@pytest.fixture
def four(
    store: Store, start: datetime, a_trace: Callable[..., Trace], assigned: Callable[..., Assignment]
) -> list[Trace]:
    rows = [a_trace(n, ts=start - timedelta(days=n), output="text", unit=f"u{n % 2}") for n in range(4)]
    said = [feedback.Feedback(row.trace_id, start, "resolved", 1.0, "app") for row in rows]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    store.tx(lambda tx: assignment.insert_many(tx, [assigned(row) for row in rows], start))
    store.tx(lambda tx: feedback.insert_many(tx, said, start))
    return rows


def left(store: Store) -> list[int]:
    return [store.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in TABLES]


def test_payload_goes_first_then_the_trace(store: Store, start: datetime, four: list[Trace]) -> None:
    day = timedelta(days=1)
    gone = store.tx(
        lambda tx: retention.expire(tx, "production", trace_before=start - 2 * day, payload_before=start - day / 2)
    )
    assert gone == retention.Gone(1, 1, 1, payloads=2)
    assert left(store) == [3, 3, 3]
    kept = {row["trace_id"]: row for row in store.rows("FROM trace")}
    assert (kept["tr_0"]["output"], kept["tr_1"]["output"], kept["tr_2"]["variables"]) == ("text", None, None)
    assert kept["tr_2"]["generation"] == 7


def test_how_it_went_stays_as_numbers(store: Store, start: datetime, a_trace: Callable[..., Trace]) -> None:
    """As payload off leaves it: the metrics are the same before and afterwards."""
    calls = [
        {"name": "look_up", "arguments": {"id": "A-1"}, "result": "sent"},
        {"name": "look_up", "arguments": {}, "error": "arguments: 'A-1' is no number"},
        {"name": "fly", "arguments": {"id": "A-1"}, "error": f"{MADE_UP}'fly' was offered"},
    ]
    retrieval = {"documents": ["A-1"], "fan_out": 3, "latency_ms": 12.5}
    rows = [
        a_trace(0, output="A-1", tool_calls=calls, retrieval=retrieval),
        a_trace(1, tool_calls=[], retrieval=None, variables=None, output=None),
        a_trace(2, tool_calls=None, retrieval={"documents": None, "fan_out": None, "latency_ms": 1.0}),
    ]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    measured = "SELECT trace_id, tool_error, fan_out FROM request ORDER BY trace_id"
    before = store.rows(measured)
    late = {"trace_before": start - timedelta(days=9), "payload_before": start + timedelta(days=1)}
    gone = [store.tx(lambda tx: retention.expire(tx, "production", **late)) for _ in range(2)]
    assert [one.payloads for one in gone] == [2, 0]
    assert store.rows(measured) == before
    kept = {row["trace_id"]: trace.get(store, row["trace_id"]) for row in before}
    assert list(kept.values()) == [row.bare for row in rows]
    assert "A-1" not in str(kept)


def test_another_environment_is_left_alone(store: Store, start: datetime, four: list[Trace]) -> None:
    store.tx(lambda tx: retention.expire(tx, "staging", trace_before=start, payload_before=start))
    assert left(store) == [4, 4, 4]


def test_a_unit_is_forgotten(store: Store, four: list[Trace]) -> None:
    assert not store.tx(lambda tx: retention.forget_unit(tx, "u1", "staging"))
    assert store.tx(lambda tx: retention.forget_unit(tx, "u1", "production")) == retention.Gone(2, 2, 2)
    assert left(store) == [2, 2, 2]
    assert store.rows("SELECT DISTINCT unit FROM trace") == [{"unit": "u0"}]


def test_old_segments_are_deleted(tmp_path: Path, start: datetime) -> None:
    (tmp_path / "done").mkdir()
    for name, at in [("old", start - timedelta(days=2)), ("new", start)]:
        path = tmp_path / "done" / f"{name}.jsonl"
        path.touch()
        os.utime(path, (at.timestamp(), at.timestamp()))
    (tmp_path / "done" / "gone.jsonl").symlink_to("cleared by another process")
    assert retention.clear_done(tmp_path, start - timedelta(days=1)) == 1
    assert {path.stem for path in (tmp_path / "done").iterdir()} == {"new", "gone"}
