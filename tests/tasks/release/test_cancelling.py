"""A cancelled run: the canary's traffic is back on live at once, and only the canary's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deployments.cli.walk import walk
from tasks.ledger import changelog, release
from tasks.release.cancelling import give_back
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record
from tasks.release.workspace import wall_clock
from tests.world import PROMPT, World, world


def order(version: str) -> ReleaseOrder:
    return ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo")


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """v1 is live, and v2 takes half of the traffic: nobody watches it any more."""
    with world(tmp_path_factory.mktemp("cancelling"), {"v1": (40, 0), "v2": (80, 0)}) as here:
        here.release("v1")
        here.serve(60)
        serve = here.workspace.pause
        object.__setattr__(here.workspace, "pause", _killed)
        with pytest.raises(KeyboardInterrupt):
            here.release("v2")
        object.__setattr__(here.workspace, "pause", serve)
        yield here


def _killed(_: float) -> None:
    """In the middle of the watch, as the run that somebody cancels."""
    raise KeyboardInterrupt


def routed(here: World) -> tuple[str, str | None]:
    route = here.workspace.publisher.read_table("demo").route(PROMPT)
    return route.live.version, route.canary.version if route.canary else None


def watched_while(canary: World, once: Callable[[], list[str]]) -> tuple[Record | None, list[list[str]]]:
    """The release goes on; in its first pause this happens, and from then on no traffic comes for minutes."""
    said: list[list[str]] = []

    def pause(_: float) -> None:
        assert not said, "the watch goes on over a canary that is gone"
        said.append(once())

    def now() -> datetime:
        return wall_clock() + timedelta(minutes=3 * len(said))

    return walk(replace(canary.workspace, pause=pause, now=now), order("v2"), lambda _: None), said


def test_the_canary_goes_and_the_release_has_ended(canary: World) -> None:
    """Whoever watches it hears of it, also where no look allows a lease to be renewed."""
    assert routed(canary) == ("v1", "v2")
    assert give_back(canary.workspace, order("v1")) == [
        f"{PROMPT}@v1 has no canary in demo; an open release of it stays open"
    ]
    assert routed(canary) == ("v1", "v2")
    record, [(said,)] = watched_while(canary, lambda: give_back(canary.workspace, order("v2")))
    assert record is not None
    assert record.decision == "roll_back"
    assert "the canary v2 of rel_" in said
    assert routed(canary) == ("v1", None)
    ended = release.recent(canary.workspace.store)[0]
    assert (ended.decision, ended.decided_by) == ("roll_back", "test")
    assert "its run was cancelled in Prefect" in (ended.reason or "")


def test_again_it_does_nothing_and_a_promoted_version_stays(canary: World) -> None:
    give_back(canary.workspace, order("v2"))
    assert "has no canary" in give_back(canary.workspace, order("v2"))[0]
    assert canary.release("v2", again=True, reason="cancelled by mistake") is not None
    assert routed(canary) == ("v2", None)
    give_back(canary.workspace, order("v2"))
    assert routed(canary) == ("v2", None)
    assert [entry.decision for entry in changelog.entries(canary.workspace.store)] == [
        "promote",
        "roll_back",
        "promote",
    ]


def test_where_nothing_was_ever_live_there_is_nothing_to_do(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        assert "has no canary" in give_back(here.workspace, order("v2"))[0]
