"""An operator's hand on the routes: pin a version, or roll back to the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from registry.errors import RoutingError, UsageError
from registry.runtime import routes_change
from registry.runtime.routes import Pinned, Route, RouteTable
from tasks.ledger.anchor import Anchor
from tasks.ledger.event import Event, event

from .traffic import Transition, change, put, settle
from .workspace import Workspace


class Flip(NamedTuple):
    """A flip: the version before and after, the seconds until the table was written, and the table's generation.

    `done` False: nothing was to be done.
    """

    before: Pinned
    after: Pinned
    seconds: float
    done: bool
    sentence: str
    generation: int


def pin(
    workspace: Workspace,
    environment: str,
    prompt: str,
    version: str,
    *,
    by: str,
    reason: str,
    break_glass: bool = False,
) -> Flip:
    """Make a version live by hand. Only one that served here before, unless `break_glass` skips the gates and says so.

    Raises UsageError without a reason, RoutingError for a version that never served.
    """
    _reasoned(reason)
    found = workspace.catalog.get(prompt, version)
    behavior = workspace.catalog.behavior(found)
    route = workspace.publisher.read_table(environment).route(prompt)
    if behavior.sha not in {entry.behavior for entry in route.served} and not break_glass:
        raise RoutingError(
            f"{found.name} never served all traffic in {environment}",
            expected="a version that served before, or a release",
            fix=f"Run `promptship release start {prompt} {version} -e {environment}`, or pin with --break-glass",
        )
    put(workspace, environment, found)
    pinned = Pinned(version=version, behavior=behavior.sha)
    kind = "promptship.live.pinned"
    extra = {"break_glass": True} if break_glass else {}
    return _flip(
        workspace, environment, prompt, lambda table: routes_change.pin(table, prompt, pinned), kind, by, reason, extra
    )


def roll_back(
    workspace: Workspace,
    environment: str,
    prompt: str,
    *,
    by: str,
    reason: str,
    taking: str | None = None,
    to: str | None = None,
) -> Flip:
    """Go back to the newest certified version that served before live, or as far as the version `to`.

    `taking` is the behavior to take away, by default the live one: when another is live, it is done already.
    """
    _reasoned(reason)
    route = workspace.publisher.read_table(environment).route(prompt)
    taken = taking or route.live.behavior
    gone = [taken, *routes_change.passed(route, to)]
    return _flip(
        workspace,
        environment,
        prompt,
        lambda table: routes_change.roll_back(table, prompt, taking=taken, to=to),
        "promptship.live.rolled_back",
        by,
        reason,
        {},
        [_dropped(environment, prompt, behavior, reason, workspace.now()) for behavior in gone],
    )


def _flip(
    workspace: Workspace,
    environment: str,
    prompt: str,
    transition: Transition,
    kind: str,
    by: str,
    reason: str,
    extra: dict[str, bool],
    anchors: Sequence[Anchor] = (),
) -> Flip:
    started = workspace.now()
    read: RouteTable | None = None

    def noted(table: RouteTable) -> RouteTable:
        nonlocal read
        read = table
        return transition(table)

    def events(table: RouteTable) -> list[Event]:
        after = transition(table).prompts[prompt]
        payload = {**_ends(table.prompts[prompt], after), "reason": reason, **extra}
        about = {"environment": environment, "prompt_id": prompt, "behavior": after.live.behavior}
        return [event(kind=kind, actor=by, subjects=about, payload=payload, at=started)]

    table = change(workspace, environment, noted, events, anchors=anchors)
    settle(workspace)
    done = table is not read  # a change that found its work done gives back what it read
    before, after = (read or table).prompts[prompt], table.prompts[prompt]
    sentence = (
        f"{prompt} in {environment}: {before.live.version} -> {after.live.version}"
        if done
        else f"already done: {prompt} in {environment} serves {after.live.version}"
    )
    seconds = (workspace.now() - started).total_seconds()
    return Flip(before.live, after.live, seconds, done, sentence, table.generation)


def _ends(before: Route, after: Route) -> dict[str, str]:
    return {
        "from_version": before.live.version,
        "from_behavior": before.live.behavior,
        "to_version": after.live.version,
        "to_behavior": after.live.behavior,
    }


def _dropped(environment: str, prompt: str, behavior: str, reason: str, at: datetime) -> Anchor:
    """A version that was rolled back is the anchor no more; dropping one that never was changes nothing."""
    return Anchor(environment, prompt, None, behavior, at, None, "drop", reason)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise UsageError(
            "a change of what is live was asked for without a reason",
            expected="a reason that the changelog can show",
            fix='Add --reason "what went wrong"',
        )
