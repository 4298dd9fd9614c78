from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tasks.ledger import look
from tasks.ledger.look import WHOLE, Look
from tasks.ledger.store import Store, Transaction


def row(start: datetime, seq: int, metric: str, release_id: str = "rel_1") -> Look:
    whole = metric == WHOLE
    state = {"guards": {"x": [0.5, None]}} if whole else None
    return Look(release_id, seq, 3, start, metric, WHOLE, start, 40, 41, None if whole else 2.5, 3.0, state, "pass")


def test_the_newest_look_comes_whole(store: Store, start: datetime) -> None:
    rows = [row(start, seq, metric) for seq in (1, 2) for metric in ("refusal", WHOLE, "latency")]
    store.tx(lambda tx: look.insert_many(tx, [*rows, row(start, 9, WHOLE, "rel_2")]))
    assert look.latest(store, "rel_1") == [rows[4], rows[5], rows[3]]
    assert look.latest(store, "rel_3") == []


def test_what_people_look_at_outlives_the_state(store: Store, start: datetime) -> None:
    def whole(seq: int) -> Look:
        return replace(row(start, seq, WHOLE), state={"guards": {}, "seen": {"harm": seq}})

    def write(tx: Transaction) -> None:
        for seq in range(1, 6):
            look.forget_states(tx, "rel_1")
            look.insert_many(tx, [whole(seq), replace(row(start, seq, "refusal"), state={"proof": 2.0})])

    store.tx(write)
    assert [one.seen for one in look.course(store, "rel_1")][:3] == [{"harm": 1}, {"proof": 2.0}, {"harm": 2}]
    assert [one.seen for one in look.course(store, "rel_1", most=2)][::2] == [{"harm": 1}, {"harm": 3}, {"harm": 5}]
    kept = store.rows("SELECT count(*) AS n FROM look WHERE json_extract(state, '$.guards') IS NOT NULL")
    assert kept == [{"n": 1}]
