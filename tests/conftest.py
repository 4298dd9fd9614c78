"""The environment of every test: nothing of the machine's own settings, and nothing left behind.

Prefect reads its settings when it is imported, so they are set here, before any test module is.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PREFECT_HOME = tempfile.mkdtemp(prefix="promptship-tests-")
atexit.register(shutil.rmtree, PREFECT_HOME, ignore_errors=True)

for name in [name for name in os.environ if name.startswith(("PREFECT_", "PROMPTSHIP_"))]:
    del os.environ[name]

os.environ |= {
    "DO_NOT_TRACK": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "PREFECT_HOME": PREFECT_HOME,
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
}


@pytest.fixture
def tmp_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PROMPTSHIP_HOME of this test's own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("PROMPTSHIP_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def prefect_harness() -> Iterator[None]:
    """One Prefect server for the session, with a database of its own; 15 to 20 s at the first use."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session", autouse=True)
def _new_ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Most tests write to a new ledger; its migrations run once a session."""
    from tests.new_ledgers import copied_from

    with copied_from(tmp_path_factory.mktemp("ledger") / "empty.duckdb"):
        yield


@pytest.fixture
def every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """New ledgers are made as users make them."""
    from tasks.ledger import migration
    from tests import new_ledgers

    monkeypatch.setattr(migration, "migrate", new_ledgers.migrate)
