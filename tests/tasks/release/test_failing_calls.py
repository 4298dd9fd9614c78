"""A model that does not answer a case: the case is unscored, never zero, and a few of them do not stop a release."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.errors import ModelUnavailable
from registry.runtime.drivers import Reply
from tasks.ledger import eval_result, stage_result
from tasks.ledger.stage_result import StageResult
from tasks.release.outcome import State, outcome
from tasks.release.record import Record
from tests.scripted import Say
from tests.world import World, say, world

GATE_CASES = 120


def without(cases: range) -> Say:
    """The scripted model, but it never answers these cases, and says that it will not soon."""
    lost = tuple(f"of case {number}\n" for number in cases)

    def answer(messages: list[dict[str, str]]) -> str | Reply:
        if any(text in messages[-1]["content"] for text in lost):
            error = ModelUnavailable("overloaded", expected="an answer", fix="Wait")
            error.retry_after_s = 3600
            raise error
        return say(messages)

    return answer


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """v1 is live; v2 was released as far as the gate with 2 of its 120 cases unanswered, v5 with 5 of them."""
    with world(tmp_path_factory.mktemp("failing"), {"v1": (40, 0), "v2": (80, 0), "v5": (82, 0)}) as made:
        made.release("v1")
        yield made


def gated(here: World, version: str, lost: range) -> tuple[Record, StageResult]:
    here.driver.say = without(lost)
    record = here.release(version, until="gate")
    assert record is not None
    return record, stage_result.of_release(here.workspace.store, record.release_id)[-1]


def test_two_in_a_hundred_do_not_stop_it(here: World) -> None:
    record, gate = gated(here, "v2", range(40, 42))
    assert (gate.stage, gate.verdict, gate.evidence["unscored"]) == ("gate", "pass", 2)
    assert "2 of 120" in gate.reason


def test_an_unanswered_case_has_no_score(here: World) -> None:
    record, gate = gated(here, "v2", range(40, 42))
    rows = eval_result.of_test(here.workspace.store, gate.evidence["gate_test_id"])
    lost = {(row.arm, row.case_id): (row.status, row.score, row.output) for row in rows if row.status != "scored"}
    assert lost == {(arm, case): ("unscored", None, None) for arm in ("candidate", "live") for case in ("c040", "c041")}
    assert len(rows) == 2 * GATE_CASES
    means = {(s["slice"], s["arm"]): s["n"] for s in gate.evidence["slices"]}
    assert all(n <= GATE_CASES - 2 for n in means.values())


def test_more_are_an_error_that_goes_on_where_it_stopped(here: World) -> None:
    here.driver.say = say
