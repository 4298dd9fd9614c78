"""Who follows a change of the routes, without waiting for anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from registry.runtime.publishing import LocalPublisher, Reader
from tasks.release import following
from tasks.release.following import Followed, behind, follow, told

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATE, GONE, ON_TIME = (
    Reader("late", 4, NOW, 0),
    Reader("gone", 4, NOW - timedelta(seconds=31), 0),
    Reader("on time", 5, NOW, 0),
)


def test_a_silent_reader_is_not_waited_for() -> None:
    assert behind([LATE, GONE, ON_TIME], 5, NOW) == [LATE]


@pytest.mark.parametrize(
    ("followed", "changed", "expected"),
    [
        (Followed(5, {}, []), True, ["no application has said within 30 s what it serves"]),
        (Followed(5, {"a": 0.2}, []), True, ["1 reader was seen on generation 5, the last after 0.2 s"]),
        (Followed(5, {"a": 0.2, "b": 1.04}, [LATE]), True,
         ["2 readers were seen on generation 5, the last after 1.0 s", "not yet seen on generation 5: late (at 4)"]),
        (Followed(5, {}, [LATE]), True, ["not yet seen on generation 5: late (at 4)"]),
        (Followed(5, {"a": 0.0}, []), False, []),
    ],
)  # fmt: skip
def test_what_is_told(followed: Followed, changed: bool, expected: list[str]) -> None:
    assert told(followed, changed) == expected


def test_the_last_is_timed_when_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher, clock = LocalPublisher(tmp_path, tmp_path), iter([100.1, 101.3])
    for reader in (LATE, GONE, ON_TIME):
        publisher.report_reader("demo", reader)
    follows = LATE._replace(generation=5)
    time = SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: publisher.report_reader("demo", follows))
    monkeypatch.setattr(following, "time", time)
    found = follow(publisher, "demo", lambda: NOW, generation=5, began=100.0)
    assert found.seen == {"on time": pytest.approx(0.1), "late": pytest.approx(1.3)}
    assert found.behind == []
