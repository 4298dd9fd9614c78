from __future__ import annotations

import math

import pytest

from tasks.gate.first import FirstCase, decide_first
from tasks.release.verdict import Verdict


def cases(
    good: int, bad: int, missing: int = 0, *, must_pass: tuple[bool | None, ...] | None = None
) -> list[FirstCase]:
    scores = [1.0] * good + [0.0] * bad + [math.nan] * missing
    return [
        FirstCase(f"c{index:03d}", f"c{index:03d}", (score,), must_pass if index == 0 else None)
        for index, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("good", "bad", "missing", "verdict"),
    [
        (95, 5, 0, Verdict.PASS),
        (82, 18, 0, Verdict.INCONCLUSIVE),
        (55, 45, 0, Verdict.REJECT),
        (8, 0, 0, Verdict.INCONCLUSIVE),
        (97, 1, 2, Verdict.PASS),
        (96, 1, 3, Verdict.ERROR),
        (87, 11, 2, Verdict.ERROR),
        (0, 0, 0, Verdict.ERROR),
    ],
)
def test_the_lower_bound_has_to_reach_the_minimum(good: int, bad: int, missing: int, verdict: Verdict) -> None:
    found = decide_first(cases(good, bad, missing), 0.8)
    assert (found.verdict, found.unscored) == (verdict, missing)


def test_the_sentence_has_mean_interval_and_n() -> None:
    assert decide_first(cases(55, 45), 0.8).reason == (
        "The score stays below the set's min_score, proved (0.800): "
        "mean 0.550 (interval 0.467 to 0.631), n = 100 cases."
    )


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        ((True, True, True), Verdict.PASS),
        ((True, True, False), Verdict.REJECT),
        ((True, None, True), Verdict.ERROR),
        (None, Verdict.PASS),
    ],
)
def test_must_pass_cases_come_first(runs: tuple[bool | None, ...] | None, verdict: Verdict) -> None:
    assert decide_first(cases(100, 0, must_pass=runs), 0.8).verdict is verdict


def test_clusters_widen_the_interval() -> None:
    alone = cases(90, 10)
    tied = [FirstCase(case.case_id, f"k{index // 10}", case.scores) for index, case in enumerate(alone)]
    first, second = decide_first(alone, 0.8), decide_first(tied, 0.8)
    assert first.score is not None
    assert second.score is not None
    assert second.score.low < first.score.low
