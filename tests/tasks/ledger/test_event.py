from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import event
from tasks.ledger.store import Store


def append(store: Store, at: datetime, **changes: Any) -> bool:
    fields: dict[str, Any] = {
        "kind": "promptship.stage.pass",
        "actor": "ci",
        "subjects": {"release_id": "rel_1", "environment": "production", "prompt_id": "p"},
        "payload": {"stage": "gate"},
        "at": at,
    }
    return store.tx(lambda tx: event.append(tx, **fields | changes))


def test_an_event_is_written_once(store: Store, start: datetime) -> None:
    assert append(store, start, event_id="op_1:0")
    assert not append(store, start, event_id="op_1:0", payload={"stage": "other"})
    assert [e.payload for e in event.of_release(store, "rel_1")] == [{"stage": "gate"}]


def test_without_an_id_the_content_is_the_name(store: Store, start: datetime) -> None:
    assert [append(store, start), append(store, start), append(store, start, actor="ana")] == [True, False, True]


def test_events_come_in_order_with_their_subjects(store: Store, start: datetime) -> None:
    append(store, start + timedelta(minutes=1), kind="b")
    append(store, start, kind="a", subjects={"release_id": "rel_1"})
    append(store, start, kind="c", subjects={})
    first, second = event.of_release(store, "rel_1")
    assert (first.kind, first.subjects) == ("a", {"release_id": "rel_1"})
    assert (second.kind, second.environment, second.behavior) == ("b", "production", None)


def test_events_of_a_prompt_since_a_moment(store: Store, start: datetime) -> None:
    for hour in range(3):
        append(store, start + timedelta(hours=hour), kind="promptship.live.rolled_back")
    append(store, start + timedelta(hours=2), kind="promptship.stage.pass")
    kinds = ("promptship.live.rolled_back",)
    found = event.of_prompt(store, "production", "p", kinds=kinds, since=start + timedelta(hours=1))
    assert [e.at.hour for e in found] == [9, 10]


def test_other_subjects_are_refused(store: Store, start: datetime) -> None:
    with pytest.raises(ValueError, match=r"found \['version'\]"):
        append(store, start, subjects={"version": "v3"})
