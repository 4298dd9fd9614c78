from __future__ import annotations

from pathlib import Path

import pytest

from tests.places import point_to
from tests.world import world

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


def test_the_flow_looks_at_what_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.compare_inputs import compare_inputs

    with world(tmp_path) as here:
        point_to(here.workspace.roots, monkeypatch)
        assert compare_inputs("demo", return_state=True).message == "nobody asked anything"
        here.release("v1")
        state = compare_inputs("demo", return_state=True)
    assert (state.name, state.message) == ("AsBefore", "nobody asked anything")
