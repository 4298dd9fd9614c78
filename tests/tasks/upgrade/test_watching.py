from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from registry.errors import ModelRejected
from registry.models_lock import FILE, read
from registry.runtime.drivers import Reply, Request
from tasks.ledger import drift
from tasks.sentinel.blessing import Blessed, blessed
from tasks.sentinel.target import endpoint
from tasks.upgrade.watching import lock_both, refer
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.tasks.sentinel.conftest import SMALL


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        yield made


def referred(here: Fleet, old: str = "parrot") -> tuple[str, Blessed]:
    said = refer(here.workspace, ENVIRONMENT, old, "owl", SMALL)
    known = blessed(here.workspace.store, endpoint(here.workspace, "owl"))
    assert known is not None
    return said, known


def test_the_new_endpoint_gets_a_reference_once(here: Fleet) -> None:
    said, known = referred(here)
    assert "25 answers, blessed by test; alarms need z of 3.9" in said
    assert (known.row.reason, known.row.blessed_by) == ("upgrade from parrot", "test")
    asked = len(here.birds.requests)
    here.later += timedelta(days=1)
    assert referred(here)[1].row.at == known.row.at
    assert len(here.birds.requests) == asked


@pytest.mark.parametrize(("old", "days"), [("rook", 1), ("parrot", 15)])
def test_another_upgrade_looks_for_border_inputs_anew(here: Fleet, old: str, days: int) -> None:
    before = referred(here)[1]
    here.later += timedelta(days=days)
    after = referred(here, old)[1]
    assert after.row.at > before.row.at
    assert not set(after.row.batches) & set(before.row.batches)


def test_nights_against_the_reference_before_do_not_count_any_more(here: Fleet) -> None:
    first = referred(here)[1].row
    here.later += timedelta(days=1)
    store, now = here.workspace.store, here.workspace.now()
    night = drift.Check(
        "owl", "test/owl", "fingerprint", "screen", first.at, 0.1, 2.5, 1.3, 0.0, 100, 100, 0, {"looks": []}, {}, now
    )
    store.tx(lambda tx: drift.check(tx, [night]))
    assert drift.quiet(store, "test/owl", ["fingerprint"], first.at) == [2.5]
    referred(here, "rook")
    assert drift.quiet(store, "test/owl", ["fingerprint"], first.at) == []


def test_an_endpoint_that_rejects_everything_has_no_reference_and_says_so(
    here: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = here.birds.complete

    def complete(request: Request) -> Reply:
        if request.model.model == "owl":
            raise ModelRejected("no such model", expected="one that is served", fix="Name another one")
        return answered(request)

    monkeypatch.setattr(here.birds, "complete", complete)
    said = refer(here.workspace, ENVIRONMENT, "parrot", "owl", SMALL)
    assert said.startswith("owl has no new reference: ")
    assert "owl is not locked" in lock_both(here.workspace, "parrot", "owl")
    assert set(read(here.roots.registry / FILE)) == {"parrot"}


def test_the_entry_of_the_old_model_stays_as_it_was(here: Fleet) -> None:
    lock_both(here.workspace, "parrot", "owl")
    before = read(here.roots.registry / FILE)
    here.later += timedelta(days=1)
    referred(here)
    lock_both(here.workspace, "parrot", "owl")
    after = read(here.roots.registry / FILE)
    assert after["parrot"] == before["parrot"]
    assert (before["owl"].reference, after["owl"].locked_at) == (None, here.workspace.now())
    assert after["owl"].reference is not None
