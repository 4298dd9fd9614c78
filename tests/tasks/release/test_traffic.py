"""Who gets which version, when several hands are on the routes, and when there is none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest

from registry.errors import AttemptClosed
from registry.runtime.client import Client
from registry.runtime.reading import Clock
from registry.runtime.routes import Pinned, Route
from tasks.ledger import changelog, event
from tasks.ledger.flock import flock
from tasks.ledger.outbox import Ending
from tasks.ledger.store import Store
from tasks.release import traffic
from tasks.release.loading import load
from tasks.release.opening import open_release
from tasks.release.orders import ReleaseOrder
from tasks.release.pinning import Flip, pin, roll_back
from tasks.release.record import Record, Walk
from tasks.release.verdict import Decision
from tasks.release.workspace import Workspace
from tests.polling import until
from tests.world import PROMPT, World

TIMES = 6
"""Races are run so often; each time the hands start together."""


@dataclass(frozen=True)
class Hands:
    """v1 is live and a release of v2 is open, without its stages."""

    world: World
    record: Record

    @property
    def workspace(self) -> Workspace:
        return self.world.workspace

    @property
    def route(self) -> Route:
        return self.workspace.publisher.read_table("demo").prompts[PROMPT]

    def attempt(self, number: int) -> Record:
        """Another attempt of the same candidate, as far as routes are concerned."""
        return replace(self.record, release_id=f"rel_{number}")

    def withdraw(self, record: Record) -> None:
        subjects = {"release_id": record.release_id}
        said = event.event(
            kind="promptship.stage.reject", actor="bo", subjects=subjects, payload={}, at=self.workspace.now()
        )
        traffic.withdraw(self.workspace, record, by="bo", reason="too slow", because=said)

    def promote(self, record: Record) -> None:
        here = self.workspace
        pinned = traffic.publish(here, record)
        ending = Ending(record.release_id, Decision.PROMOTE, "flow", "better", here.now())
        traffic.promote(here, record, ending=ending, anchors=(), pinned=pinned)

    def flip(self, version: str, reason: str = "it is better") -> Flip:
        return pin(self.workspace, "demo", PROMPT, version, by="bo", reason=reason, break_glass=True)

    def events(self, kind: str) -> int:
        rows = self.workspace.store.rows("SELECT count(*) AS n FROM event WHERE kind = ?", [f"promptship.{kind}"])
        return int(rows[0]["n"])


@pytest.fixture
def hands(here: World) -> Hands:
    return Hands(here, _opened(here.workspace))


def _opened(here: Workspace) -> Record:
    first = here.catalog.behavior(here.catalog.get(PROMPT, "v1"))
    order = ReleaseOrder(version=f"{PROMPT}@v1", environment="demo", by="test")
    before = _record(here, order)
    traffic.publish(here, before)
    ending = Ending(before.release_id, Decision.PROMOTE, "test", "the first", here.now())
    traffic.promote(here, before, ending=ending, anchors=(), pinned=Pinned(version="v1", behavior=first.sha))
    return _record(here, order.model_copy(update={"version": f"{PROMPT}@v2"}))


def _record(here: Workspace, order: ReleaseOrder) -> Record:
    opened = open_release(here, order, here.now())
    assert opened.release_id is not None
    return load(here, opened.release_id, Walk(here.now()), here.now())


def together(*hands: Callable[[], object]) -> None:
    """All at once; who is too late by then may say so."""
    gate = threading.Barrier(len(hands))

    def act(hand: Callable[[], object]) -> None:
        gate.wait()
        with suppress(AttemptClosed):
            hand()

    threads = [threading.Thread(target=act, args=(hand,)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_withdrawing_wins_over_advancing(hands: Hands) -> None:
    for number in range(TIMES):
        attempt = hands.attempt(number)
        traffic.serve_canary(hands.workspace, attempt, share_bps=1000)
        together(
            partial(traffic.serve_canary, hands.workspace, attempt, share_bps=5000),
            partial(hands.withdraw, attempt),
        )
        assert hands.route.canary is None
        assert [entry.by for entry in hands.route.closed if entry.release == attempt.release_id] == ["bo"]


def test_promoting_and_withdrawing_at_once_end_in_one_of_the_two(hands: Hands) -> None:
    traffic.serve_canary(hands.workspace, hands.record, share_bps=5000)
    together(lambda: hands.promote(hands.record), lambda: hands.withdraw(hands.record))
    route, closed = hands.route, hands.route.closed[-1]
    assert route.canary is None
    ends = {("v2", "promoted"): "promote", ("v1", "too slow"): None}
    decision = ends[route.live.version, closed.reason]
    row = load(hands.workspace, hands.record.release_id, hands.record.walk, hands.workspace.now())
    assert row.decision == decision
    assert hands.events("canary.withdrawn") == (decision is None)


def test_two_pins_at_once_end_in_one_of_the_two(hands: Hands) -> None:
    together(lambda: hands.flip("v2"), lambda: hands.flip("v3"))
    said = event.of_prompt(
        hands.workspace.store, "demo", PROMPT, kinds=("promptship.live.pinned",), since=hands.record.opened_at
    )
    ways = {(e.payload["from_version"], e.payload["to_version"]) for e in said}
    assert ways in ({("v1", "v2"), ("v2", "v3")}, {("v1", "v3"), ("v3", "v2")})
    assert hands.route.live.version == ("v3" if ("v2", "v3") in ways else "v2")


def test_a_rollback_pressed_by_two_is_one_rollback(hands: Hands) -> None:
    hands.flip("v2")
    bad, flips = hands.route.live.behavior, list[Flip]()
    here = hands.workspace

    def press() -> None:
        flips.append(roll_back(here, "demo", PROMPT, by="bo", reason="worse", taking=bad))

    together(press, press, press)
    assert hands.route.live.version == "v1"
    assert hands.events("live.rolled_back") == 1
    assert sorted((flip.done, flip.after.version) for flip in flips) == [(False, "v1"), (False, "v1"), (True, "v1")]


def test_rolling_back_and_pinning_at_once_end_in_what_was_pinned(hands: Hands) -> None:
    """Whoever comes first, the pin is what a person asked for by name, and the history tells one story."""
    here = hands.workspace
    hands.flip("v2")
    bad = hands.route.live.behavior
    together(
        lambda: roll_back(here, "demo", PROMPT, by="ana", reason="worse", taking=bad),
        lambda: hands.flip("v3"),
    )
    assert hands.route.live.version == "v3"
    rolled = hands.events("live.rolled_back")
    assert [entry.version for entry in hands.route.served] == (["v3", "v1"] if rolled else ["v3", "v2", "v1"])


@pytest.mark.parametrize("act", ["start", "advance", "renew", "promote"])
def test_a_withdrawn_attempt_takes_no_traffic_again(hands: Hands, act: str) -> None:
    traffic.serve_canary(hands.workspace, hands.record, share_bps=1000)
    hands.withdraw(hands.record)
    before = hands.workspace.publisher.read_table("demo")
    acts: dict[str, Callable[[], object]] = {
        "start": lambda: traffic.serve_canary(hands.workspace, hands.record, share_bps=1000),
        "advance": lambda: traffic.serve_canary(hands.workspace, hands.record, share_bps=5000),
        "renew": lambda: traffic.renew(hands.workspace, hands.record),
        "promote": lambda: hands.promote(hands.record),
    }
    with pytest.raises(AttemptClosed, match=r"closed by bo .*too slow"):
        acts[act]()
    assert hands.workspace.publisher.read_table("demo") == before
    assert hands.world.live == "v1"


def test_a_canary_that_nobody_renews_loses_its_traffic(hands: Hands) -> None:
    """The table still names it; the applications go back to live by themselves, and come back when it is renewed."""
    began, passed = hands.workspace.now(), 0.0
    clock = Clock(lambda: began.timestamp() + passed, lambda: passed)
    here = replace(hands.workspace, now=lambda: began + timedelta(seconds=passed))
    traffic.serve_canary(here, hands.record, share_bps=5000)
    with Client("demo", roots=here.roots, poll=0.0, clock=clock, clock_skew=0.0) as client:

        def versions() -> set[str]:
            return {client.resolve(PROMPT, unit=f"session-{number}").version for number in range(60)}

        assert versions() == {"v1", "v2"}
        passed = hands.record.policy.lease.total_seconds() + 1
        assert versions() == {"v1"}
        assert hands.route.canary is not None
        traffic.renew(here, hands.record)
        until(lambda: versions() == {"v1", "v2"}, "the canary's traffic")


def test_a_rollback_does_not_wait_for_a_locked_ledger(hands: Hands) -> None:
    """The flip happens at once; what the ledger has to say is written by the next replay."""
    hands.flip("v2")
    here = replace(hands.workspace)
    here.__dict__["store"] = Store.open(here.roots.ledger, lock_timeout_s=0.05)
    lock = here.roots.ledger.with_name("ledger.duckdb.lock")
    with flock(lock, shared=False, deadline=time.monotonic() + 60):
        flip = roll_back(here, "demo", PROMPT, by="bo", reason="worse")
        assert (flip.done, hands.route.live.version) == (True, "v1")
        assert len(list(here.roots.outbox.glob("op_*.json"))) == 1
    assert hands.events("live.rolled_back") == 0
    traffic.settle(hands.workspace)
    assert hands.events("live.rolled_back") == 1
    assert list(here.roots.outbox.glob("op_*.json")) == []
    newest = changelog.entries(hands.workspace.store, limit=1)[0]
    assert (newest.kind, newest.reason, newest.to_version) == ("rollback", "worse", "v1")
