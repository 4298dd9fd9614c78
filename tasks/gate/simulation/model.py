"""Synthetic cases with known true scores: the data model of `docs/methods/gate.md`.

Case i has the expected score p_i = BetaQuantile(Phi(g_i)). The candidate's latent is g' = r g + sqrt(1 - r^2) h, so the
population difference is exact while single cases move up and down. Repeats are Bernoulli, or a rubric of five grades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from tasks.statistics.paired import Floats


@dataclass(frozen=True)
class Scenario:
    """`icc`: share of the score variance that lies between cases; `r`: how alike the two prompts treat a case.

    `cluster_size` cases share half of their latents' variance. `overdispersion` is None for yes/no scores, else the
    intraclass correlation of the four steps of a rubric 0, .25, .5, .75, 1.
    """

    mean: float = 0.80
    icc: float = 0.5
    r: float = 0.9
    cluster_size: int = 1
    overdispersion: float | None = None


SCENARIOS: dict[str, Scenario] = {
    "base": Scenario(),
    "clust": Scenario(cluster_size=5),
    "ceil": Scenario(mean=0.96),
    "lowtemp": Scenario(icc=0.8),
    "noisy": Scenario(icc=0.25),
    "graded": Scenario(overdispersion=0.3),
    "rewrite": Scenario(r=0.6),
}

_GRID = np.linspace(-8.0, 8.0, 4001)


@lru_cache(maxsize=512)
def _quantiles(mean: float, icc: float) -> Floats:
    total = 1 / icc - 1
    table: Floats = betaincinv(mean * total, (1 - mean) * total, ndtr(_GRID))
    return table


class Version(NamedTuple):
    """A prompt version in S worlds of n cases: latents (S, n) and the mean score of each world (S,)."""

    latent: Floats
    mean: Floats


def first_version(scenario: Scenario, sims: int, n: int, rng: np.random.Generator) -> Version:
    return Version(_latents(scenario, sims, n, rng), np.full(sims, scenario.mean))


def successor(scenario: Scenario, version: Version, change: Floats | float, rng: np.random.Generator) -> Version:
    """A version whose mean differs by `change` (S,) and whose single cases moved both ways."""
    sims, n = version.latent.shape
    moved = _latents(scenario, sims, n, rng)
    latent = scenario.r * version.latent + np.sqrt(1 - scenario.r**2) * moved
    return Version(latent, np.clip(version.mean + change, 0.02, 0.995))


def _latents(scenario: Scenario, sims: int, n: int, rng: np.random.Generator) -> Floats:
    own = rng.standard_normal((sims, n))
    if scenario.cluster_size == 1:
        return own
    shared = rng.standard_normal((sims, -(-n // scenario.cluster_size))).repeat(scenario.cluster_size, axis=1)
    mixed: Floats = np.sqrt(0.5) * (own + shared[:, :n])
    return mixed


def clusters_of(scenario: Scenario, n: int) -> NDArray[np.int64] | None:
    """Cluster numbers (n,), None when every case stands alone."""
    return None if scenario.cluster_size == 1 else np.arange(n) // scenario.cluster_size


def expected_scores(scenario: Scenario, version: Version) -> Floats:
    """p (S, n). Quantiles are interpolated on a fine grid of the latent (error below 1e-5)."""
    scores = np.empty_like(version.latent)
    for mean in np.unique(version.mean):
        worlds = version.mean == mean
        scores[worlds] = np.interp(version.latent[worlds], _GRID, _quantiles(round(float(mean), 6), scenario.icc))
    return scores


def run(scenario: Scenario, expected: Floats, rounds: int, rng: np.random.Generator) -> Floats:
    """Scores of `rounds` repeats: (S, n) to (rounds, S, n)."""
    shape = (rounds, *expected.shape)
    if scenario.overdispersion is None:
        return (rng.random(shape) < expected).astype(np.float64)
    total = 1 / scenario.overdispersion - 1
    inside = np.clip(expected, 1e-6, 1 - 1e-6)
    grades: Floats = rng.binomial(4, rng.beta(inside * total, (1 - inside) * total, shape)) / 4
    return grades
