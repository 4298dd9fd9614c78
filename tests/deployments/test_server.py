"""A real server and a real worker: with other versions of fastapi or sqlalchemy both look healthy and run nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments import deploying, worker
from tests.deployments.conftest import Local, pointing

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def working(local: Local) -> Iterator[Local]:
    from prefect.client.orchestration import get_client

    with pointing(local), get_client(sync_client=True) as client:
        deploying.create_pool(client)
    deploying.run(local.server.environment, ROOT, ROOT / "tests/deployments/prefect.yaml")
    with worker.running(local.server, ROOT):
        yield local


def _until(found: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return answer


def test_a_deployment_run_finishes(working: Local) -> None:
    deployment = working.ask("deployments/name/tiny/hourly")
    assert deployment["pull_steps"][0]["prefect.deployments.steps.set_working_directory"] == {
        "directory": "{{ $PROMPTSHIP_ROOT }}"
    }
    run = working.ask(f"deployments/{deployment['id']}/create_flow_run", {"parameters": {"number": 4}})
    final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
    state = _until(lambda: (now := working.ask(f"flow_runs/{run['id']}"))["state_type"] in final and now, 90)
    assert state, (working.server.home / "worker.log").read_text()[-2000:]
    assert state["state_type"] == "COMPLETED", state["state"]["message"]


def test_scheduled_runs_appear(working: Local) -> None:
    runs = _until(lambda: working.ask("flow_runs/filter", {"flow_runs": {"tags": {"all_": ["auto-scheduled"]}}}), 90)
    assert runs, (working.server.home / "server.log").read_text()[-2000:]
    assert {run["state_type"] for run in runs} == {"SCHEDULED"}
