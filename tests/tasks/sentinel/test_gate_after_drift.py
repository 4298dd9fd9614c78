"""What a gate rests on after the model behind its versions changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.cli.walk import walk
from tasks.ledger import eval_result, event, stage_result
from tasks.ledger.drift_alarm import CONFIRMED
from tasks.release.aborting import abort
from tasks.release.orders import ReleaseOrder
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.world import PROMPT


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        yield made


def gate(here: Fleet, attempt: int) -> tuple[str, str]:
    """A release of v2 up to the gate, and then given up: its reason and the id of its test."""
    order = ReleaseOrder(
        version=f"{PROMPT}@v2", environment=ENVIRONMENT, by="test", until="gate", again=attempt > 1, reason="again"
    )
    record = walk(here.workspace, order, lambda _: None)
    assert record is not None
    (found,) = [row for row in stage_result.of_release(here.workspace.store, record.release_id) if row.stage == "gate"]
    abort(here.workspace, record.release_id, "a test")
    return found.reason, str(found.evidence["gate_test_id"])


def test_a_confirmed_drift_makes_live_answer_again(here: Fleet) -> None:
    first, test = gate(here, 1)
    here.later += timedelta(minutes=1)
    again, same = gate(here, 2)
    assert (test, "as tested before" in again, "as tested before" in first) == (same, True, False)
    here.later += timedelta(minutes=1)
    store, now = here.workspace.store, here.workspace.now()
    payload = {"model": "test/parrot"}
    store.tx(lambda tx: event.append(tx, kind=CONFIRMED, actor="test", subjects={}, payload=payload, at=now))
    here.later += timedelta(minutes=1)
    after, new = gate(here, 3)
    assert new != test
    assert "as tested before" not in after
    assert {row.arm for row in eval_result.of_test(store, new)} == {"candidate", "live"}
