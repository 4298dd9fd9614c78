"""Numbered SQL files, applied once each, never edited afterwards."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import duckdb

from registry.errors import LedgerError, LedgerTooNew

from .engine import Engine
from .fetching import fetch

_COLUMN_COMMENT = re.compile(r"""COMMENT ON COLUMN (\w+)\."?(\w+)"? IS '((?:[^']|'')*)'""")
BOOK = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER NOT NULL, checksum VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE schema_migration IS 'Versions of this schema that were applied';
COMMENT ON COLUMN schema_migration.version IS 'Number of the migration';
COMMENT ON COLUMN schema_migration.checksum IS 'sha256 of its text';
COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied';
"""


class Migration(NamedTuple):
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """All files `migrations/NNN_name.sql`, in order."""
    folder = files(__package__) / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(Migration(int(name[:3]), name, (folder / name).read_text(encoding="utf-8")) for name in names)


@cache
def column_comments() -> dict[str, str]:
    """What the migrations say of a column, by `table.column`."""
    return {
        f"{table}.{column}": text.replace("''", "'")
        for step in migrations()
        for table, column, text in _COLUMN_COMMENT.findall(step.sql)
    }


def migrate(engine: Engine) -> None:
    """Apply what is missing. Raises LedgerTooNew for a ledger of a newer promptship, LedgerError for an edited file."""
    if engine.exists():
        with engine.read() as connection:
            missing = _missing(connection)
        if not missing:
            return
    with engine.write() as connection:
        for step in _missing(connection):
            _apply(engine, connection, step)
        engine.settle(connection)


def _missing(connection: duckdb.DuckDBPyConnection) -> list[Migration]:
    applied = _applied(connection)
    known = {step.version: step for step in migrations()}
    newer = sorted(set(applied) - set(known))
    if newer:
        raise LedgerTooNew(
            f"the ledger has version {newer[-1]} of its schema",
            expected=f"at most version {max(known)}, the newest that this promptship knows",
            fix="Update promptship",
        )
    _unedited(applied, known)
    return [step for step in migrations() if step.version not in applied]


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    table = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'ledger' AND table_name = 'schema_migration'"
    if not fetch(connection, table, ()):
        return {}
    rows = fetch(connection, "SELECT version, checksum FROM schema_migration", ())
    return {row["version"]: row["checksum"] for row in rows}


def _unedited(applied: dict[int, str], known: dict[int, Migration]) -> None:
    for version, checksum in applied.items():
        if known[version].checksum != checksum:
            raise LedgerError(
                f"{known[version].name} was edited after it was applied to this ledger",
                expected=f"the text with sha256 {checksum[:12]}",
                fix="Undo the edit and write a new migration",
            )


def _apply(engine: Engine, connection: duckdb.DuckDBPyConnection, step: Migration) -> None:
    connection.execute("BEGIN")
    connection.execute(BOOK)
    engine.apply(connection, step.sql)
    connection.execute("INSERT INTO schema_migration VALUES (?, ?, now())", [step.version, step.checksum])
    connection.execute("COMMIT")
