"""The plan of releases in a whole promptship, beside what they then really take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.runtime.spool import sealed
from tasks.ledger import ingest, stage_result, trace
from tasks.planning.foreseeing import foresee
from tasks.planning.prospect import Prospect
from tasks.release.ahead import ahead
from tasks.release.orders import ReleaseOrder
from tasks.release.showing import status
from tasks.release.workspace import Workspace
from tasks.shadow.sampling import LOOK_BACK
from tests.polling import until
from tests.world import PROMPT, World, add_version, world


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """v1 is live and has served."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.release("v1")
        made.serve(60)
        until(lambda: taken_in(made) == 60, "60 requests in the ledger")
        yield made


def taken_in(here: World) -> int:
    now = here.workspace.now()
    ingest.take_in(here.workspace.store, sealed(here.workspace.roots.spool), now)
    return trace.traffic(here.workspace.store, "demo", PROMPT, since=now - LOOK_BACK, until=now).requests


def order(version: str, **more: object) -> ReleaseOrder:
    return ReleaseOrder.model_validate({"version": f"{PROMPT}@{version}", "environment": "demo", **more})


def planned(here: World, version: str, **more: object) -> Prospect:
    found = ahead(here.workspace, order(version, **more), here.workspace.now())
    assert found is not None
    return foresee(here.workspace, found.record, found.attempt, here.workspace.now())


@pytest.fixture(scope="module")
def released(here: World) -> tuple[Prospect, str]:
    """What was foreseen of v2 and was then released."""
    before = planned(here, "v2")
    record = here.release("v2")
    assert record is not None
    return before, record.release_id


def test_the_steps_and_their_calls(released: tuple[Prospect, str]) -> None:
    steps = {step.step: step for step in released[0].steps}
    assert list(steps) == ["lint", "fast_gate", "gate", "shadow", "canary 50", "promote"]
    assert (steps["fast_gate"].least.calls, steps["gate"].least.calls, steps["gate"].most.calls) == (60, 240, 1200)
    assert steps["shadow"].note == "60 recorded requests"


def test_it_takes_what_was_foreseen(here: World, released: tuple[Prospect, str]) -> None:
    before, release_id = released
    results = stage_result.of_release(here.workspace.store, release_id)
    spent = sum(result.cost_usd or 0.0 for result in results)
    assert before.least.calls == sum(result.calls for result in results)
    assert before.least.usd is not None
    assert 0.5 * spent <= before.least.usd <= 2 * spent


def test_the_plan_is_kept_with_the_release(here: World, released: tuple[Prospect, str]) -> None:
    kept = status(here.workspace, released[1])["plan"]
    assert kept["steps"] == released[0].dump()["steps"]
    assert kept["canary"]["units_per_day"] > 0


def test_what_the_gate_and_the_canary_can_find(released: tuple[Prospect, str]) -> None:
    before, _ = released
    assert before.canary is not None
    assert before.gate.margin is not None
    assert before.gate.finds is not None
    assert before.gate.margin <= before.gate.finds < 0.1
    assert {guard.source for guard in before.canary.guards} == {"environment"}
    assert all(0 < guard.prove[0] <= guard.prove[1] for guard in before.canary.guards)


def test_a_version_that_is_live_needs_no_plan(here: World, released: tuple[Prospect, str]) -> None:
    assert ahead(here.workspace, order("v2"), here.workspace.now()) is None


def test_a_first_release_has_no_canary(here: World) -> None:
    first = planned(here, "v2", environment="staging")
    assert first.canary is None
    assert [step.step for step in first.steps][-1] == "promote"
    assert first.gate.min_score == 0.2


def test_a_version_that_is_not_locked_would_be_refused(here: World) -> None:
    add_version(here.workspace.roots.registry, "v9", 50, 0)
    fresh = Workspace(here.workspace.roots, actor="test")
    found = ahead(fresh, order("v9", environment="production"), fresh.now())
    assert found is not None
    assert found.obstacle == f"{PROMPT}@v9 is not in registry.lock: promptship prompt lock"


def test_an_open_release_goes_on(here: World, released: tuple[Prospect, str]) -> None:
    here.release("v4", until="lint")
    found = ahead(here.workspace, order("v4"), here.workspace.now())
    assert found is not None
    assert found.record.release_id.startswith("rel_")
    assert foresee(here.workspace, found.record, found.attempt, here.workspace.now()).steps[0].note == "done: pass"
    other = ahead(here.workspace, order("v3"), here.workspace.now())
    assert other is not None
    assert other.obstacle == f"v4 is being released ({found.record.release_id})"
