"""Rehearse the way back of what is live, on a schedule or when a person asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from registry.environments import SANDBOX
from tasks.release.verdict import Verdict, worst
from tasks.release.workspace import Workspace

from .rehearse import Rehearsed, rehearse
from .subject import of_route


class Round(NamedTuple):
    """What was rehearsed, and the prompts before whose live version nothing served."""

    rehearsed: list[Rehearsed]
    first: list[str]

    @property
    def verdict(self) -> Verdict:
        return worst(one.verdict for one in self.rehearsed)


def rehearse_live(workspace: Workspace, environment: str, prompt: str | None = None) -> Round:
    """Each live prompt of the environment, or one. Raises AccessDenied where this account may not certify what passes,
    NoRoute, UnknownEnvironment, LedgerError, OSError."""
    workspace.catalog.environments.environment(environment)
    for name in (environment, SANDBOX):
        workspace.publisher.check_writable(name)
    table = workspace.publisher.read_table(environment)
    routes = {prompt: table.route(prompt)} if prompt else dict(sorted(table.prompts.items()))
    found = Round([], [])
    for name, route in routes.items():
        subjects = of_route(workspace.catalog, environment, name, route)
        found.rehearsed.extend(rehearse(workspace, subject) for subject in subjects)
        if not subjects:
            found.first.append(name)
    return found


def sentences(found: Round, environment: str) -> Iterator[str]:
    """One line a version, for people and for the state of a run."""
    for one in found.rehearsed:
        yield f"{one.prompt} in {environment}: {one.verdict}. {one.reason}"
    if found.first:
        yield f"nothing served before what is live: {', '.join(found.first)}"
    if not found.rehearsed and not found.first:
        yield f"nothing is live in {environment}"
