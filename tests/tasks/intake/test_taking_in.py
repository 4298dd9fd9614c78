from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from registry.runtime.objects import Objects
from registry.runtime.publishing import Reader
from registry.runtime.routes_change import stamped
from registry.runtime.segment import sealed
from registry.runtime.shipping import ship
from tasks.intake.taking_in import take_in
from tasks.ledger import ingest, shipped
from tasks.release import arriving

from .conftest import House

Line = Callable[..., dict[str, Any]]


def test_all_that_waits_comes_once(house: House, line: Line) -> None:
    for number in range(3):
        house.log(line(number))
    taken = take_in(house.workspace)
    assert (taken.lines, taken.traces, len(taken.segments), taken.waiting) == (3, 3, 3, 0)
    assert take_in(house.workspace).lines == 0
    assert (house.count(), (house.roots.public / "changelog.duckdb").exists()) == (3, True)


def test_a_run_is_bounded(house: House, line: Line) -> None:
    for number in range(3):
        house.log(line(number))
    taken = take_in(house.workspace, at_most=2)
    assert (taken.traces, taken.waiting) == (2, 1)
    assert "1 segments wait for the next run" in taken.sentence
    assert take_in(house.workspace, at_most=2).traces == 1


def test_lines_that_readers_dropped_are_told(house: House) -> None:
    workspace = house.workspace
    publisher = workspace.publisher
    publisher.swap(stamped(publisher.read_table("demo"), operation="op_1", at=workspace.now(), by="test"), 0)
    for name, dropped, ago in [("host-1", 7, 0), ("host-2", 0, 0), ("ended", 9, 2)]:
        publisher.report_reader("demo", Reader(name, 1, workspace.now() - timedelta(hours=ago), dropped))
    taken = take_in(workspace)
    assert taken.dropped == {"host-1": 7}
    assert "host-1 had to drop 7 lines" in taken.sentence


def test_segments_of_other_machines_come_once(house: House, there: Objects, line: Line) -> None:
    house.log(line(0))
    for number in (1, 2):
        ship(house.machine(line(number)), there)
    assert take_in(house.workspace).traces == 3
    assert len(there.names("ready")) == 2
    assert take_in(house.workspace).traces == 0
    assert (there.names("ready"), len(there.names("done"))) == ([], 2)
    assert house.count() == 3


def test_an_upload_that_is_repeated_after_a_kill_brings_nothing_twice(house: House, there: Objects, line: Line) -> None:
    """Killed after the upload and before the removal; taken in meanwhile, and moved away."""
    machine = house.machine(line(1))
    (segment,) = sealed(machine)
    there.put(f"ready/{segment.name}", segment.read_bytes())
    assert take_in(house.workspace).traces == 1
    take_in(house.workspace)
    assert there.names("ready") == []
    ship(machine, there)
    assert take_in(house.workspace).traces == 0
    assert (house.count(), there.names("ready"), sealed(machine)) == (1, [], [])


@pytest.mark.parametrize("killed", ["after the fetch", "after the commit"])
def test_an_ingester_that_is_killed(killed: str, house: House, there: Objects, line: Line) -> None:
    ship(house.machine(line(1)), there)
    workspace = house.workspace
    arriving.bring(workspace)
    if killed == "after the commit":
        workspace.store.tx(lambda tx: ingest.ingest(tx, sealed(house.roots.spool), workspace.now()))
    take_in(house.workspace)
    take_in(house.workspace)
    assert (house.count(), there.names("ready"), sealed(house.roots.spool)) == (1, [], [])


def test_two_ingesters(house: House, there: Objects, line: Line) -> None:
    """Both have brought the same segment before either takes it in; and one brings it again afterwards."""
    ship(house.machine(line(1)), there)
    first, second = house.workspace, house.workspace
    arriving.bring(first)
    arriving.bring(second)
    assert [take_in(one).traces for one in (first, second)] == [1, 0]
    assert house.count() == 1


def test_a_segment_that_another_ingester_moves_meanwhile(house: House, there: Objects, line: Line) -> None:
    class Moved(Objects):
        def get(self, key: str) -> None:
            return None

    ship(house.machine(line(1)), there)
    gone = Moved(there._bucket, "spool")
    assert shipped.fetch(house.workspace.store, gone, house.roots.spool) == []


def test_a_line_that_cannot_be_read_is_kept_with_its_reason(house: House, there: Objects, line: Line) -> None:
    machine = house.machine(line(1))
    (segment,) = sealed(machine)
    segment.write_bytes(segment.read_bytes() + b"no JSON\n")
    ship(machine, there)
    taken = take_in(house.workspace)
    assert (taken.traces, taken.rejected) == (1, {segment.name: 1})
    (kept,) = (house.roots.spool / "rejected").glob("*")
    assert json.loads(kept.read_text())["line"] == "no JSON\n"


def test_storage_out_of_reach_does_not_hold_up_what_is_here(
    house: House, there: Objects, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.log(line(1))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    taken = take_in(house.workspace)
    assert taken.traces == 1
    assert "127.0.0.1:9" in (taken.unreachable or "")
    house.log(line(2))
    assert len(arriving.waiting(house.workspace)) == 1


def test_no_payload_of_an_environment_that_keeps_none(house: House, line: Line) -> None:
    rules = house.roots.registry / "environments.yaml"
    rules.write_text(rules.read_text().replace("{trace: 30d, payload: 7d}", "{trace: 30d, payload: 0d}"))
    house.log(line(1), line(2, environment="staging"))
    take_in(house.workspace)
    assert house.count(where="output IS NOT NULL AND variables IS NOT NULL") == 1
    assert house.count(where="environment = 'staging' AND output IS NULL AND latency_ms = 100") == 1
