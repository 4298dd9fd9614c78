"""A process worker of a Prefect server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployments import child
from deployments.server import Server, answers

POOL = "promptship"
ROOT = "PROMPTSHIP_ROOT"


@dataclass(frozen=True, slots=True)
class Worker:
    health: str
    process: child.Child

    def wait(self, timeout_s: float) -> None:
        """Returns when it has polled. Raises SettingsError when it ends before, or the time is over."""
        self.process.wait_until(lambda: answers(self.health), timeout_s)


@contextmanager
def running(server: Server, root: Path, timeout_s: float = 60) -> Iterator[Worker]:
    """A worker whose flow runs find their code in `root`; it has polled once when the block begins."""
    worker = start(server, root)
    try:
        worker.wait(timeout_s)
        yield worker
    finally:
        worker.process.stop()


def start(server: Server, root: Path) -> Worker:
    """A worker that is coming up."""
    port = child.free_port()
    environment = server.environment | {ROOT: str(root.absolute()), "PREFECT_WORKER_WEBSERVER_PORT": str(port)}
    command = child.prefect("worker", "start", "--pool", POOL, "--type", "process", "--with-healthcheck")
    process = child.start("the Prefect worker", command, environment, server.home / "worker.log", cwd=root)
    return Worker(f"http://127.0.0.1:{port}/health", process)
