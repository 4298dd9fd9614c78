"""A night as a Prefect flow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.sentinel.blessing import bless
from tasks.sentinel.naming import named
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.places import point_to
from tests.tasks.sentinel.conftest import SMALL

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        point_to(made.roots, monkeypatch)
        for model in ("parrot", "owl"):
            target = named(made.workspace, ENVIRONMENT, model, SMALL)
            bless(made.workspace, target, by="ana", reason="new", sizes=SMALL, again=False, max_usd=None)
        yield made


def test_a_quiet_night_is_green_and_a_changed_endpoint_red(here: Fleet) -> None:
    from flows.drift_sentinel import drift_sentinel

    quiet = drift_sentinel(ENVIRONMENT, wait=False, return_state=True)
    assert (quiet.name, quiet.is_completed()) == ("Stable", True)
    assert "looks at cells of the matrix" in (quiet.message or "")
    here.birds.prefixed = {"parrot"}
    changed = drift_sentinel(ENVIRONMENT, wait=False, return_state=True)
    assert (changed.name, changed.is_failed()) == ("Drifted", True)
    assert "prompt tokens was" in (changed.message or "")


def test_a_late_run_leaves_it_to_the_next_night(here: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.drift_sentinel import drift_sentinel

    monkeypatch.setattr("tasks.probe_models.STALE", timedelta(seconds=-60))
    assert drift_sentinel(ENVIRONMENT, return_state=True).name == "Stale"
