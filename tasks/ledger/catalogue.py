"""The PostgreSQL database that is the catalogue of a DuckLake: its address, and the lock that one writer holds."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from registry import credentials
from registry.errors import LedgerLocked, LedgerUnwritable, SettingsError

if TYPE_CHECKING:
    import psycopg

PREFIX = "ducklake:postgres:"
EXPECTED = "ducklake:postgres:dbname=NAME host=HOST user=USER|/folder/that/every/machine/mounts, or |s3://bucket/prefix"
_LOCK = (0x5052, 0x4C44)
"""Two numbers of ours: advisory locks of one database share one space."""
_SECRET = re.compile(r"""(password|passfile|sslpassword|s3_\w+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s'"]+)""", re.IGNORECASE)
_DATA = re.compile(r"/.*|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./=+-]*)?")
"""httpfs takes what follows `?` for settings, and `*` for a pattern."""
_HOLDERS = """
    SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted
"""


class Address(NamedTuple):
    """`conninfo` as libpq reads it; `data`, with `/` at its end: the Parquet files. Printed without secrets."""

    conninfo: str
    data: str

    def __repr__(self) -> str:
        return f"Address({self.name!r})"

    @property
    def name(self) -> str:
        """Without secrets, for messages."""
        return f"{PREFIX}{masked(self.conninfo)}|{self.data}"

    @property
    def password(self) -> str | None:
        """The one that is in `conninfo`; None: libpq finds one in a file or in the environment, or needs none."""
        return _parts(self.conninfo).get("password")

    @property
    def openly(self) -> str:
        """`conninfo` without it."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo("", **_parts(self.conninfo) | {"password": None})

    @property
    def on_s3(self) -> bool:
        return self.data.startswith("s3://")


def address(text: str) -> Address:
    """Read `ducklake:postgres:<conninfo>|<folder>`, or `|s3://bucket/prefix`.

    Raises SettingsError, which never repeats a password.
    """
    conninfo, _, data = text.removeprefix(PREFIX).rpartition("|")
    if text.startswith(PREFIX) and conninfo.strip() and _DATA.fullmatch(data):
        return Address(conninfo.strip(), data.rstrip("/") + "/")
    raise SettingsError(
        f"the ledger {masked(text)!r} is of a kind that is not known",
        expected=f"a path, duckdb:///<path>, or {EXPECTED}",
        fix="Set PROMPTSHIP_LEDGER to one of these",
    )


def _parts(conninfo: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    return conninfo_to_dict(conninfo)


def masked(text: str) -> str:
    """Without the passwords of connection strings, in both of their forms."""
    return credentials.masked(_SECRET.sub(r"\1=***", text))


def is_made(at: Address, timeout_s: float) -> bool:
    """Whether a DuckLake was made in this database."""
    with _connected(at, timeout_s) as connection:
        row = connection.execute("SELECT to_regclass('public.ducklake_metadata') IS NOT NULL").fetchone()
    return bool(row and row[0])


@contextmanager
def only_writer(at: Address, timeout_s: float) -> Iterator[None]:
    """Nobody else writes this ledger meanwhile; PostgreSQL gives the lock back when this process dies.

    Raises LedgerLocked, naming who writes, after `timeout_s`.
    """
    with _connected(at, timeout_s) as connection:
        from psycopg.errors import LockNotAvailable

        connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{max(1, int(timeout_s * 1000))}ms"])
        try:
            connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
        except LockNotAvailable:
            connection.rollback()
            _locked(at, [row[0] for row in connection.execute(_HOLDERS, _LOCK)], timeout_s)
        yield


@contextmanager
def _connected(at: Address, timeout_s: float) -> Iterator[psycopg.Connection]:
    """One transaction, rolled back at the end: it holds a lock and nothing else."""
    _need_driver()
    import psycopg

    me = f"promptship {socket.gethostname()}:{os.getpid()}"
    try:
        connection = psycopg.connect(
            at.conninfo, connect_timeout=max(2, int(timeout_s)), application_name=me, options="-c statement_timeout=0"
        )
    except psycopg.Error as error:
        _unreachable(at, masked(str(error)))
    try:
        yield connection
    except psycopg.Error as error:
        _unreachable(at, masked(str(error)))
    finally:
        connection.close()


def _need_driver() -> None:
    if find_spec("psycopg") is None:
        raise SettingsError(
            "a ledger in PostgreSQL needs packages that are not installed",
            expected="psycopg and the DuckDB extensions ducklake and postgres_scanner",
            fix="pip install 'promptship-pipeline[scale]'",
        )


def _unreachable(at: Address, said: str) -> NoReturn:
    raise LedgerUnwritable(
        f"{at.name} cannot be reached: {' '.join(said.split())}",
        expected="a PostgreSQL that answers, and an account that may write",
        fix="Check PROMPTSHIP_LEDGER and the database; `promptship doctor` looks again",
    ) from None


def _locked(at: Address, holders: list[str], timeout_s: float) -> NoReturn:
    who = " and ".join(holder.removeprefix("promptship ") for holder in holders) or "another process"
    raise LedgerLocked(
        f"{at.name} was held by {who} for {timeout_s:g} s",
        expected="a writer that ends",
        fix="Run this again; end that process (host:number) when it hangs",
    ) from None
