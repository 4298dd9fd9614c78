"""The gate on the real local model: what is better passes, what is worse is rejected, what is equal never is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.artifact_file import from_behavior
from tasks.gate import stage
from tasks.release.record import Record, Stage, Step, Walk
from tasks.release.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.local_model, pytest.mark.timeout(900)]

CHECKOUT = Path(__file__).resolve().parents[2]
PROMPT = "order-extract"
CASES = 40
"""As few as may pass at low risk."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("gate")
    roots = Roots(home=folder / "home", registry=CHECKOUT / "registry", evalsets=_smaller(folder / "evalsets"))
    yield Workspace(roots, actor="test")
    drivers.close_all()


def _smaller(folder: Path) -> Path:
    shutil.copytree(CHECKOUT / "evalsets" / PROMPT, folder / PROMPT)
    path = folder / PROMPT / "cases.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    held_out = [line for line in lines if json.loads(line)["split"] == "gate"]
    path.write_text("".join([*(line for line in lines if line not in held_out), *held_out[:CASES]]), encoding="utf-8")
    return folder


def record(workspace: Workspace, live: str, candidate: str) -> Record:
    """A release of `candidate` where `live` is served."""
    catalog, now = workspace.catalog, datetime.now(UTC)
    behaviors = {name: catalog.behavior(catalog.get(PROMPT, name)) for name in (live, candidate)}
    workspace.publisher.put_artifact(from_behavior(behaviors[live]))
    return Record(
        release_id=f"rel_{live}_{candidate}",
        environment="demo",
        prompt_id=PROMPT,
        to_version=candidate,
        to_behavior=behaviors[candidate].sha,
        from_version=live,
        from_behavior=behaviors[live].sha,
        policy=catalog.environments.policy("demo", "low"),
        walk=Walk(now),
        opened_at=now,
    )


@pytest.mark.parametrize(
    ("live", "candidate", "verdicts"),
    [("v2", "v3", {"pass"}), ("v3", "v1", {"reject"}), ("v3", "v3", {"pass", "inconclusive"})],
    ids=["better", "worse", "itself"],
)
def test_the_gate_on_the_local_model(workspace: Workspace, live: str, candidate: str, verdicts: set[str]) -> None:
    found = stage.run(workspace, record(workspace, live, candidate), Step(Stage.GATE))
    assert str(found.verdict) in verdicts, found.reason
    assert found.calls >= 2 * CASES
    assert f"n = {CASES} cases" in found.reason or "Must-pass" in found.reason
