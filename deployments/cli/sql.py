"""`promptship sql`: ask the ledger."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from duckdb import Statement

    from registry.roots import Roots

_WAIT_S = 5.0
_READING = "SELECT"
"""FROM, DESCRIBE, SHOW and SUMMARIZE are parsed as SELECT. EXPLAIN is not: with ANALYZE it does what it explains."""


@click.command("sql", context_settings={"ignore_unknown_options": True})
@click.argument("query")
@as_json
def command(query: str, json_: bool) -> None:
    """Ask the ledger, read-only: one statement of DuckDB's SQL.

    The tables are described in docs/ledger.md, and by `promptship sql "DESCRIBE release"`.
    """
    from registry.roots import Roots

    refuse_writing(query)
    rows = _rows(Roots.find(), query)
    columns = list(rows[0]) if rows else []
    if json_:
        document("rows", columns=columns, rows=[{name: _json(value) for name, value in row.items()} for row in rows])
    elif rows:
        table(columns, rows)
    else:
        click.echo("no rows")


def refuse_writing(query: str) -> None:
    """Raises UsageError unless it is one statement that reads."""
    from registry.errors import UsageError

    statements = _parsed(query)
    kinds = [statement.type.name for statement in statements]
    if kinds == [_READING]:
        return
    raise UsageError(
        f"the query is {' and '.join(kinds) or 'empty'}",
        expected="one statement that reads: SELECT, FROM, DESCRIBE, SHOW or SUMMARIZE",
        fix="The ledger is written by the pipeline only; copy public/changelog.duckdb to work on the data",
    )


def _parsed(query: str) -> list[Statement]:
    import duckdb

    try:
        with duckdb.connect() as connection:
            return connection.extract_statements(query)
    except duckdb.Error as error:
        raise _not_understood(error) from None


def _rows(roots: Roots, query: str) -> list[dict[str, Any]]:
    import duckdb

    from registry.errors import LedgerError
    from tasks.ledger.store import Store

    store = Store.of(roots, _WAIT_S)
    if not store.exists():
        raise LedgerError(
            f"there is no ledger at {store.name}",
            expected="one that the first release or `promptship trace ingest` has made",
            fix="See `promptship doctor` for the state home in use",
        )
    try:
        return store.rows(query)
    except duckdb.Error as error:
        raise _not_understood(error) from None


def _not_understood(error: Exception) -> Exception:
    from registry.errors import UsageError

    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return UsageError(
        f"DuckDB does not understand the query: {' '.join(said[:2])}",
        expected="SQL over the tables and views that docs/ledger.md describes",
        fix='List them with `promptship sql "SHOW TABLES"`; a column called at is written "at"',
    )


def _json(value: Any) -> Any:
    """A number that JSON cannot say is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
