"""The scheduled flow that fills the changelog's outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.ledger import changelog
from tests.tasks.outcome.past import CHECKOUT, NEW, OLD, Ledger

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


@pytest.fixture
def ledger(tmp_home: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(CHECKOUT / "registry"))
    monkeypatch.setenv("PROMPTSHIP_EVALSETS", str(CHECKOUT / "evalsets"))
    return Ledger(tmp_home)


def flow() -> Any:
    from flows.observe_outcome import observe_outcome

    return observe_outcome(return_state=True)


def test_what_is_due_is_written_once(ledger: Ledger) -> None:
    ledger.released({"metric": "schema_ok", "direction": "up", "by": 0.3})
    ledger.units(200, NEW, "live", 1, 0.9)
    ledger.units(40, OLD, "holdback", 1, 0.5)
    first = flow()
    assert (first.name, first.is_completed()) == ("Observed", True)
    assert "1 came true" in first.message
    (entry,) = changelog.entries(ledger.workspace.store)
    assert entry.outcome == "moved"
    assert flow().name == "NothingDue"
