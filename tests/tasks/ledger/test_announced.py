from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tasks.ledger import event
from tasks.ledger.announced import FIRST, OVERLAP, unannounced
from tasks.ledger.store import Store

MINUTE = timedelta(minutes=1)


class Ear:
    """Events that happen, and what is heard of them."""

    def __init__(self, store: Store, home: Path) -> None:
        self.store, self.home = store, home

    def happens(self, name: str, at: datetime) -> None:
        self.store.tx(lambda tx: event.append(tx, kind=f"promptship.{name}", actor="a", subjects={}, payload={}, at=at))

    def heard(self, now: datetime) -> list[str]:
        with unannounced(self.store, self.home, now) as found:
            return [one.kind.removeprefix("promptship.") for one in found]


@pytest.fixture
def ear(store: Store, tmp_path: Path) -> Ear:
    return Ear(store, tmp_path)


def test_each_is_announced_once(ear: Ear, start: datetime) -> None:
    ear.happens("one", start)
    assert (ear.heard(start), ear.heard(start)) == (["one"], [])
    ear.happens("two", start + MINUTE)
    assert ear.heard(start + MINUTE) == ["two"]


def test_one_written_later_than_the_moment_it_bears_is_not_missed(ear: Ear, start: datetime) -> None:
    ear.happens("early", start)
    ear.heard(start)
    ear.happens("late", start - OVERLAP + MINUTE)
    assert ear.heard(start + MINUTE) == ["late"]


def test_the_first_announcement_leaves_old_times_alone(ear: Ear, start: datetime) -> None:
    ear.happens("old", start - FIRST - MINUTE)
    ear.happens("new", start - FIRST + MINUTE)
    assert ear.heard(start) == ["new"]


def test_what_could_not_be_announced_comes_again(ear: Ear, start: datetime) -> None:
    ear.happens("one", start)
    with pytest.raises(ConnectionError), unannounced(ear.store, ear.home, start):
        raise ConnectionError
    assert ear.heard(start) == ["one"]


def test_only_what_can_be_met_again_is_kept(ear: Ear, start: datetime) -> None:
    ear.happens("one", start)
    ear.heard(start)
    ear.happens("two", start + OVERLAP + MINUTE)
    ear.heard(start + OVERLAP + MINUTE)
    assert (ear.home / "announced.json").read_text().count("T") == 1
