from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor
from tasks.statistics.components import between_variance, design_effect, measure, within_variance


def test_variance_within_cases_pools_repeats() -> None:
    assert within_variance([[0.0, 1.0], [1.0, 1.0, 1.0], [0.5]]) == pytest.approx(0.5 / 3)
    assert within_variance([[0.0, 1.0, math.nan]]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="two scored repeats"):
        within_variance([[1.0], [math.nan]])


@pytest.mark.parametrize(
    ("name", "w2", "s2"), [("base", 0.0225, 0.080), ("lowtemp", 0.054, 0.032), ("graded", 0.022, 0.038)]
)
def test_components_of_a_scenario_come_back(name: str, w2: float, s2: float) -> None:
    scenario, rng, n = SCENARIOS[name], np.random.default_rng(5), 8000
    live = first_version(scenario, 1, n, rng)
    candidate = successor(scenario, live, 0.0, rng)
    old, new = (run(scenario, expected_scores(scenario, arm), 5, rng)[:, 0] for arm in (live, candidate))
    differences = (new - old).mean(axis=0).tolist()
    found = measure(old.T.tolist(), differences, list(range(n)), rounds=5, on=date(2026, 11, 21))
    assert found.w2 == pytest.approx(w2, abs=0.004)
    assert found.s2 == pytest.approx(s2, abs=0.003)
    assert found.deff == pytest.approx(1.0, abs=0.1)


def test_clusters_that_move_together_show() -> None:
    scenario, rng, n = SCENARIOS["clust"], np.random.default_rng(6), 8000
    live = first_version(scenario, 1, n, rng)
    change = expected_scores(scenario, successor(scenario, live, 0.0, rng)) - expected_scores(scenario, live)
    clusters = clusters_of(scenario, n)
    assert clusters is not None
    assert design_effect(change[0].tolist(), clusters.tolist(), 0.0, 1) == pytest.approx(2.35, abs=0.35)


def test_noise_alone_is_no_heterogeneity() -> None:
    assert between_variance([0.1, -0.1, 0.0, 0.05], 0.08, 5) == 0.0
    assert design_effect([0.1, -0.1, 0.0, 0.05], ["a", "a", "b", "b"], 0.08, 5) == 1.0
