from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import NoRoute
from registry.runtime.publishing import LocalPublisher
from registry.runtime.reading import Reading
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.world import PROMPT, Time, canary, live, renew

Publish = Callable[..., RouteTable]
V1, V2 = artifact("v1"), artifact("v2")


@pytest.fixture
def time() -> Time:
    return Time()


def reading(publisher: LocalPublisher, time: Time) -> Reading:
    return Reading(publisher, "production", poll_s=1.0, clock_skew_s=10.0, clock=time.clock)


def look(found: Reading, time: Time, seconds: float) -> None:
    """As an application that is busy: every second."""
    for _ in range(int(seconds)):
        time.passed += 1
        found.table()
    time.passed += seconds - int(seconds)


def test_never_a_table(publisher: LocalPublisher, time: Time, publish: Publish) -> None:
    found = reading(publisher, time)
    with pytest.raises(NoRoute, match="promptship release start"):
        found.table()
    publish(live(V1))
    time.passed = 1
    assert found.table().generation == 1


def test_looks_at_most_once_a_poll(publisher: LocalPublisher, time: Time, publish: Publish) -> None:
    publish(live(V1))
    found = reading(publisher, time)
    assert found.table().generation == 1
    publish(lambda table: table)
    time.passed = 0.9
    assert found.table().generation == 1
    time.passed = 1.0
    assert found.table().generation == 2
    assert found.age_s() == 0


@pytest.mark.parametrize("harm", ["corrupt", "missing", "older"])
def test_the_last_good_table_is_kept_and_its_age_told(
    harm: str, publisher: LocalPublisher, time: Time, publish: Publish, tmp_path: Path
) -> None:
    file = tmp_path / "routes/production/table.json"
    publish(live(V1))
    older = file.read_bytes()
    good = publish(lambda table: table)
    found = reading(publisher, time)
    assert found.table() == good
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(b"{" if harm == "corrupt" else older)
    time.passed = 30
    assert found.table() == good
    assert found.age_s() == 30
    file.write_bytes(good.model_dump_json().encode())
    time.passed = 31
    assert found.table() == good
    assert found.age_s() == 0


def test_a_process_that_starts_beside_a_corrupt_table_reads_its_history(
    publisher: LocalPublisher, time: Time, publish: Publish, tmp_path: Path
) -> None:
    publish(live(V1))
    good = publish(canary(V2, now=time.now))
    (tmp_path / "routes/production/table.json").write_bytes(b"{")
    time.passed = 60
    found = reading(publisher, time)
    assert found.table() == good
    assert found.age_s() == 60
    assert not found.lease_holds(PROMPT, "rel_2")


@pytest.fixture
def running(publisher: LocalPublisher, time: Time, publish: Publish) -> Reading:
    """A reader that was there when the canary began."""
    publish(live(V1))
    found = reading(publisher, time)
    found.table()
    look(found, time, 5)
    publish(canary(V2, now=time.now))
    look(found, time, 1)
    assert found.lease_holds(PROMPT, "rel_2")
    assert not found.lease_holds(PROMPT, "rel_1")
    return found


def test_a_lease_ends_by_itself(running: Reading, time: Time) -> None:
    look(running, time, 119)
    assert running.lease_holds(PROMPT, "rel_2")
    look(running, time, 2)
    assert not running.lease_holds(PROMPT, "rel_2")


def test_a_renewed_lease_goes_on(running: Reading, time: Time, publish: Publish) -> None:
    look(running, time, 100)
    publish(renew(now=time.now), history=False)
    look(running, time, 100)
    assert running.lease_holds(PROMPT, "rel_2")


def test_another_change_of_the_table_renews_nothing(running: Reading, time: Time, publish: Publish) -> None:
    look(running, time, 100)
    publish(lambda table: table)
    look(running, time, 21)
    assert not running.lease_holds(PROMPT, "rel_2")


@pytest.mark.parametrize(
    ("off", "seconds", "holds"),
    [(7200, 1, False), (-7200, 100, True), (-7200, 122, False), (5, 100, True), (15, 100, True), (15, 116, False)],
)
def test_a_clock_that_is_off(
    off: float, seconds: float, holds: bool, publisher: LocalPublisher, time: Time, publish: Publish
) -> None:
    """Hours ahead: no canary. Hours behind: the monotonic clock ends it. A little: the skew allows for it."""
    time.off = off
    publish(live(V1))
    found = reading(publisher, time)
    found.table()
    look(found, time, 5)
    publish(canary(V2, now=time.now))
    look(found, time, seconds)
    assert found.lease_holds(PROMPT, "rel_2") is holds


@pytest.mark.parametrize(("started", "seconds", "holds"), [(100, 19, True), (100, 21, False), (130, 0, False)])
def test_a_process_that_starts_late_gets_what_is_left(
    started: float, seconds: float, holds: bool, publisher: LocalPublisher, time: Time, publish: Publish
) -> None:
    publish(live(V1))
    publish(canary(V2, now=time.now))
    time.passed = started
    found = reading(publisher, time)
    found.table()
    look(found, time, seconds)
    assert found.lease_holds(PROMPT, "rel_2") is holds


def test_a_process_that_slept_gets_what_is_left(publisher: LocalPublisher, time: Time, publish: Publish) -> None:
    publish(live(V1))
    found = reading(publisher, time)
    found.table()
    time.passed = 500
    publish(canary(V2, now=time.now))
    time.passed = 600
    found.table()
    assert found.lease_holds(PROMPT, "rel_2")
    look(found, time, 21)
    assert not found.lease_holds(PROMPT, "rel_2")


def test_a_holdback_ends_by_itself(publisher: LocalPublisher, time: Time, publish: Publish) -> None:
    from tests.registry.runtime.world import promote

    publish(live(V1))
    route = publish(promote(V2, now=time.now, holdback_bps=500)).route(PROMPT)
    found = reading(publisher, time)
    assert found.holdback_holds(route)
    time.passed = 24 * 3600 + 1
    assert not found.holdback_holds(route)
