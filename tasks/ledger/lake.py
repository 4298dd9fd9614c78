"""A ledger that several machines write: DuckLake, its catalogue in PostgreSQL and its rows in Parquet files.

DuckLake's appends never conflict, so a guard of the form NOT EXISTS is not safe in it by itself. Writers therefore take
turns by a lock in PostgreSQL, and each transaction also updates one row: should the lock be lost (a connection that
dies while its process lives), the second of two commits fails and is run again.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NoReturn, TypeVar

import duckdb

from registry.errors import LedgerError, LedgerLocked, LedgerUnwritable

from . import catalogue
from .catalogue import PREFIX, Address, masked
from .data_folder import data_folder
from .engine import in_one
from .extension import load

T = TypeVar("T")
EXTENSIONS = ("ducklake", "postgres_scanner")
HISTORY = timedelta(hours=12)
"""How long what was changed or deleted can still be seen as of before."""
READERS_END = timedelta(hours=1)
"""A file that nothing names any more is removed after so long: a reader may still be at it."""
_TRIES = 5
_TIDY = (
    "CALL ducklake_flush_inlined_data('ledger')",
    "CALL ducklake_rewrite_data_files('ledger', delete_threshold => 0.0)",
    "CALL ducklake_merge_adjacent_files('ledger')",
)
_EXPIRE = "CALL ducklake_expire_snapshots('ledger', older_than => $before)"
_CLEAN = "CALL ducklake_cleanup_old_files('ledger', older_than => $before)"
_COLUMN_COMMENT = re.compile(r"\s*(?:--[^\n]*\n\s*)*COMMENT ON COLUMN (\w+)\.")
_NEW_VIEW = re.compile(r"^CREATE VIEW (\w+)", re.MULTILINE)
_VIEWS = "SELECT view_name FROM duckdb_views() WHERE database_name = 'ledger'"
_PASSWORD = "CREATE TEMPORARY SECRET promptship_catalogue (TYPE postgres, PASSWORD $password)"
_inherited: list[duckdb.DuckDBPyConnection] = []


class Lake:
    """Two DuckDB instances in memory, one that may write and one that cannot, each with the lake attached."""

    def __init__(self, at: Address, lock_timeout_s: float) -> None:
        self._at = at
        self._timeout_s = lock_timeout_s
        self._writer = _Attached(at, "")
        self._reader = _Attached(at, ", READ_ONLY")
        self._made = False

    @property
    def name(self) -> str:
        return self._at.name

    def exists(self) -> bool:
        """Of a lake that is not there yet the place of its data is looked at too. Raises LedgerUnwritable."""
        self._made = self._made or catalogue.is_made(self._at, self._timeout_s)
        if not self._made:
            self._writer.check()
        return self._made

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Alone among the writers of all machines. Raises LedgerLocked, LedgerError."""
        with catalogue.only_writer(self._at, self._timeout_s), self._writer.held(self._timeout_s) as connection:
            _make_lease(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Beside any writer. Raises LedgerLocked, LedgerError."""
        with self._reader.held(self._timeout_s) as connection:
            yield connection

    def commit(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        def fenced() -> T:
            connection.execute("UPDATE writer_lease SET epoch = epoch + 1")
            return work()

        for _ in range(_TRIES - 1):
            try:
                return in_one(connection, fenced)
            except duckdb.TransactionException as error:
                if "conflict" not in str(error):
                    raise
        return in_one(connection, fenced)

    def look(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        return in_one(connection, work)

    def apply(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        """DuckLake keeps no comments on the columns of a view; the public snapshot takes them from the migrations."""
        views = {row[0] for row in connection.execute(_VIEWS).fetchall()} | set(_NEW_VIEW.findall(sql))
        for statement in duckdb.extract_statements(sql):
            column = _COLUMN_COMMENT.match(statement.query)
            if column is None or column[1] not in views:
                connection.execute(statement)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """PostgreSQL has it already."""

    def tidy(self, connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
        """Deleted rows stay readable as of an older snapshot until that is expired and its files are removed."""
        for step in _TIDY:
            connection.execute(step)
        connection.execute(_EXPIRE, {"before": now - HISTORY})
        connection.execute(_CLEAN, {"before": now - READERS_END})

    def close(self) -> None:
        self._writer.close()
        self._reader.close()


class _Attached:
    """One instance of DuckDB with the lake attached, made when it is first used; one thread at a time."""

    def __init__(self, at: Address, options: str) -> None:
        self._at = at
        self._options = options
        self._data = data_folder(at)
        self._turn = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._pid = 0

    def check(self) -> None:
        """Whether its data folder is within reach. Raises LedgerUnwritable."""
        self._data.check()

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """What comes from database or storage is raised as LedgerUnwritable, nothing with a secret of the address."""
        if not self._turn.acquire(timeout=timeout_s):
            _busy(self._at, timeout_s)
        try:
            with _explained(self._at):
                yield self._open()
        except LedgerUnwritable:
            self._data.forget()
            raise
        finally:
            self._turn.release()

    def _open(self) -> duckdb.DuckDBPyConnection:
        """The instance of this process. One inherited by a fork is kept but never touched: its threads are gone."""
        if self._instance is not None and self._pid != os.getpid():
            _inherited.append(self._instance)
            self._instance = None
        if self._instance is None:
            self._instance, self._pid = self._attach(), os.getpid()
        self._data.renew(self._instance)
        return self._instance

    def _attach(self) -> duckdb.DuckDBPyConnection:
        self._data.check()
        connection = duckdb.connect()
        try:
            self._data.admit(connection)
            for name in EXTENSIONS:
                load(connection, name)
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            source, data = (text.replace("'", "''") for text in (self._at.openly, self._at.data))
            options = f"DATA_PATH '{data}'{_with_password(connection, self._at)}{self._options}"
            connection.execute(f"ATTACH '{PREFIX}{source}' AS ledger ({options})")
            connection.execute("USE ledger")
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        with self._turn:
            if self._instance is not None and self._pid == os.getpid():
                with suppress(duckdb.Error):
                    self._instance.close()
                self._instance = None


def _with_password(connection: duckdb.DuckDBPyConnection, at: Address) -> str:
    """An option of ATTACH: the password beside the address, which `duckdb_databases()` shows to all who ask."""
    if at.password is None:
        return ""
    connection.execute(_PASSWORD, {"password": at.password})
    return ", META_SECRET 'promptship_catalogue'"


def _make_lease(connection: duckdb.DuckDBPyConnection) -> None:
    """The row that every writing transaction updates; made by the first writer, who is alone."""
    there = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'ledger' AND table_name = 'writer_lease'"
    if connection.execute(there).fetchone() is None:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE writer_lease (epoch BIGINT NOT NULL)")
        connection.execute("COMMENT ON TABLE writer_lease IS 'One row that every transaction updates'")
        connection.execute("INSERT INTO writer_lease VALUES (0)")
        connection.execute("COMMIT")


@contextmanager
def _explained(at: Address) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        said = str(error)
        if not (_outside(error) or "DATA_PATH" in said or masked(said) != said):
            raise
        kind = LedgerUnwritable if _outside(error) else LedgerError
        what, *more = masked(said).split("\n\n")
        raise kind(
            f"{at.name} failed: {' '.join((what + ' ' + ''.join(more[:1])).split()).rstrip('.')}",
            expected="a PostgreSQL that answers, and its data folder, which may be read and written",
            fix="Check PROMPTSHIP_LEDGER, the database and the storage; `promptship doctor` looks again",
        ) from None


def _outside(error: duckdb.Error) -> bool:
    """Database, storage or disk did not do as asked; HTTPException is an IOException too."""
    lost = "Failed to commit" in str(error) and "conflict" not in str(error)
    return lost or isinstance(error, duckdb.IOException)


def _busy(at: Address, timeout_s: float) -> NoReturn:
    raise LedgerLocked(
        f"{at.name} was held by process {os.getpid()} for {timeout_s:g} s",
        expected="one writer at a time, also within a process",
        fix="Run this again",
    )
