from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from registry.errors import LedgerError, LedgerLocked, LedgerTooNew, LedgerUnwritable, SettingsError
from tasks.ledger import event, migration
from tasks.ledger.migration import Migration
from tasks.ledger.store import Reader, Store, Transaction

Python = Callable[..., subprocess.Popen[str]]

COUNT_UP = """
import sys
from tasks.ledger.store import Store
store = Store.open(sys.argv[1], lock_timeout_s=60)
def add(tx):
    last = tx.rows("SELECT coalesce(max(epoch), 0) AS n FROM claim")[0]["n"]
    tx.execute("INSERT INTO claim VALUES ('count', ?, ?, now())", [sys.argv[2], last + 1])
for _ in range(int(sys.argv[3])):
    store.tx(add)
"""
HOLD_FLOCK = """
import sys, time
from pathlib import Path
from tasks.ledger.flock import flock
with flock(Path(sys.argv[1] + ".lock"), shared=sys.argv[2] == "shared", deadline=time.monotonic() + 5):
    print("held", flush=True)
    sys.stdin.read()
"""
IDLE_SHELL = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("held", flush=True)
sys.stdin.read()
connection.close()
"""
DIE_INSIDE = """
import sys, time
from tasks.ledger.store import Store
def write(tx):
    for number in range(200):
        tx.execute("INSERT INTO claim VALUES ('half', 'dead', ?, now())", [number])
    print("inside", flush=True)
    time.sleep(60)
Store.open(sys.argv[1]).tx(write)
"""


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def numbers(reader: Reader) -> list[int]:
    return [row["epoch"] for row in reader.rows("SELECT epoch FROM claim ORDER BY epoch")]


def add(number: int) -> Callable[[Transaction], None]:
    return lambda tx: tx.execute("INSERT INTO claim VALUES ('count', 'me', ?, now())", [number])


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    store.tx(add(1))

    def half(tx: Transaction) -> None:
        add(2)(tx)
        assert numbers(tx) == [1, 2]
        raise KeyError("stop")

    with pytest.raises(KeyError):
        store.tx(half)
    assert numbers(store) == [1]


def test_values_come_back_as_python_values(store: Store, start: datetime) -> None:
    local = start.astimezone(ZoneInfo("Asia/Tokyo"))
    row = store.rows(
        "SELECT $t::TIMESTAMPTZ AS t, $j::JSON AS j, NULL::JSON AS n", {"t": local, "j": '{"a": [1, null]}'}
    )[0]
    assert row == {"t": start, "j": {"a": [1, None]}, "n": None}
    assert row["t"].tzinfo is UTC


def test_a_view_sees_one_state_and_cannot_write(store: Store) -> None:
    store.tx(add(1))
    assert store.read(lambda view: numbers(view) + numbers(view)) == [1, 1]
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        store.rows("DELETE FROM claim")


def test_a_store_is_used_by_threads(store: Store) -> None:
    threads = [threading.Thread(target=store.tx, args=[add(n)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(store) == list(range(8))


def test_a_forked_child_uses_the_store_of_its_parent(store: Store) -> None:
    store.tx(add(1))
    child = os.fork()
    if child == 0:
        code = 1
        try:
            store.tx(add(2))
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert numbers(store) == [1, 2]


def test_processes_write_at_once_and_nothing_is_lost(store: Store, python: Python) -> None:
    writers = [python(COUNT_UP, store.path, f"writer-{n}", 10) for n in range(3)]
    seen: list[int] = []
    while any(writer.poll() is None for writer in writers):
        seen.append(len(numbers(store)))
    assert [writer.returncode for writer in writers] == [0] * 3
    assert numbers(store) == list(range(1, 31))
    assert seen == sorted(seen)


def test_a_disk_without_room_is_an_error_that_keeps_nothing(store: Store, start: datetime) -> None:
    """The kernel refuses to let a file grow, as a full disk does; with room again the ledger is as it was."""
    add_event(store, start, "before")
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most))
    try:
        with pytest.raises(LedgerUnwritable, match="could not be written"):
            add_event(store, start, "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    add_event(store, start, "after")
    assert store.rows("SELECT kind FROM event ORDER BY kind") == [{"kind": "after"}, {"kind": "before"}]


def add_event(store: Store, at: datetime, kind: str) -> None:
    store.tx(lambda tx: event.append(tx, kind=kind, actor="test", subjects={}, payload={}, at=at))


def test_busy_readers_do_not_starve_a_writer(store: Store) -> None:
    store.migrate()
    done = threading.Event()

    def keep_reading() -> None:
        own = Store.open(store.path)
        while not done.is_set():
            numbers(own)
        own.close()

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(5):
            store.tx(add(number))
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert numbers(store) == list(range(5))


@pytest.mark.parametrize("flush", [False, True])
def test_killed_inside_a_transaction_leaves_nothing_of_it(store: Store, python: Python, flush: bool) -> None:
    store.tx(add(7))
    for _ in range(2):
        victim = python(DIE_INSIDE, store.path)
        assert said(victim) == "inside"
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        if flush:
            assert numbers(store) == [7]
        store.tx(add(8))
        store.tx(lambda tx: tx.execute("DELETE FROM claim WHERE epoch = 8"))
    assert numbers(store) == [7]


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_locked_names_the_process_that_holds_it(store: Store, python: Python, mode: str) -> None:
    store.tx(add(1))
    holder = python(HOLD_FLOCK, store.path, mode)
    assert said(holder) == "held"
    impatient = Store.open(store.path, lock_timeout_s=0.1)
    with pytest.raises(LedgerLocked, match=f"held by process {holder.pid} "):
        impatient.tx(add(2))


def test_an_idle_reader_of_somebody_else_is_named_and_waited_for(store: Store, python: Python) -> None:
    store.tx(add(1))
    shell = python(IDLE_SHELL, store.path)
    assert said(shell) == "held"
    impatient = Store.open(store.path, lock_timeout_s=0.2)
    with pytest.raises(LedgerLocked, match=f"process {shell.pid} "):
        impatient.tx(add(2))
    assert numbers(impatient) == [1]
    assert shell.stdin is not None
    threading.Timer(0.3, shell.stdin.close).start()
    store.tx(add(3))
    assert numbers(store) == [1, 3]


def test_a_writer_of_the_same_process_is_waited_for(store: Store) -> None:
    impatient = Store.open(store.path, lock_timeout_s=0.1)
    with pytest.raises(LedgerLocked, match=f"process {os.getpid()} "):
        store.tx(lambda tx: impatient.tx(add(1)))


@pytest.mark.usefixtures("every_migration")
def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()
    applied = store.rows("SELECT version, checksum FROM schema_migration")
    Store.open(store.path).migrate()
    assert store.rows("SELECT version, checksum FROM schema_migration") == applied
    assert [row["version"] for row in applied] == [step.version for step in migration.migrations()]


@pytest.mark.usefixtures("every_migration")
def test_the_newest_migration_alone_is_applied(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.tx(add(1))
    more = Migration(
        99, "099_more.sql", "ALTER TABLE claim ADD COLUMN note VARCHAR; CREATE TABLE extra (a INTEGER NOT NULL);"
    )
    monkeypatch.setattr(migration, "migrations", lambda: (*_known(), more))
    later = Store.open(store.path)
    assert later.rows("SELECT epoch, note FROM claim") == [{"epoch": 1, "note": None}]


@pytest.mark.usefixtures("every_migration")
def test_a_migration_that_fails_leaves_nothing_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.migrate()
    broken = Migration(99, "099_broken.sql", "CREATE TABLE extra (a INTEGER); SELECT nonsense;")
    monkeypatch.setattr(migration, "migrations", lambda: (*_known(), broken))
    with pytest.raises(duckdb.Error):
        Store.open(store.path).migrate()
    monkeypatch.undo()
    found = Store.open(store.path).rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'extra'")
    assert found == []


def _known(steps: tuple[Migration, ...] = migration.migrations()) -> tuple[Migration, ...]:
    return steps


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ("INSERT INTO schema_migration VALUES (99, 'x', now())", LedgerTooNew, "version 99"),
        ("UPDATE schema_migration SET checksum = 'other' WHERE version = 1", LedgerError, "001_ledger.sql was edited"),
    ],
)
def test_a_schema_of_another_promptship_is_refused(
    store: Store, change: str, error: type[LedgerError], words: str
) -> None:
    store.tx(lambda tx: tx.execute(change))
    with pytest.raises(error, match=words):
        Store.open(store.path).rows("SELECT 1")


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    path.write_bytes(b"not a database " * 500)
    with pytest.raises(LedgerError, match="cannot be opened"):
        Store.open(path).rows("SELECT 1")


@pytest.mark.parametrize("target", ["ducklake:postgres:dbname=x", "postgres://host/db"])
def test_other_engines_are_refused(target: str) -> None:
    with pytest.raises(SettingsError, match="not known"):
        Store.open(target)


@pytest.mark.usefixtures("every_migration")
def test_paths_and_urls(tmp_path: Path) -> None:
    odd = tmp_path / "it's" / "ledger.duckdb"
    assert Store.open(f"duckdb://{odd}").path == odd
    opened = Store.open(odd)
    opened.tx(add(1))
    assert numbers(opened) == [1]


@pytest.mark.usefixtures("every_migration")
def test_a_removed_ledger_is_made_again(store: Store) -> None:
    store.tx(add(1))
    store.path.unlink()
    assert numbers(store) == []


@pytest.mark.usefixtures("every_migration")
def test_the_file_is_of_a_version_that_both_duckdbs_read(store: Store) -> None:
    store.migrate()
    with duckdb.connect() as plain:
        plain.execute(f"ATTACH '{store.path}' AS x (READ_ONLY)")
        tags: Any = plain.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'x'").fetchone()
    assert "v1.5" in str(tags)


def test_the_clock_of_the_session_does_not_matter(
    store: Store, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    store.tx(lambda tx: event.append(tx, kind="k", actor="a", subjects={}, payload={}, at=start))
    hours = store.rows("""SELECT extract(hour FROM event."at") AS h, event."at" AS t FROM event""")
    assert hours == [{"h": 8, "t": start}]
    assert hours[0]["t"] - timedelta(hours=8) == datetime(2026, 11, 21, tzinfo=UTC)
