"""One DuckDB file, opened, used and closed under the file lock: nobody keeps it open, so nobody is long in the way.

An idle reader of somebody else (a `duckdb` shell on the live file) still blocks every writer by DuckDB's own lock.
Such a conflict gives our lock back and tries again until the deadline, so that our readers go on meanwhile.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeVar

import duckdb

from registry.errors import LedgerError, LedgerLocked, LedgerTooNew, LedgerUnwritable

from .engine import in_one
from .flock import POLL_S, Held, fair_flock

T = TypeVar("T")
_CONFLICT = "Could not set lock on file"
_HOLDER = re.compile(r"PID (\d+)")
_STORAGE = re.compile("Could not (write|sync|truncate)|No space left|File too large|Disk quota|Read-only file system")
_inherited: list[duckdb.DuckDBPyConnection] = []


class Embedded:
    """A DuckDB instance in memory to which the file is attached for the length of one block, never longer."""

    def __init__(self, path: Path, lock_timeout_s: float) -> None:
        self.path = path
        self.lock_file = path.with_name(path.name + ".lock")
        self._timeout_s = lock_timeout_s
        self._turn = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._pid = 0

    @property
    def name(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        return self.path.exists()

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The file attached for writing; created when it is missing. Raises LedgerLocked, LedgerError.

        What the disk refuses, in the block too, is LedgerUnwritable: nothing of the transaction is kept.
        """
        with self._attached("STORAGE_VERSION 'v1.5.0'", shared=False) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The file attached read-only. Raises LedgerLocked, LedgerError."""
        with self._attached("READ_ONLY", shared=True) as connection:
            yield connection

    def commit(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        """Once: the file lock keeps every other writer out."""
        return in_one(connection, work)

    def look(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        """The file lock keeps writers out."""
        return work()

    def apply(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        connection.execute(sql)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """DuckDB's known bugs in replaying its log all have schema changes in the log: leave none there."""
        connection.execute("CHECKPOINT ledger")

    def tidy(self, connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
        """DuckDB uses the room again by itself."""

    @contextmanager
    def still(self) -> Iterator[Path]:
        """The file, whole in itself and closed: for as long as the block none of ours writes it. Raises as `write`."""
        with self.write() as connection:
            self.settle(connection)
            self._detach(connection)
            yield self.path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """None of ours reads or writes the file, which may be damaged or missing. Raises LedgerLocked."""
        try:
            with fair_flock(self.lock_file, shared=False, deadline=time.monotonic() + self._timeout_s):
                yield
        except Held as error:
            self._locked(error.holders)

    def close(self) -> None:
        with self._turn:
            self._drop()

    @contextmanager
    def _attached(self, options: str, *, shared: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        deadline = time.monotonic() + self._timeout_s
        if not self._turn.acquire(timeout=self._timeout_s):
            self._locked([os.getpid()])
        try:
            with ExitStack() as held:
                yield self._attach(options, shared, deadline, held)
        except duckdb.Error as error:
            if _STORAGE.search(str(error)):
                self._unwritable(error)
            raise
        finally:
            self._turn.release()

    def _attach(self, options: str, shared: bool, deadline: float, held: ExitStack) -> duckdb.DuckDBPyConnection:
        """Lock, then attach; `held` gives both back."""
        while True:
            try:
                held.enter_context(fair_flock(self.lock_file, shared=shared, deadline=deadline))
                connection = self._open(options)
                held.callback(self._detach, connection)
                return connection
            except Held as error:
                self._locked(error.holders)
            except OSError as error:
                self._unwritable(error)
            except duckdb.IOException as error:
                held.close()
                if _STORAGE.search(str(error)):
                    self._unwritable(error)
                if _CONFLICT not in str(error):
                    self._unreadable(error)
                if time.monotonic() >= deadline:
                    self._locked([int(pid) for pid in _HOLDER.findall(str(error))])
                time.sleep(16 * POLL_S)

    def _open(self, options: str) -> duckdb.DuckDBPyConnection:
        connection = self._memory()
        quoted = str(self.path).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS ledger ({options})")
        connection.execute("USE ledger")
        return connection

    def _memory(self) -> duckdb.DuckDBPyConnection:
        """The instance of this process. One inherited by a fork is kept but never touched: its threads are gone."""
        if self._instance is not None and self._pid != os.getpid():
            _inherited.append(self._instance)
            self._instance = None
        if self._instance is None:
            self._instance, self._pid = duckdb.connect(), os.getpid()
            self._instance.execute("SET TimeZone = 'UTC'")
            # In a process without a script of its own DuckDB takes stdout for a terminal.
            self._instance.execute("SET enable_progress_bar = false")
        return self._instance

    def _detach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Close the file. An instance that cannot let go of it is thrown away whole."""
        try:
            connection.execute("USE memory")
            connection.execute("DETACH ledger")
        except duckdb.Error:
            self._drop()

    def _drop(self) -> None:
        if self._instance is not None and self._pid == os.getpid():
            with suppress(duckdb.Error):
                self._instance.close()
            self._instance = None

    def _unreadable(self, error: duckdb.IOException) -> NoReturn:
        kind = LedgerTooNew if "version number" in str(error) else LedgerError
        raise kind(
            f"{self.path} cannot be opened: {str(error).splitlines()[0]}",
            expected="a DuckDB file that this version of DuckDB reads",
            fix="Update promptship, or restore the file with `promptship restore`",
        ) from error

    def _unwritable(self, error: Exception) -> NoReturn:
        raise LedgerUnwritable(
            f"{self.path} could not be written: {str(error).splitlines()[0]}",
            expected="a disk with room, and a folder that may be written",
            fix="Make room, then run the same command again: it goes on where it stopped",
        ) from error

    def _locked(self, holders: list[int]) -> NoReturn:
        who = " and ".join(f"process {pid}" for pid in holders) or "another process"
        raise LedgerLocked(
            f"{self.path} was held by {who} for {self._timeout_s:g} s",
            expected="a ledger that nobody keeps open",
            fix="End that process or close its DuckDB shell, then run this again; read public/changelog.duckdb instead",
        )
