"""The rehearsal as a Prefect flow."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.routes import Pinned
from tests.shop import Shop, shop
from tests.world import PROMPT

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


def test_its_state_says_what_can_be_gone_back_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.rehearse_rollback import rehearse_rollback

    with shop(tmp_path, {"v1": (60, 0), "v2": (80, 0), "v9": (2, 0)}) as here:
        _serve(here, "v1", "v2")
        state = rehearse_rollback(environment="demo", return_state=True)
        assert (state.name, state.is_completed()) == ("Rehearsed", True)
        assert f"{PROMPT} in demo: pass. v1 can be gone back to in" in (state.message or "")
        _serve(here, "v9", "v2")
        state = rehearse_rollback(environment="demo", prompt=PROMPT, return_state=True)
        assert (state.name, state.is_failed()) == ("NoWayBack", True)
        monkeypatch.setattr("tasks.rehearse_live.STALE", timedelta(seconds=-60))
        assert rehearse_rollback(environment="demo", return_state=True).name == "Stale"


def _serve(here: Shop, *versions: str) -> None:
    catalog, publisher = here.workspace.catalog, here.workspace.publisher
    publisher.put_models("demo", dict(catalog.models))
    for number, version in enumerate(versions):
        behavior = catalog.behavior(catalog.get(PROMPT, version))
        publisher.put_artifact(from_behavior(behavior))
        live, table = Pinned(version=version, behavior=behavior.sha), publisher.read_table("demo")
        if PROMPT in table.prompts:
            changed = routes_change.pin(table, PROMPT, live, certified=True)
        else:
            changed = routes_change.go_live(table, PROMPT, "parcels.sort", live)
        operation, at = f"op_{table.generation}_{number}", here.workspace.now()
        publisher.swap(routes_change.stamped(changed, operation=operation, at=at, by="test"), table.generation)
