"""A promptship with a quick canary, and a guard monitor that looks when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.catalog import Catalog
from registry.runtime.routes import Route
from registry.runtime.spool import sealed
from tasks.canary.declaring import declared
from tasks.ledger import event, ingest
from tasks.ledger.event import Event
from tasks.ledger.outbox import Ending
from tasks.monitor.acting import ACTOR
from tasks.monitor.finding import Finding
from tasks.monitor.watching import watch
from tasks.release import traffic
from tasks.release.loading import load
from tasks.release.opening import open_release
from tasks.release.orders import ReleaseOrder, Until
from tasks.release.record import Record, Stage, Walk
from tasks.release.recording import StageOutcome, finish
from tasks.release.verdict import Decision, Verdict
from tasks.release.workspace import Workspace, wall_clock
from tests.polling import until
from tests.world import PROMPT, World, say, world


class Killed(BaseException):
    """A release that ends without a word."""


@dataclass
class Shop:
    """`later` is how far the monitor's clock is ahead."""

    world: World
    later: timedelta = field(default_factory=timedelta)

    @property
    def monitor(self) -> Workspace:
        return replace(self.world.workspace, actor=ACTOR, now=self.now)

    def now(self) -> datetime:
        return wall_clock() + self.later

    @property
    def route(self) -> Route:
        return self.world.workspace.publisher.read_table("demo").prompts[PROMPT]

    def taken_in(self) -> int:
        """How many answers the ledger has, with all that is sealed by now."""
        here = self.world.workspace
        ingest.take_in(here.store, sealed(here.roots.spool), here.now())
        return int(here.store.rows("SELECT count(*) AS n FROM trace")[0]["n"])

    def look(self) -> list[Finding]:
        """One pass."""
        found: list[Finding] = []
        watch(self.monitor, ["demo"], timedelta(0), found.append)
        return found

    def look_until(self, did: str, tickets: int = 30) -> Finding:
        """Passes with traffic between them, until one finds this."""

        def found() -> Finding | None:
            self.world.serve(tickets)
            return next((one for one in self.look() if one.did == did), None)

        return until(found, f"a finding of {did!r}")

    def events(self, kind: str) -> list[Event]:
        past = wall_clock() - timedelta(days=1)
        return event.of_prompt(self.world.workspace.store, "demo", PROMPT, kinds=(f"promptship.{kind}",), since=past)

    def goes_live(self, version: str) -> Record:
        """Promoted without its stages, by the rules of the environment as they are now; what it would watch is frozen.

        All that counts comes after the promotion.
        """
        here, record = replace(self.world.workspace), self._opened(version)
        if not record.first:
            declared(here, record)
        ending = Ending(record.release_id, Decision.PROMOTE, "test", "proved", here.now())
        traffic.promote(here, record, ending=ending, anchors=[], pinned=traffic.publish(here, record))
        traffic.settle(here)
        return record

    def _opened(self, version: str, **asked: Any) -> Record:
        here = replace(self.world.workspace)
        order = ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo", by="test", **asked)
        opened = open_release(here, order, here.now())
        return load(here, opened.release_id or "", Walk(here.now()), here.now())

    def gated(self, version: str, **asked: Any) -> Record:
        """An open release that has passed everything before its canary."""
        record, here = self._opened(version, **asked), self.world.workspace
        for stage in (Stage.LINT, Stage.FAST_GATE, Stage.GATE, Stage.SHADOW):
            finish(here, record, stage, StageOutcome(Verdict.PASS, "passed"), here.now(), here.now())
        return record

    def killed_in_canary(self, version: str = "v2", opened: Until | None = None, **order: Any) -> None:
        """The release dies at the first pause of its watch; nothing is left of it but what it wrote.

        `opened`: it was opened to go only so far, and somebody started it again.
        """

        def die(_: float) -> None:
            raise Killed

        self.gated(version, **(order | {"until": opened} if opened else order))
        before = self.world.workspace.pause
        object.__setattr__(self.world.workspace, "pause", die)
        with pytest.raises(Killed):
            self.world.release(version, **order)
        object.__setattr__(self.world.workspace, "pause", before)

    def break_version(self, quality: int) -> None:
        """From now on the version of this quality answers the application without JSON."""

        def broken(messages: list[dict[str, str]]) -> str:
            ours = f"quality {quality} " in messages[0]["content"] and " number " in messages[-1]["content"]
            return "not JSON at all" if ours else say(messages)

        self.world.driver.say = broken


def rules(registry: Path, **changes: str) -> None:
    """Other rules of the demo: each named line is replaced."""
    path = registry / "environments.yaml"
    head, demo, rest = path.read_text().partition("\ndemo:")
    for name, value in changes.items():
        (line,) = [line for line in rest.partition("\nsandbox:")[0].splitlines() if line.startswith(f"  {name}:")]
        rest = rest.replace(line, f"  {name}: {value}" if value else "", 1)
    path.write_text(head + demo + rest)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """v1 (quality 40) is live and has served; v2 (quality 80) is better."""
    with world(tmp_path, {"v1": (40, 0), "v2": (80, 0)}) as here:
        rules(
            here.workspace.roots.registry,
            dwell="{low: 0s}",
            deadline="{canary: 4m}",
            live_guards="[{metric: schema_ok, min: 0.95}]",
        )
        made = Shop(here)
        made.goes_live("v1")
        here.serve(60)
        until(lambda: made.taken_in() == 60, "60 answers in the ledger")
        yield made


def within(registry: Path, version: str, duration: str) -> None:
    """Give the guard of this version's note a time to be watched after promotion."""
    path = registry / "prompts" / PROMPT / f"{version}.yaml"
    path.write_text(path.read_text().replace("max_decrease: 0.05", f"max_decrease: 0.05, within: {duration}"))
    (registry / "registry.lock").unlink()
    Catalog(registry).lock_all()
