from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.ledger import event, publishing, release, trace
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

READ_ON = """
import sys, duckdb
seen = []
print("reading", flush=True)
while not seen or seen[-1] < int(sys.argv[2]):
    with duckdb.connect(sys.argv[1], read_only=True) as snapshot:
        releases, = snapshot.execute("SELECT count(*) FROM release").fetchone()
        entries, = snapshot.execute("SELECT count(*) FROM changelog").fetchone()
    assert releases == entries, (releases, entries)
    seen.append(releases)
assert seen == sorted(seen), seen
"""


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as snapshot:
        return snapshot.execute(sql).fetchall()


def test_the_snapshot_says_what_the_ledger_says(
    store: Store, tmp_path: Path, start: datetime, a_release: Callable[..., Release]
) -> None:
    store.tx(lambda tx: release.insert(tx, a_release()))
    store.tx(lambda tx: event.append(tx, kind="k", actor="ana", subjects={}, payload={"n": 1}, at=start))
    path = store.publish(tmp_path / "public")
    assert ask(path, "SELECT release_id, why FROM changelog") == [("rel_1", "more examples")]
    assert ask(path, "SELECT actor, payload->>'n' FROM event") == [("ana", "1")]
    tables = ask(path, "SELECT table_name FROM duckdb_tables() ORDER BY 1")
    assert [name for (name,) in tables] == sorted(publishing.TABLES)
    parquet = ask(path, f"SELECT release_id, to_version FROM '{path.with_suffix('.parquet')}'")
    assert parquet == [("rel_1", "v3")]
    assert sorted(file.name for file in path.parent.iterdir()) == [
        ".changelog.lock",
        "changelog.duckdb",
        "changelog.parquet",
    ]


def test_tables_and_columns_keep_their_comments(store: Store, tmp_path: Path) -> None:
    path = store.publish(tmp_path)
    columns = ask(path, "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert ("release", "risk", "low, medium or high, as the version file says") in columns
    assert [column for column in columns if not column[2]] == []
    assert [table for table in ask(path, "SELECT table_name, comment FROM duckdb_tables()") if not table[1]] == []


def test_metrics_by_hour_count_what_is_there(
    store: Store, tmp_path: Path, start: datetime, a_trace: Callable[..., Trace]
) -> None:
    rows = [
        a_trace(1, schema_ok=True, latency_ms=1000.0, metrics={"stars": 4.0}),
        a_trace(2, schema_ok=False, latency_ms=3000.0, error="timeout"),
        a_trace(3, schema_ok=None, tool_calls=[{"name": "a", "error": "x"}]),
        a_trace(4, ts=start + timedelta(hours=1), schema_ok=True),
    ]
    store.tx(lambda tx: trace.insert_many(tx, rows, start))
    sql = "SELECT metric, n, total, squares FROM metric_hourly WHERE hour = '2026-11-21 08:00:00+00'"
    found = {metric: (n, total, squares) for metric, *(n, total, squares) in ask(store.publish(tmp_path), sql)}
    assert found == {
        "schema_ok": (2, 1.0, 1.0),
        "error": (3, 1.0, 1.0),
        "fallback": (3, 0.0, 0.0),
        "latency": (2, 4.0, 10.0),
        "stars": (1, 4.0, 16.0),
        "tool_error": (1, 1.0, 1.0),
    }


def test_people_can_read_it_at_any_time(
    store: Store,
    tmp_path: Path,
    start: datetime,
    a_release: Callable[..., Release],
    python: Callable[..., subprocess.Popen[str]],
) -> None:
    path = store.publish(tmp_path)
    reader = python(READ_ON, path, 12)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for number in range(12):
        row = a_release(release_id=f"rel_{number}", started_at=start)
        store.tx(lambda tx, row=row: release.insert(tx, row))  # type: ignore[misc]
        store.publish(tmp_path)
    assert reader.wait(timeout=60) == 0


def test_a_publish_that_fails_leaves_the_old_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_release: Callable[..., Release]
) -> None:
    path = store.publish(tmp_path)
    store.tx(lambda tx: release.insert(tx, a_release()))
    monkeypatch.setattr(publishing, "TABLES", ("changelog", "nonsense"))
    monkeypatch.setitem(publishing._ORDER, "nonsense", "1")
    with pytest.raises(duckdb.Error):
        store.publish(tmp_path)
    assert ask(path, "SELECT count(*) FROM changelog") == [(0,)]
    assert not list(tmp_path.glob(".*.new"))
    monkeypatch.undo()
    assert ask(store.publish(tmp_path), "SELECT count(*) FROM changelog") == [(1,)]
