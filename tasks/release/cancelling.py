"""The run of a release was cancelled: its canary takes no traffic any more."""

from __future__ import annotations

from .orders import ReleaseOrder
from .rollback_order import RollbackOrder
from .rolling_back import Plan, withdraw
from .workspace import Workspace

REASON = "its run was cancelled in Prefect"


def give_back(workspace: Workspace, order: ReleaseOrder) -> list[str]:
    """Withdraw the canary of this version, which ends its release as rolled back; what was done, for people.

    Live is never touched, also when the version was promoted meanwhile. A release without a canary stays open. Safe to
    do again.
    """
    route = workspace.publisher.read_table(order.environment).prompts.get(order.prompt)
    canary = route.canary if route is not None else None
    if canary is None or canary.version != order.number:
        return [f"{order.version} has no canary in {order.environment}; an open release of it stays open"]
    back = RollbackOrder(prompt=order.prompt, environment=order.environment, reason=REASON, by=workspace.actor)
    return withdraw(workspace, back, Plan(canary, None)).sentences
