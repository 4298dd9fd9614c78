"""What follows from a confirmed drift: nothing that rests on answers from before counts any more.

The event of the alarm is what gates and matrix read: a test that compares a drifted model begins anew, a judged cell is
due again. Every step is safe to do twice; the alarm is written last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry.behavior import sha
from registry.errors import ArtifactCorrupt
from registry.runtime import routes_change
from registry.runtime.routes import Route, RouteTable
from tasks.ledger import event
from tasks.ledger.drift import Found
from tasks.ledger.drift_alarm import CONFIRMED
from tasks.ledger.event import Event
from tasks.ledger.store import Transaction
from tasks.matrix import gathering
from tasks.matrix.standing import Standing, standings
from tasks.release.traffic import change
from tasks.release.workspace import Workspace

ACTOR = "drift sentinel"
FOUND = "promptship.drift.found"
"""One for each prompt: its line of the changelog, of the kind `drift`."""
UNCERTIFIED = "promptship.target.uncertified"
BACK = "the version before it does, and is no target of a rollback until it is rehearsed again"


def follow(workspace: Workspace, found: Found, blessed_at: datetime) -> list[str]:
    """Carry out the consequences, once for each prompt, target and blessed reference; for which prompts it did now."""
    alarm = f"ev_{sha([found.target, found.environment, blessed_at.isoformat()])[:32]}"
    prompts: list[str | None] = [*_prompts(workspace, found)] or [None]
    new = [prompt for prompt in prompts if not event.exists(workspace.store, f"{alarm}:{prompt}")]
    if not new:
        return []
    named = [prompt for prompt in new if prompt is not None]
    for prompt in named:
        _uncertify(workspace, found, prompt)
    fallbacks = _fallbacks(workspace, found.environment, named)
    told = [_line(workspace, found, alarm, prompt, fallbacks) for prompt in named]
    alarms = [_alarm(found, alarm, prompt) for prompt in new]

    def write(tx: Transaction) -> None:
        for one in (*told, *alarms):
            event.add(tx, one)

    workspace.store.tx(write)
    workspace.store.publish(workspace.roots.public)
    return named


def _prompts(workspace: Workspace, found: Found) -> list[str]:
    """The prompt of a cell; of an endpoint all prompts that are live on it, or would be after one step back."""
    if found.prompt_id is not None:
        return [found.prompt_id]
    table = workspace.publisher.read_table(found.environment)
    return [
        name
        for name, route in sorted(table.prompts.items())
        if any(_on(workspace, behavior, found.model) for behavior in (route.live.behavior, *_back(route)))
    ]


def _back(route: Route) -> list[str]:
    """Where one step back leads, certified or not."""
    return [entry.behavior for entry in routes_change.before_live(route)[:1]]


def _on(workspace: Workspace, behavior: str, model: str) -> bool:
    """Whether this behavior runs on the model. One whose artifact cannot be read is taken to do so."""
    try:
        return workspace.publisher.get_artifact(behavior).model_key == model
    except ArtifactCorrupt:
        return True


def _uncertify(workspace: Workspace, found: Found, prompt: str) -> None:
    """No target of rollback on this model until it was rehearsed again."""

    def drifted(route: Route) -> list[str]:
        before = [entry for entry in route.served if entry.behavior != route.live.behavior and entry.certified]
        return [entry.behavior for entry in before if _on(workspace, entry.behavior, found.model)]

    def transition(table: RouteTable) -> RouteTable:
        for behavior in drifted(table.prompts[prompt]) if prompt in table.prompts else ():
            table = routes_change.uncertify(table, prompt, behavior)
        return table

    def say(table: RouteTable) -> Sequence[Event]:
        about = {"environment": found.environment, "prompt_id": prompt}
        payload = {"behaviors": drifted(table.prompts[prompt]), "reason": found.sentence}
        return [event.event(kind=UNCERTIFIED, actor=ACTOR, subjects=about, payload=payload, at=found.at)]

    change(workspace, found.environment, transition, say)


def _fallbacks(workspace: Workspace, environment: str, prompts: Sequence[str]) -> list[Standing]:
    """The question that follows at once: is what production would fall back to green?"""
    cells = gathering.cells(workspace, environment, workspace.now())
    asked = [cell for cell in cells if cell.prompt in prompts and cell.role == "fallback"]
    return standings(workspace.store, asked)


def _line(workspace: Workspace, found: Found, alarm: str, prompt: str, fallbacks: Sequence[Standing]) -> Event:
    live = workspace.publisher.read_table(found.environment).route(prompt).live
    own = [one for one in fallbacks if one.prompt == prompt]
    then = question(own) if _on(workspace, live.behavior, found.model) else f"{live.version} does not run on it: {BACK}"
    payload: dict[str, Any] = {
        "finding": found.finding,
        "target": found.target,
        "since": found.since.isoformat() if found.since else None,
        "to_version": live.version,
        "reason": f"they changed, not we: {found.sentence}. {then}",
        "fallbacks": {one.model: one.verdict for one in own},
    }
    about = {"environment": found.environment, "prompt_id": prompt, "behavior": live.behavior}
    return event.event(
        kind=FOUND, actor=ACTOR, subjects=about, payload=payload, at=found.at, event_id=f"{alarm}:{prompt}:line"
    )


def question(fallbacks: Sequence[Standing]) -> str:
    """Is the fallback's cell green?"""
    if not fallbacks:
        return "It has no fallback"
    return "; ".join(
        f"Fallback {one.model}: {one.verdict}{f' on {one.at:%Y-%m-%d}' if one.at else ''}" for one in fallbacks
    )


def _alarm(found: Found, alarm: str, prompt: str | None) -> Event:
    """One for each prompt, so that an automation knows which one to see to; without any, one for the endpoint."""
    payload: dict[str, Any] = {
        "target": found.target,
        "model": found.model,
        "finding": found.finding,
        "verdict": found.verdict,
        "since": found.since.isoformat() if found.since else None,
        "reason": found.sentence,
    }
    about = {"environment": found.environment} | ({"prompt_id": prompt} if prompt else {})
    id_ = f"{alarm}:{prompt}"
    return event.event(kind=CONFIRMED, actor=ACTOR, subjects=about, payload=payload, at=found.at, event_id=id_)
