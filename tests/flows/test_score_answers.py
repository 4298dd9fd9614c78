from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tasks.ledger import trace
from tasks.ledger.trace import Trace
from tests.places import point_to
from tests.world import PROMPT, World, world

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


def _answered(here: World, count: int, bad: int) -> None:
    sha = here.workspace.publisher.read_table("demo").prompts[PROMPT].live.behavior
    now = datetime.now(UTC)
    rows = [
        Trace(
            f"tr_{n}", now - timedelta(hours=1), "demo", PROMPT, "v1", sha, sha, "live", 1,
            variables={"message": f"number {n}"}, output="a box" if n < bad else "a lamp",
        )
        for n in range(count)
    ]  # fmt: skip
    here.workspace.store.tx(lambda tx: trace.insert_many(tx, rows, now))


def _soft(here: World) -> None:
    path = here.workspace.roots.evalsets / PROMPT / "evalset.yaml"
    soft = {"type": "not-icontains", "value": "box"}
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"assertions": [soft]}))


def test_every_night_a_sample_of_what_is_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.score_answers import score_answers

    with world(tmp_path) as here:
        point_to(here.workspace.roots, monkeypatch)
        assert score_answers("demo", return_state=True).message == "nothing is live"
        here.release("v1")
        idle = score_answers("demo", return_state=True)
        _answered(here, 8, 2)
        hard = score_answers("demo", return_state=True)
        _soft(here)
        state = score_answers("demo", return_state=True)
        kept = here.workspace.store.rows("SELECT avg(value) AS mean FROM metric_value WHERE metric = 'quality'")
    assert (idle.name, idle.message) == ("NotScored", f"{PROMPT}: nobody asked")
    assert (hard.name, hard.message) == (
        "NotScored", f"{PROMPT}: eval set {PROMPT!r} has nothing to ask of a live answer",
    )  # fmt: skip
    assert (state.name, state.message) == ("Scored", f"{PROMPT}: v1 0.750 of 8 answers")
    assert kept == [{"mean": 0.75}]
