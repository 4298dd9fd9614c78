"""The whole release in one process, with a scripted model and traffic of an application."""

from __future__ import annotations

from pathlib import Path

from tasks.release.outcome import State, outcome
from tasks.release.record import Record
from tests.world import World, world


def _state(here: World, record: Record | None) -> State:
    assert record is not None
    return outcome(record).state


def test_a_better_version_is_promoted_and_a_worse_one_is_not(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        assert _state(here, here.release("v1")) is State.PROMOTED
        here.serve(60)
        better = here.release("v2")
        assert _state(here, better) is State.PROMOTED
        assert here.live == "v2"
        assert {"v1", "v2"} <= set(here.served)
        assert _state(here, here.release("v3")) is State.REJECTED
        assert here.live == "v2"
