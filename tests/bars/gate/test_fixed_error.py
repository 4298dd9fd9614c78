"""The interval itself: how often a candidate exactly one margin worse would pass at a single look."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import bdtr

from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor
from tasks.statistics.paired import plus_four, plus_four_rows

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


@pytest.mark.bars
@pytest.mark.parametrize(
    "sizes",
    [[100, *[5] * 20], [150, *[5] * 30], [60, 42, 29, 20, 14, 10, 7, 5, 3, 2], [25] * 4, [70, 20, 10]],
    ids=["one half of 200", "one half of 300", "geometric", "four equal", "three"],
)
def test_unequal_clusters_do_not_pass_for_more(sizes: list[int]) -> None:
    """Half of the variance is the cluster's; a loss of exactly the margin passes, and is proved to be more, rarely."""
    rng, codes = np.random.default_rng(sizes), np.repeat(np.arange(len(sizes)), sizes)
    effects = rng.normal(-0.05, 0.18, (10_000, len(sizes)))[:, codes]
    low, high = plus_four_rows(effects + rng.normal(0, 0.18, effects.shape), codes).interval(1.645)
    assert max((low > -0.05).mean(), (high < -0.05).mean()) <= 0.065


@pytest.mark.bars
@pytest.mark.parametrize(("z", "most"), [(1.645, 0.11), (1.859, 0.085)])
def test_a_loss_that_is_always_total_beside_a_perfect_live_version(z: float, most: float) -> None:
    """Exact: candidate fails a share of `margin` of the cases, always, and live none; the worst sizes found."""
    for n, margin in ((103, 0.05), (111, 0.05), (173, 0.03), (138, 0.03), (190, 0.02), (208, 0.02)):
        pass_up_to = next(k for k in range(n) if plus_four([-1.0] * k + [0.0] * (n - k)).interval(z).low <= -margin) - 1
        assert bdtr(pass_up_to, n, margin) <= most


@pytest.mark.parametrize("name", ["base", "clust", "ceil"])
def test_a_candidate_at_the_margin_rarely_passes_quickly(name: str) -> None:
    assert passes(name, 100, 3, 0.05, 1000) <= 0.08
