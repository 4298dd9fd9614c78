"""Releases through a Prefect server that comes and goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deployments.ci_release import Push, through_prefect
from deployments.flow_runs import FlowRuns
from registry.errors import SettingsError
from tasks.ci.released import Released, of_run
from tasks.release.orders import ReleaseOrder
from tasks.release.verdict import Verdict
from tests.deployments.conftest import Local
from tests.prefect_api import RUNNING, Api, api

ORDER = ReleaseOrder(version="sort@v2", environment="demo", until="shadow", by="ci")
PUSH = Push("c" * 40, "1")


@pytest.fixture
def fake() -> Iterator[Api]:
    with api() as running:
        yield running


def _released(runs: FlowRuns, *orders: ReleaseOrder, push: Push = PUSH, minutes: float = 1) -> list[Released]:
    return list(through_prefect(runs, orders or (ORDER,), push, wait_minutes=minutes, say=lambda _: None))


def _still(_: float) -> None:
    """Nobody waits."""


def test_the_run_is_asked_for_once_and_waited_for(fake: Api) -> None:
    fake.states["sort@v2"] = [RUNNING, RUNNING, ("FAILED", "Rejected")]
    fake.labels = {"promptship.release": "rel_1"}
    (ended,) = _released(FlowRuns(fake.url, sleep=_still))
    address = f"http://127.0.0.1:{fake.port}/runs/flow-run/run-0"
    assert ended == Released("sort@v2", Verdict.REJECT, "it is Rejected", "rel_1", address)
    (run,) = fake.runs.values()
    order = {"version": "sort@v2", "environment": "demo", "until": "shadow", "by": "ci"}
    assert (run["parameters"], run["idempotency_key"]) == (
        {"order": order},
        f"promptship ci {'c' * 40} sort@v2 demo shadow 1",
    )


def test_a_job_that_is_repeated_finds_its_run_and_a_new_attempt_starts_one(fake: Api) -> None:
    fake.states["sort@v2"] = [("COMPLETED", "Promoted")]
    runs = FlowRuns(fake.url, sleep=_still)
    addresses = [_released(runs, push=push)[0].run for push in (PUSH, PUSH, replace(PUSH, attempt="2"))]
    assert addresses[0] == addresses[1] != addresses[2]


def test_a_server_that_restarts_is_waited_for(fake: Api) -> None:
    """Away while the run is asked for and while it is waited for; then busy, and behind a proxy."""
    fake.states["sort@v2"] = [RUNNING, RUNNING, RUNNING, ("COMPLETED", "Promoted")]
    fake.down()
    pauses: list[float] = []

    def restart(seconds: float) -> None:
        pauses.append(seconds)
        {2: fake.up, 4: fake.down, 6: fake.up}.get(len(pauses), _nothing)()
        if len(pauses) == 6:
            fake.answers = [503, "<html>Bad gateway</html>", 429]

    (ended,) = _released(FlowRuns(fake.url, sleep=restart))
    assert ended.verdict is Verdict.PASS
    assert len(fake.runs) == 1
    assert pauses[:2] == [1.0, 2.0]


def _nothing() -> None:
    """Goes on as it is."""


def test_a_server_that_stays_away_is_an_error_in_the_end(fake: Api) -> None:
    fake.down()
    runs = FlowRuns(fake.url, sleep=_still, patience_s=60)
    (ended,) = _released(runs)
    assert ended.verdict is Verdict.ERROR
    assert "did not answer for 1 minutes" in ended.sentence


def test_what_takes_longer_is_not_decided_yet(fake: Api) -> None:
    fake.states = {"sort@v2": [RUNNING], "reply@v1": [("FAILED", "Stopped")]}
    ended = _released(FlowRuns(fake.url, sleep=_still), ORDER, ORDER.model_copy(update={"version": "reply@v1"}))
    assert [one.verdict for one in ended] == [Verdict.INCONCLUSIVE] * 2
    assert "goes on" in ended[0].sentence


def test_a_refusal_is_not_repeated(fake: Api) -> None:
    fake.answers = [401]
    (ended,) = _released(FlowRuns(fake.url, sleep=_never))
    assert ended.verdict is Verdict.ERROR
    assert "status 401" in ended.sentence


def _never(_: float) -> None:
    raise AssertionError("it waits for what will not change")


@pytest.mark.parametrize(
    ("environ", "header"),
    [
        ({"PREFECT_API_KEY": "pnu_1"}, "Bearer pnu_1"),
        ({"PREFECT_API_AUTH_STRING": "admin:pass"}, "Basic YWRtaW46cGFzcw=="),
        ({}, None),
    ],
)
def test_keys(fake: Api, environ: dict[str, str], header: str | None) -> None:
    fake.states["sort@v2"] = [("COMPLETED", "AlreadyLive")]
    _released(FlowRuns.of({"PREFECT_API_URL": f"{fake.url}/", **environ}))
    assert {one.get("Authorization") for one in fake.headers} == {header}


@pytest.mark.parametrize("url", ["", "file:///etc/passwd"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match="PREFECT_API_URL"):
        FlowRuns.of({"PREFECT_API_URL": url})


@pytest.mark.prefect
def test_as_a_real_server_has_it(local: Local) -> None:
    flow = local.ask("flows/", {"name": "ci-flow"})
    local.ask("deployments/", {"name": "one", "flow_id": flow["id"]})
    runs = FlowRuns(local.api)
    parameters = {"order": {"version": "sort@v2"}}
    run, same, other = (runs.start("ci-flow/one", parameters, key) for key in ("first", "first", "second"))
    assert run == same != other
    assert runs.read(run)["parameters"] == parameters
    assert of_run("sort@v2", runs.read(run), "") is None
    rejected = {"type": "FAILED", "name": "Rejected", "message": "worse"}
    local.ask(f"flow_runs/{run}/set_state", {"state": rejected, "force": True})
    local.ask(f"flow_runs/{run}/labels", {"promptship.release": "rel_1"}, "PATCH")
    assert of_run("sort@v2", runs.read(run), "") == Released("sort@v2", Verdict.REJECT, "worse", "rel_1", "")
    with pytest.raises(SettingsError, match="promptship deploy"):
        runs.start("ci-flow/two", parameters, "third")
