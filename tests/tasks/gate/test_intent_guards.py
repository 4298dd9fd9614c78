from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tasks.gate.decide import decide
from tasks.gate.intent_guards import guard_rows
from tasks.gate.look import CasePair, Check, Look
from tasks.release.verdict import Verdict


def look(sizes: Sequence[int], lost: int = 0, *, per_cluster: int = 1, gained: int = 0, rounds_max: int = 1) -> Look:
    """Intents of these sizes; the candidate loses the first `lost` cases and wins as many of the last as `gained`."""
    intents = [f"i{intent}" for intent, size in enumerate(sizes) for _ in range(size)]
    n = len(intents)
    pairs = [
        CasePair(
            f"c{index:04d}",
            f"k{index // per_cluster:04d}",
            intent,
            (0.0 if index < lost else 1.0,),
            (0.0 if index >= n - gained else 1.0,),
        )
        for index, intent in enumerate(intents)
    ]
    return Look(tuple(pairs), 1, rounds_max, 0.05, "medium")


def test_one_ruined_intent_rejects_behind_an_equal_total() -> None:
    found = decide(look([25] * 8, lost=10, gained=10))
    assert found.verdict is Verdict.REJECT
    assert found.reason.startswith("Worse behind the total, proved: intent 'i0' -34.5 points (interval")
    assert [row.name for row in found.guards if row.found == "harm"] == ["i0"]


def test_guards_are_not_asked_before_they_matter() -> None:
    assert decide(look([25] * 4, lost=10, gained=10, rounds_max=5)).guards == ()


@pytest.mark.parametrize(
    ("sizes", "lost", "per_cluster", "found"),
    [
        ([25, 75], 6, 1, "harm"),
        ([25, 75], 4, 1, "floor"),
        ([25, 75], 3, 1, "none"),
        ([19, 81], 4, 1, "none"),
        ([25, 75], 4, 5, "none"),
        ([9, 91], 3, 1, "none"),
        ([9, 91], 9, 1, "harm"),
    ],
    ids=["harm", "floor", "small loss", "too few cases", "too few clusters", "few units", "few units, all lost"],
)
def test_one_intent(sizes: list[int], lost: int, per_cluster: int, found: str) -> None:
    assert guard_rows(look(sizes, lost, per_cluster=per_cluster))[0].found == found


def test_an_open_floor_does_not_pass() -> None:
    found = decide(look([25, 200], lost=4, gained=4))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "A fall of 25 points is not excluded for intent 'i0'" in found.reason


def test_a_single_intent_is_the_whole_set() -> None:
    assert guard_rows(look([100])) == ()


def test_a_lone_case_cannot_be_tested() -> None:
    row = guard_rows(look([1, 99], lost=1))[0]
    assert (row.found, row.p, row.row.low, row.row.high) == ("none", 1.0, -1.0, 1.0)


def test_checks_are_guarded_like_intents() -> None:
    base = look([200])
    broken = [
        replace(pair, checks={"schema": Check((0.0 if index < 12 else 1.0,), (1.0,))})
        for index, pair in enumerate(base.pairs)
    ]
    found = decide(replace(base, pairs=tuple(broken)))
    assert found.verdict is Verdict.REJECT
    assert [(row.kind, row.name, row.found) for row in found.guards] == [("check", "schema", "harm")]
