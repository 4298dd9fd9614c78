from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.errors import EvalSetError
from tasks.evaluation.evalset import Library
from tasks.evaluation.usage import Usage
from tasks.gate import measuring
from tasks.ledger import eval_result, gate_test
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.store import Store
from tests.tasks.evaluation.test_usage import library

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
Tested = Callable[..., str]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ledger.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def tested(store: Store) -> Tested:
    """A gate test of two rounds on ten cases: live answers 0 and 1 in turns, the candidate always 1."""

    def write(number: int, sha: str, subset: str = "full", cases: int = 10, rounds: int = 2, live: bool = True) -> str:
        subject = {"candidate": f"c{number}", "evalset": f"s/{subset}@{sha}", "models": ["test/parrot-1"]}
        at = START + timedelta(days=number)

        def result(arm: str, case: int, turn: int, score: float) -> EvalResult:
            return EvalResult(
                "run", None, turn, arm, arm, f"g{case}", f"g{case}", "other", "scored", score, [],
                "same" if case < 4 else f"answer {turn}", None, None, None, None, at,
            )  # fmt: skip

        def fill(tx: Any) -> str:
            test = gate_test.open_or_resume(tx, subject, margin=0.05, rounds_max=5, now=at)
            gate_test.advance(tx, test.gate_test_id, rounds)
            rows = [result("candidate", case, turn, 1.0) for case in range(cases) for turn in range(1, rounds + 1)]
            if live:
                rows += [result("live", case, turn, turn % 2) for case in range(cases) for turn in range(1, rounds + 1)]
            eval_result.insert_many(tx, [_of(row, test.gate_test_id) for row in rows])
            return test.gate_test_id

        return store.tx(fill)

    return write


def _of(row: EvalResult, gate_test_id: str) -> EvalResult:
    return replace(row, gate_test_id=gate_test_id)


def test_looks_are_counted_by_version_of_the_set(store: Store, tested: Tested) -> None:
    told: Library = library(None)
    assert measuring.usage(store, told) == Usage(0, None)
    for number, sha in enumerate([told.sha, told.sha, "of-another-version"]):
        tested(number, sha)
    tested(9, told.sha, subset="fast")
    assert measuring.usage(store, told) == Usage(2, START.date())


def test_the_gate_says_when_a_set_was_looked_at_too_often(store: Store, tested: Tested) -> None:
    told = library(None)
    for number in range(19):
        tested(number, told.sha)
    assert measuring.worn(store, told.select("full"), "c3") == ""
    assert measuring.worn(store, told.select("full"), "new").startswith(" 20 candidates were tested on this eval-set")


def test_the_newest_test_that_has_repeats_of_live(store: Store, tested: Tested) -> None:
    tested(0, "x")
    wanted = tested(1, "x")
    tested(2, "x", rounds=1)
    tested(3, "x", cases=9)
    tested(4, "x", live=False)
    found = measuring.measured(store, library(None))
    assert (found.gate_test_id, found.cases, found.rounds) == (wanted, 10, 2)
    assert (found.identical, found.models) == (4, ("test/parrot-1",))
    assert found.components.s2 == pytest.approx(0.5)
    assert (found.components.w2, found.components.deff) == (0.0, 1.0)
    assert found.components.measured == START.date() + timedelta(days=1)


def test_nothing_to_measure_from(store: Store) -> None:
    with pytest.raises(EvalSetError, match="no test of 's'"):
        measuring.measured(store, library(None))
