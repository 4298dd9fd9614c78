"""Events start deployments on a real server with a real worker, although nobody watches what they are about."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tasks.ledger import release
from tasks.release import pinning
from tests.polling import until
from tests.served import RUN_S, Served
from tests.world import PROMPT

pytestmark = [pytest.mark.e2e, pytest.mark.prefect, pytest.mark.timeout(900, func_only=True)]

VERSION = "v4"
"""Taken back again by each test."""


def hear(here: Served, kind: str, **about: str) -> None:
    """Something happened to PROMPT, as the flows announce it."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    resource = {"prefect.resource.id": f"promptship.prompt.demo.{PROMPT}"}
    payload = {"environment": "demo", "prompt_id": PROMPT, **about}
    here.ask("events", [{"event": kind, "resource": resource, "payload": payload, "occurred": at, "id": str(uuid4())}])


def started(here: Served, deployment: str) -> Any:
    """The run of this deployment that an automation started."""
    found = here.ask(f"deployments/name/{deployment}/{deployment}")["id"]

    def by_automation() -> Any:
        runs = here.ask("flow_runs/filter", {"flow_runs": {"deployment_id": {"any_": [found]}}})
        return [run for run in runs if (run["created_by"] or {}).get("type") == "AUTOMATION"]

    return until(by_automation, f"a run of {deployment}")[0]


@pytest.fixture
def canary(here: Served) -> Iterator[str]:
    """The run of a release whose canary has traffic, and a lease, for longer than a test takes."""
    environments = here.roots.registry / "environments.yaml"
    before = environments.read_text()
    here.change(approval="{low: []}", dwell="{low: 30m}", lease="600s")
    try:
        run = here.start("release", order={"version": f"{PROMPT}@{VERSION}", "environment": "demo", "by": "test"})
        until(lambda: here.route().canary, "the canary", RUN_S)
        yield run
    finally:
        environments.write_text(before)


def test_a_breach_takes_back_the_canary_of_a_dead_release(here: Served, canary: str) -> None:
    taking = here.route().canary
    assert taking is not None
    # given a release whose process is dead, and whose canary still has its share
    os.kill(int(here.ask(f"flow_runs/{canary}")["infrastructure_pid"]), signal.SIGKILL)
    here.end(canary, "Crashed")
    assert here.route().canary
    # when a breach is announced
    hear(here, "promptship.canary.breached", release_id=taking.release, reason="harm beyond the margin: refusal")
    # then the rollback runs by itself, and live has all traffic
    assert here.end(started(here, "rollback")["id"], "TakenBack")
    route = here.route()
    assert (route.canary, route.live.version) == (None, "v1")
    ended = release.recent(here.workspace.store, prompt_id=PROMPT, limit=1)[0]
    assert (ended.to_version, ended.decision, ended.decided_by) == (VERSION, "roll_back", "automation")
    assert "harm beyond the margin: refusal" in (ended.reason or "")


@pytest.fixture
def changed(here: Served) -> Iterator[None]:
    """Live is VERSION, and v1 served before it."""
    workspace = here.workspace
    pinning.pin(workspace, "demo", PROMPT, VERSION, by="test", reason="to have a way back", break_glass=True)
    yield
    pinning.pin(workspace, "demo", PROMPT, "v1", by="test", reason="its test is over")


@pytest.mark.usefixtures("changed")
def test_drift_rehearses_the_way_back_of_the_prompt(here: Served) -> None:
    # when the model behind a prompt has changed
    hear(here, "promptship.drift.confirmed", target="parrot", reason="its answers differ from the reference")
    # then its way back is rehearsed
    run = started(here, "rehearse-rollback")
    assert run["parameters"] == {"environment": "demo", "prompt": PROMPT}
    assert f"{PROMPT} in demo: pass." in here.end(run["id"], "Rehearsed")["state"]["message"]
