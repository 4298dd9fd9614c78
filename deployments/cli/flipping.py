"""The hand on the routes, for a bad day: routes first, and a ledger that cannot be had is written later.

Import it after `defer("duckdb")`: then DuckDB is loaded when the routes are changed already.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from registry.behavior import short
from registry.errors import LedgerLocked, PromptshipError
from registry.roots import Roots
from registry.runtime import routes_change
from registry.runtime.publishing import Publisher, Reader
from registry.runtime.routes import Canary, Pinned, RouteTable
from tasks.ledger.embedded import Embedded
from tasks.ledger.event import Event, event
from tasks.ledger.outbox import Ending
from tasks.ledger.store import Store, Transaction
from tasks.release.traffic import change, settle
from tasks.release.verdict import Decision
from tasks.release.workspace import Workspace

T = TypeVar("T")
LEDGER_WAIT_S = 1.0
READERS_WAIT_S = 5.0
GONE = timedelta(seconds=30)
"""A reader says something every 10 s; one that was silent for three times that is gone."""
_PAUSE_S = 0.1


class Later(Store):
    """A ledger that holds up no change of routes: what cannot be written now waits in the outbox.

    `problem` says why, None when the last attempt succeeded.
    """

    problem: str | None = None

    def tx(self, fn: Callable[[Transaction], T]) -> T:
        try:
            result = super().tx(fn)
        except LedgerLocked as error:
            self.problem = self.problem or error.found
            raise
        except Exception as error:
            self.problem = self.problem or _cause(error)
            raise LedgerLocked(
                f"The ledger could not be written: {self.problem}",
                expected="a ledger that can be written",
                fix="See `promptship doctor`; what is missing in it waits in the outbox",
            ) from error
        self.problem = None
        return result


def _cause(error: BaseException) -> str:
    """What was wrong at first; an error that was met while handling it says less."""
    while not isinstance(error, PromptshipError) and error.__context__ is not None:
        error = error.__context__
    return error.found if isinstance(error, PromptshipError) else str(error) or type(error).__name__


class Operator(Workspace):
    """A workspace whose ledger is opened when it is written, and waited for no longer than a second."""

    @cached_property
    def store(self) -> Later:
        return Later(Embedded(self.roots.ledger, LEDGER_WAIT_S))


def operator(by: str | None) -> Operator:
    """The workspace of the person at the keyboard, by the name they give or by their account. Raises SettingsError."""
    return Operator(Roots.find(), by or getpass.getuser())


class Followed(NamedTuple):
    """The generation that a change made, and the readers that were not seen on it when the waiting ended."""

    generation: int
    behind: list[Reader]


def withdraw(workspace: Workspace, environment: str, prompt: str, canary: Canary, reason: str) -> RouteTable:
    """Take this canary's traffic back to live and end its release, without asking the ledger about it."""
    now, by = workspace.now(), workspace.actor
    about = {"environment": environment, "prompt_id": prompt, "release_id": canary.release, "behavior": canary.behavior}

    def told(kind: str, **payload: Any) -> Event:
        return event(kind=kind, actor=by, subjects=about, payload={"reason": reason, **payload}, at=now)

    table = change(
        workspace,
        environment,
        lambda table: routes_change.withdraw_canary(table, prompt, canary.release, by=by, at=now, reason=reason),
        lambda _: [
            told("promptship.canary.withdrawn"),
            told("promptship.release.rolled_back", version=canary.version),
        ],
        endings=[Ending(canary.release, Decision.ROLL_BACK, by, f"withdrawn by {by}: {reason}", now)],
    )
    settle(workspace)
    return table


def follow(publisher: Publisher, environment: str, now: Callable[[], datetime], until: float) -> Followed:
    """Wait until every living reader serves the newest generation, at most until this monotonic time."""
    generation = publisher.read_table(environment).generation
    while (late := behind(publisher.readers(environment), generation, now())) and time.monotonic() < until:
        time.sleep(_PAUSE_S)
    return Followed(generation, late)


def behind(readers: list[Reader], generation: int, now: datetime) -> list[Reader]:
    """The readers that live and have not said yet that they serve this generation."""
    return [reader for reader in readers if reader.generation < generation and now - reader.at <= GONE]


def publish(workspace: Operator) -> None:
    """Renew the public changelog; with a ledger that cannot be read it is renewed with the next change."""
    if workspace.store.problem is None:
        try:
            workspace.store.publish(workspace.roots.public)
        except LedgerLocked:
            return


def sentences(workspace: Operator, followed: Followed) -> list[str]:
    """What a person has to know after a change: who does not follow yet, and what waits to be written."""
    said = [
        f"not yet seen on generation {followed.generation}: {reader.name} (at {reader.generation})"
        for reader in followed.behind
    ]
    if workspace.store.problem is not None:
        said.append(f"the ledger's entry waits in the outbox: {workspace.store.problem}")
    return said


def pinned(version: Pinned) -> dict[str, str]:
    """As documents show it."""
    return {"version": version.version, "behavior": version.behavior, "id": short(version.behavior)}


def follow_up(workspace: Operator, followed: Followed) -> dict[str, Any]:
    """The same for programs."""
    return {
        "generation": followed.generation,
        "readers_behind": [reader._asdict() for reader in followed.behind],
        "ledger": "written" if workspace.store.problem is None else "pending",
        "ledger_problem": workspace.store.problem,
    }
