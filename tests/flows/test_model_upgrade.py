"""An upgrade as a Prefect flow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.sentinel.blessing import blessed
from tasks.sentinel.target import endpoint
from tasks.upgrade.column import column, write
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.places import point_to
from tests.tasks.sentinel.conftest import SMALL

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        point_to(made.roots, monkeypatch)
        yield made


def candidate(here: Fleet, new: str) -> None:
    (row,) = column(here.workspace, ENVIRONMENT, "parrot", new)
    write(here.workspace, row, "parrot", new, "ana")


def test_an_upgrade_wants_candidates_that_an_author_wrote(here: Fleet) -> None:
    from flows.model_upgrade import model_upgrade
    from registry.errors import UsageError

    state = model_upgrade("parrot", "rook", ENVIRONMENT, "test", return_state=True)
    with pytest.raises(UsageError, match="--gate-only"):
        state.result()


def test_a_worse_model_is_rejected_and_gets_no_reference(here: Fleet) -> None:
    from flows.model_upgrade import model_upgrade

    candidate(here, "rook")
    state = model_upgrade("parrot", "rook", ENVIRONMENT, "test", return_state=True)
    assert (state.name, state.is_failed()) == ("Partly", True)
    assert (state.message or "").splitlines()[0] == "parrot -> rook: of 1 prompts 1 reject"
    assert "fallback parcel-sort@v1 on test/owl: the contract holds in 8 of 8 answers" in (state.message or "")
    assert blessed(here.workspace.store, endpoint(here.workspace, "rook")) is None


def test_what_passes_is_released_and_its_endpoint_has_a_reference(here: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without traffic a canary decides nothing: its deadline is now, and it is held."""
    from flows.model_upgrade import model_upgrade

    monkeypatch.setattr("tasks.upgrade_model.Sizes", lambda: SMALL)
    rules = here.roots.registry / "environments.yaml"
    rules.write_text(rules.read_text().replace("deadline: {canary: 15m}", "deadline: {canary: 1s}"))
    candidate(here, "owl")
    state = model_upgrade("parrot", "owl", ENVIRONMENT, "test", return_state=True)
    assert (state.name, state.is_failed()) == ("Partly", True)
    first, _, own, referred = (state.message or "").splitlines()
    assert first == "parrot -> owl: of 1 prompts 1 pass"
    assert "falls back to its own model" in own
    assert "blessed by test" in referred
    route = here.workspace.publisher.read_table(ENVIRONMENT).route("parcel-sort")
    assert (route.live.version, route.canary) == ("v1", None)
