"""The data dictionary, from the comments in the database: `docs/ledger.md` is what this returns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from .store import Reader

_HEAD = """# The ledger

Every table, view and column of `ledger.duckdb`, as the database's own comments say it. The public snapshot
`public/changelog.duckdb` holds `changelog`, `release`, `stage_result`, `event` and `metric_hourly` as tables with the
same columns; `public/changelog.parquet` holds `changelog`. Open those. The ledger itself is read with `promptship sql`:
a DuckDB file has one writing process, and an idle reader of somebody else stops it.

All times are UTC. A column called `at` is written `"at"` in SQL. Columns are NOT NULL unless their description says
what null means.
"""
_COLUMNS = """
SELECT c.table_name, t.comment AS about, t.kind, c.column_name, c.data_type, c.comment
FROM duckdb_columns() c
JOIN (
    SELECT table_name AS name, comment, 'table' AS kind FROM duckdb_tables() WHERE database_name = 'ledger'
    UNION ALL
    SELECT view_name, comment, 'view' FROM duckdb_views() WHERE database_name = 'ledger' AND NOT internal
) t ON t.name = c.table_name
WHERE c.database_name = 'ledger'
ORDER BY t.kind, c.table_name, c.column_index
"""


def markdown(reader: Reader) -> str:
    """One section a table, then one a view, with a line for each column."""
    columns = reader.rows(_COLUMNS)
    tables = groupby(
        columns, key=lambda column: f"## `{column['table_name']}` ({column['kind']})\n\n{column['about']}."
    )
    return "\n".join([_HEAD, *("\n".join([title, "", *map(_line, rows), ""]) for title, rows in tables)])


def _line(column: Mapping[str, Any]) -> str:
    type_ = str(column["data_type"]).replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    return f"- `{column['column_name']}` {type_}: {column['comment']}"
