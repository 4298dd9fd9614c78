"""The rollback as a Prefect flow: the function of the command line, and what it says as a state."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from registry.errors import NoRoute
from registry.runtime import routes_change
from registry.runtime.publishing import LocalPublisher, Reader
from registry.runtime.routes import Pinned
from tasks.ledger import changelog
from tasks.ledger.flock import flock
from tasks.ledger.store import Store
from tasks.release import following, operating
from tasks.release.rollback_order import RollbackOrder
from tests.world import PROMPT

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]

OLD, NEW = "a" * 64, "b" * 64


@pytest.fixture
def home(tmp_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """v1, then v2 is live in `demo`; there is a reader, which does not follow."""
    publisher, now = LocalPublisher(tmp_home / "artifacts", tmp_home / "routes"), datetime.now(UTC)
    table = publisher.read_table("demo")
    live = (Pinned(version="v1", behavior=OLD), Pinned(version="v2", behavior=NEW))
    table = routes_change.go_live(table, PROMPT, "parcels.sort", live[0])
    table = routes_change.pin(table, PROMPT, live[1], certified=True)
    publisher.swap(routes_change.stamped(table, operation="op_1", at=now, by="test"), 0)
    publisher.report_reader("demo", Reader("shop-1", 1, now, 0))
    monkeypatch.setattr(following, "WAIT_S", 0.2)
    monkeypatch.setattr(operating, "LEDGER_WAIT_S", 0.2)
    return tmp_home


def roll_back(**fields: Any) -> Any:
    from flows.rollback import rollback

    order = RollbackOrder(prompt=PROMPT, environment="demo", reason="prices are wrong", by="ana", **fields)
    return rollback(order, return_state=True)


def test_its_state_says_what_was_done_and_who_does_not_follow(home: Path) -> None:
    state = roll_back()
    assert (state.name, state.is_completed()) == ("TakenBack", True)
    assert state.message.splitlines() == [
        f"{PROMPT} in demo: v2 -> v1",
        "not yet seen on generation 2: shop-1 (at 1)",
    ]
    (entry,) = changelog.entries(Store.open(home / "ledger.duckdb"))
    assert (entry.kind, entry.author, entry.why, entry.to_version) == ("rollback", "ana", "prices are wrong", "v1")
    again = roll_back(taking=NEW)
    assert (again.name, again.is_completed()) == ("AlreadyDone", True)


def test_a_locked_ledger_holds_up_nothing(home: Path) -> None:
    with flock(home / "ledger.duckdb.lock", shared=False, deadline=time.monotonic() + 5):
        state = roll_back()
    assert (state.name, "waits in the outbox" in state.message) == ("TakenBack", True)


_IN_A_PROCESS = """
from flows.rollback import rollback  # what a worker loads
from tasks.release.rollback_order import RollbackOrder
from tasks.take_back import take_back

order = RollbackOrder(prompt="parcel-sort", environment="demo", reason="prices are wrong", by="ana")
print("\\n".join(take_back.fn(order).sentences))
"""


def test_a_broken_duckdb_holds_up_nothing(home: Path, tmp_path: Path) -> None:
    """Neither loading the flow nor its only task needs it; the entry waits until there is one."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "duckdb.py").write_text("raise ImportError('a library is missing')")
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_PROCESS],
        env={**os.environ, "PYTHONPATH": f"{broken}:{Path(__file__).parents[2]}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    table = LocalPublisher(home / "artifacts", home / "routes").read_table("demo")
    assert (done.returncode, table.route(PROMPT).live.version) == (0, "v1"), done.stderr
    assert "waits in the outbox" in done.stdout
    assert "a library is missing" in done.stdout
    assert len(list((home / "outbox").glob("op_*.json"))) == 1


def test_nowhere_to_go_back_to_is_a_failure(home: Path) -> None:
    roll_back()
    state = roll_back()
    assert state.is_failed()
    with pytest.raises(NoRoute):
        state.result()


def test_started_again_it_does_not_go_back_one_further(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", "2")
    assert roll_back().is_failed()
    assert LocalPublisher(home / "artifacts", home / "routes").read_table("demo").route(PROMPT).live.version == "v2"
