from __future__ import annotations

import math

import pytest

from tasks.gate.fast import decide_fast
from tasks.gate.look import CasePair, Look
from tasks.release.verdict import Verdict


def look(lost: int, *, missing: int = 0, must_pass: tuple[bool | None, ...] | None = None, n: int = 30) -> Look:
    """One round of dev cases, of which the candidate loses some and some have no score."""
    scores = [0.0] * lost + [math.nan] * missing + [1.0] * (n - lost - missing)
    pairs = [
        CasePair(f"c{index:02d}", f"c{index:02d}", "all", (score,), (1.0,), must_pass=must_pass)
        for index, score in enumerate(scores)
    ]
    return Look(tuple(pairs), 1, 1, 0.05, "medium")


@pytest.mark.parametrize(
    ("lost", "verdict"), [(0, Verdict.PASS), (4, Verdict.PASS), (8, Verdict.REJECT), (30, Verdict.REJECT)]
)
def test_only_what_is_clearly_worse_stops_here(lost: int, verdict: Verdict) -> None:
    assert decide_fast(look(lost)).verdict is verdict


def test_it_says_by_how_much() -> None:
    found = decide_fast(look(10))
    assert found.reason.startswith("Clearly worse, proved: against live -29.4 points (interval")
    assert found.reason.endswith("n = 30 dev cases.")


def test_a_must_pass_failure_stops_too() -> None:
    found = decide_fast(look(0, must_pass=(True, False)))
    assert found.verdict is Verdict.REJECT
    assert "Must-pass cases failed" in found.reason


@pytest.mark.parametrize(
    ("lost", "missing", "n", "verdict"),
    [(0, 1, 30, Verdict.ERROR), (0, 1, 60, Verdict.PASS), (20, 1, 60, Verdict.REJECT), (0, 0, 0, Verdict.ERROR)],
)
def test_missing_scores(lost: int, missing: int, n: int, verdict: Verdict) -> None:
    assert decide_fast(look(lost, missing=missing, n=n)).verdict is verdict
