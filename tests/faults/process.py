"""One process of the pipeline, with an application beside it that makes traffic whenever the canary is waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import walk as shell
from registry.behavior import sha
from registry.errors import NoRoute, PromptshipError
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.client import Client
from registry.runtime.drivers import Reply, Request
from registry.runtime.spool import Spool
from tasks.ledger import release
from tasks.ledger.store import Store
from tasks.monitor import carrying
from tasks.monitor.acting import ACTOR
from tasks.monitor.watching import watch
from tasks.release import asking, taking
from tasks.release.aborting import abort
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import outcome
from tasks.release.record import Record, Step
from tasks.release.workspace import Workspace, wall_clock
from tests import scripted
from tests.faults.points import Fault, Points, install, lines, note
from tests.outage import unavailable
from tests.world import PRODUCTS, PROMPT, say

BROKEN = "quality 82 "
"""A version that says this of itself is good on eval cases and has no JSON for the application."""

TICKETS = 30
PATIENCE_S = 1.5
"""How long a transaction waits for the ledger: a minute of trouble is four times what it waits."""


@dataclass
class Model(scripted.Scripted):
    """Writes down each call of the pipeline when it is asked and when it is answered."""

    points: Points = field(kw_only=True)

    async def acomplete(self, request: Request) -> Reply:
        self.points.at("call")
        if self.points.down:
            raise unavailable()
        self._note("asked", request)
        await asyncio.sleep(0)
        reply = scripted.Scripted(say).complete(request)
        self._note("answered", request)
        return reply

    def complete(self, request: Request) -> Reply:
        if self.points.down:
            raise unavailable()
        return super().complete(request)

    def _note(self, what: str, request: Request) -> None:
        told = {"what": what, "behavior": request.behavior, "messages": sha(request.messages)}
        note(self.points.folder / "calls.jsonl", {**told, "step": self.points.step})


@dataclass
class Application:
    """Serves new sessions, and says what each of them got."""

    client: Client
    folder: Path

    def serve(self, count: int = TICKETS) -> None:
        first = len(lines(self.folder / "answers.jsonl"))
        for number in range(first, first + count):
            text = f"{PRODUCTS[number % len(PRODUCTS)]} number {number}"
            try:
                answer = self.client.call(PROMPT, {"message": text}, unit=f"session-{number}", intent="sort")
            except NoRoute:
                return
            except PromptshipError:
                note(self.folder / "answers.jsonl", None)
                continue
            got = answer.resolution
            told = {"behavior": got.behavior, "arm": got.arm, "generation": got.generation}
            note(self.folder / "answers.jsonl", told)


def run(folder: Path, command: str, version: str, fault: Fault, skew_s: float) -> None:
    """The process: `release`, `monitor`, `approve`, `refuse` or `abort`; how it ended is noted in `said.jsonl`."""
    sys.stderr = (folder / "stderr.log").open("a")
    points = Points(folder, fault, command)
    driver = Model(_answer_users, points=points)
    drivers.register(scripted.DRIVER, lambda _: driver)
    roots = roots_of(folder)
    with pytest.MonkeyPatch.context() as patch:
        install(points, patch)
        patch.setattr(shell, "take", _stepping(points, taking.take))
        patch.setattr(carrying, "take", _stepping(points, taking.take))
        spool = Spool(roots.spool, rotate_s=0.02)
        with Client("demo", roots=roots, spool=spool, poll=0.0) as client:
            here = _workspace(roots, Application(client, folder), skew_s)
            code, said = _ended(lambda: COMMANDS[command](here, version))
            note(folder / "said.jsonl", {"command": command, "said": said})
    os._exit(code)


def roots_of(folder: Path) -> Roots:
    return Roots(home=folder / "home", registry=folder / "registry", evalsets=folder / "evalsets")


def _answer_users(messages: list[dict[str, str]]) -> str:
    return "not JSON at all" if BROKEN in messages[0]["content"] else say(messages)


def _workspace(roots: Roots, application: Application, skew_s: float) -> Workspace:
    made = Workspace(
        roots,
        actor="test",
        now=lambda: wall_clock() + timedelta(seconds=skew_s),
        pause=lambda _: application.serve(),
    )
    made.__dict__["store"] = Store.open(roots.ledger, lock_timeout_s=PATIENCE_S)
    return made


def _stepping(points: Points, real: Callable[..., Record]) -> Callable[..., Record]:
    @wraps(real)
    def take(workspace: Workspace, record: Record, step: Step, run: Any) -> Record:
        points.step = step.key
        points.at("begins")
        found = real(workspace, record, step, run)
        points.at("ends")
        return found

    return take


def _ended(command: Callable[[], str]) -> tuple[int, str]:
    """Exit code and words of the command line's edge: what it cannot show to a person goes through."""
    try:
        return 0, command()
    except PromptshipError as error:
        return 3, error.code
    except OSError as error:
        return 3, f"OSError {error.errno}"


def _release(here: Workspace, version: str) -> str:
    order = ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo", by="test")
    record = shell.walk(here, order, lambda _: None)
    return "already live" if record is None else str(outcome(record).state)


def _monitor(here: Workspace, _: str) -> str:
    here = replace(here, actor=ACTOR)
    here.__dict__["store"] = Store.open(here.roots.ledger, lock_timeout_s=PATIENCE_S)
    here.pause(0)
    found: list[str] = []
    watch(here, ["demo"], timedelta(0), lambda finding: found.append(f"{finding.watched}: {finding.did}"))
    return "; ".join(found)


def _open(here: Workspace) -> str:
    row = release.open_of(here.store, "demo", PROMPT)
    return row.release_id if row is not None else ""


def _reply(here: Workspace, approve: bool) -> str:
    return asking.answer(here, _open(here), approve=approve, by="bo", reason="looked at it")


def _abort(here: Workspace, _: str) -> str:
    abort(here, _open(here), "seen enough")
    return "held"


COMMANDS: dict[str, Callable[[Workspace, str], str]] = {
    "release": _release,
    "monitor": _monitor,
    "approve": lambda here, _: _reply(here, True),
    "refuse": lambda here, _: _reply(here, False),
    "abort": _abort,
}
