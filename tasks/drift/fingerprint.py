"""The fingerprint of an endpoint: one-token answers to border inputs, drawn at temperature 0.1.

A border input is a prompt whose two likeliest first tokens are nearly tied, so that a change of the weights or of the
arithmetic moves its shares. After B3IT (Chauvin et al., arXiv 2602.11083), with T = 0.1 instead of T = 0: it does not
need a server that is nondeterministic by itself. Temperature and top_p of production stay invisible to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tasks.drift.shift import PERMUTATIONS, Floats, Shift, mean_over

Draws = Mapping[str, Sequence[str]]
"""First tokens by probe, in the order drawn."""

PROBES = 20
LEAST_PROBES = 10
"""Fewer balanced ones: look for new ones."""
TEMPERATURE = 0.1
SCREEN_DRAWS = 5
CONFIRM_DRAWS = 12
REFERENCE_DRAWS = 60
BATCHES = 5
"""The reference is drawn in at least so many batches, on at least three days."""
DISCOVERY_DRAWS = 3
SELECTION_DRAWS = 30
BALANCED = 0.9
"""A probe whose likeliest token has a larger share moves too little to be kept."""


def candidates(first: Draws) -> tuple[str, ...]:
    """Probes that gave more than one token in their discovery draws, in the order given."""
    return tuple(probe for probe, tokens in first.items() if len(set(tokens)) > 1)


def border_inputs(draws: Draws, wanted: int = PROBES) -> tuple[str, ...]:
    """The `wanted` most balanced probes: smallest share of the likeliest token, ties in the order given."""
    kept = balanced(draws)
    return tuple(sorted(kept, key=lambda probe: _top_share(draws[probe]))[:wanted])


def balanced(draws: Draws) -> tuple[str, ...]:
    """Probes that are still on a border. Fewer than LEAST_PROBES of them: discover again, and bless again."""
    return tuple(probe for probe, tokens in draws.items() if tokens and _top_share(tokens) <= BALANCED)


def compare(reference: Draws, tonight: Draws, seed: int, permutations: int = PERMUTATIONS) -> Shift:
    """Mean total variation distance over probes, against permutations within each probe.

    `effect` (exTV) is the mean TV less its mean over permutations, in 0..1. Permuting the pooled draws of a probe
    leaves its counts multivariate hypergeometric, so counts are drawn, not orders.
    """
    return mean_over(reference, tonight, _distances, seed, permutations)


def _distances(
    reference: Sequence[str], tonight: Sequence[str], rng: np.random.Generator, permutations: int
) -> tuple[float, Floats]:
    """TV of one probe: observed, and for each permutation (B,)."""
    _, codes = np.unique([*reference, *tonight], return_inverse=True)
    pooled = np.bincount(codes)
    now = np.bincount(codes[len(reference) :], minlength=len(pooled))
    drawn = rng.multivariate_hypergeometric(pooled, len(tonight), size=permutations, method="marginals")
    counts = np.vstack([now, drawn])
    apart = np.abs(counts / len(tonight) - (pooled - counts) / len(reference)).sum(axis=1) / 2
    return float(apart[0]), apart[1:]


def _top_share(tokens: Sequence[str]) -> float:
    return max(np.unique(list(tokens), return_counts=True)[1]) / len(tokens) if tokens else math.inf
