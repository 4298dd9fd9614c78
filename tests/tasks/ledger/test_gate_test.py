from __future__ import annotations

from datetime import datetime, timedelta

from tasks.ledger import gate_test
from tasks.ledger.gate_test import GateTest
from tasks.ledger.store import Store

SUBJECT = {"candidate": "c", "baseline": "b", "anchor": None, "evalset": "e", "judge": None, "model": "m"}


def opened(store: Store, now: datetime, margin: float = 0.05) -> GateTest:
    return store.tx(lambda tx: gate_test.open_or_resume(tx, SUBJECT, margin=margin, rounds_max=5, now=now))


def test_five_attempts_are_one_test(store: Store, start: datetime) -> None:
    first = opened(store, start)
    store.tx(lambda tx: gate_test.advance(tx, first.gate_test_id, 2))
    store.tx(lambda tx: gate_test.advance(tx, first.gate_test_id, 1))
    again = opened(store, start + timedelta(days=1), margin=0.1)
    assert (again.gate_test_id, again.margin, again.rounds_done, again.created_at) == (
        first.gate_test_id,
        0.05,
        2,
        start,
    )
    assert gate_test.identity(SUBJECT) == first.gate_test_id != gate_test.identity(SUBJECT | {"baseline": "x"})


def test_the_first_verdict_stands(store: Store, start: datetime) -> None:
    test = opened(store, start)
    for verdict in ("reject", "pass"):
        store.tx(
            lambda tx, verdict=verdict: gate_test.close(  # type: ignore[misc]
                tx, test.gate_test_id, verdict=verdict, reason=f"is {verdict}", evidence={"n": 3}, at=start
            )
        )
    closed = gate_test.get(store, test.gate_test_id)
    assert closed is not None
    assert (closed.verdict, closed.reason, closed.evidence, closed.closed_at) == (
        "reject",
        "is reject",
        {"n": 3},
        start,
    )
    assert gate_test.get(store, "none") is None
