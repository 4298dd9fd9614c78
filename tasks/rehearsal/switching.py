"""Switch away from a version and back to it in the sandbox, as an application sees it, and leave no trace there."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from registry.environments import SANDBOX
from registry.errors import GenerationTaken, NoRoute
from registry.runtime import routes_change
from registry.runtime.atomic import locked
from registry.runtime.ids import new_id
from registry.runtime.reading import Clock, Reading
from registry.runtime.resolution import Resolver
from registry.runtime.routes import Pinned, Route, RouteTable
from tasks.release.workspace import Workspace

from .subject import Subject

_TRIES: Final = 20


class Switched(NamedTuple):
    """`seconds` from the wish to go back until a reader resolved the version; `problem`: it resolved another one."""

    seconds: float
    problem: str | None


def switch(workspace: Workspace, subject: Subject) -> Switched:
    """One at a time on this machine; what the sandbox served of this prompt is put back.

    Raises RoutingError, GenerationTaken, OSError where routes cannot be read or written.
    """
    with locked(workspace.roots.home / ".rehearsal.lock"):
        before = workspace.publisher.read_table(SANDBOX).prompts.get(subject.prompt_id)
        try:
            problem = _to(workspace, subject, subject.away)
            began = time.monotonic()
            problem = _to(workspace, subject, subject.back) or problem
            return Switched(time.monotonic() - began, problem)
        finally:
            _change(workspace, lambda table: _restored(table, subject.prompt_id, before))


def _to(workspace: Workspace, subject: Subject, pinned: Pinned) -> str | None:
    """Make it live there, and say what a reader that just looked does not get of it."""
    _change(workspace, partial(_with, subject=subject, live=pinned))
    clock = Clock(wall=time.time, monotonic=time.monotonic)
    reading = Reading(workspace.publisher, SANDBOX, poll_s=0.0, clock_skew_s=0.0, clock=clock)
    try:
        found = Resolver(workspace.publisher, reading).live_of(subject.prompt_id)
    except NoRoute as error:
        return f"{pinned.version} does not resolve: {error.found}"
    if found.problem is not None:
        return f"{pinned.version} does not resolve: {found.problem}"
    if found.behavior != pinned.behavior:
        return f"somebody else changed {SANDBOX} meanwhile: it serves {found.version} and not {pinned.version}"
    return None


def _change(workspace: Workspace, transition: Callable[[RouteTable], RouteTable]) -> None:
    for _ in range(_TRIES):
        table = workspace.publisher.read_table(SANDBOX)
        changed = transition(table)
        if changed == table:
            return None
        stamped = routes_change.stamped(changed, operation=new_id("op_"), at=workspace.now(), by=workspace.actor)
        try:
            return workspace.publisher.swap(stamped, table.generation)
        except GenerationTaken:
            continue
    raise GenerationTaken(
        f"the routes of {SANDBOX!r} were changed by others {_TRIES} times in a row",
        expected="a moment without another writer",
        fix="Run it again",
    )


def _with(table: RouteTable, subject: Subject, live: Pinned) -> RouteTable:
    if subject.prompt_id in table.prompts:
        return routes_change.pin(table, subject.prompt_id, live)
    own = Route(use_case=subject.use_case, live=live)
    return table.model_copy(update={"prompts": {**table.prompts, subject.prompt_id: own}})


def _restored(table: RouteTable, prompt_id: str, before: Route | None) -> RouteTable:
    others = {name: route for name, route in table.prompts.items() if name != prompt_id}
    return table.model_copy(update={"prompts": others if before is None else {**others, prompt_id: before}})
