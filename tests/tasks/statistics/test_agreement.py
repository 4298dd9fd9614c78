from __future__ import annotations

import pytest

from tasks.statistics.agreement import agreement


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
