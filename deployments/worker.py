"""A process worker of a local Prefect server, and the deployments that it runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployments import child
from deployments.server import Server, answers
from registry.errors import SettingsError

POOL = "promptship"
ROOT = "PROMPTSHIP_ROOT"


def create_pool(server: Server) -> None:
    """The work pool, unless it exists."""
    if not answers(f"{server.url}/api/work_pools/{POOL}"):
        _run(server.environment, "work-pool", "create", POOL, "--type", "process")


def deploy(server: Server, root: Path, file: Path) -> None:
    """Every deployment of a prefect.yaml; entrypoints are relative to `root`. Raises SettingsError.

    The root is unset meanwhile: `{{ $PROMPTSHIP_ROOT }}` has to be stored as it is, for the worker to fill in.
    """
    environment = {name: value for name, value in server.environment.items() if name != ROOT}
    _run(environment, "deploy", "--all", "--prefect-file", str(file), cwd=root)


@contextmanager
def running(server: Server, root: Path, timeout_s: float = 60) -> Iterator[child.Child]:
    """A worker whose flow runs find their code in `root`; it has polled once when the block begins."""
    port = child.free_port()
    environment = server.environment | {ROOT: str(root.absolute()), "PREFECT_WORKER_WEBSERVER_PORT": str(port)}
    command = child.prefect("worker", "start", "--pool", POOL, "--type", "process", "--with-healthcheck")
    worker = child.start("the Prefect worker", command, environment, server.home / "worker.log", cwd=root)
    try:
        worker.wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), timeout_s)
        yield worker
    finally:
        worker.stop()


def _run(environment: dict[str, str], *arguments: str, cwd: Path | None = None) -> None:
    command = child.prefect(*arguments)
    done = subprocess.run(
        command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SettingsError(
            f"prefect {' '.join(arguments)} ended with code {done.returncode}: {(done.stderr or done.stdout).strip()}",
            expected="Prefect to accept it",
            fix="Read what it says above",
        )
