from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.statistics.paired import plus_four
from tasks.statistics.ppi import ppi_paired


def test_all_labelled_is_the_plain_estimate() -> None:
    human = np.random.default_rng(1).choice([-1.0, 0.0, 1.0], 120).tolist()
    found, plain = ppi_paired(human, list(human)), plus_four(human)
    assert found.mean == pytest.approx(plain.mean)
    assert found.se == pytest.approx(plain.se)


def test_a_constant_bias_of_the_judge_cancels() -> None:
    rng = np.random.default_rng(2)
    truth = rng.choice([-1 / 3, 0.0, 1 / 3], 300)
    judged = truth + rng.choice([-1 / 3, 0.0, 1 / 3], 300)
    human = [*truth[:120].tolist(), *[None] * 180]
    plain, shifted = ppi_paired(judged.tolist(), human), ppi_paired((judged + 0.2).tolist(), human)
    assert shifted.mean == pytest.approx(plain.mean)
    assert shifted.se == pytest.approx(plain.se)


def test_a_good_judge_narrows_the_interval() -> None:
    rng = np.random.default_rng(3)
    truth = rng.choice([-1.0, 0.0, 1.0], 1000, p=[0.1, 0.8, 0.1])
    human = [*truth[:120].tolist(), *[None] * 880]
    assert ppi_paired(truth.tolist(), human).se < 0.6 * plus_four(truth[:120].tolist()).se


def test_a_judge_that_says_one_thing_is_ignored() -> None:
    human: list[float | None] = [1.0, 0.0, -1.0, 0.0, None, None]
    found = ppi_paired([0.0] * 6, human)
    assert found.mean == 0.0
    assert found.se == pytest.approx(plus_four([1.0, 0.0, -1.0, 0.0]).se)


def test_cases_that_repeat_each_other_count_once() -> None:
    """40 clusters of five cases, half of them labelled; taken one by one the loss of a margin passes in 18 %."""
    rng, codes, passed = np.random.default_rng(5), np.repeat(np.arange(40), 5), 0
    for _ in range(200):
        truth = rng.normal(-0.05, 0.25, 40)[codes] + rng.normal(0, 0.1, 200)
        human = [*truth[:100].tolist(), *[None] * 100]
        found = ppi_paired((truth + 0.06 + rng.normal(0, 0.1, 200)).tolist(), human, codes.tolist())
        passed += found.interval(1.645).low > -0.05
    assert passed / 200 <= 0.08


def test_without_labels_nothing_is_known() -> None:
    found = ppi_paired([0.5, 0.5], [None, 0.5])
    assert math.isnan(found.mean)
    assert found.df == 0
