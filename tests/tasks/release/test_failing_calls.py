"""A model that does not answer a case: the case is unscored, never zero, and a few of them do not stop a release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from registry.runtime.spool import sealed
from tasks.ledger import eval_result, event, stage_result
from tasks.ledger.stage_result import StageResult
from tasks.release.aborting import abort
from tasks.release.outcome import State, outcome
from tests.outage import unavailable, without
from tests.polling import until
from tests.world import World, say, world


@dataclass(frozen=True)
class Gated:
    """A release that went as far as the gate: how it ended, the gate's results, and the calls of the last walk."""

    state: State
    results: list[StageResult]
    calls: int
    world: World


def gated(here: World, version: str, lost: range) -> Gated:
    here.driver.say = without(lost)
    here.driver.requests.clear()
    record = here.release(version, until="gate")
    assert record is not None
    results = stage_result.of_release(here.workspace.store, record.release_id)
    gates = [result for result in results if result.stage == "gate"]
    return Gated(outcome(record).state, gates, len(here.driver.requests), here)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("failing"), {"v1": (40, 0), "v2": (80, 0), "v3": (82, 0)}) as made:
        made.release("v1")
        yield made


@pytest.fixture(scope="module")
def few(here: World) -> Gated:
    """v2 with 2 of 120 cases unanswered."""
    found = gated(here, "v2", range(40, 42))
    abort(here.workspace, found.results[-1].release_id, "seen enough")
    return found


@pytest.fixture(scope="module")
def many(few: Gated) -> Gated:
    """v3 with 5 of 120 cases unanswered."""
    return gated(few.world, "v3", range(40, 45))


@pytest.fixture(scope="module")
def mended(many: Gated) -> Gated:
    """The same again, with a model that answers 3 of the 5."""
    return gated(many.world, "v3", range(40, 42))


def test_two_in_a_hundred_do_not_stop_it(few: Gated) -> None:
    gate = few.results[-1]
    assert (gate.verdict, gate.evidence["unscored"]) == ("pass", 2)
    assert "2 of 120 pairs are unscored" in gate.reason


def test_an_unanswered_case_has_no_score(few: Gated) -> None:
    rows = eval_result.of_test(few.world.workspace.store, few.results[-1].evidence["gate_test_id"])
    lost = {(row.arm, row.case_id): (row.score, row.output) for row in rows if row.status == "unscored"}
    assert lost == {(arm, case): (None, None) for arm in ("candidate", "live") for case in ("c040", "c041")}
    assert {row.status for row in rows} == {"scored", "unscored"}
    assert {s["arm"]: s["n"] for s in few.results[-1].evidence["slices"]} == {"candidate": 118, "live": 118}


def test_its_interval_counts_it_at_its_worst_and_at_its_best(few: Gated) -> None:
    live = few.results[-1].evidence["live"]
    assert live["n"] == 120
    assert live["low"] < live["value"] < live["high"]


def test_more_than_two_in_a_hundred_are_an_error(many: Gated) -> None:
    gate = many.results[-1]
    assert many.state is State.ERROR
    assert gate.verdict == "error"
    assert "5 of 120 pairs are unscored, at most 2 % may be" in gate.reason


def test_running_again_asks_only_for_what_is_missing(mended: Gated) -> None:
    assert mended.calls == 2 * 5
    assert [gate.verdict for gate in mended.results] == ["error", "pass"]
    assert "2 of 120 pairs are unscored" in mended.results[-1].reason
    assert mended.state is State.STOPPED


def test_a_model_that_is_gone_in_shadow_rejects_nobody(mended: Gated) -> None:
    """Traces without an answer say nothing about the version; with the model back, shadow goes on."""
    here = mended.world
    here.driver.say = say
    here.serve(60)
    until(lambda: _sealed(here) == 60, "60 traces that can be taken in")

    def gone(_: list[dict[str, str]]) -> str:
        raise unavailable()

    here.driver.say = gone
    state, verdict, reason = _shadow(here)
    assert (state, verdict) == (State.ERROR, "error")
    assert reason.endswith("of 60 traces replayed: 20 traces had no answer")
    here.driver.say = say
    here.serve(20)
    until(lambda: _sealed(here) == 20, "20 more traces")
    state, verdict, _ = _shadow(here)
    assert state is State.STOPPED
    assert verdict in {"pass", "inconclusive"}


def test_a_shadow_that_goes_on_replays_the_traces_it_began_with(mended: Gated) -> None:
    here = mended.world.workspace
    last = stage_result.of_release(here.store, mended.results[-1].release_id)[-1]
    drawn = [e for e in event.of_release(here.store, last.release_id) if e.kind == "promptship.shadow.sampled"]
    assert [len(e.payload["trace_ids"]) for e in drawn] == [60]
    assert last.evidence["replayed"] == 60


def _sealed(here: World) -> int:
    return sum(path.read_text().count('"kind": "trace"') for path in sealed(here.workspace.roots.spool))


def _shadow(here: World) -> tuple[State, str, str]:
    record = here.release("v3", until="shadow")
    assert record is not None
    last = stage_result.of_release(here.workspace.store, record.release_id)[-1]
    assert last.stage == "shadow"
    return outcome(record).state, last.verdict, last.reason
