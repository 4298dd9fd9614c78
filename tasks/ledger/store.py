"""The one door to the ledger: short read-only looks, and transactions that one process at a time runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import duckdb

from registry.errors import LedgerError
from registry.roots import Roots

from . import migration, publishing
from .catalogue import address
from .embedded import Embedded
from .engine import Engine
from .fetching import fetch
from .lake import Lake

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
    """A ledger. Opening costs nothing: it is touched when something is asked of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._migrated = False

    @classmethod
    def open(cls, target: str | Path, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Self:
        """A path, `duckdb:///<path>` or `ducklake:postgres:<conninfo>|<folder>`.

        `lock_timeout_s`: how long a call waits for its turn. Raises SettingsError.
        """
        return cls(_engine(target, lock_timeout_s))

    @classmethod
    def of(cls, roots: Roots, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Self:
        """The ledger of an installation: what PROMPTSHIP_LEDGER says, else the file in its home."""
        return cls.open(roots.ledger_at or roots.ledger, lock_timeout_s)

    @property
    def name(self) -> str:
        """Where it is, for messages; never with a password."""
        return self._engine.name

    @property
    def path(self) -> Path:
        """Its file. Raises LedgerError when it is not one file."""
        return self.file.path

    @property
    def file(self) -> Embedded:
        """Its file, for who copies or replaces it whole. Raises LedgerError when it is not one file."""
        if isinstance(self._engine, Embedded):
            return self._engine
        raise LedgerError(
            f"{self.name} is not one file",
            expected="a ledger in one DuckDB file",
            fix="Use the tools of PostgreSQL for its catalogue, and copy its data folder",
        )

    def exists(self) -> bool:
        """Whether there is anything in it; looking creates nothing."""
        return self._engine.exists()

    def tx(self, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` in one transaction: all of it or nothing. It may be run again, so it does nothing but SQL.

        Raises LedgerLocked when the file stays taken, LedgerTooNew when a newer promptship wrote it; whatever `fn`
        raises rolls back and goes through.
        """
        self.migrate()
        with self._engine.write() as connection:
            return self._engine.commit(connection, lambda: fn(Transaction(connection)))

    def read(self, fn: Callable[[View], T]) -> T:
        """Run `fn` with the ledger opened once, read-only. Raises LedgerLocked, LedgerTooNew."""
        self.migrate()
        with self._engine.read() as connection:
            return self._engine.look(connection, lambda: fn(View(connection)))

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """One question, read-only, under the shared lock. Raises LedgerLocked, LedgerTooNew."""
        return self.read(lambda view: view.rows(sql, params))

    def migrate(self) -> None:
        """Bring the schema up to date, one transaction a version; checked once for each Store. Raises LedgerTooNew."""
        if not self._migrated or not self.exists():
            migration.migrate(self._engine)
            self._migrated = True

    def publish(self, folder: Path) -> Path:
        """Replace `changelog.duckdb` and `changelog.parquet` in `folder` by what the ledger says now."""
        self.migrate()
        return publishing.publish(self._engine, folder)

    def publish_missing(self, folder: Path) -> None:
        """Publish when `folder` lacks changes that the ledger has."""
        self.migrate()
        if publishing.is_behind(self._engine, folder):
            publishing.publish(self._engine, folder)

    def tidy(self, now: datetime) -> None:
        """Once a day, after deleting: let go of it on the disk too. Raises LedgerLocked, LedgerError."""
        self.migrate()
        with self._engine.write() as connection:
            self._engine.tidy(connection, now)

    def schema_version(self) -> int:
        """Of the ledger as it is: looking migrates nothing. Raises LedgerLocked, LedgerError."""
        with self._engine.read() as connection:
            return int(fetch(connection, "SELECT max(version) AS version FROM schema_migration", ())[0]["version"])

    def close(self) -> None:
        """Give the memory back. The Store may be used again."""
        self._engine.close()


def _engine(target: str | Path, lock_timeout_s: float) -> Engine:
    text = str(target)
    scheme, _, rest = text.partition(":///")
    if rest and scheme == "duckdb":
        return Embedded(Path(rest if rest.startswith("./") else "/" + rest), lock_timeout_s)
    if "://" in text or text.startswith("ducklake:"):
        return Lake(address(text), lock_timeout_s)
    return Embedded(Path(text), lock_timeout_s)
