"""Rows as frozen dataclasses: a field is a column, its type is the column's type."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from .store import Params, Reader, Transaction

Row = TypeVar("Row")
_TYPES: dict[Any, Any] = {
    str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", datetime: "TIMESTAMPTZ",
    tuple[str, ...]: ["VARCHAR"], Mapping[str, float]: "MAP(VARCHAR, DOUBLE)",
}  # fmt: skip
"""Everything else is JSON."""
_structures: dict[type[Any], dict[str, Any]] = {}


def insert(tx: Transaction, table: str, rows: Sequence[Any], **constants: datetime) -> None:
    """Append rows of one dataclass; `constants` are columns that the dataclass does not have, alike in all rows.

    NaN becomes NULL. Raises ValueError for infinite numbers and for times without a zone.
    """
    if not rows:
        return
    structure = _structure(type(rows[0]))
    columns = ", ".join(f'"{name}"' for name in (*structure, *constants))
    values = ", ".join([*(f'r."{name}"' for name in structure), *(f"${name}" for name in constants)])
    source = "SELECT unnest(from_json_strict($rows, $structure)) AS r"
    plain = [{name: getattr(row, name) for name in structure} for row in rows]
    given = {"rows": to_json(plain), "structure": json.dumps([structure])}
    # table and columns are names of this code, values are parameters
    tx.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM ({source})", {**given, **constants})  # noqa: S608


def select(reader: Reader, kind: type[Row], table: str, rest: str = "", params: Params = ()) -> list[Row]:
    """Rows of a table as this dataclass; `rest` is what follows FROM."""
    columns = ", ".join(f'"{name}"' for name in _structure(kind))
    sql = f"SELECT {columns} FROM {table} {rest}"  # noqa: S608
    return [read(kind, row) for row in reader.rows(sql, params)]


def read(kind: type[Row], row: Mapping[str, Any]) -> Row:
    """One dataclass from the row's columns of the same names; lists become tuples where the field says so."""
    values = {name: row[name] for name in _structure(kind)}
    return kind(**{name: tuple(value) if _is_list(kind, name, value) else value for name, value in values.items()})


def _is_list(kind: type[Any], name: str, value: Any) -> bool:
    return value is not None and _structure(kind)[name] == ["VARCHAR"]


def to_json(value: Any) -> str:
    """JSON text of plain values, dataclasses, pydantic models, times and enums. NaN becomes null.

    Raises ValueError for infinite numbers (JSON has none) and for times without a zone.
    """
    try:
        return json.dumps(value, default=_plain, allow_nan=False, ensure_ascii=False)
    except ValueError:
        return json.dumps(_without_nan(value), default=_plain, allow_nan=False, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a time in the ledger has a zone, found {value!r}")
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _without_nan(_fields(value))
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"no JSON for {value!r}")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return value


def _fields(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}


def _structure(kind: type[Any]) -> dict[str, Any]:
    """Column types by field name, as `from_json` wants them."""
    if kind not in _structures:
        hints = typing.get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        _structures[kind] = {name: _TYPES.get(_required(hints[name]), "JSON") for name in names}
    return _structures[kind]


def _required(hint: Any) -> Any:
    """The type without None; StrEnums and Literals of strings are text."""
    if isinstance(hint, types.UnionType):
        kept = [inner for inner in typing.get_args(hint) if inner is not types.NoneType]
        hint = kept[0] if len(kept) == 1 else hint
    if typing.get_origin(hint) is typing.Literal or (isinstance(hint, type) and issubclass(hint, str)):
        return str
    return hint
