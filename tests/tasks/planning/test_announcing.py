from __future__ import annotations

import shutil
from pathlib import Path

from deployments.cli.walk import walk
from tasks.release.orders import ReleaseOrder
from tasks.release.showing import status
from tests.world import PROMPT, World, world


def said(here: World) -> list[str]:
    lines: list[str] = []
    order = ReleaseOrder(version=f"{PROMPT}@v1", environment="demo", by="test", until="lint")
    assert walk(here.workspace, order, lines.append) is not None
    return lines


def test_a_release_shows_its_plan_once(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        opened, plan, gate, *_ = said(here)
        again = said(here)
    assert opened.startswith("opened rel_")
    assert plan.startswith("plan: 3 steps, 120 calls")
    assert gate.startswith("gate: 120 cases")
    assert [line.split()[0] for line in again] == ["goes"]


def test_what_keeps_a_plan_from_being_made_does_not_stop_the_release(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        shutil.rmtree(here.workspace.roots.evalsets)
        opened, plan = said(here)
        assert plan.startswith("there is no plan: PS-")
        assert status(here.workspace, opened.removeprefix("opened "))["plan"] is None
