from __future__ import annotations

import numpy as np
import pytest

from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor


@pytest.mark.parametrize(
    ("name", "mean", "s2", "w2"),
    [
        ("base", 0.80, 0.080, 0.0225),
        ("clust", 0.80, 0.080, 0.0226),
        ("ceil", 0.96, 0.019, 0.008),
        ("lowtemp", 0.80, 0.032, 0.054),
        ("noisy", 0.80, 0.120, 0.009),
        ("graded", 0.80, 0.038, 0.022),
        ("rewrite", 0.80, 0.080, 0.077),
    ],
)
def test_scenarios_have_the_variances_they_stand_for(name: str, mean: float, s2: float, w2: float) -> None:
    scenario, rng = SCENARIOS[name], np.random.default_rng(1)
    live = first_version(scenario, 200, 1000, rng)
    expected = expected_scores(scenario, live)
    first, second = run(scenario, expected, 2, rng)
    assert expected.mean() == pytest.approx(mean, abs=0.005)
    assert ((first - second) ** 2).mean() / 2 == pytest.approx(s2, abs=0.0015)
    change = expected_scores(scenario, successor(scenario, live, 0.0, rng)) - expected
    assert change.var() == pytest.approx(w2, abs=0.0012)


@pytest.mark.parametrize("delta", [-0.1, -0.02, 0.02])
def test_the_difference_of_means_is_exact(delta: float) -> None:
    scenario, rng = SCENARIOS["base"], np.random.default_rng(2)
    live = first_version(scenario, 200, 2000, rng)
    candidate = successor(scenario, live, delta, rng)
    change = (expected_scores(scenario, candidate) - expected_scores(scenario, live)).mean()
    assert change == pytest.approx(delta, abs=0.002)


def test_clusters_are_numbered_in_order() -> None:
    found = clusters_of(SCENARIOS["clust"], 12)
    assert found is not None
    assert found.tolist() == [0] * 5 + [1] * 5 + [2] * 2
    assert clusters_of(SCENARIOS["base"], 12) is None


def test_grades_are_quarters() -> None:
    scenario, rng = SCENARIOS["graded"], np.random.default_rng(3)
    expected = expected_scores(scenario, first_version(scenario, 3, 50, rng))
    assert set(np.unique(run(scenario, expected, 4, rng))) <= {0.0, 0.25, 0.5, 0.75, 1.0}
