from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tasks.ledger import anchor
from tasks.ledger.store import Store


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ("", None),
        ("+a", "a"),
        ("+a +b", "b"),
        ("+a +b -b", "a"),
        ("+a +b -b +c -c", "a"),
        ("+a +b +c -b", "c"),
        ("+a +b +c -c -b", "a"),
        ("+a -a", None),
        ("+a +b -b +b", "b"),
        ("+a -x", "a"),
    ],
)
def test_the_newest_that_was_not_dropped_counts(
    store: Store, start: datetime, moves: str, expected: str | None
) -> None:
    for minute, move in enumerate(moves.split()):
        change = {"+": anchor.set, "-": anchor.drop}[move[0]]
        given = {"behavior": move[1], "release_id": None, "reason": "why", "at": start + timedelta(minutes=minute)}
        more = {"evalset_sha": "e"} if move[0] == "+" else {}
        store.tx(lambda tx, c=change, g=given | more: c(tx, "production", "p", **g))  # type: ignore[misc]
    assert anchor.behavior(store, "production", "p") == expected
    assert anchor.behavior(store, "staging", "p") is None
