"""The one door to the ledger: short read-only looks, and transactions that one process at a time runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb

from registry.errors import SettingsError

from . import migration, publishing
from .embedded import Embedded
from .fetching import fetch

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]
LOCK_TIMEOUT_S = 15.0


class Reader(Protocol):
    """What can be asked: a Store (opens and closes the ledger each time), a View or a Transaction (opened once)."""

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """One dict a row. Times are UTC-aware datetimes, JSON columns are Python values, NULL is None."""


class View:
    """The ledger opened read-only, for several questions in a row: they all see the same state."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        return fetch(self._connection, sql, params)


class Transaction(View):
    """An exclusive writing transaction."""

    def execute(self, sql: str, params: Params = ()) -> None:
        self._connection.execute(sql, params)


class Store:
    """A ledger at a path. Opening costs nothing: the file is touched when something is asked of it."""

    def __init__(self, engine: Embedded) -> None:
        self._engine = engine
        self._migrated = False

    @classmethod
    def open(cls, target: str | Path, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Store:
        """A path or `duckdb:///<path>`. `lock_timeout_s`: how long a call waits for the file. Raises SettingsError."""
        return cls(Embedded(_path(target), lock_timeout_s))

    @property
    def path(self) -> Path:
        return self._engine.path

    def tx(self, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` in one transaction: all of it or nothing. It may be run again, so it does nothing but SQL.

        Raises LedgerLocked when the file stays taken, LedgerTooNew when a newer promptship wrote it; whatever `fn`
        raises rolls back and goes through.
        """
        self.migrate()
        with self._engine.write() as connection:
            connection.execute("BEGIN")
            try:
                result = fn(Transaction(connection))
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
        return result

    def read(self, fn: Callable[[View], T]) -> T:
        """Run `fn` with the ledger opened once, read-only. Raises LedgerLocked, LedgerTooNew."""
        self.migrate()
        with self._engine.read() as connection:
            return fn(View(connection))

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """One question, read-only, under the shared lock. Raises LedgerLocked, LedgerTooNew."""
        return self.read(lambda view: view.rows(sql, params))

    def migrate(self) -> None:
        """Bring the schema up to date, one transaction a version; checked once for each Store. Raises LedgerTooNew."""
        if not self._migrated or not self.path.exists():
            migration.migrate(self._engine)
            self._migrated = True

    def publish(self, folder: Path) -> Path:
        """Replace `changelog.duckdb` and `changelog.parquet` in `folder` by what the ledger says now."""
        self.migrate()
        return publishing.publish(self._engine, folder)

    def close(self) -> None:
        """Give the memory back. The Store may be used again."""
        self._engine.close()


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """COMMIT may have failed and closed the transaction already; the first error is the one worth raising."""
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return


def _path(target: str | Path) -> Path:
    text = str(target)
    scheme, _, rest = text.partition(":///")
    if rest and scheme == "duckdb":
        return Path("/" + rest) if not rest.startswith("./") else Path(rest)
    if "://" in text or text.startswith("ducklake:"):
        raise SettingsError(
            f"the ledger {text!r} is of a kind that is not known",
            expected="a path, or duckdb:///<path>",
            fix="Set PROMPTSHIP_HOME to a folder on a local disk",
        )
    return Path(text)
