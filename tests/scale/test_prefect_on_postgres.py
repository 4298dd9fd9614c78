"""A Prefect server on a real PostgreSQL, with a worker: it migrates an empty database, deploys, and a run finishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deployments import deploying, server, worker
from tests.deployments.conftest import Local, pointing
from tests.polling import until
from tests.scale.postgres import Postgres

ROOT = Path(__file__).parents[2]
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
pytestmark = [pytest.mark.scale, pytest.mark.prefect, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    return postgres.database()


@pytest.fixture(scope="module")
def local(postgres: Postgres, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    home = tmp_path_factory.mktemp("prefect")
    with server.running(home, 240, database=postgres.url(database)) as started:
        yield Local(started)


def test_a_run_finishes_and_its_state_is_in_postgresql(local: Local, postgres: Postgres, database: str) -> None:
    from prefect.client.orchestration import get_client

    with pointing(local), get_client(sync_client=True) as client:
        deploying.create_pool(client)
    deploying.run(local.server.environment, ROOT, ROOT / "tests/deployments/prefect.yaml")
    deployment = local.ask("deployments/name/tiny/hourly")
    run = local.ask(f"deployments/{deployment['id']}/create_flow_run", {"parameters": {"number": 4}})
    with worker.running(local.server, ROOT, 120):
        state = until(
            lambda: (now := local.ask(f"flow_runs/{run['id']}"))["state_type"] in FINAL and now, "the run's end"
        )
    assert state["state_type"] == "COMPLETED", state["state"]["message"]
    with psycopg.connect(postgres.conninfo(database)) as connection:
        rows = connection.execute("SELECT state_type::text FROM flow_run WHERE id = %s", [run["id"]]).fetchall()
    assert rows == [("COMPLETED",)]
    assert not (local.server.home / "prefect.db").exists()


def test_only_the_server_is_told_where_its_database_is(local: Local) -> None:
    assert "sesame" not in str(local.server)
    assert server.DATABASE not in local.server.environment
