"""What a Store asks of the place where its rows are: a file on this disk, or a catalogue that machines share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

import duckdb

T = TypeVar("T")


class Engine(Protocol):
    """Connections come with the ledger attached as `ledger` and in use, so every engine runs the same SQL."""

    @property
    def name(self) -> str:
        """What messages call it; never a password."""

    def exists(self) -> bool:
        """Whether anything was written there yet; looking creates nothing."""

    def write(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The only writer of this ledger for as long as the block. Raises LedgerLocked, LedgerError."""

    def read(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A reader. Raises LedgerLocked, LedgerError."""

    def commit(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        """`work` in one transaction of a writer's connection; run again when another writer came between."""

    def look(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
        """`work` on a reader's connection, seeing one state throughout."""

    def apply(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        """The statements of one migration, in a transaction of the caller."""

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What a change of the schema needs afterwards."""

    def tidy(self, connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
        """On a writer's connection, outside a transaction: let go of what was deleted, and of many small files."""

    def close(self) -> None:
        """Give memory and connections back; the engine may be used again."""


def in_one(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """`work` between BEGIN and COMMIT; whatever it raises rolls back and goes through."""
    connection.execute("BEGIN")
    try:
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return result


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """COMMIT may have failed and closed the transaction already; the first error is the one worth raising."""
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return
