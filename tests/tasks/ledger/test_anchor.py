from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import pytest

from tasks.ledger import anchor
from tasks.ledger.anchor import Anchor
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
        change: Literal["set", "drop"] = "set" if move[0] == "+" else "drop"
        row = Anchor("production", "p", None, move[1], start + timedelta(minutes=minute), None, change, "why")
        store.tx(partial(anchor.move, row=row))
    assert anchor.behavior(store, "production", "p") == expected
    assert anchor.behavior(store, "staging", "p") is None
