from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from registry.errors import GenerationTaken, LedgerError
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import Pinned
from registry.runtime.routes_change import go_live, pin, stamped
from tasks.ledger import anchor, event, outbox, release, stage_result
from tasks.ledger.anchor import Anchor
from tasks.ledger.outbox import Ending, Fate, Intent
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Store

PROMPT = "order-extract"
HOLD_FLOCK = """
import sys, time
from pathlib import Path
from tasks.ledger.flock import flock
with flock(Path(sys.argv[1] + ".lock"), shared=True, deadline=time.monotonic() + 5):
    print("held", flush=True)
    sys.stdin.read()
"""


class House:
    """A ledger, routes and an outbox, and the promotion that a test makes with them."""

    def __init__(self, store: Store, folder: Path, start: datetime) -> None:
        self.store, self.start = store, start
        self.publisher = LocalPublisher(folder / "artifacts", folder / "routes")
        self.outbox = folder / "outbox"

    def intent(self, operation: str = "op_1", version: str = "v3") -> Intent:
        """To make this version live, from what is published now; with all that an intent can say."""
        now = self.publisher.read_table("production")
        pinned = Pinned(version=version, behavior=version[1] * 64)
        live = pin(now, PROMPT, pinned) if PROMPT in now.prompts else go_live(now, PROMPT, "orders", pinned)
        table = stamped(live, operation=operation, at=self.start, by="release rel_1")
        about = {"environment": "production", "prompt_id": PROMPT, "release_id": "rel_1"}
        said = event.event(
            kind="promptship.release.promoted", actor="flow", subjects=about, payload={"n": 1}, at=self.start
        )
        return outbox.intent(
            table,
            [said, said],
            endings=[Ending("rel_1", "promote", "flow", "better", self.start)],
            anchors=[Anchor("production", PROMPT, None, "3" * 64, self.start, "rel_1", "set", "better")],
            results=[StageResult("rel_1", "promote", 1, self.start, self.start, "pass", "done", {}, 0, 0.0)],
        )

    def carry_out(self, wanted: Intent, store: Store | None = None) -> bool:
        return outbox.carry_out(self.outbox, self.publisher, store or self.store, wanted)

    def replay(self) -> list[tuple[str, Fate]]:
        return [tuple(one) for one in outbox.replay(self.outbox, self.publisher, self.store)]  # type: ignore[misc]

    def live(self) -> str:
        return self.publisher.read_table("production").prompts[PROMPT].live.version

    def told(self) -> tuple[list[str], str | None, str | None, int]:
        """Event ids, decision, anchor and number of stage results in the ledger."""
        return (
            [e.event_id for e in event.of_release(self.store, "rel_1")],
            release.get(self.store, "rel_1").decision,
            anchor.behavior(self.store, "production", PROMPT),
            len(stage_result.of_release(self.store, "rel_1")),
        )

    def files(self) -> list[str]:
        return sorted(path.name for path in self.outbox.iterdir()) if self.outbox.exists() else []


TOLD = (["op_1:0", "op_1:1"], "promote", "3" * 64, 1)
NOTHING: tuple[list[str], None, None, int] = ([], None, None, 0)


@pytest.fixture
def house(store: Store, tmp_path: Path, start: datetime, a_release: Callable[..., Release]) -> House:
    store.tx(lambda tx: release.insert(tx, a_release()))
    return House(store, tmp_path, start)


def test_routes_first_then_the_ledger(house: House) -> None:
    assert house.carry_out(house.intent())
    assert (house.live(), house.told(), house.files()) == ("v3", TOLD, [])
    assert house.replay() == []


def test_an_intent_comes_back_from_its_file_as_it_was(house: House) -> None:
    wanted = house.intent()
    outbox._write(house.outbox, wanted)
    assert outbox.pending(house.outbox) == [wanted]


def test_died_before_the_swap_is_left_until_the_generation_is_gone(house: House) -> None:
    outbox._write(house.outbox, house.intent("op_1"))
    assert house.replay() == [("op_1", Fate.PENDING)]
    house.carry_out(house.intent("op_2"))
    assert house.replay() == [("op_1", Fate.DROPPED)]
    assert (house.told()[0], house.files()) == (["op_2:0", "op_2:1"], [])


@pytest.mark.parametrize("later", [0, 1, 3])
def test_died_after_the_swap_is_told_by_a_replay(house: House, later: int) -> None:
    wanted = house.intent()
    outbox._write(house.outbox, wanted)
    house.publisher.swap(wanted.table, wanted.expected_generation)
    for number in range(later):
        table = house.publisher.read_table("production")
        renewed = stamped(table, operation=f"op_9{number}", at=house.start, by="watch")
        house.publisher.swap(renewed, table.generation, history=False)
    assert house.told() == NOTHING
    assert house.replay() == [("op_1", Fate.APPLIED)]
    assert (house.told(), house.files()) == (TOLD, [])


def test_told_twice_is_told_once(house: House) -> None:
    wanted = house.intent()
    house.carry_out(wanted)
    outbox._write(house.outbox, wanted)
    assert house.replay() == [("op_1", Fate.APPLIED)]
    assert house.told() == TOLD
    assert not house.store.tx(lambda tx: outbox.record(tx, wanted))


def test_who_loses_the_swap_changed_nothing(house: House) -> None:
    late = house.intent("op_2", "v4")
    house.carry_out(house.intent("op_1"))
    with pytest.raises(GenerationTaken):
        house.carry_out(late)
    assert (house.live(), house.told(), house.files()) == ("v3", TOLD, [])


def test_routing_never_waits_for_the_ledger(house: House, python: Callable[..., subprocess.Popen[str]]) -> None:
    holder = python(HOLD_FLOCK, house.store.path)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    impatient = Store.open(house.store.path, lock_timeout_s=0.1)
    assert not house.carry_out(house.intent(), impatient)
    assert (house.live(), house.told(), house.files()) == ("v3", NOTHING, ["op_1.json"])
    holder.stdin.close()
    assert house.replay() == [("op_1", Fate.APPLIED)]
    assert (house.told(), house.files()) == (TOLD, [])


def test_several_replays_at_once(house: House, python: Callable[..., subprocess.Popen[str]]) -> None:
    wanted = house.intent()
    outbox._write(house.outbox, wanted)
    house.publisher.swap(wanted.table, wanted.expected_generation)
    code = """
import sys
from pathlib import Path
from registry.runtime.publishing import LocalPublisher
from tasks.ledger import outbox
from tasks.ledger.store import Store
folder = Path(sys.argv[1])
publisher = LocalPublisher(folder / "artifacts", folder / "routes")
outbox.replay(folder / "outbox", publisher, Store.open(folder / "ledger.duckdb", lock_timeout_s=60))
"""
    racers = [python(code, house.outbox.parent) for _ in range(3)]
    assert [racer.wait(timeout=60) for racer in racers] == [0, 0, 0]
    assert (house.told(), house.files()) == (TOLD, [])


def test_a_change_without_event_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="has an event"):
        outbox.intent(house.intent().table, [])


def test_a_broken_intent_is_named(house: House) -> None:
    house.outbox.mkdir()
    (house.outbox / "op_1.json").write_text("{}")
    with pytest.raises(LedgerError, match=r"op_1\.json cannot be read"):
        house.replay()


def test_a_file_that_is_gone_by_the_time_it_is_read_was_settled_by_another(house: House) -> None:
    house.outbox.mkdir(parents=True)
    (house.outbox / "op_1.json").symlink_to(house.outbox / "gone")
    assert outbox.pending(house.outbox) == []


def test_an_intent_that_finds_no_room_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        house.carry_out(house.intent())
    assert list(house.outbox.iterdir()) == []


def test_the_empty_outbox(house: House) -> None:
    assert outbox.pending(house.outbox) == []
