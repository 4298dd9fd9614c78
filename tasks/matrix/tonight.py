"""Tonight's plan of an environment."""

from __future__ import annotations

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
    """Within `calls` and `usd`; where they are None, the default calls and the environment's money for a night."""
    now = workspace.now()
    rules = workspace.catalog.environments.environment(environment)
    budget = Budget(NIGHT_CALLS if calls is None else calls, rules.budget.usd_per_night if usd is None else usd)
    return plan(gathering.cells(workspace, environment, now), budget, now.date(), alarmed=alarmed, now=now)
