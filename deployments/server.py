"""A Prefect server of this machine's own, as a child process: SQLite or PostgreSQL, a free port, no telemetry.

Never Prefect's ephemeral server: it costs 20 s in every process and leaves orphans.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deployments import child

DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `environment` is what a Prefect client or a worker of it needs."""

    url: str
    home: Path
    environment: dict[str, str]
    process: child.Child

    def wait(self, timeout_s: float) -> None:
        """Returns when it is ready. Raises SettingsError when it ends before, or the time is over."""
        self.process.wait_until(lambda: answers(f"{self.url}/api/ready"), timeout_s)


@contextmanager
def running(home: Path, timeout_s: float = 120, database: str | None = None) -> Iterator[Server]:
    """A server with its database in `home`, ready when the block begins and gone when it ends.

    Raises SettingsError when it does not come up.
    """
    server = start(home, child.free_port(), database)
    try:
        server.wait(timeout_s)
        yield server
    finally:
        server.process.stop()


def start(home: Path, port: int, database: str | None = None) -> Server:
    """A server that is coming up, on SQLite in `home` or on the PostgreSQL of this URL, which only it is told."""
    environment = clean(os.environ) | settings(home, port)
    own = {DATABASE: database} if database else {}
    command = child.prefect("server", "start", "--host", "127.0.0.1", "--port", str(port), "--analytics-off")
    process = child.start("the Prefect server", command, environment | own, home / "server.log")
    return Server(f"http://127.0.0.1:{port}", home, environment, process)


def settings(home: Path, port: int) -> dict[str, str]:
    """Prefect's settings for server, worker and flow runs alike."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Whose heartbeats stopped is forgotten a minute after it was due, also when the server was away then.
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P7D",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
        # Flow runs are never deleted by default.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "P30D",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the settings of another Prefect that this shell talks to."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def answers(url: str) -> bool:
    """Whether a GET of this address is answered with success."""
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310 (our own server's address)
            return bool(response.status < 400)
    except (URLError, OSError):
        return False
