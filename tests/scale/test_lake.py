"""The ledger on DuckLake, with a real PostgreSQL as its catalogue: what one file promises, to many processes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from registry.errors import LedgerError, LedgerLocked
from registry.runtime.objects import Objects
from registry.runtime.segment import sealed
from tasks.ledger import catalogue, event, migration
from tasks.ledger.store import Store
from tests.scale.postgres import Postgres
from tests.tasks.ledger.test_ingest import TAKE_IN, a_line
from tests.tasks.ledger.test_publishing import ask
from tests.tasks.ledger.test_store import COUNT_UP, DIE_INSIDE, add, numbers, said
from tests.world import world

pytestmark = [pytest.mark.scale, pytest.mark.timeout(600)]
Python = Callable[..., subprocess.Popen[str]]
ON_S3 = pytest.mark.parametrize("address", ["s3"], indirect=True)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_it_is_made_by_the_migrations_when_it_is_first_written(lake: Store) -> None:
    assert not lake.exists()
    lake.tx(lambda tx: event.append(tx, kind="k", actor="ana", subjects={}, payload={"n": [1, None]}, at=NOW))
    assert lake.exists()
    assert lake.rows("""SELECT "at", payload FROM event""") == [{"at": NOW, "payload": {"n": [1, None]}}]
    assert lake.rows("FROM changelog") == []
    applied = lake.rows("SELECT version FROM schema_migration ORDER BY version")
    assert [row["version"] for row in applied] == [step.version for step in migration.migrations()]


def test_a_transaction_is_all_or_nothing_and_a_reader_cannot_write(lake: Store) -> None:
    lake.tx(add(1))

    def half(tx: object) -> None:
        add(2)(tx)  # type: ignore[arg-type]
        raise KeyError("stop")

    with pytest.raises(KeyError):
        lake.tx(half)
    assert numbers(lake) == [1]
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        lake.rows("DELETE FROM claim")


def test_a_view_sees_one_state_while_others_write(lake: Store, address: str) -> None:
    lake.tx(add(1))
    other = Store.open(address)
    seen = lake.read(lambda view: (numbers(view), other.tx(add(2)), numbers(view)))
    other.close()
    assert (seen[0], seen[2], numbers(lake)) == ([1], [1], [1, 2])


@ON_S3
def test_many_processes_write_at_once_and_one_is_killed(
    lake: Store, address: str, python: Python, tmp_path: Path
) -> None:
    """Three count up by reading the last number, two take in the same segments, one dies inside its transaction."""
    spool = tmp_path / "spool"
    (spool / "ready").mkdir(parents=True)
    for number in range(6):
        lines = [json.dumps(a_line(100 * number + line)) + "\n" for line in range(20)]
        (spool / "ready" / f"{number:02}.jsonl").write_text("".join(lines))
    lake.migrate()
    victim = python(DIE_INSIDE, address)
    assert said(victim) == "inside"
    writers = [python(COUNT_UP, address, f"writer-{n}", 8) for n in range(3)]
    racers = [python(TAKE_IN, address, spool) for _ in range(2)]
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    took = [int(racer.communicate()[0]) for racer in racers]
    assert [process.wait() for process in (*writers, *racers)] == [0] * 5
    assert numbers(lake) == list(range(1, 25))
    found = [row["trace_id"] for row in lake.rows("SELECT trace_id FROM trace")]
    assert sum(took) == len(found) == len(set(found)) == 120
    assert not sealed(spool)


def test_locked_names_who_writes(lake: Store, address: str, python: Python) -> None:
    lake.migrate()
    holder = python(DIE_INSIDE, address)
    assert said(holder) == "inside"
    impatient = Store.open(address, lock_timeout_s=0.5)
    with pytest.raises(LedgerLocked, match=f":{holder.pid} for 0.5 s") as locked:
        impatient.tx(add(1))
    assert "sesame" not in str(locked.value)
    assert numbers(lake) == []


def test_without_the_lock_the_lease_keeps_two_commits_apart(
    lake: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that held the lock died while its process lives: the work is run again, and nothing is lost."""

    @contextmanager
    def nothing(*_: object) -> Iterator[None]:
        yield

    lake.migrate()
    monkeypatch.setattr(catalogue, "only_writer", nothing)
    other, tried = Store.open(address), []

    def work(tx: object) -> None:
        tried.append(tx)
        last = max(numbers(tx), default=0)  # type: ignore[arg-type]
        if len(tried) == 1:
            other.tx(add(1))
        add(last + 1)(tx)  # type: ignore[arg-type]

    lake.tx(work)
    other.close()
    assert (len(tried), numbers(lake)) == (2, [1, 2])


def test_nothing_that_is_raised_shows_the_password(postgres: Postgres, tmp_path: Path) -> None:
    broken = Store.open(f"ducklake:postgres:{postgres.conninfo('nobody_made_it')}|{tmp_path}/lake")
    with pytest.raises(LedgerError, match="does not exist") as error:
        broken.rows("SELECT 1")
    assert "sesame" not in str(error.value) + broken.name + repr(error.value.__context__)


def test_another_data_folder_is_refused_without_the_password(lake: Store, address: str, tmp_path: Path) -> None:
    lake.tx(add(1))
    moved = Store.open(address.replace("/lake", "/elsewhere"))
    with pytest.raises(Exception, match="DATA_PATH") as error:
        moved.rows("FROM claim")
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize("address", ["folder", "s3"], indirect=True)
def test_what_was_deleted_leaves_the_data_folder_and_files_are_merged(
    lake: Store, address: str, tmp_path: Path
) -> None:
    """A day later there are fewer files, none of them has the deleted rows, and what is kept is kept."""
    for first in range(0, 100, 20):
        rows = f"INSERT INTO claim SELECT 'key', 'somebody', i, now() FROM range({first}, {first + 20}) t(i)"
        lake.tx(lambda tx, sql=rows: tx.execute(sql))  # type: ignore[misc]
    lake.tx(lambda tx: tx.execute("DELETE FROM claim WHERE epoch % 2 = 0"))
    lake.tidy(datetime.now(UTC) + timedelta(days=1))
    lake.tidy(datetime.now(UTC) + timedelta(days=2))
    assert numbers(lake) == list(range(1, 100, 2))
    files = parquet(address, "claim", tmp_path)
    assert 0 < len(files) < 5
    kept = [ask_file(file) for file in files]
    assert sorted(number for some in kept for number in some) == list(range(1, 100, 2))


def parquet(address: str, table: str, to: Path) -> list[Path]:
    """The files of a table; those in a bucket are copied."""
    data = address.rpartition("|")[2]
    if not data.startswith("s3://"):
        return list(Path(data).rglob(f"{table}/*.parquet"))
    there = Objects.at(f"{data}/main/{table}")
    for name in there.names(""):
        found = there.get(name)
        assert found is not None
        (to / name).write_bytes(found.content)
    return list(to.glob("*.parquet"))


def ask_file(file: Path) -> list[int]:
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute("SELECT epoch FROM read_parquet(?)", [str(file)]).fetchall()]


@ON_S3
def test_a_release_walks_to_promotion_and_its_changelog_is_published(address: str, tmp_path: Path) -> None:
    with world(tmp_path, {"v1": (40, 0), "v2": (80, 0)}, ledger=address) as here:
        here.release("v1")
        here.serve(60)
        done = here.release("v2")
        assert done is not None
        assert (done.promoted, here.live) == (True, "v2")
        assert not here.workspace.roots.ledger.exists()
        here.workspace.store.close()
    snapshot = here.workspace.roots.public / "changelog.duckdb"
    assert ask(snapshot, "SELECT to_version, decision FROM changelog ORDER BY started_at")[-1] == ("v2", "promote")
    columns = ask(snapshot, "SELECT column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert [name for name, comment in columns if not comment] == []
