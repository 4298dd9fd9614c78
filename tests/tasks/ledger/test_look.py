from __future__ import annotations

from datetime import datetime

from tasks.ledger import look
from tasks.ledger.look import WHOLE, Look
from tasks.ledger.store import Store


def row(start: datetime, seq: int, metric: str, release_id: str = "rel_1") -> Look:
    whole = metric == WHOLE
    state = {"guards": {"x": [0.5, None]}} if whole else None
    return Look(release_id, seq, 3, start, metric, WHOLE, start, 40, 41, None if whole else 2.5, 3.0, state, "pass")


def test_the_newest_look_comes_whole(store: Store, start: datetime) -> None:
    rows = [row(start, seq, metric) for seq in (1, 2) for metric in ("refusal", WHOLE, "latency")]
    store.tx(lambda tx: look.insert_many(tx, [*rows, row(start, 9, WHOLE, "rel_2")]))
    assert look.latest(store, "rel_1") == [rows[4], rows[5], rows[3]]
    assert look.latest(store, "rel_3") == []
