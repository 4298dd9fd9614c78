"""Harm from scores: 8 cases, sd within a case .28 as measured, 480 old calls against 96 new ones."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.drift import harm
from tasks.drift.harm import Harm, Scores

pytestmark = pytest.mark.bars

CASES, OLD, NEW = 8, 60, 12
SD = 0.28


def scores(levels: list[float], calls: int, rng: np.random.Generator) -> Scores:
    """Scores in 0..1 with a mean of `level` and a standard deviation of SD in each case: a scaled beta."""
    found: dict[str, list[float]] = {}
    for case, level in enumerate(levels):
        size = level * (1 - level) / SD**2 - 1
        found[f"c{case}"] = rng.beta(level * size, (1 - level) * size, calls).tolist()
    return found


def shares(shift: float, runs: int) -> dict[Harm, float]:
    rng, found = np.random.default_rng(4), []
    for _ in range(runs):
        levels = rng.uniform(0.4, 0.7, CASES)
        old, new = scores(list(levels), OLD, rng), scores(list(levels + shift), NEW, rng)
        found.append(harm.judge(old, new).harm)
    return {word: found.count(word) / runs for word in Harm}


def test_a_loss_of_15_points_is_found() -> None:
    assert shares(-0.15, 60)[Harm.DEGRADED] >= 0.90


def test_no_loss_is_hardly_ever_called_one() -> None:
    assert shares(0.0, 400)[Harm.DEGRADED] <= 0.05


def test_a_loss_of_the_margin_is_hardly_ever_called_benign() -> None:
    assert shares(-harm.MARGIN, 400)[Harm.BENIGN] <= 0.10


@pytest.mark.parametrize("cases", [2, 3, 8])
def test_cases_that_differ_by_themselves_are_no_proof(cases: int) -> None:
    """True changes of the cases spread by 10 points around 0, or around the loss of a margin."""
    rng = np.random.default_rng(7)
    found: dict[float, list[Harm]] = {0.0: [], -harm.MARGIN: []}
    for _ in range(300):
        for shift, words in found.items():
            change = shift + rng.normal(0, 0.1, cases)
            old, new = (
                {f"c{case}": np.clip(rng.normal(0.6 + by, 0.15, calls), 0, 1).tolist() for case, by in enumerate(moved)}
                for moved, calls in ((np.zeros(cases), OLD), (change, 18))
            )
            words.append(harm.judge(old, new).harm)
    assert found[0.0].count(Harm.DEGRADED) / 300 <= 0.08
    assert found[-harm.MARGIN].count(Harm.BENIGN) / 300 <= 0.08


def test_equal_scores_of_other_texts_are_never_degraded() -> None:
    rng = np.random.default_rng(5)
    same = [scores([0.5] * CASES, NEW, rng) for _ in range(20)]
    assert all(harm.judge(one, one).harm is not Harm.DEGRADED for one in same)
