from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from tasks.ledger import rehearsal
from tasks.ledger.rehearsal import Rehearsal
from tasks.ledger.store import Store


def test_the_newest_rehearsal_counts(store: Store, start: datetime) -> None:
    rows = [
        Rehearsal("production", "p", "b", start + timedelta(days=day), 0.5, verdict, {"step": day})
        for day, verdict in enumerate(["pass", "reject", "pass"])
    ]
    for one in (rows[2], rows[0], rows[1]):
        store.tx(partial(rehearsal.insert, row=one))
    assert rehearsal.latest(store, "production", "p", "b") == rows[2]
    assert rehearsal.latest(store, "staging", "p", "b") is None
