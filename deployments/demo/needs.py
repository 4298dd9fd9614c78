"""What the demo's canary would have needed with production's margins: the price of its short cut, said aloud."""

from __future__ import annotations

import math
from dataclasses import replace

from tasks.canary.declaring import fresh
from tasks.canary.planning import Forecast, forecast
from tasks.ledger import release
from tasks.release.loading import load
from tasks.release.record import Record, Walk
from tasks.release.workspace import Workspace


def production_needs(workspace: Workspace) -> list[str]:
    """One line a guard for the newest release that had a baseline; none when there was no such release."""
    rows = release.recent(workspace.store, environment="demo", limit=10)
    judged = [row for row in rows if row.from_behavior is not None]
    if not judged:
        return []
    now = workspace.now()
    record = load(workspace, judged[0].release_id, Walk(now), now)
    plan = fresh(workspace, _in_production(workspace, record), now).plan
    needed = [found for found in forecast(plan, None) if math.isfinite(found.prove.q80)]
    head = "The demo's margins are wide (0.15). With production's, a harmless canary would need, in 4 of 5 cases:"
    return [head, *(_line(found) for found in sorted(needed, key=lambda found: -found.prove.q80))]


def _in_production(workspace: Workspace, record: Record) -> Record:
    policy = workspace.catalog.environments.policy("production", record.policy.risk)
    return replace(record, policy=policy.model_copy(update={"low_traffic": None}))


def _line(found: Forecast) -> str:
    return f"    {found.guard}: {math.ceil(found.prove.q80):,} canary units"
