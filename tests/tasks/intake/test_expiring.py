from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from registry.runtime.objects import Objects
from registry.runtime.shipping import ship
from tasks.intake.expiring import EXPIRED, expire
from tasks.intake.taking_in import take_in
from tasks.ledger.retention import Gone

from .conftest import House

Line = Callable[..., dict[str, Any]]
DAY = timedelta(days=1)


def test_each_environment_by_its_own_rules_once_a_day(house: House, line: Line) -> None:
    now = house.workspace.now()
    old = [line(days, at=now - days * DAY) for days in (1, 40, 100)]
    house.log(*old, *(one | {"trace_id": f"s{one['trace_id']}", "environment": "staging"} for one in old))
    take_in(house.workspace)
    found = {one.environment: one.gone for one in expire(house.workspace)}
    assert (found["demo"], found["staging"]) == (Gone(1, 0, 0, payloads=1), Gone(2, 0, 0, payloads=0))
    assert [one.gone for one in expire(house.workspace)] == [None] * len(found)
    house.later = DAY
    assert all(one.gone is not None for one in expire(house.workspace))
    kept = {
        row["environment"]: row["payload"]
        for row in house.workspace.store.rows(
            'SELECT environment, payload FROM event WHERE kind = $kind ORDER BY "at" DESC', {"kind": EXPIRED}
        )
    }
    assert kept["demo"]["traces"] == 1


def test_asked_for_by_a_person_it_is_done_again(house: House, line: Line) -> None:
    expire(house.workspace)
    house.log(line(1, at=house.workspace.now() - 100 * DAY))
    take_in(house.workspace)
    assert {one.gone.traces for one in expire(house.workspace, again=True) if one.gone} == {1}
    assert house.count() == 0


def test_files_that_were_taken_in_go_after_a_day(house: House, there: Objects, line: Line) -> None:
    house.log(line(1))
    ship(house.machine(line(2)), there)
    take_in(house.workspace)
    take_in(house.workspace)
    done = list((house.roots.spool / "done").glob("*"))
    expire(house.workspace)
    assert (len(done), len(there.names("done"))) == (2, 1)
    house.later = 2 * DAY
    for path in done:
        os.utime(path, (0, 0))
    expire(house.workspace)
    assert (list((house.roots.spool / "done").glob("*")), there.names("done")) == ([], [])
