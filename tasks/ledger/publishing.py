"""The public snapshot: what analysts open. Written beside, then put in place in one step, so it can always be read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from . import migration
from .engine import Engine
from .fetching import fetch
from .flock import flock
from .statements import statement

TABLES = ("changelog", "release", "stage_result", "event", "metric_hourly")
_ORDER = {
    "changelog": "started_at, release_id",
    "release": "started_at, release_id",
    "stage_result": "started_at, release_id",
    "event": '"at", event_id',
    "metric_hourly": "hour, environment, prompt_id, metric, behavior, intent, arm",
}
_PATIENCE_S = 60.0
_CHANGES = """
    SELECT count(*) AS n FROM {}.event
    WHERE starts_with(kind, 'promptship.release.') OR starts_with(kind, 'promptship.live.')
"""


def publish(engine: Engine, folder: Path) -> Path:
    """Write both files and return the path of the database. Publishers take turns, so it never goes backwards."""
    folder.mkdir(parents=True, exist_ok=True)
    database, parquet = folder / "changelog.duckdb", folder / "changelog.parquet"
    turn = flock(folder / ".changelog.lock", shared=False, deadline=time.monotonic() + _PATIENCE_S)
    with turn, _beside(database) as new_database, _beside(parquet) as new_parquet, engine.read() as connection:
        _snapshot(connection, new_database)
        connection.execute(
            f"COPY (FROM changelog ORDER BY started_at, release_id) TO '{_quoted(new_parquet)}' (FORMAT parquet)"
        )
    return database


def is_behind(engine: Engine, folder: Path) -> bool:
    """Whether the ledger has changes that the snapshot lacks: who wrote them died before publishing them."""
    database = folder / "changelog.duckdb"
    with engine.read() as connection:
        if not database.exists():
            return bool(fetch(connection, _CHANGES.format("ledger"), ())[0]["n"])
        connection.execute(f"ATTACH '{_quoted(database)}' AS snapshot (READ_ONLY)")
        try:
            here, there = (fetch(connection, _CHANGES.format(name), ())[0]["n"] for name in ("ledger", "snapshot"))
        finally:
            connection.execute("DETACH snapshot")
    return bool(here > there)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new file that takes the place of `path` when the block ends well."""
    new = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    try:
        yield new
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()


def _snapshot(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"ATTACH '{_quoted(path)}' AS snapshot (STORAGE_VERSION 'v1.5.0')")
    try:
        _fill(connection)
    finally:
        connection.execute("DETACH snapshot")


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    """One transaction: a hundred comments on their own would be synced a hundred times."""
    connection.begin()
    try:
        for table in TABLES:
            connection.execute(f"CREATE TABLE snapshot.{table} AS FROM ledger.{table} ORDER BY {_ORDER[table]}")
        _describe(connection)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _describe(connection: duckdb.DuckDBPyConnection) -> None:
    """A copied table has lost its comments: give them back. DuckLake keeps none on the columns of its views."""
    written = migration.column_comments()
    for row in fetch(connection, statement("comments"), {"tables": list(TABLES)}):
        if comment := row["comment"] or written.get(row["name"].replace('"', "")):
            text = comment.replace("'", "''")
            connection.execute(f"COMMENT ON {row['kind']} snapshot.{row['name']} IS '{text}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
