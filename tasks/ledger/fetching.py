"""Rows out of DuckDB as Python values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, params: Sequence[Any] | Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One dict a row. TIMESTAMPTZ gives UTC-aware datetimes whatever the session's zone, JSON gives Python values."""
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description]
    decoders = [_DECODERS.get(str(column[1])) for column in cursor.description]
    return [
        {name: decode(value) if decode and value is not None else value
         for name, decode, value in zip(names, decoders, row, strict=True)}
        for row in cursor.fetchall()
    ]  # fmt: skip


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


_DECODERS: dict[str, Callable[[Any], Any]] = {"TIMESTAMP WITH TIME ZONE": _utc, "JSON": json.loads}
