from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.errors import UnknownEnvironment
from registry.runtime.objects import Objects
from registry.runtime.record import feedback_line
from registry.runtime.shipping import ship
from registry.runtime.unit_key import UnitKey
from tasks.intake.forgetting import FORGOTTEN, Forgotten, forget
from tasks.intake.taking_in import take_in
from tasks.ledger.retention import Gone

from .conftest import House

Line = Callable[..., dict[str, Any]]


def forgotten(house: House, unit: str, environment: str = "demo") -> Forgotten:
    return forget(house.workspace, unit, environment, by="privacy@example.org", reason="asked for it")


def test_everything_of_one_unit_goes_and_nothing_else(house: House, line: Line) -> None:
    said = feedback_line("tr_1", house.workspace.now(), "resolved", 1.0, "app")
    house.log(line(1), line(2), line(3, unit="ben"), line(4, environment="staging"), said)
    take_in(house.workspace)
    found = forgotten(house, "ana")
    assert (found.gone, found.files) == (Gone(2, 0, 1), 1)
    assert (house.count(), house.count("feedback")) == (2, 0)
    assert forgotten(house, "ana").gone == Gone(0, 0, 0)


def test_what_still_waits_does_not_come_afterwards(house: House, there: Objects, line: Line) -> None:
    house.log(line(1), line(2, unit="ben"))
    ship(house.machine(line(3)), there)
    assert forgotten(house, "ana").gone.traces == 2
    take_in(house.workspace)
    assert (house.count(), there.names("ready"), there.names("done")) == (1, [], [])
    hidden = UnitKey.find(house.roots.home).hide("ana")
    left = [path for path in house.roots.spool.rglob("*.jsonl") if hidden in path.read_text()]
    assert left == []


def test_the_event_does_not_say_whom(house: House, line: Line) -> None:
    house.log(line(1))
    forgotten(house, "ana")
    (row,) = house.workspace.store.rows("FROM event WHERE kind = $kind", {"kind": FORGOTTEN})
    key = UnitKey.find(house.roots.home)
    assert (row["actor"], row["payload"]["reason"], row["payload"]["traces"]) == (
        "privacy@example.org",
        "asked for it",
        1,
    )
    assert key.hide("ana") not in str(row)


def test_an_environment_that_nobody_knows(house: House) -> None:
    with pytest.raises(UnknownEnvironment):
        forgotten(house, "ana", "prod")


def test_while_other_machines_spool_is_out_of_reach_nothing_is_promised(
    house: House, there: Objects, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(ConnectionError):
        forgotten(house, "ana")
