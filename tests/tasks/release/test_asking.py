"""A person answers the question that is open now, and no other."""

from __future__ import annotations

import pytest

from registry.errors import ReleaseError
from registry.runtime import routes_change
from registry.runtime.routes import Pinned
from tasks.ledger.event import event
from tasks.release import asking, rebasing
from tasks.release.aborting import abort
from tasks.release.loading import load
from tasks.release.opening import open_release
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record, Stage, Step, Walk
from tasks.release.traffic import change
from tasks.release.workspace import Workspace
from tests.world import PROMPT, World

GATE = Step(Stage.APPROVAL, of="gate", reason="inconclusive")


@pytest.fixture
def asked(here: World) -> Record:
    """A release that asked about its gate."""
    order = ReleaseOrder(version=f"{PROMPT}@v2", environment="demo", by="test")
    opened = open_release(here.workspace, order, here.workspace.now())
    record = _record(here.workspace, opened.release_id or "")
    asking.run(here.workspace, record, GATE)
    return _record(here.workspace, record.release_id)


def _record(workspace: Workspace, release_id: str) -> Record:
    return load(workspace, release_id, Walk(workspace.now()), workspace.now())


def _approve(workspace: Workspace, record: Record) -> str:
    return asking.answer(workspace, record.release_id, approve=True, by="bo", reason="fine")


def _another_goes_live(workspace: Workspace, record: Record) -> Record:
    live = Pinned(version="v1", behavior="a" * 64)
    said = event(kind="promptship.live.pinned", actor="bo", subjects={}, payload={}, at=workspace.now())
    change(
        workspace, "demo", lambda table: routes_change.go_live(table, PROMPT, "parcels.sort", live), lambda _: [said]
    )
    rebasing.run(workspace, _record(workspace, record.release_id), Step(Stage.REBASE))
    return _record(workspace, record.release_id)


def test_once(here: World, asked: Record) -> None:
    assert _approve(here.workspace, asked) == "gate"
    with pytest.raises(ReleaseError, match="waits for nobody"):
        _approve(here.workspace, asked)


def test_the_same_question_about_a_new_baseline_has_an_answer_of_its_own(here: World, asked: Record) -> None:
    _approve(here.workspace, asked)
    rebased = _another_goes_live(here.workspace, asked)
    assert rebased.answer("gate") is None
    asking.run(here.workspace, rebased, GATE)
    assert _approve(here.workspace, asked) == "gate"
    assert _record(here.workspace, asked.release_id).answer("gate") is not None


def test_a_question_about_the_baseline_before_is_answered_by_nobody(here: World, asked: Record) -> None:
    rebased = _another_goes_live(here.workspace, asked)
    with pytest.raises(ReleaseError, match="waits for nobody"):
        _approve(here.workspace, asked)
    assert _record(here.workspace, rebased.release_id).answer("gate") is None


def test_what_has_ended_asks_nobody(here: World, asked: Record) -> None:
    abort(here.workspace, asked.release_id, "not wanted any more")
    with pytest.raises(ReleaseError, match="has ended already, in hold"):
        _approve(here.workspace, asked)
