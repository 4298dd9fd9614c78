from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import changelog, event, release, stage_result
from tasks.ledger.changelog import Entry, Hits
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Store

HOUR = timedelta(hours=1)
Write = Callable[..., None]


@pytest.fixture
def opened(store: Store, start: datetime, a_release: Callable[..., Release]) -> Callable[..., None]:
    def write(number: int, **changes: Any) -> None:
        row = a_release(release_id=f"rel_{number}", started_at=start + number * HOUR, **changes)
        store.tx(lambda tx: release.insert(tx, row))

    return write


@pytest.fixture
def ended(store: Store, start: datetime) -> Callable[..., None]:
    def write(number: int, decision: str) -> None:
        at = start + (number + 0.5) * HOUR
        given: dict[str, Any] = {"decision": decision, "decided_by": "canary", "reason": "because", "at": at}
        store.tx(lambda tx: release.end(tx, f"rel_{number}", **given))

    return write


@pytest.fixture
def happened(store: Store, start: datetime) -> Callable[..., None]:
    def write(kind: str, hours: float, actor: str = "ana", release_id: str | None = None, **payload: Any) -> None:
        about = {"environment": "production", "prompt_id": "order-extract"}
        about |= {"release_id": release_id} if release_id else {}
        at = start + hours * HOUR
        store.tx(lambda tx: event.append(tx, kind=kind, actor=actor, subjects=about, payload=payload, at=at))

    return write


def only(store: Store) -> Entry:
    (entry,) = changelog.entries(store)
    return entry


def test_a_promoted_release_is_one_line(
    store: Store, start: datetime, opened: Write, ended: Write, happened: Write
) -> None:
    opened(0)
    for name, approve in [("zoe", True), ("bob", True), ("bob", True), ("eve", False)]:
        happened("promptship.approval.answered", 0.1, name, "rel_0", of=name, approve=approve)
    happened("promptship.release.promoted", 0.4, "flow", "rel_0")
    ended(0, "promote")
    assert only(store) == Entry(
        kind="release",
        started_at=start,
        released_at=start + 0.4 * HOUR,
        ended_at=start + 0.5 * HOUR,
        environment="production",
        prompt_id="order-extract",
        from_version="v2",
        to_version="v3",
        from_behavior="b" * 64,
        to_behavior="c" * 64,
        components_changed=None,
        author="ana",
        why="more examples",
        expected=[{"metric": "score"}],
        observed=None,
        outcome=None,
        decision="promote",
        decided_by="canary",
        approved_by="bob, zoe",
        reason="because",
        release_id="rel_0",
        how_to_reverse=f"promptship rollback order-extract --environment production --from {'c' * 64} --reason WHY"
        "  # the change note says: pin v2",
    )


@pytest.mark.parametrize(
    ("decision", "changes", "released", "reverse"),
    [
        (None, {}, False, "promptship release abort rel_0 --reason WHY  # the change note says: pin v2"),
        ("reject", {}, False, None),
        ("roll_back", {}, False, None),
        ("hold", {}, False, None),
        ("promote", {"from_version": None, "from_behavior": None}, True, None),
        (
            "promote",
            {"change_note": {"why": "w"}},
            True,
            f"promptship rollback order-extract --environment production --from {'c' * 64} --reason WHY",
        ),
    ],
)
def test_how_to_reverse(
    store: Store, opened: Write, ended: Write, decision: str | None, changes: Any, released: bool, reverse: str | None
) -> None:
    opened(0, **changes)
    if decision:
        ended(0, decision)
    entry = only(store)
    assert (entry.released_at is not None, entry.how_to_reverse, entry.decision) == (released, reverse, decision)


def test_components_that_changed_are_named(store: Store, opened: Write) -> None:
    before = {"prompt": "1", "model": "1", "decoding": "1"}
    opened(0, from_behavior=None, to_behavior="1" * 64, components=before)
    opened(1, from_behavior="1" * 64, to_behavior="2" * 64, components=before | {"prompt": "2", "tools": "2"})
    opened(2, from_behavior="2" * 64, to_behavior="1" * 64, components=before)
    found = [entry.components_changed for entry in changelog.entries(store)]
    assert found == [("prompt", "tools"), ("prompt", "tools"), None]


@pytest.mark.parametrize(
    ("kind", "expected", "decision"),
    [
        ("promptship.live.rolled_back", "rollback", "roll_back"),
        ("promptship.live.pinned", "pin", None),
        ("promptship.canary.withdrawn", None, None),
        ("promptship.release.promoted", None, None),
    ],
)
def test_what_a_person_did_to_live(
    store: Store, start: datetime, happened: Write, kind: str, expected: str | None, decision: str | None
) -> None:
    ends = {"from_version": "v3", "from_behavior": "c" * 64, "to_version": "v2", "to_behavior": "b" * 64}
    happened(kind, 1, "bob", reason="complaints", **ends)
    if expected is None:
        assert changelog.entries(store) == []
        return
    entry = only(store)
    assert (entry.kind, entry.author, entry.reason, entry.decision) == (expected, "bob", "complaints", decision)
    assert (entry.from_version, entry.to_behavior, entry.released_at) == ("v3", "b" * 64, start + HOUR)
    way = " --break-glass" if kind.endswith("rolled_back") else ""  # what was rolled back is no version that served
    assert entry.how_to_reverse == f"promptship live pin order-extract v3 --environment production{way} --reason WHY"


def test_drift_is_a_line_that_released_nothing(store: Store, happened: Write) -> None:
    happened("promptship.drift.found", 1, "sentinel", finding="drift_degraded", reason="scores fell")
    entry = only(store)
    assert (entry.kind, entry.outcome, entry.released_at, entry.how_to_reverse) == (
        "drift",
        "drift_degraded",
        None,
        None,
    )


def test_what_changed_since(store: Store, start: datetime, opened: Write, ended: Write, happened: Write) -> None:
    opened(0)
    opened(1, environment="staging", author="bob")
    opened(2, prompt_id="reply-draft")
    ended(0, "promote")
    happened("promptship.release.promoted", 5, "flow", "rel_0")

    def names(**given: Any) -> list[str | None]:
        return [entry.release_id for entry in changelog.entries(store, **given)]

    assert names() == ["rel_2", "rel_1", "rel_0"]
    assert names(since=start + 1.5 * HOUR) == ["rel_2", "rel_0"]
    assert names(environment="staging") == names(author="bob") == ["rel_1"]
    assert names(prompt_id="reply-draft", limit=1) == ["rel_2"]
    assert names(since=start + 9 * HOUR) == []
    assert [entry.release_id for entry in changelog.of_release(store, "rel_1")] == ["rel_1"]


def test_how_often_an_author_was_right(store: Store, start: datetime, opened: Write) -> None:
    said: dict[int, list[bool | None]] = {0: [True, False], 1: [True, None], 2: [False], 3: [None]}
    for number, lines in said.items():
        opened(number, author={2: "bob", 3: "cy"}.get(number, "ana"))
        for attempt in (1, 2):
            observed = [{"outcome": "seen", "came_true": one} for one in lines[:attempt]]
            at = start + attempt * HOUR
            evidence = {"observed": observed, "outcome": "seen"}
            row = StageResult(f"rel_{number}", "observe", attempt, at, at, "pass", "seen", evidence, 0, None)
            store.tx(lambda tx, row=row: stage_result.insert(tx, row))  # type: ignore[misc]
    assert changelog.hits(store) == [Hits("ana", 2, 1, 1), Hits("bob", 0, 1, 0), Hits("cy", 0, 0, 1)]
    newest = changelog.entries(store)[-1]
    assert newest.outcome == "seen"
    assert [line["came_true"] for line in newest.observed or ()] == [True, False]
