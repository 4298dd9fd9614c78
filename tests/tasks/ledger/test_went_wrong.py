from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import anchor, release, trace
from tasks.ledger.anchor import Anchor
from tasks.ledger.feedback import Feedback, insert_many
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace
from tasks.ledger.went_wrong import Wrong, went_wrong

SPAN = timedelta(hours=1)


@pytest.fixture
def filled(
    store: Store, start: datetime, a_trace: Callable[..., Trace], a_release: Callable[..., Release]
) -> Callable[[], list[Wrong]]:
    changes: list[dict[str, Any]] = [
        {}, {"schema_ok": True}, {"schema_ok": False}, {"arm": "canary", "intended": "c" * 64},
        {"intended": "d" * 64}, {"schema_ok": False, "arm": "shadow"}, {"schema_ok": False, "variables": None},
        {"schema_ok": False, "ts": start - SPAN}, {"schema_ok": False, "environment": "staging"}, {},
    ]  # fmt: skip
    rows = [a_trace(number, **changed) for number, changed in enumerate(changes)]
    said = [("tr_0", "thumbs_down", 1.0), ("tr_1", "thumbs_down", 0.0), ("tr_2", "thumbs_down", 1.0),
            ("tr_2", "edited", 1.0), ("tr_9", "resolved", 1.0)]  # fmt: skip
    feedback = [Feedback(trace_id, start, name, value, "shop") for trace_id, name, value in said]

    def write(tx: Any) -> None:
        trace.insert_many(tx, rows, start)
        insert_many(tx, feedback, start)
        release.insert(tx, a_release(decision="roll_back", ended_at=start))
        anchor.move(tx, Anchor("production", "order-extract", None, "d" * 64, start, None, "drop", "wrong"))

    store.tx(write)
    return lambda: went_wrong(store, "production", "order-extract", since=start, until=start + SPAN, size=10)


def test_the_most_said_against_one_first(filled: Callable[[], list[Wrong]]) -> None:
    found = filled()
    assert [(one.trace_id, one.why) for one in found] == [
        ("tr_2", ("edited", "thumbs_down", "broke_schema")),
        ("tr_4", ("rolled_back",)),
        ("tr_3", ("rolled_back",)),
        ("tr_0", ("thumbs_down",)),
    ]
    assert (found[0].variables, found[0].version, found[0].intent) == ({"message": "text 2"}, "v2", "other")
