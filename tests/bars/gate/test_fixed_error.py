"""The interval itself: how often a candidate exactly one margin worse would pass at a single look."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor
from tasks.statistics.paired import plus_four_rows

CELLS = [(name, n, k) for name in SCENARIOS for n in (50, 100, 200, 500) for k in (1, 3)]


def passes(name: str, n: int, k: int, margin: float, sims: int) -> float:
    """Share of worlds whose one-sided 95 % lower bound is above -margin when the truth is -margin."""
    scenario, rng = SCENARIOS[name], np.random.default_rng([n, k, list(SCENARIOS).index(name)])
    live = first_version(scenario, sims, n, rng)
    candidate = successor(scenario, live, -margin, rng)
    first, second = (run(scenario, expected_scores(scenario, arm), k, rng).mean(axis=0) for arm in (candidate, live))
    low, _ = plus_four_rows(first - second, clusters_of(scenario, n)).interval(1.645)
    return float((low > -margin).mean())


@pytest.mark.parametrize(
    "sims", [pytest.param(2000, marks=pytest.mark.bars), pytest.param(10_000, marks=pytest.mark.bars_full)]
)
@pytest.mark.parametrize(("name", "n", "k"), CELLS)
def test_a_candidate_at_the_margin_rarely_passes(name: str, n: int, k: int, sims: int) -> None:
    assert passes(name, n, k, 0.05, sims) <= 0.07


@pytest.mark.parametrize("name", ["base", "clust", "ceil"])
def test_a_candidate_at_the_margin_rarely_passes_quickly(name: str) -> None:
    assert passes(name, 100, 3, 0.05, 1000) <= 0.08
