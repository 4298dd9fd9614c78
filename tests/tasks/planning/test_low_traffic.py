"""Production with few units a day: its low-traffic ramp, and the guards that nobody can test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.routes import Pinned
from tasks.ledger import trace
from tasks.ledger.trace import Trace
from tasks.planning.foreseeing import foresee
from tasks.planning.prospect import Canary, Prospect
from tasks.release.ahead import ahead
from tasks.release.opening import for_traffic
from tasks.release.orders import ReleaseOrder
from tests.world import PROMPT, World, world

DAYS, A_DAY = 6, 100


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """v1 is live in production and gets a hundred sessions a day, as what was live before it did."""
    with world(tmp_path_factory.mktemp("world")) as made:
        behavior = live(made)
        now = made.workspace.now()
        gap = timedelta(days=1) / A_DAY
        served = [behavior] * DAYS * A_DAY + ["f" * 64] * A_DAY
        rows = [request(one, number, now - gap * (number + 1)) for number, one in enumerate(served)]
        kept = [row if row.intended == behavior else replace(row, variables=None) for row, _ in rows]
        made.workspace.store.tx(lambda tx: trace.insert_many(tx, kept, rows[0][1]))
        yield made


def live(here: World) -> str:
    publisher, catalog = here.workspace.publisher, here.workspace.catalog
    behavior = catalog.behavior(catalog.get(PROMPT, "v1"))
    publisher.put_artifact(from_behavior(behavior))
    table = publisher.read_table("production")
    changed = routes_change.go_live(table, PROMPT, "parcels.sort", Pinned(version="v1", behavior=behavior.sha))
    publisher.swap(
        routes_change.stamped(changed, operation="op_1", at=here.workspace.now(), by="test"), table.generation
    )
    return behavior.sha


def request(behavior: str, number: int, at: datetime) -> tuple[Trace, datetime]:
    made = Trace(
        trace_id=f"tr_{number}", ts=at, environment="production", prompt_id=PROMPT, version="v1", intended=behavior,
        served=behavior, arm="live", generation=1, unit=f"u{number}", unit_key_id="k", schema_ok=number % 50 > 0,
        refusal=number % 200 == 0, latency_ms=900.0 + number % 100, output_tokens=10, prompt_tokens=40, cost_usd=1e-4,
        variables={"message": f"lamp number {number}"},
    )  # fmt: skip
    return made, at


@pytest.fixture(scope="module")
def prospect(here: World) -> Prospect:
    order = ReleaseOrder(version=f"{PROMPT}@v2", environment="production")
    found = ahead(here.workspace, order, here.workspace.now())
    assert found is not None
    return foresee(here.workspace, found.record, found.attempt, here.workspace.now())


@pytest.fixture(scope="module")
def canary(prospect: Prospect) -> Canary:
    assert prospect.canary is not None
    return prospect.canary


@pytest.mark.parametrize(("units", "low"), [(2500, False), (1500, True)])
def test_a_prompt_that_is_a_day_old_has_the_traffic_of_that_day(here: World, units: int, low: bool) -> None:
    """Not a seventh of it: it would get the ramp that begins with the larger share."""
    now, place = here.workspace.now(), f"young-{units}"
    gap = timedelta(days=1) / units
    made = [request("a" * 64, number, now - gap * (number + 1))[0] for number in range(units)]
    rows = [replace(row, trace_id=f"{place}-{row.trace_id}", environment=place) for row in made]
    here.workspace.store.tx(lambda tx: trace.insert_many(tx, rows, now))
    policy = here.workspace.catalog.environments.policy("production", "medium")
    found = for_traffic(here.workspace, ReleaseOrder(version=f"{PROMPT}@v2", environment=place), policy, now)
    assert (found.low_traffic is not None) is low
    assert found.ramp == ((10, 50, 100) if low else policy.ramp)


def test_todays_traffic_and_the_ramp_for_it(prospect: Prospect, canary: Canary) -> None:
    assert canary.units_per_day == pytest.approx(A_DAY, rel=0.05)
    assert (list(canary.ramp), canary.deadline_days, canary.low_traffic) == ([10, 50, 100], 14, True)
    assert any("low-traffic ramp" in note for note in prospect.notes)


def test_a_rare_event_cannot_be_tested_and_a_slowdown_can(prospect: Prospect, canary: Canary) -> None:
    fits = {guard.guard: guard.fits for guard in canary.guards}
    assert fits["refusal max_increase 0.005"] is False
    assert fits["latency max_ratio 1.1"] is True
    refusal = next(row for row in prospect.untestable if row.what == "refusal max_increase 0.005")
    assert "at 100 units a day; the canary ends after 14 days" in refusal.why


def test_the_declared_guard_is_named_as_such(canary: Canary) -> None:
    assert {guard.guard: guard.source for guard in canary.guards}["schema_ok max_decrease 0.05"] == "declared"


def test_shadow_is_sized_by_what_was_recorded(prospect: Prospect) -> None:
    shadow = next(step for step in prospect.steps if step.step == "shadow")
    assert (shadow.least.calls, shadow.note) == (500, "500 recorded requests")


def test_what_live_took_stands_for_a_version_that_was_never_asked(prospect: Prospect) -> None:
    assert prospect.least.minutes is not None
    assert prospect.least.usd is not None
