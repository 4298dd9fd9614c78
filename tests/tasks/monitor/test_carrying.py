"""A canary whose release died is carried on to the end that its rules give it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from tasks.ledger import claim, event, release, stage_result
from tasks.monitor.carrying import may_take
from tasks.release import traffic
from tasks.release.claiming import hold
from tasks.release.record import Stage, Step
from tasks.release.recording import StageOutcome, finish
from tasks.release.verdict import Verdict
from tests.polling import until
from tests.world import CHECKOUT, PROMPT

from .conftest import Shop, rules


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("stage", Stage)
def test_the_monitor_starts_no_canary_and_judges_no_gate(stage: Stage, begun: bool) -> None:
    of_a_canary = stage in (Stage.CANARY, Stage.REHEARSAL, Stage.PROMOTE, Stage.APPROVAL)
    assert may_take(Step(stage), begun) is (stage is Stage.CLOSE or (begun and of_a_canary))
    assert not may_take(None, begun)


def test_a_release_killed_in_its_canary_is_promoted(shop: Shop) -> None:
    """With SIGKILL, in a process of its own: its claims are still there, and its owner is not."""
    shop.gated("v2")
    folder = shop.world.workspace.roots.home.parent
    dying = [sys.executable, "-m", "tests.running_release", str(folder), "v2", "canary:1"]
    killed = subprocess.run(dying, cwd=CHECKOUT, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    store = shop.world.workspace.store
    before = claim.get(store, f"watch:demo/{PROMPT}")
    found = shop.look_until("promoted")
    (row,) = [one for one in release.recent(store) if one.to_version == "v2"]
    after = claim.get(store, f"watch:demo/{PROMPT}")
    assert (row.decision, row.decided_by, shop.world.live) == ("promote", "guard monitor", "v2")
    assert "promoted" in found.sentence
    assert before is not None
    assert after is not None
    assert after.epoch > before.epoch
    stages = [(result.stage, result.verdict) for result in stage_result.of_release(store, row.release_id)]
    assert stages == [(stage, "pass") for stage in ("lint", "fast_gate", "gate", "shadow", "canary")]
    events = event.of_release(store, row.release_id)
    (planned,) = [e.payload["generation"] for e in events if e.kind == "promptship.canary.planned"]
    assert planned < min(found["generation"] for found in store.rows("SELECT generation FROM assignment"))
    told = Counter(e.kind for e in events)
    once = ("release.opened", "canary.planned", "release.promoted")
    assert [told[f"promptship.{kind}"] for kind in once] == [1, 1, 1]
    assert shop.world.workspace.roots.reports.joinpath(f"{row.release_id}.md").exists()


def test_a_breach_is_rolled_back_at_once(shop: Shop) -> None:
    shop.killed_in_canary()
    shop.break_version(quality=80)
    shop.look_until("rolled back")
    (row,) = [one for one in release.recent(shop.world.workspace.store) if one.to_version == "v2"]
    assert (row.decision, row.decided_by, shop.world.live, shop.route.canary) == (
        "roll_back",
        "guard monitor",
        "v1",
        None,
    )
    assert not [finding for finding in shop.look() if finding.watched == "release"]


def test_without_telemetry_the_lease_ends_and_at_the_deadline_it_is_held(shop: Shop) -> None:
    shop.killed_in_canary()
    lease = _lease(shop)
    shop.later = timedelta(seconds=60)
    assert [finding.did for finding in shop.look() if finding.watched == "release"] == ["carried on"]
    assert _lease(shop) == lease
    shop.world.serve(1)
    until(lambda: shop.look() and _lease(shop) > lease, "a lease that was renewed")
    shop.later = timedelta(minutes=5)
    assert [finding.did for finding in shop.look() if finding.watched == "release"] == ["held"]
    assert (shop.route.canary, shop.world.live) == (None, "v1")


def test_while_a_person_is_asked_the_canary_is_kept_at_its_share(shop: Shop) -> None:
    """Beyond the canary's own deadline as well; without telemetry the lease lapses, with it the canary comes back."""
    _waiting(shop)
    shop.later = timedelta(minutes=5)
    lease = _lease(shop)
    assert [finding.did for finding in shop.look() if finding.watched == "release"] == ["carried on"]
    assert (_lease(shop), _lease(shop) < shop.now()) == (lease, True)
    shop.world.serve(1)
    until(lambda: shop.look() and _lease(shop) > shop.now(), "a lease that was renewed")
    assert shop.route.canary is not None
    assert (shop.route.canary.share_bps, len(shop.events("approval.asked"))) == (5000, 1)
    (row,) = [one for one in release.recent(shop.world.workspace.store) if one.to_version == "v2"]
    results = stage_result.of_release(shop.world.workspace.store, row.release_id)
    assert [result.verdict for result in results if result.stage == "canary"] == ["pass"]


def test_nobody_answers_in_time_and_it_is_held(shop: Shop) -> None:
    _waiting(shop)
    shop.later = timedelta(hours=24, minutes=1)
    assert [finding.did for finding in shop.look() if finding.watched == "release"] == ["held"]
    assert (shop.route.canary, shop.world.live) == (None, "v1")


def test_a_breach_while_a_person_is_asked_is_rolled_back(shop: Shop) -> None:
    _waiting(shop)
    shop.break_version(quality=80)
    shop.look_until("rolled back")
    (row,) = [one for one in release.recent(shop.world.workspace.store) if one.to_version == "v2"]
    assert (row.decision, shop.world.live, shop.route.canary) == ("roll_back", "v1", None)


def _waiting(shop: Shop) -> None:
    """A canary that has passed its first share, and whose release asks a person before the next."""
    rules(shop.world.workspace.roots.registry, ramp="{low: [50, 100]}\n  approval: {low: [100]}")
    here, record = shop.world.workspace, shop.gated("v2")
    traffic.serve_canary(here, record, share_bps=5000)
    finish(here, record, Stage.CANARY, StageOutcome(Verdict.PASS, "passed", {"share": 50}), here.now(), here.now())
    shop.look()
    assert [asked.payload["of"] for asked in shop.events("approval.asked")] == ["before 100"]


def _lease(shop: Shop) -> datetime:
    assert shop.route.canary is not None
    return shop.route.canary.lease_expires_at


def test_a_release_that_lives_is_left_alone(shop: Shop) -> None:
    shop.killed_in_canary()
    generation = shop.world.workspace.publisher.read_table("demo").generation
    here = shop.world.workspace
    with hold(here, f"release:demo/{PROMPT}"):
        started = claim.get(here.store, f"watch:demo/{PROMPT}")
        _in_another_thread(shop)
        assert claim.get(here.store, f"watch:demo/{PROMPT}") == started
    assert here.publisher.read_table("demo").generation == generation


def _in_another_thread(shop: Shop) -> None:
    """A claim belongs to a thread: for one's own it would be free."""
    with ThreadPoolExecutor(1) as pool:
        assert not [finding for finding in pool.submit(shop.look).result() if finding.watched == "release"]


def test_a_release_that_was_to_stop_after_its_canary_is_not_promoted(shop: Shop) -> None:
    shop.killed_in_canary(until="canary")
    store = shop.world.workspace.store
    (row,) = [one for one in release.recent(store) if one.to_version == "v2"]

    def passed() -> bool:
        shop.world.serve(40)
        shop.look()
        return stage_result.of_release(store, row.release_id)[-1].stage == "canary"

    until(passed, "a canary that passed")
    assert not [finding for finding in shop.look() if finding.watched == "release"]
    assert (release.get(store, row.release_id).decision, shop.world.live) == (None, "v1")


def test_a_release_that_was_opened_up_to_its_gate_and_went_on_is_carried_on(shop: Shop) -> None:
    """As CI and a model upgrade do it: the newest order says how far."""
    shop.killed_in_canary(opened="gate")
    shop.look_until("promoted")
    assert shop.world.live == "v2"
