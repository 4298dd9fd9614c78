from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deployments import server
from tests.prefect_server import ask

ROOT = Path(__file__).parents[2]


class Local:
    """A real Prefect server for the tests of this folder."""

    def __init__(self, started: server.Server) -> None:
        self.server = started
        self.api = f"{started.url}/api"

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        return ask(self.api, path, body, method)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with server.running(tmp_path_factory.mktemp("prefect")) as started:
        yield Local(started)


@contextmanager
def pointing(local: Local) -> Iterator[None]:
    """This process's Prefect settings name it meanwhile."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: local.api}):
        yield
