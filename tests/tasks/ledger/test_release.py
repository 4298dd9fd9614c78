from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from registry.errors import UnknownRelease
from tasks.ledger import release
from tasks.ledger.release import Release
from tasks.ledger.store import Store

Make = Callable[..., Release]


@pytest.fixture
def three(store: Store, a_release: Make, start: datetime) -> list[Release]:
    rows = [
        a_release(release_id=f"rel_{n}", attempt=n, started_at=start + timedelta(hours=n), environment=environment)
        for n, environment in [(1, "production"), (2, "production"), (3, "staging")]
    ]
    for row in rows:
        store.tx(partial(release.insert, row=row))
    return rows


def test_a_release_comes_back_as_it_was(store: Store, three: list[Release]) -> None:
    assert release.get(store, "rel_2") == three[1]
    assert release.attempts(store, "production", "order-extract", "c" * 64) == three[:2]
    assert release.recent(store) == three[::-1]
    assert release.recent(store, environment="staging", limit=5) == three[2:]
    assert release.recent(store, prompt_id="other") == []


def test_the_first_decision_stands(store: Store, three: list[Release], start: datetime) -> None:
    def end(decision: str) -> bool:
        return store.tx(
            lambda tx: release.end(tx, "rel_1", decision=decision, decided_by="canary", reason="because", at=start)
        )

    assert release.open_of(store, "production", "order-extract") == three[0]
    assert (end("promote"), end("roll_back")) == (True, False)
    ended = release.get(store, "rel_1")
    assert (ended.decision, ended.decided_by, ended.reason, ended.ended_at) == ("promote", "canary", "because", start)
    assert release.open_of(store, "production", "order-extract") == three[1]
    assert release.open_of(store, "production", "reply-draft") is None


def test_a_rebase_changes_the_baseline_only(store: Store, three: list[Release]) -> None:
    store.tx(lambda tx: release.rebase(tx, "rel_1", version="v9", behavior="d" * 64))
    found = release.get(store, "rel_1")
    assert (found.from_version, found.from_behavior, found.to_version) == ("v9", "d" * 64, "v3")
    assert release.get(store, "rel_2") == three[1]


@pytest.mark.parametrize("name", ["rel_9", "", "'; DROP TABLE release; --"])
def test_an_unknown_release_is_named(store: Store, name: str) -> None:
    with pytest.raises(UnknownRelease, match="no release"):
        release.get(store, name)
