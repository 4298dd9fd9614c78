"""The scheduled flow that brings traces into the ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.roots import Roots
from registry.runtime.record import instant
from registry.runtime.spool import Spool
from tasks import ingest_spool
from tasks.intake.taking_in import Intake
from tasks.ledger.store import Store
from tasks.release.workspace import wall_clock

CHECKOUT = Path(__file__).resolve().parents[2]
LINE = {
    "kind": "trace", "format": 1, "environment": "staging", "prompt_id": "order-extract", "version": "v1",
    "intended": "a" * 64, "served": "a" * 64, "arm": "live", "generation": 1, "output": "text",
}  # fmt: skip


def intake(**changes: Any) -> Intake:
    fields: dict[str, Any] = {
        "segments": ("a",), "lines": 2, "traces": 1, "rejected": {}, "recovered": 0, "waiting": 0, "dropped": {},
    }  # fmt: skip
    return Intake(**fields | changes)


@pytest.mark.parametrize(
    ("taken", "expired", "name", "completed", "told"),
    [
        (None, 0, "Stale", True, "the next one ingests"),
        (intake(), 0, "Ingested", True, "2 lines of 1 segments, 1 of them traces"),
        (intake(), 3, "Ingested", True, "; 3 traces are past their retention"),
        (intake(dropped={"host-1": 7}), 0, "Dropping", True, "host-1 had to drop 7 lines"),
        (intake(unreachable="s3://bucket: no route"), 0, "OutOfReach", False, "s3://bucket: no route"),
    ],
)
def test_the_state_says_what_came_of_it(
    taken: Intake | None, expired: int, name: str, completed: bool, told: str
) -> None:
    state = ingest_spool.state_of_intake(taken, expired)
    assert (state.name, state.is_completed()) == (name, completed)
    assert told in (state.message or "")


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_harness")
def test_what_applications_wrote_is_taken_in_and_what_is_old_goes(
    tmp_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest_traces import ingest_traces

    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(CHECKOUT / "registry"))
    spool = Spool(Roots.find().spool)
    for number, days in enumerate((0, 10, 40)):
        spool.log(LINE | {"trace_id": f"tr_{number}", "ts": instant(wall_clock() - timedelta(days=days))})
    spool.close()
    state = ingest_traces(return_state=True)
    assert state.name == "Ingested"
    assert "3 of them traces; 2 traces are past their retention" in (state.message or "")
    rows = Store.open(Roots.find().ledger).rows("SELECT trace_id, output FROM trace ORDER BY trace_id")
    assert rows == [{"trace_id": "tr_0", "output": "text"}, {"trace_id": "tr_1", "output": None}]
