"""The model that a prompt was moved away from: a rollback goes back to it, and so it is watched on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from registry.errors import RoutingError
from tasks.ledger import changelog
from tasks.matrix.tonight import tonight
from tasks.release.pinning import pin, roll_back
from tasks.upgrade.column import column, write
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.tasks.sentinel.conftest import Watched
from tests.world import PROMPT


def move(here: Fleet) -> None:
    """v3 is live, on owl; v1 was, on parrot."""
    (row,) = column(here.workspace, ENVIRONMENT, "parrot", "owl")
    write(here.workspace, row, "parrot", "owl", "ana")
    pin(here.workspace, ENVIRONMENT, PROMPT, "v3", by="ana", reason="upgrade", break_glass=True)


@pytest.fixture
def moved(watched: Watched) -> Watched:
    move(watched.here)
    return watched


def test_it_is_watched_for_fourteen_nights(moved: Watched) -> None:
    here = moved.here

    def looked_at() -> list[str]:
        return [row.target for row in tonight(here.workspace, ENVIRONMENT).of("fingerprint")]

    here.later += timedelta(days=14)
    assert looked_at() == ["owl", "parrot"]
    here.later += timedelta(minutes=1)
    assert looked_at() == ["owl"]


def test_one_without_a_reference_is_left_out_and_said(tmp_path: Path) -> None:
    with fleet(tmp_path) as here:
        move(here)
        (out,) = [row for row in tonight(here.workspace, ENVIRONMENT).left_out if row.what == "fingerprint"]
    assert (out.target, out.why.partition("; ")[2]) == ("parrot", "it has no blessed reference")


def test_its_drift_takes_the_way_back_away(moved: Watched) -> None:
    here = moved.here
    here.birds.prefixed = {"parrot"}
    found = moved.night(wait=False)["parrot"]
    assert found.changed
    with pytest.raises(RoutingError, match="no certified version"):
        roll_back(here.workspace, ENVIRONMENT, PROMPT, by="ana", reason="owl is worse")
    (line,) = [entry for entry in changelog.entries(here.workspace.store) if entry.kind == "drift"]
    assert (line.prompt_id, line.to_version) == (PROMPT, "v3")
    assert "v3 does not run on it" in str(line.reason)
    moved.night(wait=False)
    assert len([entry for entry in changelog.entries(here.workspace.store) if entry.kind == "drift"]) == 1
