"""The guard monitor as a Prefect flow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.cli.walk import walk
from tasks.release.claiming import hold
from tasks.release.orders import ReleaseOrder
from tests.polling import until
from tests.shop import shop
from tests.world import PROMPT

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


def test_it_says_in_its_state_what_it_watched(tmp_path: Path) -> None:
    from flows.guard_monitor import guard_monitor

    with shop(tmp_path, {"v1": (40, 0)}) as here:
        _with_a_level(tmp_path / "registry")
        nothing = guard_monitor(minutes=0, return_state=True)
        assert (nothing.name, nothing.message) == ("Watched", "nothing to watch")
        walk(here.workspace, ReleaseOrder(version=f"{PROMPT}@v1", environment="demo", by="test"), lambda _: None)
        until(lambda: len(here.served) >= 10, "10 answers")
        watched = guard_monitor(minutes=0, return_state=True)
        assert (watched.name, watched.is_completed()) == ("Watched", True)
        assert f"demo/{PROMPT} levels: looked. schema_ok min 0.95 holds" in (watched.message or "")
        with ThreadPoolExecutor(1) as pool, hold(here.workspace, "watch:demo/*"):
            taken = pool.submit(guard_monitor, minutes=0, return_state=True).result()
        assert (taken.name, taken.is_completed()) == ("WatchedByAnother", True)


def test_a_late_run_leaves_it_to_the_next(tmp_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.guard_monitor import guard_monitor

    monkeypatch.setattr("tasks.watch_environments.STALE", timedelta(seconds=-60))
    assert guard_monitor(minutes=0, return_state=True).name == "Stale"


def _with_a_level(registry: Path) -> None:
    path = registry / "environments.yaml"
    text = path.read_text()
    head, demo, rest = text.partition("\ndemo:")
    path.write_text(head + demo + rest.replace("live_guards: []", "live_guards: [{metric: schema_ok, min: 0.95}]", 1))
