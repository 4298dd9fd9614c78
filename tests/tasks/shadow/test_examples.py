from __future__ import annotations

from tasks.shadow.examples import SHOWN, examples
from tests.tasks.shadow.made import answered, pair


def test_what_got_worse_comes_first_then_what_moved_most() -> None:
    replayed = [
        pair(1, answered("old words", schema_ok=1.0), answered("old", schema_ok=1.0)),
        pair(2, answered("new meaning", schema_ok=1.0), answered("old", schema_ok=1.0)),
        pair(3, answered("old!", schema_ok=0.0), answered("old", schema_ok=1.0)),
        pair(4, answered("no", refusal=1.0), answered("old", ["book"], refusal=0.0)),
    ]
    found = examples(replayed, {"tr_1": 0.1, "tr_2": 0.9, "tr_3": 0.1, "tr_4": None})
    assert [(one["trace_id"], one["worse"], one["distance"]) for one in found] == [
        ("tr_4", ["refused", "did not call book"], None),
        ("tr_3", ["broke its contract"], 0.1),
        ("tr_2", [], 0.9),
        ("tr_1", [], 0.1),
    ]


def test_what_did_not_change_is_not_shown() -> None:
    assert examples([pair(1, answered())], {}) == []
    assert len(examples([pair(n, answered(f"new {n}")) for n in range(20)], {})) == SHOWN
