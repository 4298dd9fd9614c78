from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.ledger import feedback, trace
from tasks.ledger.feedback import Feedback
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace
from tasks.observability.counting import Counters

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ledger.duckdb", lock_timeout_s=1)
    opened.migrate()
    yield opened
    opened.close()


def take_in(store: Store, minute: int, *names: str, **columns: Any) -> None:
    rows = [
        Trace(
            trace_id=name, ts=START + timedelta(minutes=minute), environment="production", prompt_id="order-extract",
            version="v3", intended="ab" * 32, served="ab" * 32, arm="live", generation=1,
            **{"latency_ms": 500.0, "intent": "sort", **columns},
        )
        for name in names
    ]  # fmt: skip
    store.tx(lambda tx: trace.insert_many(tx, rows, START + timedelta(minutes=minute)))


def say(store: Store, minute: int, name: str, value: float) -> None:
    row = Feedback(name, START + timedelta(minutes=minute), "thumbs_down", value, "app")
    store.tx(lambda tx: feedback.insert_many(tx, [row], row.at))


def shown(text: str, metric: str, name: str = "promptship_metric_value_total") -> float | None:
    found = re.search(rf'^{name}{{[^}}]*metric="{metric}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else None


def test_counters_begin_at_zero_and_take_what_comes_in_once(store: Store) -> None:
    take_in(store, 0, "t0")
    counters = Counters(store)
    assert shown(counters.read(), "latency") is None, "what was there before is not counted"
    take_in(store, 1, "t1", "t2")
    assert [shown(counters.read(), "latency") for _ in range(3)] == [0.0, 1.0, 1.0]
    take_in(store, 2, "t3", intent='odd "one"\n')
    take_in(store, 3, "t4")
    text = counters.read()
    assert 'intent="odd \\"one\\"\\n"' in text
    assert shown(text.replace('intent="odd', "odd"), "latency") in (0.0, 1.5)
    assert 'behavior="bv_abababababab"' in text
    assert "promptship_ledger_readable 1.0" in text


def test_retention_takes_nothing_from_a_counter(store: Store) -> None:
    counters = Counters(store)
    counters.read()
    take_in(store, 1, "t1", "t2", "t3")
    counters.read()
    store.tx(lambda tx: tx.execute("DELETE FROM trace"))
    assert shown(counters.read(), "error", "promptship_metric_count_total") == 3
    take_in(store, 2, "t4")
    assert shown(counters.read(), "error", "promptship_metric_count_total") == 4


def test_feedback_counts_when_it_is_first_said(store: Store) -> None:
    take_in(store, 0, "t0")
    counters = Counters(store)
    counters.read()
    say(store, 5, "t0", 1.0)
    counters.read()
    say(store, 6, "t0", 0.0)
    text = counters.read()
    assert [shown(text, "thumbs_down", f"promptship_metric_{name}_total") for name in ("value", "count")] == [1, 1]


def test_a_tool_counts_once_a_request_and_only_if_there_is_one(store: Store) -> None:
    """What a model makes up has no name of its own here; requests with tools are the count of `tool_error`."""
    counters = Counters(store)
    counters.read()
    called = {"name": "look_up", "arguments": {}, "result": 1}
    made_up = {"name": "fly", "arguments": {}, "error": "no tool 'fly' was offered"}
    take_in(store, 1, "t1", tool_calls=[called, called, made_up])
    take_in(store, 2, "t2", tool_calls=[])
    take_in(store, 3, "t3")
    counters.read()
    text = counters.read()
    assert (shown(text, "tool_call:look_up"), shown(text, "tool_call:fly")) == (1, None)
    assert shown(text, "tool_error", "promptship_metric_count_total") == 2


def test_what_would_let_a_counter_fall_is_left_out(store: Store) -> None:
    counters = Counters(store)
    counters.read()
    take_in(store, 1, "t1", metrics={"profit": -2.0})
    take_in(store, 2, "t2", metrics={"profit": 3.0})
    counters.read()
    assert shown(counters.read(), "profit") == 3.0


def test_a_ledger_that_cannot_be_read_keeps_the_counters(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.errors import LedgerLocked

    counters = Counters(store)
    counters.read()
    take_in(store, 1, "t1")
    counters.read()
    before = counters.read()

    def locked(*_: object) -> None:
        raise LedgerLocked("locked", expected="a free file", fix="Wait")

    monkeypatch.setattr(store, "read", locked)
    after = counters.read()
    assert "promptship_ledger_readable 0.0" in after
    assert shown(after, "latency") == shown(before, "latency") == 0.5


def test_promtool_finds_no_fault_in_the_exposition(store: Store) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    counters = Counters(store)
    counters.read()
    take_in(store, 1, "t1", intent='odd "one"\n')
    done = subprocess.run(
        [program, "check", "metrics"], input=counters.read(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
