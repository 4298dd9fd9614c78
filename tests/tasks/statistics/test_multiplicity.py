from __future__ import annotations

import itertools

import numpy as np
import pytest

from tasks.statistics.multiplicity import holm, sign_flip


@pytest.mark.parametrize(
    ("p_values", "rejected"),
    [
        ({}, set()),
        ({"a": 0.05}, {"a"}),
        ({"a": 0.03, "b": 0.04}, set()),
        ({"a": 0.02, "b": 0.04}, {"a", "b"}),
        ({"a": 0.001, "b": 0.03, "c": 0.03}, {"a"}),
        ({"a": 0.9, "b": 0.016, "c": 0.02}, {"b", "c"}),
    ],
)
def test_holm_steps_down_until_one_survives(p_values: dict[str, float], rejected: set[str]) -> None:
    assert holm(p_values, 0.05) == rejected


def test_sign_flips_agree_with_all_of_them() -> None:
    totals = np.array([-1.0, -0.5, -0.5, 0.25, -1.0, -0.75, 0.5, -0.25, -1.0, 0.0])
    signs = np.array(list(itertools.product((-1, 1), repeat=10)))
    exact = (signs @ totals <= totals.sum() + 1e-9).mean()
    assert sign_flip(totals[None], seed=3)[0] == pytest.approx(exact, abs=0.01)


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip(np.zeros((2, 12)), seed=0).tolist() == [1.0, 1.0]


def test_unanimous_harm_is_as_rare_as_its_pattern() -> None:
    assert sign_flip(np.full((1, 12), -0.2), seed=0)[0] == pytest.approx(2**-12, abs=6e-4)


def test_one_seed_one_answer() -> None:
    totals = np.random.default_rng(2).normal(-0.1, 0.3, (5, 25))
    assert (sign_flip(totals, seed=7) == sign_flip(totals, seed=7)).all()
    assert np.allclose([sign_flip(row[None], seed=7)[0] for row in totals], sign_flip(totals, seed=7))


def test_p_values_are_uniform_or_larger_without_harm() -> None:
    p = sign_flip(np.random.default_rng(4).normal(0, 1, (4000, 20)), seed=1, flips=999)
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)
