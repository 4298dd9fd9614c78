from __future__ import annotations

import numpy as np
import pytest

from tasks.statistics.agreement import Uncertainty, agreement, lean, uncertainty
from tasks.statistics.proportions import wilson


def labels(both: int, only_human: int, only_judge: int, neither: int) -> tuple[list[bool], list[bool]]:
    human = [True] * (both + only_human) + [False] * (only_judge + neither)
    judge = [True] * both + [False] * only_human + [True] * only_judge + [False] * neither
    return human, judge


def test_a_good_judge() -> None:
    found = agreement(*labels(76, 4, 2, 18))
    assert found.sensitivity == pytest.approx(0.95)
    assert found.specificity == pytest.approx(0.90)
    assert found.youden == pytest.approx(0.85)
    assert found.kappa == pytest.approx(0.82, abs=0.01)
    assert found.fit


@pytest.mark.parametrize(
    "counts", [(20, 20, 20, 40), (38, 2, 1, 9), (100, 0, 0, 0), (0, 0, 0, 0)], ids=["poor", "few", "one class", "none"]
)
def test_unfit_judges(counts: tuple[int, int, int, int]) -> None:
    assert not agreement(*labels(*counts)).fit


def test_a_class_that_was_never_seen_is_unknown() -> None:
    found = agreement([True, True], [True, False])
    assert (found.sensitivity, found.specificity, found.youden) == (0.5, None, None)


def test_intervals_hold_the_values() -> None:
    found, sure = agreement(*labels(76, 4, 2, 18)), uncertainty(*labels(76, 4, 2, 18))
    for value, interval in (
        (found.kappa, sure.kappa),
        (found.sensitivity, sure.sensitivity),
        (found.specificity, sure.specificity),
    ):
        assert interval is not None
        assert value is not None
        assert interval.low < value < interval.high
    assert sure.kappa is not None
    assert sure.kappa.low == pytest.approx(0.684, abs=0.005)


def test_nothing_is_sure_of_a_class_that_was_never_seen() -> None:
    assert uncertainty([True], [True]) == Uncertainty(None, wilson(1, 1, 1.96), None)
    assert uncertainty([], []) == Uncertainty(None, None, None)


def test_a_few_that_all_agree_prove_little() -> None:
    """Two answers: the agreement may be 34 %, which at .5 by chance is a kappa of -.32."""
    assert uncertainty([True, False], [True, False]).kappa == pytest.approx((-0.32, 1), abs=0.01)
    assert uncertainty([True, False], [False, True]).kappa == pytest.approx((-1, 0.32), abs=0.01)


def test_a_lean_needs_more_than_chance() -> None:
    even = lean([([0, 1] * 10, [1, 0] * 10)], comparisons=1)
    assert even is not None
    assert (even.value, even.significant) == (0, False)
    kind, strict = [1, 0, 0, 0] * 6, [0] * 40
    for rest, comparisons, significant in ((strict, 1, True), ([0, 0, 0, 1] * 10, 3, False)):
        found = lean([(kind, rest)], comparisons)
        assert found is not None
        assert found.significant is significant


@pytest.mark.parametrize(("good", "right"), [(0.5, 0.98), (0.97, 0.98), (0.9, 0.8)])
def test_a_small_group_that_is_judged_alike_is_not_favoured(good: float, right: float) -> None:
    """20 answers beside 400. By Welch's error, 0 where all of a side agree, up to 65 % of them were."""
    rng, leaning = np.random.default_rng(4), 0
    for _ in range(300):
        truth = rng.random(420) < good
        said = np.where(rng.random(420) < right, truth, ~truth).astype(float)
        sides = [
            (said[:20][truth[:20] == one].tolist(), said[20:][truth[20:] == one].tolist()) for one in (True, False)
        ]
        found = lean(sides, comparisons=1)
        leaning += found is not None and found.significant
    assert leaning / 300 <= 0.08


def test_a_group_with_more_bad_answers_is_not_a_favoured_one() -> None:
    """Found good: 90 % of the good, 20 % of the bad, in both groups alike."""
    good, bad = [1.0] * 9 + [0.0], [1.0, 0.0, 0.0, 0.0, 0.0]
    found = lean([(good * 2, good * 8), (bad * 16, bad * 4)], comparisons=1)
    assert found is not None
    assert found.value == pytest.approx(0)
    assert lean([([1.0], [0.0] * 9)], comparisons=1) is None
