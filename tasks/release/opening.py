"""Open a release, or find the attempt that is open already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from registry.artifact import PromptVersion
from registry.behavior import Behavior
from registry.environments import SANDBOX
from registry.errors import LockMismatch, ReleaseError, ReleaseOpen
from registry.policy import Policy
from registry.runtime.ids import new_id
from registry.runtime.routes import Route
from tasks.ledger import anchor, event, release, trace
from tasks.ledger.release import Release
from tasks.ledger.store import Transaction

from . import extent
from .orders import ReleaseOrder
from .traffic import recover
from .workspace import Workspace

LOOK_BACK: Final = timedelta(days=7)
_ALWAYS: Final = 10**12
"""More units a day than anybody has: the canary keeps the ramp that was decided at the start."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`release_id` is None when the candidate is live already and nothing was opened."""

    release_id: str | None
    resumed: bool
    sentence: str


def open_release(workspace: Workspace, order: ReleaseOrder, now: datetime) -> Opened:
    """Resume the open attempt of this candidate, or open one with policy, note, baseline and anchor frozen.

    Raises ReleaseOpen when another version is being released, ReleaseError when an earlier attempt has ended and no
    new one was asked for, AccessDenied when this account may not publish what would come of it, and what the registry
    raises for an unknown or unlocked version.
    """
    order.checked()
    version = workspace.catalog.get(order.prompt, order.number)
    behavior = workspace.catalog.behavior(version)
    policy = workspace.catalog.environments.policy(order.environment, version.risk)
    route = workspace.publisher.read_table(order.environment).prompts.get(order.prompt)
    found = _attempt(workspace, order, behavior, route)
    if found is not None and found.release_id is None:
        return found
    _may_publish(workspace, order, policy, first=route is None)
    if found is not None and found.release_id is not None:
        extent.resumed(workspace, order, found.release_id, now)
        return found
    if policy.requires_lock:
        _locked(workspace, version)
    return _open(workspace, order, version, behavior, policy, route, now)


def recover_or_open(workspace: Workspace, order: ReleaseOrder, now: datetime) -> Opened:
    """The same once ledger and outbox say what was published.

    An attempt that died after its last change of routes, and before the ledger heard of it, has ended by that: it is
    still the answer to whoever asks for this version, so that they hear how.
    """
    before = release.open_of(workspace.store, order.environment, order.prompt)
    recover(workspace)
    if before is None or order.again or before.to_version != order.number:
        return open_release(workspace, order, now)
    if release.get(workspace.store, before.release_id).decision is None:
        return open_release(workspace, order, now)
    return Opened(before.release_id, True, f"{before.release_id} has ended")


def _may_publish(workspace: Workspace, order: ReleaseOrder, policy: Policy, *, first: bool) -> None:
    """Before a model is asked. The way back is rehearsed in the sandbox."""
    workspace.publisher.check_writable(order.environment)
    if policy.rehearsal_required and not first:
        workspace.publisher.check_writable(SANDBOX)


def _attempt(workspace: Workspace, order: ReleaseOrder, behavior: Behavior, route: Route | None) -> Opened | None:
    """What exists already: an open attempt to go on with, a version that is live, or an ended attempt."""
    open_ = release.open_of(workspace.store, order.environment, order.prompt)
    if open_ is not None and (open_.to_version, open_.to_behavior) == (order.number, behavior.sha):
        return Opened(open_.release_id, True, f"goes on with {open_.release_id}")
    if open_ is not None:
        raise ReleaseOpen(
            f"{open_.prompt_id} {open_.to_version} is being released to {open_.environment} ({open_.release_id})",
            expected="one open release for a prompt and an environment",
            fix=f"Let it end, or run: promptship release abort {open_.release_id} --reason WHY",
        )
    if route is not None and route.live.behavior == behavior.sha and not order.again:
        return Opened(None, False, f"{order.version} is already live in {order.environment}")
    _once(workspace, order, behavior)
    return None


def _once(workspace: Workspace, order: ReleaseOrder, behavior: Behavior) -> None:
    before = release.attempts(workspace.store, order.environment, order.prompt, behavior.sha)
    if before and not order.again:
        last = before[-1]
        raise ReleaseError(
            f"{order.version} was released to {order.environment} before, as {last.to_version}: "
            f"{last.decision} ({last.release_id})",
            expected="a new attempt that is asked for, with a reason",
            fix="Add --again --reason WHY",
        )


def for_traffic(workspace: Workspace, order: ReleaseOrder, policy: Policy, now: datetime) -> Policy:
    """Decided once: with few units a day, the environment's ramp and deadline for low traffic.

    Units of the last seven days, over the days since the first request among them, at least one.
    """
    low = policy.low_traffic
    if low is None:
        return policy
    place, since = (workspace.store, order.environment, order.prompt), now - LOOK_BACK
    first = trace.began(*place, since=since, until=now) or now
    days = max((now - first) / timedelta(days=1), 1.0)
    if trace.traffic(*place, since=since, until=now).units / days >= low.below_units_per_day:
        return policy.model_copy(update={"low_traffic": None})
    decided = low.model_copy(update={"below_units_per_day": _ALWAYS})
    return policy.model_copy(update={"ramp": low.ramp, "deadline_canary": low.deadline, "low_traffic": decided})


def _locked(workspace: Workspace, version: PromptVersion) -> None:
    if workspace.catalog.locked(version) is None:
        raise LockMismatch(
            f"{version.name} is not in registry.lock",
            expected="a locked version: its behavior and its change note pinned before it is released",
            fix="Run `promptship prompt lock` and commit registry.lock",
        )


def _open(
    workspace: Workspace,
    order: ReleaseOrder,
    version: PromptVersion,
    behavior: Behavior,
    policy: Policy,
    route: Route | None,
    now: datetime,
) -> Opened:
    release_id = new_id("rel_")
    policy = for_traffic(workspace, order, policy, now)
    live = route.live if route is not None else None

    def write(tx: Transaction) -> None:
        attempt = 1 + len(release.attempts(tx, order.environment, order.prompt, behavior.sha))
        release.insert(
            tx,
            Release(
                release_id=release_id,
                environment=order.environment,
                prompt_id=order.prompt,
                from_version=live.version if live else None,
                from_behavior=live.behavior if live else None,
                to_version=order.number,
                to_behavior=behavior.sha,
                anchor_behavior=anchor.behavior(tx, order.environment, order.prompt),
                risk=version.risk,
                author=version.change.author,
                attempt=attempt,
                started_by=order.by or workspace.actor,
                started_at=now,
                components={str(name): value for name, value in behavior.shas.items()},
                policy=policy.model_dump(mode="json"),
                change_note=version.change.model_dump(mode="json", exclude_none=True),
            ),
        )
        event.append(
            tx,
            kind=extent.OPENED,
            actor=order.by or workspace.actor,
            subjects={"release_id": release_id, "prompt_id": order.prompt, "environment": order.environment},
            payload={"version": order.number, "attempt": attempt, "reason": order.reason, "until": order.until},
            at=now,
        )

    workspace.store.tx(write)
    return Opened(release_id, False, f"opened {release_id}")
