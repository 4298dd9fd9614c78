from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.ledger import trace
from tasks.ledger.trace import Trace
from tests.places import point_to
from tests.world import PROMPT, world

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]


def test_the_flow_proposes_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.refresh_evalset import refresh_evalset

    with world(tmp_path) as here:
        roots = here.workspace.roots
        point_to(roots, monkeypatch)
        now = datetime.now(UTC)
        wrong = Trace(
            "tr_1", now - timedelta(hours=1), "demo", PROMPT, "v1", "b" * 64, "b" * 64, "live", 1,
            variables={"message": "The invoice shows a wrong VAT number."}, schema_ok=False,
        )  # fmt: skip
        here.workspace.store.tx(lambda tx: trace.insert_many(tx, [wrong], now))
        state = refresh_evalset(PROMPT, "demo", return_state=True)
    assert state.is_completed()
    assert state.message == f"1 cases proposed of 1 requests that went wrong: {roots.home}/proposals/{PROMPT}.jsonl"
