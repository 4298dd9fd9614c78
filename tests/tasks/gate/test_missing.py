from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tasks.gate.decide import decide
from tasks.gate.look import CasePair, Check, Look
from tasks.gate.missing import filled
from tasks.release.verdict import Verdict

NAN = math.nan


def look(n: int, missing: int, *, arm: str = "candidate", margin: float = 0.10) -> Look:
    """Identical scores in one round, with some missing in one arm."""
    pairs = [CasePair(f"c{index:03d}", f"c{index:03d}", "all", (1.0,), (1.0,)) for index in range(n)]
    gone = [
        replace(pair, candidate=(NAN,)) if arm == "candidate" else replace(pair, live=(NAN,))
        for pair in pairs[:missing]
    ]
    return Look((*gone, *pairs[missing:]), 1, 5, margin, "low")


@pytest.mark.parametrize(
    ("missing", "arm", "verdict"),
    [
        (0, "candidate", Verdict.PASS),
        (4, "candidate", Verdict.PASS),
        (4, "live", Verdict.PASS),
        (5, "candidate", Verdict.ERROR),
    ],
)
def test_two_in_a_hundred_may_be_missing(missing: int, arm: str, verdict: Verdict) -> None:
    found = decide(look(200, missing, arm=arm))
    assert (found.verdict, found.unscored) == (verdict, missing)


def test_the_count_and_the_wider_interval_are_shown() -> None:
    found, complete = decide(look(200, 4)), decide(look(200, 0))
    assert found.live is not None
    assert complete.live is not None
    assert found.live.low < complete.live.low
    assert found.reason.endswith(
        "4 of 200 pairs are unscored; the verdict is the same with them at their worst and best."
    )


def test_missing_scores_that_decide_are_an_error() -> None:
    found = decide(look(200, 4, margin=0.045))
    assert found.verdict is Verdict.ERROR
    assert not found.needs_more_round
    assert "undecided at their worst, pass at their best" in found.reason


def test_filling_is_hard_on_one_side_and_kind_on_the_other() -> None:
    pair = CasePair("a", "a", "x", (NAN, 0.5), (0.25, NAN), (NAN, NAN), {"schema": Check((NAN, 1.0), (1.0, NAN))})
    worst = filled(Look((pair,), 2, 5, 0.05, "low"), candidate=0.0).pairs[0]
    assert (worst.candidate, worst.live, worst.anchor) == ((0.0, 0.5), (0.25, 1.0), (1.0, 1.0))
    assert worst.checks["schema"] == Check((0.0, 1.0), (1.0, 1.0))
