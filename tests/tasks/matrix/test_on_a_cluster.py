from __future__ import annotations

from pathlib import Path

import pytest

from tasks.matrix import gathering, running
from tasks.matrix.standing import standings
from tasks.matrix.tonight import tonight
from tests import inline_cluster
from tests.fleet import ENVIRONMENT, fleet

CALLS = 5000


def test_cells_are_asked_on_the_cluster_within_the_budget_of_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = inline_cluster.installed(monkeypatch)
    with fleet(tmp_path) as here:
        plan = tonight(here.workspace, ENVIRONMENT, calls=CALLS)
        rows = running.run(here.workspace, plan, lambda _: None)
        cells = gathering.cells(here.workspace, ENVIRONMENT, here.workspace.now())
        found = {one.model: one.verdict for one in standings(here.workspace.store, cells)}
    assert found == {"parrot": "pass", "owl": "pass", "rook": "reject"}
    assert sum(row.calls for row in rows) <= CALLS
    assert cluster.chunks > len(rows)
