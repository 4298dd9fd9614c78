"""A release in a process of its own, that can be told where to die.

    python -m tests.running_release <folder> <version> [<stage>:<number>]

The process kills itself with SIGKILL at the numbered model call of a stage, at the numbered pause of the canary's
watch, or with `promote:1` when the routes have the candidate live and the ledger does not know. Each call of a model is
appended to `<folder>/calls.jsonl`, when it is asked and when it is answered; how the release ended is printed.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from deployments.cli.walk import walk
from registry.behavior import sha
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.drivers import Reply, Request
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import outcome
from tasks.release.workspace import Workspace
from tests import scripted
from tests.world import PROMPT, say

CALL_S = 0.005
PAUSE_S = 0.05
_DEV_CASES = 30


@dataclass
class Death:
    """Dies when `stage` is reached for the `number`-th time."""

    stage: str
    number: int
    seen: int = 0

    def at(self, stage: str) -> None:
        self.seen += stage == self.stage
        if self.seen == self.number and stage == self.stage:
            os.kill(os.getpid(), signal.SIGKILL)


def stage_of(messages: list[dict[str, str]]) -> str:
    """Told by whose message it is: a dev case's, a gate case's, or a session's of the application."""
    found = re.search(r"of case (\d+)", messages[-1]["content"])
    if found is None:
        return "shadow"
    return "fast_gate" if int(found[1]) < _DEV_CASES else "gate"


@dataclass
class Witness(scripted.Scripted):
    """Writes down each call when it starts and when it is answered, in the order in which it happens."""

    calls: Path = field(default_factory=Path)
    death: Death = field(default_factory=lambda: Death("", 0))

    async def acomplete(self, request: Request) -> Reply:
        self._note("asked", request)
        self.death.at(stage_of(request.messages))
        reply = await super().acomplete(request)
        self._note("answered", request)
        return reply

    def _note(self, what: str, request: Request) -> None:
        told = {"what": what, "stage": stage_of(request.messages), "behavior": request.behavior}
        with self.calls.open("a") as file:
            file.write(json.dumps({**told, "messages": sha(request.messages), "pid": os.getpid()}) + "\n")


class Publisher(LocalPublisher):
    """Dies right after the swap that makes a version live."""

    def __init__(self, roots: Roots, death: Death) -> None:
        super().__init__(roots.artifacts, roots.routes)
        self.death = death

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        before = self.read_table(table.environment).prompts.get(PROMPT)
        super().swap(table, expected_generation, history)
        if before is not None and before.live != table.prompts[PROMPT].live:
            self.death.at("promote")


def workspace(folder: Path, death: Death) -> Workspace:
    def pause(_: float) -> None:
        death.at("canary")
        time.sleep(PAUSE_S)

    roots = Roots(home=folder / "home", registry=folder / "registry", evalsets=folder / "evalsets")
    made = Workspace(roots, actor="test", pause=pause)
    made.__dict__["publisher"] = Publisher(roots, death)
    return made


def main() -> None:
    folder, version = Path(sys.argv[1]), sys.argv[2]
    stage, _, number = (sys.argv[3] if len(sys.argv) > 3 else ":0").partition(":")
    death = Death(stage, int(number))
    witness = Witness(say, CALL_S, calls=folder / "calls.jsonl", death=death)
    drivers.register(scripted.DRIVER, lambda _: witness)
    here = workspace(folder, death)
    order = ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo", by="test")
    record = walk(here, order, lambda _: None)
    assert record is not None
    sys.stdout.write(json.dumps({"release_id": record.release_id, "state": outcome(record).state}))


if __name__ == "__main__":
    main()
