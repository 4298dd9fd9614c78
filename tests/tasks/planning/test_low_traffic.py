"""Production with few units a day: its low-traffic ramp, and the guards that nobody can test."""

from __future__ import annotations

from collections.abc import Iterator
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
from tasks.release.orders import ReleaseOrder
from tests.world import PROMPT, World, world

DAYS, A_DAY = 6, 100


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """v1 is live in production and gets a hundred sessions a day."""
    with world(tmp_path_factory.mktemp("world")) as made:
        behavior = live(made)
        now = made.workspace.now()
        gap = timedelta(days=1) / A_DAY
        rows = [request(behavior, number, now - gap * (number + 1)) for number in range(DAYS * A_DAY)]
        made.workspace.store.tx(lambda tx: trace.insert_many(tx, [row for row, _ in rows], rows[0][1]))
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
