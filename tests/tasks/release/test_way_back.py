"""Nothing is promoted without a proof that live can be gone back to, where the environment asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from registry.runtime import routes_change
from registry.runtime.ids import new_id
from tasks.ledger import rehearsal, stage_result
from tasks.ledger.rehearsal import Rehearsal
from tasks.rehearsal.reference import reference
from tasks.release import promoting
from tasks.release.loading import load
from tasks.release.opening import open_release
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import State, outcome
from tasks.release.record import Record, Stage, Step, Walk
from tasks.release.taking import take
from tasks.release.workspace import Workspace
from tests.world import PROMPT, World, world


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    """A world whose `demo` asks for a rehearsal; v1 is live."""
    with world(tmp_path) as here:
        rules = here.workspace.roots.registry / "environments.yaml"
        text = rules.read_text()
        rules.write_text(text.replace("  weakened: true ", "  requires: {rehearsal: [low]}\n  weakened: true ", 1))
        here.release("v1")
        yield here


def _opened(here: Workspace) -> Record:
    opened = open_release(here, ReleaseOrder(version=f"{PROMPT}@v2", environment="demo", by="test"), here.now())
    return _record(here, opened.release_id or "")


def _record(here: Workspace, release_id: str) -> Record:
    return load(here, release_id, Walk(here.now()), here.now())


def _prove(here: Workspace, record: Record, age: timedelta, verdict: str = "pass") -> None:
    row = Rehearsal("demo", PROMPT, record.from_behavior or "", here.now() - age, 0.01, verdict, {})
    here.store.tx(lambda tx: rehearsal.insert(tx, row))


def _uncertify(here: Workspace, record: Record) -> None:
    _prove(here, record, timedelta(hours=1))
    table = here.publisher.read_table("demo")
    changed = routes_change.uncertify(table, PROMPT, record.from_behavior or "")
    here.publisher.swap(
        routes_change.stamped(changed, operation=new_id("op_"), at=here.now(), by="drift"), table.generation
    )


@pytest.mark.parametrize(
    "given",
    [
        lambda here, record: None,
        partial(_prove, age=timedelta(days=7, minutes=1)),
        partial(_prove, age=timedelta(hours=1), verdict="reject"),
        _uncertify,
    ],
    ids=["missing", "too old", "failed", "certificate taken away"],
)
def test_promotion_is_refused(strict: World, given: Callable[[Workspace, Record], None]) -> None:
    here = strict.workspace
    opened = _opened(here)
    given(here, opened)
    before = here.publisher.read_table("demo")
    record = take(here, _record(here, opened.release_id), Step(Stage.PROMOTE), promoting.run)
    ended = outcome(record)
    assert (ended.state, ended.exit_code, strict.live) == (State.ERROR, 3, "v1")
    assert "there is no valid proof that v1 can be gone back to" in ended.sentence
    assert f"promptship release resume {record.release_id}" in ended.sentence
    assert here.publisher.read_table("demo") == before


def test_a_proof_that_is_valid_is_enough(strict: World) -> None:
    here = strict.workspace
    opened = _opened(here)
    _prove(here, opened, timedelta(days=6))
    take(here, _record(here, opened.release_id), Step(Stage.PROMOTE), promoting.run)
    assert strict.live == "v2"


def test_the_release_rehearses_by_itself_and_certifies(strict: World) -> None:
    """Also a live version that was taken off the list of those that may be gone back to."""
    here = strict.workspace
    _uncertify(here, _opened(here))
    strict.serve(60)
    record = strict.release("v2")
    assert record is not None
    assert (record.decision, strict.live) == ("promote", "v2")
    stages = [result.stage for result in stage_result.of_release(here.store, record.release_id)]
    assert stages.count(Stage.REHEARSAL) == 1
    target = routes_change.rollback_target(here.publisher.read_table("demo").route(PROMPT))
    assert target is not None
    assert target.version == "v1"
    _held_against(here, record)


def _held_against(here: Workspace, record: Record) -> None:
    """From now on: v2 against what the fast gate saw, v1, which was released first, against its first rehearsal."""
    (gate,) = stage_result.passed(here.store, Stage.FAST_GATE, record.to_behavior)
    (proof,) = [one for one in rehearsal.passed(here.store, record.from_behavior or "") if one.evidence]
    for behavior, seen in ((record.to_behavior, gate.evidence), (record.from_behavior or "", proof.evidence)):
        assert reference(here.store, behavior, seen["evalset_sha"]) == seen["scores"]
        assert len(seen["scores"]) == 30
        assert reference(here.store, behavior, "another set") is None
