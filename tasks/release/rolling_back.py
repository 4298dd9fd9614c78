"""Away from what hurts: the one way in which command line and flow take a canary or live back.

The routes are changed first and nothing holds that up: no model is asked, and the ledger is written when it can be had.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from registry.errors import PromptshipError
from registry.runtime import routes_change
from registry.runtime.routes import Canary, Route
from tasks.ledger.event import Event, event
from tasks.ledger.outbox import Ending

from .pinning import roll_back
from .rollback_order import RollbackOrder
from .traffic import change, settle
from .verdict import Decision
from .workspace import Workspace


class Plan(NamedTuple):
    """The canary to withdraw and the live behavior to take away; None is: leave it."""

    canary: Canary | None
    taking: str | None


class Done(NamedTuple):
    """`changed` False: nothing was to be done. `withdrawn` is the release whose canary was."""

    changed: bool
    sentences: list[str]
    withdrawn: str | None
    generation: int


def take_back(workspace: Workspace, order: RollbackOrder) -> Done:
    """Withdraw the canary, roll live back, or both, as the order and the routes say.

    The canary goes first. Raises UsageError; NoRoute when there is nothing to go back to, with a note of what is done.
    """
    order = order.checked()
    plan = decide(workspace.publisher.read_table(order.environment).route(order.prompt), order)
    withdrawn = withdraw(workspace, order, plan)
    try:
        rolled = _roll_back(workspace, order, plan)
    except PromptshipError as error:
        for sentence in withdrawn.sentences:
            error.add_note(sentence)
        raise
    table = workspace.publisher.read_table(order.environment)
    sentences = withdrawn.sentences + rolled.sentences
    if not sentences:
        live = table.route(order.prompt).live.version
        sentences = [
            f"already done: {order.prompt} in {order.environment} serves {live}, and nothing of what was named"
        ]
    generation = max(withdrawn.generation, rolled.generation) or table.generation
    return Done(withdrawn.changed or rolled.changed, sentences, withdrawn.withdrawn, generation)


def decide(route: Route, order: RollbackOrder) -> Plan:
    """Pure. What the release, or the behavior that is named, or its beginning, does not meet is left alone.

    Going back to a named version is about live.
    """
    if order.release is not None:
        return Plan(route.canary if route.canary and route.canary.release == order.release else None, None)
    canary, live, also = route.canary, route.live.behavior, order.also_live or order.to is not None
    if order.taking is None:
        return Plan(canary, live if canary is None or also else None)
    if canary is not None and canary.behavior.startswith(order.taking):
        return Plan(canary, live if also else None)
    if live.startswith(order.taking):
        return Plan(canary if order.also_live else None, live)
    return Plan(None, None)


_NOTHING = Done(False, [], None, 0)


def withdraw(workspace: Workspace, order: RollbackOrder, plan: Plan) -> Done:
    """The canary's part of a plan alone. Safe to do again."""
    if plan.canary is None:
        return _NOTHING
    canary = plan.canary
    live, generation = _end(workspace, order, canary)
    if live.behavior == canary.behavior:
        told = f"too late: {canary.version} was promoted in {order.environment} meanwhile; run it again to roll back"
        return _NOTHING._replace(sentences=[told])
    told = f"{order.prompt} in {order.environment}: the canary {canary.version} of {canary.release} is withdrawn"
    if plan.taking is None:
        told += f"; live was not touched and is {live.version} (--live rolls it back too)"
    return Done(True, [told], canary.release, generation)


def _end(workspace: Workspace, order: RollbackOrder, canary: Canary) -> tuple[Any, int]:
    """Take this canary's traffic back to live and end its release, without asking the ledger about it."""
    prompt, reason, now, by = order.prompt, order.reason, workspace.now(), workspace.actor
    about = {
        "environment": order.environment,
        "prompt_id": prompt,
        "release_id": canary.release,
        "behavior": canary.behavior,
    }

    def told(kind: str, **payload: Any) -> Event:
        return event(kind=kind, actor=by, subjects=about, payload={"reason": reason, **payload}, at=now)

    table = change(
        workspace,
        order.environment,
        lambda table: routes_change.withdraw_canary(table, prompt, canary.release, by=by, at=now, reason=reason),
        lambda _: [
            told("promptship.canary.withdrawn"),
            told("promptship.release.rolled_back", version=canary.version),
        ],
        endings=[Ending(canary.release, Decision.ROLL_BACK, by, f"withdrawn by {by}: {reason}", now)],
    )
    settle(workspace)
    return table.prompts[prompt].live, table.generation


def _roll_back(workspace: Workspace, order: RollbackOrder, plan: Plan) -> Done:
    if plan.taking is None:
        return _NOTHING
    flip = roll_back(
        workspace,
        order.environment,
        order.prompt,
        by=workspace.actor,
        reason=order.reason,
        taking=plan.taking,
        to=order.to,
    )
    return Done(flip.done, [flip.sentence], None, flip.generation)
