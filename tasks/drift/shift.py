"""What a permutation test of two samples says, for every leg alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

T = TypeVar("T")

PERMUTATIONS = 999

FLAT = 1e-9
"""A statistic whose permutations have a smaller standard deviation cannot tell anything: constant outputs."""

LIKELY = 0.01
LIKELY_Z = 2.33
"""A permutation p above 1 % is no z beyond 2.33, whatever the standard deviation says: where answers hardly vary, one
rare answer alone is z 3 at p .09."""

POWER = 1.25
"""Normal quantile of .894: two independent keys that each have this power have .80 together."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Tonight's draws against the reference.

    `z`: (observed - mean) / sd over permutations, at most 2.33 where p is above .01; 0 where nothing varies. `p`:
    one-sided, at least 1 / (B + 1).
    `effect`: the leg's own effect size, what chance gives taken off. `noise`: its standard deviation by chance alone.
    `calls`: draws of tonight that were compared; `left_out`: probes or cases without a draw on one side.
    """

    z: float
    p: float
    statistic: float
    effect: float
    noise: float
    calls: int
    left_out: tuple[str, ...] = ()

    def detectable(self, phi: float, keys: float = 3.0) -> float:
        """The effect that both keys would find with a chance of .80: (keys * phi + 1.25) * noise."""
        return (keys * phi + POWER) * self.noise


def drawn_on_both(
    reference: Mapping[str, Sequence[T]], tonight: Mapping[str, Sequence[T]]
) -> tuple[list[str], tuple[str, ...]]:
    """Probes, prompts or cases with draws on both sides, in the order of the reference; and those without, sorted."""
    both = [name for name in reference if reference[name] and tonight.get(name)]
    return both, tuple(sorted((set(reference) | set(tonight)) - set(both)))


def mean_over(
    reference: Mapping[str, Sequence[T]],
    tonight: Mapping[str, Sequence[T]],
    distances: Callable[[Sequence[T], Sequence[T], np.random.Generator, int], tuple[float, Floats]],
    seed: int,
    permutations: int,
) -> Shift:
    """The mean of a distance over probes, against permutations within each probe.

    `distances` gives that of one probe: observed, and for each permutation (B,). `effect` is the observed mean less its
    mean over permutations.
    """
    probes, left_out = drawn_on_both(reference, tonight)
    rng = np.random.default_rng(seed)
    observed, permuted = 0.0, np.zeros(permutations)
    for probe in probes:
        one, many = distances(reference[probe], tonight[probe], rng, permutations)
        observed, permuted = observed + one / len(probes), permuted + many / len(probes)
    z, p = standardised(observed, permuted)
    calls = sum(len(tonight[probe]) for probe in probes)
    return Shift(z, p, observed, observed - float(permuted.mean()), float(permuted.std()), calls, left_out)


def standardised(observed: float, permuted: Floats) -> tuple[float, float]:
    """(z, p) of one statistic among its permutations (B,). A flat statistic gives (0, 1)."""
    spread = float(permuted.std())
    if spread < FLAT:
        return 0.0, 1.0
    p = (1 + int((permuted >= observed - FLAT).sum())) / (len(permuted) + 1)
    z = (observed - float(permuted.mean())) / spread
    return (min(z, LIKELY_Z) if p > LIKELY else z), p
