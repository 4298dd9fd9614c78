"""The record of a release that is not opened yet, as it would be if it were opened now."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tasks.ledger import release

from .loading import load, rehearsed
from .opening import for_traffic
from .orders import ReleaseOrder
from .record import Record, Walk
from .workspace import Workspace


class Ahead(NamedTuple):
    """`attempt` counts those of this candidate. `obstacle` is why `release start` would refuse it as things stand."""

    record: Record
    attempt: int
    obstacle: str | None


def ahead(workspace: Workspace, order: ReleaseOrder, now: datetime) -> Ahead | None:
    """The open attempt of this candidate, else a new one; None when it is live already. Writes nothing.

    Raises what the registry raises for an unknown version or environment.
    """
    sha = workspace.catalog.behavior(workspace.catalog.get(order.prompt, order.number)).sha
    open_ = release.open_of(workspace.store, order.environment, order.prompt)
    if open_ is not None and (open_.to_version, open_.to_behavior) == (order.number, sha):
        return Ahead(load(workspace, open_.release_id, Walk(now), now), open_.attempt, None)
    made = _made(workspace, order, sha, now)
    if made.live == sha and not order.again:
        return None
    attempt = 1 + len(release.attempts(workspace.store, order.environment, order.prompt, sha))
    busy = f"{open_.to_version} is being released ({open_.release_id})" if open_ is not None else None
    return Ahead(made, attempt, busy or _unlocked(workspace, made))


def _made(workspace: Workspace, order: ReleaseOrder, sha: str, now: datetime) -> Record:
    version = workspace.catalog.get(order.prompt, order.number)
    policy = workspace.catalog.environments.policy(order.environment, version.risk)
    route = workspace.publisher.read_table(order.environment).prompts.get(order.prompt)
    live = route.live if route is not None else None
    baseline = live.behavior if live is not None else None
    proof = (order.environment, order.prompt, baseline, policy.rehearsal_valid, now)
    return Record(
        release_id="",
        environment=order.environment,
        prompt_id=order.prompt,
        to_version=order.number,
        to_behavior=sha,
        from_version=live.version if live is not None else None,
        from_behavior=baseline,
        policy=for_traffic(workspace, order, policy, now),
        walk=Walk(now),
        opened_at=now,
        live=baseline,
        rehearsed=rehearsed(workspace.store, route, *proof),
    )


def _unlocked(workspace: Workspace, made: Record) -> str | None:
    version = workspace.catalog.get(made.prompt_id, made.to_version)
    if not made.policy.requires_lock or workspace.catalog.locked(version) is not None:
        return None
    return f"{version.name} is not in registry.lock: promptship prompt lock"
