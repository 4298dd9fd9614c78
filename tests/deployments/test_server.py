"""A real server and a real worker: with other versions of fastapi or sqlalchemy both look healthy and run nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from deployments import server, worker

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    with server.running(tmp_path_factory.mktemp("prefect")) as started:
        worker.create_pool(started)
        worker.deploy(started, ROOT, ROOT / "tests/deployments/prefect.yaml")
        with worker.running(started, ROOT):
            yield started


def _ask(local: server.Server, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{local.url}/api/{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as response:
        return json.load(response)


def _until(found: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return answer


def test_a_deployment_run_finishes(local: server.Server) -> None:
    deployment = _ask(local, "deployments/name/tiny/hourly")
    assert deployment["pull_steps"][0]["prefect.deployments.steps.set_working_directory"] == {
        "directory": "{{ $PROMPTSHIP_ROOT }}"
    }
    run = _ask(local, f"deployments/{deployment['id']}/create_flow_run", {"parameters": {"number": 4}})
    final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
    state = _until(lambda: (now := _ask(local, f"flow_runs/{run['id']}"))["state_type"] in final and now, 90)
    assert state, (local.home / "worker.log").read_text()[-2000:]
    assert state["state_type"] == "COMPLETED", state["state"]["message"]


def test_scheduled_runs_appear(local: server.Server) -> None:
    runs = _until(lambda: _ask(local, "flow_runs/filter", {"flow_runs": {"tags": {"all_": ["auto-scheduled"]}}}), 90)
    assert runs, (local.home / "server.log").read_text()[-2000:]
    assert {run["state_type"] for run in runs} == {"SCHEDULED"}


def test_a_second_pool_and_deploy_change_nothing(local: server.Server) -> None:
    before = _ask(local, "deployments/name/tiny/hourly")["id"]
    worker.create_pool(local)
    worker.deploy(local, ROOT, ROOT / "tests/deployments/prefect.yaml")
    assert _ask(local, "deployments/name/tiny/hourly")["id"] == before
