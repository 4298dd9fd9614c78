"""Tonight's plan of an environment."""

from __future__ import annotations

from tasks.ledger import drift
from tasks.release.workspace import Workspace

from . import gathering
from .plan import NIGHT_CALLS, Budget, Plan, plan


def tonight(
    workspace: Workspace,
    environment: str,
    *,
    calls: int | None = None,
    usd: float | None = None,
    alarmed: frozenset[str] = frozenset(),
) -> Plan:
    """Within `calls` and `usd`; where they are None, the default calls and the environment's money for a night. What
    the sentinel has drawn since midnight (UTC) is part of it."""
    now = workspace.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rules = workspace.catalog.environments.environment(environment)
    budget = Budget(NIGHT_CALLS if calls is None else calls, rules.budget.usd_per_night if usd is None else usd)
    cells, left = gathering.cells(workspace, environment, now), gathering.left(workspace, environment, now)
    drawn = drift.answers_drawn(workspace.store, midnight)
    return plan(cells, budget, now.date(), alarmed=alarmed, left=left, drawn=drawn, now=now)
